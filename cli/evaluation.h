// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "calib/data/samples.h"
#include "calib/observe/objective.h"
#include "calib/search/exactness.h"
#include "gen/lower/lower.h"
#include "model/base/progress.h"
#include "model/config/config.h"
#include "model/golden/executor.h"
#include "model/net/network.h"
#include "model/num/planes.h"
#include "model/plan/plan.h"
#include "model/plan/policy_trace.h"

/// What `dpwa evaluate` measures.
namespace dpwa::cli {

/// One plan on all samples; sums over the samples unless said otherwise.
struct PlanRun {
  std::int64_t images = 0;
  std::vector<float> outputs;             ///< [images][output values], ONNX order, before a final Softmax
  std::vector<golden::NodeCounts> nodes;  ///< [network.nodes]
  std::vector<std::array<std::int64_t, num::kPlanesMax + 1>>
      tiles;                             ///< [network.tensors]: tiles per plane count
  std::vector<std::int64_t> cycles;      ///< [network.nodes], on the configuration's machine
  std::vector<std::int64_t> lane_beats;  ///< [network.nodes], issued, idle lanes included
  std::vector<std::int64_t> useful;      ///< [network.nodes], lane-beats that values and weights ask for
  std::vector<std::int64_t> worst_case;  ///< [network.nodes], cycles that no image exceeds; not a sum
  std::int64_t off_grid = 0;             ///< input values that are not on the port's grid

  std::int64_t beats() const;
  std::int64_t total_cycles() const;
  double average_activation_planes() const;  ///< over visited tiles x output channels
};

/// Runs the golden model on every sample, on all cores, and the cycle model of `config` on its tile widths.
/// The number of cores changes no result. `trace`: takes every decision of the PCU; may be null.
PlanRun run_plan(const net::Network& network, const plan::Plan& plan, const config::Config& config,
                 const data::Samples& samples, Progress& progress, plan::PolicyTrace* trace = nullptr);

/// Mean granted weight planes over visited tiles x output channels.
double average_weight_planes(const plan::Plan& plan, const PlanRun& run);

/// What the outputs should be, as far as the user knows.
struct Truth {
  std::vector<int> labels;     ///< [images], or empty
  std::vector<float> targets;  ///< [images][output values], or empty
};

/// How an output compares with the float network's and with the truth. Empty: not known, or not meant.
struct Fidelity {
  std::optional<double> accuracy, float_accuracy;  ///< fraction of the images decided as their label
  std::optional<double> loss, float_loss;          ///< mean cross entropy with the labels, nat
  std::optional<double> mean_kl;                   ///< mean KL(float || outputs), nat
  std::optional<double> agreement;  ///< fraction of the images decided as the float network does
  double mse = 0;  ///< mean squared error: from the targets if there are any, else from float
  std::optional<double> float_mse;  ///< the float network's from the targets
  double max_abs_error = 0;         ///< largest difference from the float network
};

/// `objective`: empty when the values decide for no class.
Fidelity compare(const std::optional<observe::OutputObjective>& objective, int values,
                 const std::vector<float>& reference, const std::vector<float>& outputs, const Truth& truth);

/// The same for each of network.outputs, by what it is for; labels are those of the deciding one.
std::vector<Fidelity> compare_outputs(const net::Network& network,
                                      const std::vector<observe::OutputTask>& tasks,
                                      observe::Decision decision, const std::vector<float>& reference,
                                      const std::vector<float>& outputs, const Truth& truth);

/// The entry of network.outputs that decides, that labels belong to.
std::size_t deciding_output(const net::Network& network, const std::vector<observe::OutputTask>& tasks);

/// Everything that one `dpwa evaluate` measured.
struct Evaluation {
  net::Network network;
  std::string evaluated;          ///< "plan" or the name of a baseline
  std::vector<std::string> pins;  ///< as the user gave them
  std::int64_t images = 0;
  plan::Plan plan;
  config::Config config;                       ///< whose tiles and cycles are used
  std::optional<lower::Footprint> footprint;   ///< empty for the float network, and with a refusal
  std::string refusal;                         ///< why no size of this configuration can hold the plan
  std::optional<PlanRun> run;                  ///< empty for the float network
  std::optional<PlanRun> int8, static_mix;     ///< empty when the plan directory has no such baseline
  std::vector<Fidelity> outputs;               ///< [network.outputs]
  std::size_t deciding = 0;                    ///< the output that labels belong to
  std::optional<search::Exactness> exactness;  ///< of a quantized network's plan
};

/// The JSON object of the command (docs/commands.md) and its text for the reader.
nlohmann::ordered_json to_json(const Evaluation& evaluation);
std::string to_text(const Evaluation& evaluation);

}  // namespace dpwa::cli
