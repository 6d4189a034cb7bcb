// SPDX-License-Identifier: Apache-2.0
#include "calib/search/simulate.h"

#include "calib/float/executor.h"

namespace dpwa::search {

namespace {

void dequantise(const std::int16_t* q, double scale, std::size_t count, float* weights) {
  for (std::size_t i = 0; i < count; ++i) weights[i] = static_cast<float>(q[i] * scale);
}

/// Adds to each channel what brings its mean to `target`; returns what was added.
std::vector<double> shift_to_means(float* values, std::size_t count, const std::vector<double>& target) {
  const std::size_t channels = target.size();
  std::vector<double> shift(channels, 0.0);
  for (std::size_t i = 0; i < count; ++i) shift[i % channels] += values[i];
  for (std::size_t c = 0; c < channels; ++c) {
    shift[c] = target[c] - shift[c] * static_cast<double>(channels) / static_cast<double>(count);
  }
  for (std::size_t i = 0; i < count; ++i) values[i] += static_cast<float>(shift[i % channels]);
  return shift;
}

}  // namespace

Simulation::Simulation(const net::Network& network) : network_(network), grids_(network.tensors.size()) {}

Simulation::Simulation(const net::Network& network, const plan::Plan& plan) : Simulation(network) {
  for (std::size_t t = 0; t < network.tensors.size(); ++t) {
    const plan::TensorPlan& tensor = plan.tensors[t];
    grids_[t] = observe::Grid{tensor.step_exponent, tensor.is_signed, {tensor.lower, tensor.upper}};
  }
  for (std::size_t n = 0; n < network.nodes.size(); ++n) {
    net::Node& node = network_.nodes[n];
    const std::size_t count = node.weight.size() / node.out_channels;
    for (int c = 0; c < node.out_channels; ++c) {
      dequantise(plan.nodes[n].q.data() + c * count, plan.nodes[n].scale[c], count,
                 node.weight.data() + c * count);
      node.bias[c] = static_cast<float>(plan.nodes[n].bias[c]);
    }
  }
}

void Simulation::set_weights(int node, const NodeOptions& options, int planes) {
  std::vector<float>& weights = network_.nodes[node].weight;
  const std::size_t count = weights.size() / options.size();
  for (std::size_t c = 0; c < options.size(); ++c) {
    const ChannelOption& option = options[c][planes - 1];
    dequantise(option.q.data(), option.scale, count, weights.data() + c * count);
  }
}

void Simulation::run(const std::vector<float>& samples, const observe::Observation& observation) {
  floating::Pass pass(network_, observation.samples);
  shifts_.assign(network_.nodes.size(), {});
  floating::Pass::Hooks hooks;
  hooks.preactivation = [&](int node, float* values) {
    shifts_[node] =
        shift_to_means(values, pass.preactivation(node).size(), observation.nodes[node].mean_preactivation);
  };
  hooks.tensor = [&](int tensor, float* values) {
    if (!grids_[tensor]) return;
    const std::size_t count = pass.tensor(tensor).size();
    for (std::size_t i = 0; i < count; ++i) values[i] = static_cast<float>(grids_[tensor]->round(values[i]));
  };
  pass.forward(samples.data(), hooks);
  outputs_ = pass.tensor(network_.output);
}

}  // namespace dpwa::search
