// SPDX-License-Identifier: Apache-2.0
#include "calib/search/calibrate.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "calib/float/executor.h"
#include "calib/float/parallel.h"
#include "calib/search/compensate.h"
#include "calib/search/imported.h"
#include "calib/search/probe.h"
#include "model/base/error.h"
#include "model/num/planes.h"

namespace dpwa::search {

namespace {

constexpr int kFewestFit = 20;        ///< fit samples below which half are taken instead
constexpr int kMostFit = 128;         ///< fit samples that are kept in memory and back-propagated
constexpr double kNegligible = 0.25;  ///< of an output step

/// Samples by their role.
struct Split {
  std::vector<float> fit;
  std::vector<int> fit_labels;
  HeldOut held_out;
};

void check_data(const net::Network& network, const CalibrationData& data, std::int64_t count,
                std::int64_t classes) {
  const std::int64_t size = network.tensors[0].shape.size();
  if (count == 0) throw fail(ExitCode::bad_input, "{}: the calibration set is empty", network.name);
  if (count < 2)
    throw fail(ExitCode::bad_input, "{}: calibration needs 2 samples or more, found 1", network.name);
  for (std::size_t i = 0; i < data.samples.size(); ++i) {
    if (std::isfinite(data.samples[i])) continue;
    throw fail(ExitCode::bad_input, "{}: calibration sample {}, value {} is {}; values must be finite",
               network.name, i / size, i % size, data.samples[i]);
  }
  if (data.labels.empty()) return;
  if (static_cast<std::int64_t>(data.labels.size()) != count) {
    throw fail(ExitCode::bad_input, "{}: {} calibration samples but {} labels", network.name, count,
               data.labels.size());
  }
  for (std::size_t i = 0; i < data.labels.size(); ++i) {
    if (data.labels[i] >= 0 && data.labels[i] < classes) continue;
    throw fail(ExitCode::bad_input, "{}: label {} is {}, must be 0 to {}", network.name, i, data.labels[i],
               classes - 1);
  }
}

/// Step classes round stored values again.
void check_policy(const net::Network& network, PolicyChoice policy) {
  if (!net::is_quantized(network) || policy == PolicyChoice::range || policy == PolicyChoice::fixed) return;
  throw fail(
      ExitCode::usage,
      "{}: a quantized network keeps its values, so its policy is range or static, without step classes",
      network.name);
}

/// Spreads the fit samples evenly over the set, whatever its order.
Split split(const net::Network& network, const CalibrationData& data, const std::vector<float>& outputs,
            int count) {
  const std::int64_t in = network.tensors[0].shape.size(), out = network.tensors[network.output].shape.size();
  const std::int64_t fit = fit_count(count), used = std::max<std::int64_t>(fit, count - fit);
  Split result;
  for (std::int64_t i = 0; i < count; ++i) {
    const float* sample = data.samples.data() + i * in;
    if ((i + 1) * fit / count > i * fit / count) {
      result.fit.insert(result.fit.end(), sample, sample + in);
      if (!data.labels.empty()) result.fit_labels.push_back(data.labels[i]);
      continue;
    }
    if (result.held_out.count == used) continue;
    HeldOut& held_out = result.held_out;
    held_out.samples.insert(held_out.samples.end(), sample, sample + in);
    held_out.outputs.insert(held_out.outputs.end(), outputs.begin() + i * out,
                            outputs.begin() + (i + 1) * out);
    if (!data.labels.empty()) held_out.labels.push_back(data.labels[i]);
    ++held_out.count;
  }
  return result;
}

bool decides(const observe::Objective& objective) {
  return objective.task() == observe::Task::classify && objective.classes() > 1;
}

/// What plans' decisions are judged by; few samples hold no close one, so some are made of them.
void judge_decisions(const net::Network& network, const observe::Objective& objective,
                     const plan::InputPort& port, const std::vector<float>& outputs, int threads,
                     HeldOut& held_out) {
  held_out.margins = sorted_margins(objective, outputs);
  if (held_out.count >= kFewestHeldOut) return;
  held_out.close =
      find_close_decisions(network, objective, port, held_out.samples, held_out.outputs, threads);
}

/// The pinned plan with the least expected loss.
Point pinned_point(const Problem& problem, const std::vector<NodeOptions>& weights, int planes) {
  const SearchSpace space = build_space(problem.network, problem.observation, problem.config, problem.port,
                                        pinned_scheme(planes), weights);
  const Price price(problem.network, problem.config, problem.optimise);
  constexpr double kLossOnly = 1e12;
  return build_point(problem, space, price, choose(problem.network, space, price, kLossOnly), kLossOnly);
}

/// Puts the static mix into the search: its values with run-time widths, never more beats or cycles.
void add_static_mix(const Problem& problem, const SearchSpace& pinned, double most_cycles, const Point& mix,
                    SearchSpace& space, Search& search) {
  add_with_run_time_widths(problem.network, problem.observation, problem.config, pinned,
                           mix.choice.activation, space);
  Choice choice = mix.choice;
  for (std::size_t t = 0; t < choice.activation.size(); ++t) {
    choice.activation[t] = static_cast<int>(space.activations[t].size()) - 1;
  }
  const Price price(problem.network, problem.config, problem.optimise);
  add_rival(build_point(problem, space, price, std::move(choice), mix.lambda), most_cycles, search);
}

/// Fewer beats must not cost more time than the static mix takes; bytes and energy may.
double most_cycles(const Calibration& calibration) {
  const bool timed = calibration.optimise == Optimise::balanced || calibration.optimise == Optimise::cycles;
  return timed ? calibration.static_mix.best().costs.cycles : std::numeric_limits<double>::infinity();
}

/// Every node's options under one rounding strategy.
std::vector<NodeOptions> round_weights(const net::Network& network, const observe::Observation& observation,
                                       const WeightRounding& round, int threads, Progress& progress) {
  std::vector<NodeOptions> options(network.nodes.size());
  progress.begin("round", static_cast<std::int64_t>(network.nodes.size()));
  floating::ordered_parallel(
      static_cast<std::int64_t>(network.nodes.size()), threads, [] { return 0; },
      [&](int, std::int64_t node) { return round(network, static_cast<int>(node), observation); },
      [&](std::int64_t node, NodeOptions&& result) {
        options[node] = std::move(result);
        progress.advance();
      });
  return options;
}

WeightPlanes weight_planes(const net::Network& network, const observe::Observation& observation,
                           const plan::Plan& plan, int index) {
  const net::Node& node = network.nodes[index];
  const std::vector<float>& peaks = observation.tensors[node.input].channel_peak;
  const double negligible = kNegligible * plan.tensors[node.output].step();
  const std::size_t count = node.weight.size() / node.out_channels;
  WeightPlanes result{};
  for (std::size_t i = 0; i < node.weight.size(); ++i) {
    double range = std::abs(double{node.weight[i]}) * peaks[i % peaks.size()];
    std::size_t needed = 0;
    for (; range > negligible && needed + 1 < result.size(); range /= 16) ++needed;
    ++result[needed][plan.nodes[index].planes[i / count]];
  }
  return result;
}

/// True when there are several samples and every one repeats the first.
bool all_the_same(const std::vector<float>& samples, std::int64_t size) {
  if (static_cast<std::int64_t>(samples.size()) <= size) return false;
  return std::equal(samples.begin() + size, samples.end(), samples.begin());
}

std::vector<std::string> warnings_of(const Calibration& calibration, const Problem& problem) {
  std::vector<std::string> warnings;
  if (all_the_same(problem.fit_samples, problem.network.tensors[0].shape.size())) {
    warnings.push_back("the calibration samples are all the same; the plan fits nothing else");
  }
  const Verdict& verdict = calibration.dynamic.best().verdict;
  if (verdict.samples < kFewestHeldOut) {
    warnings.push_back(
        fmt::format("only {} held-out samples, {} are needed to show that the budget is met; give more "
                    "calibration samples",
                    verdict.samples, kFewestHeldOut));
  }
  const HeldOut& held_out = problem.held_out;
  if (!held_out.margins.empty() && held_out.close.count == 0 && held_out.count < kFewestHeldOut) {
    warnings.push_back(
        "all held-out samples have the same decision, so close ones are not known; give samples of several");
  }
  if (problem.objective.temperature() > observe::Objective::kSoftening) {
    warnings.push_back(
        fmt::format("the network is very sure of its classes, so its divergence says little; plans are also "
                    "judged with logits divided by {:.0f}",
                    problem.objective.temperature()));
  }
  if (!calibration.dynamic.best().accepted) {
    const bool classify = calibration.task == observe::Task::classify;
    std::string budget = fmt::format("{} {:g}", classify ? "KL" : "relative MSE", calibration.allowed);
    std::string found = fmt::format("{:.4g}", verdict.mean);
    if (verdict.disagreement) {
      budget += fmt::format(", changed decisions {:g}", problem.budget.disagreement);
      found += fmt::format(", {:.4g}", *verdict.disagreement);
    }
    warnings.push_back(
        fmt::format("no plan is within the budget ({}); this is the best one found ({})", budget, found));
  }
  for (std::size_t n = 0; n < problem.network.nodes.size(); ++n) {
    const int bits =
        plan::derive(problem.network, calibration.dynamic.best().plan, static_cast<int>(n)).acc_bits;
    if (bits <= problem.config.acc_w) continue;
    warnings.push_back(
        fmt::format("node {}: needs an accumulator of {} bits, configuration {} has {}; generate with "
                    "--set ACC_W={}",
                    problem.network.nodes[n].name, bits, problem.config.name, problem.config.acc_w, bits));
  }
  return warnings;
}

/// What the plan may do at run time beside the range policy.
void choose_policy(const Problem& problem, PolicyChoice policy, Calibration& calibration,
                   Progress& progress) {
  if (policy == PolicyChoice::fixed) calibration.dynamic = calibration.static_mix;
  if (policy == PolicyChoice::range || policy == PolicyChoice::fixed) return;
  const bool everywhere = policy == PolicyChoice::variance;
  std::optional<Point> point = with_variance(problem, calibration.dynamic.best(), everywhere, progress);
  if (point) choose_rival(std::move(*point), calibration.dynamic);
}

/// The plan that costs least within the budget, and its baselines.
void search_plans(const Problem& problem, PolicyChoice policy, Calibration& calibration, Progress& progress) {
  const net::Network& network = problem.network;
  const std::vector<NodeOptions> weights =
      round_weights(network, problem.observation, round_compensated, problem.threads, progress);
  auto space_of = [&](const Scheme& scheme) {
    SearchSpace space =
        build_space(network, problem.observation, problem.config, problem.port, scheme, weights);
    measure_losses(network, problem.objective, problem.observation, problem.fit_samples, problem.threads,
                   space, progress);
    return space;
  };
  SearchSpace space = space_of(dynamic_scheme());
  calibration.dynamic = sweep(problem, space, progress);
  const SearchSpace pinned = space_of(static_mix_scheme());
  calibration.static_mix = sweep(problem, pinned, progress);
  improve(problem, pinned, calibration.static_mix, progress);
  if (calibration.static_mix.best().accepted) {
    add_static_mix(problem, pinned, most_cycles(calibration), calibration.static_mix.best(), space,
                   calibration.dynamic);
  }
  improve(problem, space, calibration.dynamic, progress);
  choose_policy(problem, policy, calibration, progress);
  calibration.int8 = pinned_point(problem, weights, 2);
  calibration.int4 = pinned_point(problem, weights, 1);
}

}  // namespace

int fit_count(int count) {
  const int spare = count - kFewestHeldOut;
  if (spare < kFewestFit) return count / 2;
  return std::min({spare, count / 2, kMostFit});
}

Calibration calibrate(const net::Network& network, const CalibrationData& data, const config::Config& config,
                      const Options& options, Progress& progress) {
  const auto count = static_cast<std::int64_t>(data.samples.size()) / network.tensors[0].shape.size();
  const std::vector<observe::OutputTask> tasks =
      observe::output_tasks(network, options.task, !data.labels.empty(), options.decision.has_value(),
                            options.budget.kl / options.budget.mse);
  const observe::OutputTask& deciding = tasks[observe::deciding(tasks)];
  check_data(network, data, count, deciding.values);
  check_policy(network, options.policy);
  const int threads = options.threads > 0 ? options.threads : floating::default_threads();

  Calibration calibration;
  calibration.task = deciding.task;
  calibration.optimise = options.optimise;
  calibration.decision = options.decision.value_or(observe::Decision::argmax);

  progress.begin("float", count);
  const std::vector<float> outputs =
      floating::FloatExecutor(network, threads).outputs(data.samples.data(), count, [&](std::int64_t done) {
        progress.advance(done);
      });
  const observe::Objective objective(tasks, calibration.decision, outputs,
                                     static_cast<int>(network.tensors[network.output].shape.size()));
  calibration.temperature = objective.temperature();
  Split parts = split(network, data, outputs, static_cast<int>(count));
  calibration.allowed = allowed_loss(options.budget, calibration.task);
  calibration.fit_samples = fit_count(static_cast<int>(count));
  calibration.observation =
      observe::observe(network, objective, parts.fit, parts.fit_labels, threads, progress);

  const plan::InputPort port = imported_port(network, data);
  if (options.decision && decides(objective)) {
    judge_decisions(network, objective, port, outputs, threads, parts.held_out);
  }
  const Problem problem{network,        config, objective,      calibration.observation, parts.fit,
                        parts.held_out, port,   options.budget, options.optimise,        threads};
  if (net::is_quantized(network)) {
    take_imported(problem, options.policy, calibration, progress);
  } else {
    search_plans(problem, options.policy, calibration, progress);
  }
  for (std::size_t n = 0; n < network.nodes.size(); ++n) {
    calibration.weights.push_back(weight_planes(network, calibration.observation,
                                                calibration.dynamic.best().plan, static_cast<int>(n)));
  }
  calibration.warnings = warnings_of(calibration, problem);
  const Point& best = calibration.dynamic.best();
  calibration.budget_met = best.accepted && best.verdict.samples >= kFewestHeldOut;
  return calibration;
}

}  // namespace dpwa::search
