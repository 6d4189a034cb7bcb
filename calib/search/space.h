// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "calib/observe/observation.h"
#include "calib/observe/tiles.h"
#include "calib/search/reading.h"
#include "calib/search/rounding.h"
#include "model/config/config.h"
#include "model/net/network.h"
#include "model/plan/plan.h"

namespace dpwa::search {

/// Which plans the search may choose from.
struct Scheme {
  std::string name;                    ///< "dynamic", "static-mix", "int8", "int4"
  bool run_time = true;                ///< tile widths follow the data; false: pinned, nothing skipped
  std::vector<int> activation_planes;  ///< plane counts that a pinned tensor may have
  std::vector<int> weight_planes;      ///< granted to a channel (run_time) or to a whole node (pinned)
};
Scheme dynamic_scheme();
Scheme static_mix_scheme();
/// Everything pinned to `planes` planes: the INT4 (1) and INT8 (2) baselines.
Scheme pinned_scheme(int planes);

/// One way to store a tensor.
struct ActivationOption {
  observe::Grid grid;
  plan::PcuRecord pcu;
  int used_planes = 0;  ///< planes that the calibration data need; the rest of pcu.max_planes is headroom
  double loss = 0;      ///< expected divergence that the rounding adds
  std::vector<Reading> readings;  ///< by each of the tensor's consumers
};

/// Everything the search chooses from, priced.
struct SearchSpace {
  Scheme scheme;
  std::vector<std::vector<ActivationOption>>
      activations;                       ///< [tensor]; a tensor that nothing reads has one option
  std::vector<NodeOptions> weights;      ///< [node]
  std::vector<std::vector<int>> orders;  ///< [tensor] stored channels, as TensorObservation::order
};

/// The finest grid of `planes` planes that holds a tensor's hard limits (port words, Clip), else the observed
/// range `observed` (zero included), in the lowest `used` of them.
observe::Grid covering_grid(const net::Network& network, int tensor, const plan::InputPort& port,
                            const observe::TensorObservation& observed, int planes, int used);

/// Adds to every tensor of `space` that nodes read the option that `chosen` names in the space `pinned`, with
/// run-time width and skipping: equal values, never more beats or cycles. It is the last option of the
/// tensor.
void add_with_run_time_widths(const net::Network& network, const observe::Observation& observation,
                              const config::Config& config, const SearchSpace& pinned,
                              const std::vector<int>& chosen, SearchSpace& space);

/// Prices every option of a scheme. `weights` are shared by all schemes of a network.
SearchSpace build_space(const net::Network& network, const observe::Observation& observation,
                        const config::Config& config, const plan::InputPort& port, const Scheme& scheme,
                        std::vector<NodeOptions> weights);

}  // namespace dpwa::search
