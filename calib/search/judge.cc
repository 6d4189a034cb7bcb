// SPDX-License-Identifier: Apache-2.0
#include "calib/search/judge.h"

#include <algorithm>
#include <cmath>

#include "calib/observe/observation.h"
#include "model/base/interrupt.h"
#include "model/golden/executor.h"

namespace dpwa::search {

namespace {

/// One-sided 95 % point of the normal distribution.
constexpr double kConfidence = 1.645;
/// Standard errors that are added to a mean: of many plans judged by the same samples, those are chosen that
/// the samples flatter.
constexpr double kFlattered = 0.5;

double mean_of(const std::vector<double>& values) {
  double sum = 0;
  for (double value : values) sum += value;
  return values.empty() ? 0 : sum / static_cast<double>(values.size());
}

double standard_error(const std::vector<double>& values) {
  if (values.size() < 2) return 0;
  const double mean = mean_of(values);
  double squares = 0;
  for (double value : values) squares += (value - mean) * (value - mean);
  const auto count = static_cast<double>(values.size());
  return std::sqrt(squares / (count - 1) / count);
}

/// Mean of every kFolds-th value, from `fold` on.
double fold_mean(const std::vector<double>& values, int fold) {
  std::vector<double> members;
  for (std::size_t i = fold; i < values.size(); i += kFolds) members.push_back(values[i]);
  return mean_of(members);
}

/// Adds one inference's counts; the verdict holds sums until measure() divides them.
void add_counts(const golden::Inference& inference, const net::Network& network,
                const std::vector<cycles::Estimate>& estimates, Verdict& verdict) {
  for (std::size_t n = 0; n < inference.nodes.size(); ++n) {
    const golden::NodeCounts& counts = inference.nodes[n];
    verdict.node_beats[n] += static_cast<double>(counts.beats);
    verdict.saturated += static_cast<double>(counts.saturated);
    const double planes = static_cast<double>(counts.activation_planes) /
                          static_cast<double>(std::max<std::int64_t>(counts.tile_macs, 1));
    verdict.readings[n] += {planes, estimates[n].group(inference.tensors[network.nodes[n].input].planes)};
  }
  for (std::size_t t = 0; t < inference.tensors.size(); ++t) {
    for (std::uint8_t width : inference.tensors[t].planes) ++verdict.tile_widths[t][width];
  }
}

/// By how much the outputs change the lead of the reference.
double lead_error(const observe::Objective& objective, const float* reference, const float* outputs) {
  const observe::Lead lead = objective.lead(reference);
  return objective.margin(outputs, lead) - objective.margin(reference, lead);
}

/// The lead's error for every close decision.
std::vector<double> close_errors(const net::Network& network, const golden::Executor& executor,
                                 const observe::Objective& objective, const CloseDecisions& close) {
  const std::int64_t in = network.tensors[0].shape.size();
  std::vector<double> errors;
  for (std::int64_t i = 0; i < close.count; ++i) {
    throw_if_interrupted();
    std::int64_t off_grid = 0;
    const std::vector<float> outputs =
        executor.outputs(executor.run(executor.port_words(close.samples.data() + i * in, off_grid)));
    errors.push_back(lead_error(objective, close.outputs.data() + i * objective.values(), outputs.data()));
  }
  return errors;
}

}  // namespace

Verdict measure(const net::Network& network, const plan::Plan& plan, const observe::Objective& objective,
                const HeldOut& held_out, const config::Config& config) {
  const golden::Executor executor(network, plan, config.products);
  const std::int64_t in = network.tensors[0].shape.size(), out = network.tensors[network.output].shape.size();
  Verdict verdict;
  verdict.samples = held_out.count;
  verdict.has_labels = !held_out.labels.empty();
  verdict.node_beats.assign(network.nodes.size(), 0.0);
  verdict.tile_widths.resize(network.tensors.size());
  verdict.readings.resize(network.nodes.size());
  std::vector<cycles::Estimate> estimates;
  for (std::size_t n = 0; n < network.nodes.size(); ++n)
    estimates.emplace_back(config, network, static_cast<int>(n));
  if (net::is_quantized(network)) verdict.exactness.emplace();
  const double step = output_step(network, plan);
  std::vector<double> divergence, softened, changed, errors, lost;
  for (std::int64_t i = 0; i < held_out.count; ++i) {
    throw_if_interrupted();
    std::int64_t off_grid = 0;
    const golden::Inference inference =
        executor.run(executor.port_words(held_out.samples.data() + i * in, off_grid));
    const std::vector<float> outputs = executor.outputs(inference);
    const float* reference = held_out.outputs.data() + i * out;
    if (verdict.exactness) verdict.exactness->add(i, reference, outputs.data(), out, step);
    divergence.push_back(objective.divergence(reference, outputs.data()));
    softened.push_back(objective.softened(reference, outputs.data()));
    const int expected = objective.decide(reference), found = objective.decide(outputs.data());
    changed.push_back(expected == found ? 0 : 1);
    if (!held_out.margins.empty()) errors.push_back(lead_error(objective, reference, outputs.data()));
    if (verdict.has_labels) {
      const int label = held_out.labels[i];
      verdict.float_accuracy += expected == label ? 1 : 0;
      verdict.accuracy += found == label ? 1 : 0;
      lost.push_back((expected == label ? 1.0 : 0.0) - (found == label ? 1.0 : 0.0));
    }
    add_counts(inference, network, estimates, verdict);
  }
  const auto count = static_cast<double>(std::max<std::int64_t>(held_out.count, 1));
  verdict.mean = mean_of(divergence);
  verdict.standard_error = standard_error(divergence);
  verdict.softened = mean_of(softened);
  for (int fold = 0; fold < kFolds; ++fold) verdict.folds[fold] = fold_mean(divergence, fold);
  verdict.agreement = 1 - mean_of(changed);
  verdict.accuracy /= count;
  verdict.float_accuracy /= count;
  verdict.accuracy_drop = mean_of(lost);
  verdict.accuracy_error = standard_error(lost);
  verdict.saturated /= count;
  for (std::size_t n = 0; n < network.nodes.size(); ++n) {
    verdict.node_beats[n] /= count;
    verdict.beats += verdict.node_beats[n];
    verdict.readings[n] = verdict.readings[n] / count;
  }
  if (!held_out.margins.empty()) {
    if (held_out.close.count > 0) errors = close_errors(network, executor, objective, held_out.close);
    const double seen = mean_of(changed) - standard_error(changed);
    const double share = expected_disagreement(held_out.margins, errors);
    verdict.disagreement = observe::rounded(std::max(seen, share));
  }
  return verdict;
}

double budget_used(const Verdict& verdict, const Budget& budget, observe::Task task) {
  const double losses = std::max(verdict.mean, verdict.softened) / allowed_loss(budget, task);
  return std::max(losses, verdict.disagreement.value_or(0) / budget.disagreement);
}

double allowed_loss(const Budget& budget, observe::Task task) {
  return task == observe::Task::classify ? budget.kl : budget.mse;
}

bool within_budget(const Verdict& verdict, const Budget& budget, observe::Task task) {
  const double allowed = allowed_loss(budget, task);
  double mean_of_folds = 0;
  for (double fold : verdict.folds) mean_of_folds += fold / kFolds;
  if (std::max(mean_of_folds, verdict.mean + kFlattered * verdict.standard_error) > allowed) return false;
  if (verdict.softened > allowed) return false;
  if (verdict.mean + kConfidence * verdict.standard_error > 2 * allowed) return false;
  if (verdict.disagreement.value_or(0) > budget.disagreement) return false;
  const bool drop_is_clear = verdict.accuracy_drop - verdict.accuracy_error > budget.accuracy;
  return !(verdict.has_labels && drop_is_clear);
}

}  // namespace dpwa::search
