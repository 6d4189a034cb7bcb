// SPDX-License-Identifier: Apache-2.0
#include "cli/evaluation.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "calib/float/parallel.h"
#include "cli/border_files.h"
#include "model/cycles/worst_case.h"

namespace dpwa::cli {
namespace {

constexpr std::int64_t kChunk = 16;  ///< samples per unit of work

std::int64_t sum(const std::vector<golden::NodeCounts>& nodes, std::int64_t golden::NodeCounts::*member) {
  std::int64_t total = 0;
  for (const golden::NodeCounts& node : nodes) total += node.*member;
  return total;
}

double ratio(std::int64_t part, std::int64_t whole) {
  return whole > 0 ? static_cast<double>(part) / static_cast<double>(whole) : 0;
}

PlanRun empty_run(const net::Network& network) {
  PlanRun run;
  run.nodes.resize(network.nodes.size());
  run.tiles.resize(network.tensors.size());
  run.cycles.resize(network.nodes.size());
  run.lane_beats.resize(network.nodes.size());
  run.useful.resize(network.nodes.size());
  return run;
}

/// The tile widths of an inference, and how many tiles of each tensor have each width.
std::vector<std::vector<std::uint8_t>> take_widths(golden::Inference& inference, PlanRun& run) {
  std::vector<std::vector<std::uint8_t>> widths;
  for (golden::StoredTensor& tensor : inference.tensors) {
    for (const std::uint8_t planes : tensor.planes) ++run.tiles[widths.size()][planes];
    widths.push_back(std::move(tensor.planes));
  }
  return widths;
}

/// What all samples of a run share.
struct Machine {
  const net::Network& network;
  const plan::Plan& plan;
  const config::Config& config;
  golden::Executor executor{network, plan, config.products};
  std::vector<cycles::ScanOrder> orders = cycles::scan_orders(config, network, plan);
};

/// Runs one sample. `decisions`: takes the PCU's; may be null.
PlanRun run_sample(const Machine& machine, const float* sample, std::vector<plan::Decisions>* decisions) {
  PlanRun run = empty_run(machine.network);
  golden::Inference inference = machine.executor.run(machine.executor.port_words(sample, run.off_grid));
  run.images = 1;
  run.outputs = machine.executor.outputs(inference);
  run.nodes = inference.nodes;
  if (decisions != nullptr) {
    decisions->emplace_back();
    for (const golden::StoredTensor& t : inference.tensors) decisions->back().push_back(t.decisions());
  }
  const std::vector<cycles::NodeCycles> predicted = cycles::predict(
      machine.config, machine.network, machine.plan, machine.orders, take_widths(inference, run));
  for (std::size_t n = 0; n < predicted.size(); ++n) {
    run.cycles[n] = predicted[n].cycles;
    run.lane_beats[n] = predicted[n].lane_beats;
    run.useful[n] = predicted[n].useful;
  }
  return run;
}

void append(const PlanRun& part, PlanRun& run) {
  run.images += part.images;
  run.off_grid += part.off_grid;
  run.outputs.insert(run.outputs.end(), part.outputs.begin(), part.outputs.end());
  for (std::size_t n = 0; n < run.nodes.size(); ++n) {
    run.nodes[n] += part.nodes[n];
    run.cycles[n] += part.cycles[n];
    run.lane_beats[n] += part.lane_beats[n];
    run.useful[n] += part.useful[n];
  }
  for (std::size_t t = 0; t < run.tiles.size(); ++t) {
    for (std::size_t p = 0; p < run.tiles[t].size(); ++p) run.tiles[t][p] += part.tiles[t][p];
  }
}

double mean_squared_difference(const std::vector<float>& a, const std::vector<float>& b) {
  double squares = 0;
  for (std::size_t i = 0; i < a.size(); ++i) squares += (double{a[i]} - b[i]) * (double{a[i]} - b[i]);
  return squares / static_cast<double>(a.size());
}

/// Mean over the images of measure(image's outputs, image).
template <typename Measure>
double mean(const std::vector<float>& outputs, int values, Measure measure) {
  const std::size_t images = outputs.size() / values;
  double total = 0;
  for (std::size_t i = 0; i < images; ++i) total += measure(&outputs[i * values], i);
  return total / static_cast<double>(images);
}

}  // namespace

std::int64_t PlanRun::beats() const { return sum(nodes, &golden::NodeCounts::beats); }

std::int64_t PlanRun::total_cycles() const {
  return std::accumulate(cycles.begin(), cycles.end(), std::int64_t{0});
}

double PlanRun::average_activation_planes() const {
  return ratio(sum(nodes, &golden::NodeCounts::activation_planes),
               sum(nodes, &golden::NodeCounts::tile_macs));
}

double average_weight_planes(const plan::Plan& plan, const PlanRun& run) {
  double planes = 0;
  for (std::size_t n = 0; n < run.nodes.size(); ++n) {
    const std::vector<int>& granted = plan.nodes[n].planes;
    planes += static_cast<double>(run.nodes[n].tile_macs) *
              ratio(std::accumulate(granted.begin(), granted.end(), std::int64_t{0}),
                    static_cast<std::int64_t>(granted.size()));
  }
  const std::int64_t visited = sum(run.nodes, &golden::NodeCounts::tile_macs);
  return visited > 0 ? planes / static_cast<double>(visited) : 0;
}

PlanRun run_plan(const net::Network& network, const plan::Plan& plan, const config::Config& config,
                 const data::Samples& samples, Progress& progress, plan::PolicyTrace* trace) {
  const Machine machine{network, plan, config};
  PlanRun run = empty_run(network);
  struct Part {
    PlanRun run;
    std::vector<plan::Decisions> decisions;  // [images] with a trace
  };
  const auto work = [&](int, std::int64_t chunk) {
    Part part{empty_run(network), {}};
    for (std::int64_t i = chunk * kChunk; i < std::min((chunk + 1) * kChunk, samples.count); ++i) {
      append(run_sample(machine, samples.sample(i), trace != nullptr ? &part.decisions : nullptr), part.run);
    }
    return part;
  };
  const auto merge = [&](std::int64_t, const Part& part) {
    for (const plan::Decisions& decisions : part.decisions) trace->add(decisions);
    progress.advance(part.run.images);
    append(part.run, run);
  };
  const std::int64_t chunks = (samples.count + kChunk - 1) / kChunk;
  floating::ordered_parallel(
      chunks, floating::default_threads(), [] { return 0; }, work, merge);
  for (const cycles::NodeCycles& node : cycles::worst_case(config, network, plan)) {
    run.worst_case.push_back(node.cycles);
  }
  return run;
}

Fidelity compare(const std::optional<observe::OutputObjective>& objective, int values,
                 const std::vector<float>& reference, const std::vector<float>& outputs, const Truth& truth) {
  Fidelity fidelity;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    fidelity.max_abs_error = std::max(fidelity.max_abs_error, std::fabs(double{outputs[i]} - reference[i]));
  }
  fidelity.mse = mean_squared_difference(outputs, truth.targets.empty() ? reference : truth.targets);
  if (!truth.targets.empty()) fidelity.float_mse = mean_squared_difference(reference, truth.targets);
  if (!objective) return fidelity;

