// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "calib/observe/objective.h"
#include "calib/search/close_decisions.h"
#include "calib/search/exactness.h"
#include "calib/search/reading.h"
#include "model/config/config.h"
#include "model/net/network.h"
#include "model/plan/plan.h"

namespace dpwa::search {

/// Samples that judge plans, with the float network's answers. They never fit anything.
struct HeldOut {
  std::vector<float> samples;  ///< [count] user samples, ONNX order
  std::vector<float> outputs;  ///< [count] float outputs, ONNX order
  std::vector<int> labels;     ///< [count], or empty
  std::int64_t count = 0;
  std::vector<double>
      margins;           ///< float, of all calibration samples, sorted; empty: decisions are not judged
  CloseDecisions close;  ///< made of the samples where they are few
};

/// What the user allows.
struct Budget {
  double kl = 0.006;            ///< nat, classifiers
  double mse = 0.001;           ///< relative to the outputs' variance, regression
  double accuracy = 0.005;      ///< fraction of the samples, where there are labels
  double disagreement = 0.012;  ///< fraction of the decisions, where they are judged
};

inline constexpr int kFolds = 5;
inline constexpr int kFewestHeldOut = 200;  ///< fewer samples cannot show that a budget is met

/// What the bit-exact executor says about a plan on held-out samples.
struct Verdict {
  std::int64_t samples = 0;
  double mean = 0;                     ///< mean divergence: KL in nat, or relative mean squared error
  double standard_error = 0;           ///< of the mean
  double softened = 0;                 ///< mean divergence at temperature 4; regression: = mean
  std::array<double, kFolds> folds{};  ///< mean divergence of each fold
  double agreement = 0;                ///< fraction of samples with the float network's decision
  std::optional<double> disagreement;  ///< expected share of changed decisions, or what is seen of it less
                                       ///< a standard error, if more; where they are judged
  bool has_labels = false;
  double accuracy = 0, float_accuracy = 0;
  double accuracy_drop = 0;        ///< float accuracy - plan's accuracy on the same samples
  double accuracy_error = 0;       ///< standard error of the paired difference
  double beats = 0;                ///< mean per sample
  double saturated = 0;            ///< mean per sample
  std::vector<double> node_beats;  ///< [node], mean per sample
  std::vector<Reading> readings;   ///< [node]
  std::vector<std::array<std::int64_t, 6>>
      tile_widths;                     ///< [tensor] tiles with 0..5 planes, all samples together
  std::optional<Exactness> exactness;  ///< of a quantized network
};

/// Runs the plan on every held-out sample with the golden model, on the calling thread.
Verdict measure(const net::Network& network, const plan::Plan& plan, const observe::Objective& objective,
                const HeldOut& held_out, const config::Config& config);

/// The part of the budget that the plan's losses use, the largest of them: what plans are compared by.
double budget_used(const Verdict& verdict, const Budget& budget, observe::Task task);

/// Mean divergence that a budget allows for a task.
double allowed_loss(const Budget& budget, observe::Task task);

/// The rule of docs/calibration.md, "Acceptance".
bool within_budget(const Verdict& verdict, const Budget& budget, observe::Task task);

}  // namespace dpwa::search
