// SPDX-License-Identifier: Apache-2.0
#include "calib/search/probe.h"

#include <algorithm>

#include "calib/float/parallel.h"
#include "calib/search/simulate.h"

namespace dpwa::search {

namespace {

/// Mean divergence of a simulated run's outputs from the observed float outputs.
double divergence_of(const observe::Objective& objective, const observe::Observation& observation,
                     const net::Network& network, const std::vector<float>& outputs) {
  const std::vector<float>& reference = observation.tensors[network.output].values;
  const auto sample = [&](const std::vector<float>& all, int i) {
    const auto first = all.begin() + std::int64_t{i} * objective.values();
    return observe::objective_order(objective, {first, first + objective.values()},
                                    network.tensors[network.output].shape);
  };
  double sum = 0;
  for (int i = 0; i < observation.samples; ++i) {
    const std::vector<float> expected = sample(reference, i), found = sample(outputs, i);
    sum += objective.divergence(expected.data(), found.data());
    if (objective.task() == observe::Task::classify) sum += objective.softened(expected.data(), found.data());
  }
  return observe::rounded(sum / observation.samples);
}

/// Losses of one node's channels at one plane count, scaled so that they add up to the measured loss.
void share_out(double measured, int planes, NodeOptions& options) {
  double predicted = 0;
  for (const auto& channel : options) predicted += channel[planes - 1].loss;
  for (auto& channel : options) {
    ChannelOption& option = channel[planes - 1];
    option.loss = observe::rounded(predicted > 0 ? option.loss * measured / predicted
                                                 : measured / static_cast<double>(options.size()));
  }
}

}  // namespace

void measure_losses(const net::Network& network, const observe::Objective& objective,
                    const observe::Observation& observation, const std::vector<float>& samples, int threads,
                    SearchSpace& space, Progress& progress) {
  struct Job {
    bool weights = false;
    int index = 0, option = 0;
  };
  std::vector<Job> jobs;
  for (std::size_t t = 0; t < network.tensors.size(); ++t) {
    if (network.tensors[t].consumers.empty()) continue;
    for (std::size_t k = 0; k < space.activations[t].size(); ++k) {
      jobs.push_back({false, static_cast<int>(t), static_cast<int>(k)});
    }
  }
  for (std::size_t n = 0; n < network.nodes.size(); ++n) {
    for (int planes : space.scheme.weight_planes) jobs.push_back({true, static_cast<int>(n), planes});
  }
  progress.begin("price " + space.scheme.name, static_cast<std::int64_t>(jobs.size()));
  floating::ordered_parallel(
      static_cast<std::int64_t>(jobs.size()), threads, [] { return 0; },
      [&](int, std::int64_t j) {
        const Job& job = jobs[j];
        Simulation simulation(network);
        if (job.weights) {
          simulation.set_weights(job.index, space.weights[job.index], job.option);
        } else {
          simulation.set_grid(job.index, space.activations[job.index][job.option].grid);
        }
        simulation.run(samples, observation);
        return divergence_of(objective, observation, network, simulation.outputs());
      },
      [&](std::int64_t j, double loss) {
        const Job& job = jobs[j];
        if (job.weights) {
          share_out(loss, job.option, space.weights[job.index]);
        } else {
          space.activations[job.index][job.option].loss = loss;
        }
        progress.advance();
      });
}

}  // namespace dpwa::search
