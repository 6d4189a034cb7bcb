// SPDX-License-Identifier: Apache-2.0
#include "calib/search/simulate.h"

#include <cmath>

#include "calib/float/executor.h"
#include "model/plan/table.h"

namespace dpwa::search {

namespace {

void dequantise(const std::int16_t* q, double scale, std::size_t count, float* weights) {
  for (std::size_t i = 0; i < count; ++i) weights[i] = static_cast<float>(q[i] * scale);
}

}  // namespace

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

void round_for_table(const net::Node& node, int output_exponent, float* values, std::size_t count) {
  if (node.activation.is_identity()) return;
  const int exponent = plan::table_exponent(node.activation, output_exponent);
  for (std::size_t i = 0; i < count; ++i) {
    const auto y0 = static_cast<double>(num::round_even(std::ldexp(double{values[i]}, -exponent)));
    values[i] = static_cast<float>(std::ldexp(y0, exponent));
  }
}

Simulation::Simulation(const net::Network& network) : network_(network), grids_(network.tensors.size()) {}

void load_weights(const plan::NodePlan& plan, net::Node& node) {
  const std::size_t count = node.weight.size() / node.out_channels;
  for (int c = 0; c < node.out_channels; ++c) {
    dequantise(plan.q.data() + c * count, plan.scale[c], count, node.weight.data() + c * count);
    node.bias[c] = static_cast<float>(plan.bias[c]);
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
  floating::Pass::Hooks hooks;
  hooks.preactivation = [&](int node, float* values) {
    const std::size_t count = pass.preactivation(node).size();
    shift_to_means(values, count, observation.nodes[node].mean_preactivation);
    const net::Node& n = network_.nodes[node];
    if (grids_[n.output]) round_for_table(n, grids_[n.output]->exponent, values, count);
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