  fidelity.mean_kl = mean(outputs, values, [&](const float* y, std::size_t i) {
    return objective->divergence(&reference[i * values], y);
  });
  fidelity.agreement = mean(outputs, values, [&](const float* y, std::size_t i) {
    return objective->decide(&reference[i * values]) == objective->decide(y) ? 1.0 : 0.0;
  });
  if (truth.labels.empty()) return fidelity;
  const auto right = [&](const float* y, std::size_t i) {
    return objective->decide(y) == truth.labels[i] ? 1.0 : 0.0;
  };
  const auto loss = [&](const float* y, std::size_t i) {
    return objective->cross_entropy(y, truth.labels[i]);
  };
  fidelity.accuracy = mean(outputs, values, right);
  fidelity.float_accuracy = mean(reference, values, right);
  fidelity.loss = mean(outputs, values, loss);
  fidelity.float_loss = mean(reference, values, loss);
  return fidelity;
}

std::vector<Fidelity> compare_outputs(const net::Network& network,
                                      const std::vector<observe::OutputTask>& tasks,
                                      observe::Decision decision, const std::vector<float>& reference,
                                      const std::vector<float>& outputs, const Truth& truth) {
  const std::int64_t all = network.tensors[network.output].shape.size();
  const std::size_t deciding = deciding_output(network, tasks);
  std::vector<Fidelity> result;
  for (const net::Output& output : network.outputs) {
    const auto columns = [&](const std::vector<float>& values) {
      std::vector<float> own;
      for (std::size_t at = 0; at < values.size(); at += all) {
        const std::vector<float> image = values_of(output, values.data() + at);
        own.insert(own.end(), image.begin(), image.end());
      }
      return own;
    };
    const auto task = std::find_if(tasks.begin(), tasks.end(), [&](const observe::OutputTask& each) {
      return each.first == output.first && each.values == output.size();
    });
    const auto values = static_cast<int>(output.size());
    const std::vector<float> expected = columns(reference);
    std::optional<observe::OutputObjective> objective;
    if (task->task == observe::Task::classify)
      objective.emplace(observe::Task::classify, decision, expected, values);
    const bool labelled = result.size() == deciding;
    const Truth own{labelled ? truth.labels : std::vector<int>{}, columns(truth.targets)};
    result.push_back(compare(objective, values, expected, columns(outputs), own));
  }
  return result;
}

std::size_t deciding_output(const net::Network& network, const std::vector<observe::OutputTask>& tasks) {
  const observe::OutputTask& deciding = tasks[observe::deciding(tasks)];
  const auto found =
      std::find_if(network.outputs.begin(), network.outputs.end(), [&](const net::Output& output) {
        return output.first == deciding.first && output.size() == deciding.values;
      });
  return found - network.outputs.begin();
}

}  // namespace dpwa::cli
