// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "calib/search/policy.h"
#include "calib/search/port.h"
#include "calib/search/sweep.h"
#include "model/base/progress.h"
#include "model/config/config.h"
#include "model/net/network.h"

namespace dpwa::search {

/// User samples, already scaled, with their labels.
struct CalibrationData {
  std::vector<float> samples;     ///< [count] values in ONNX order
  std::vector<int> labels;        ///< [count], or empty
  std::optional<KnownGrid> grid;  ///< of the samples, when known
};

struct Options {
  std::optional<observe::Task> task;          ///< empty: automatic
  std::optional<observe::Decision> decision;  ///< empty: argmax, and plans are not held to it
  Budget budget;
  Optimise optimise = Optimise::balanced;
  PolicyChoice policy = PolicyChoice::range;
  int threads = 0;  ///< 0: one per core; changes no byte of the result
};

/// Weights of one node: [planes needed][planes granted]. Needed = the fewest with which a weight's own
/// rounding moves no output by more than a quarter of an output step: |w| * range of its input, the range of
/// what it produces, is compared with the step. 0 = below that even when left out.
using WeightPlanes = std::array<std::array<std::int64_t, 6>, 6>;

struct Calibration {
  observe::Task task = observe::Task::classify;
  observe::Decision decision = observe::Decision::argmax;
  Optimise optimise = Optimise::balanced;
  double allowed = 0;                                   ///< mean divergence
  double temperature = observe::Objective::kSoftening;  ///< of the softened divergence
  int fit_samples = 0;
  Search dynamic;             ///< the product
  Search static_mix;          ///< the same search without run-time width and skipping
  Point int8;                 ///< everything pinned to two planes
  std::optional<Point> int4;  ///< to one; a quantized network has none
  observe::Observation observation;
  std::vector<WeightPlanes> weights;  ///< [node], of the chosen plan
  bool budget_met = false;
  std::vector<std::string> warnings;
};

/// How many of `count` samples fit the plan; the others are held out and judge it. At least 200 are held out
/// when 20 remain to fit, else half. No more than 128 fit.
int fit_count(int count);

/// Calibrates a network: docs/calibration.md. Throws Error(bad_input) for an empty set, a value that is not
/// finite, or labels that do not match, Error(usage) for a policy that would round a quantized network again.
Calibration calibrate(const net::Network& network, const CalibrationData& data, const config::Config& config,
                      const Options& options, Progress& progress);

}  // namespace dpwa::search
