// SPDX-License-Identifier: Apache-2.0
#include "calib/search/assemble.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "calib/float/layer.h"
#include "calib/search/compensate.h"
#include "calib/search/simulate.h"
#include "model/num/planes.h"

namespace dpwa::search {

namespace {

plan::NodePlan node_plan(const net::Node& node, const NodeOptions& options, const std::vector<int>& planes,
                         bool pinned, int exponent_in, int exponent_out) {
  plan::NodePlan plan;
  plan.planes = planes;
  plan.pinned = pinned;
  plan.bias.assign(node.bias.begin(), node.bias.end());
  for (std::size_t c = 0; c < planes.size(); ++c) {
    const ChannelOption& option = options[c][std::max(planes[c], 1) - 1];
    const bool zero = planes[c] == 0;
    plan.scale.push_back(zero ? std::ldexp(kZeroChannelStep, exponent_out - exponent_in) : option.scale);
    plan.q.insert(plan.q.end(), option.q.begin(), option.q.end());
  }
  return plan;
}

/// Takes headroom from tensors whose consumer's accumulator would not fit.
void fit_accumulators(const net::Network& network, const config::Config& config, const Choice& choice,
                      const SearchSpace& space, plan::Plan& plan) {
  for (std::size_t n = 0; n < network.nodes.size(); ++n) {
    const int input = network.nodes[n].input;
    plan::TensorPlan& tensor = plan.tensors[input];
    const ActivationOption& option = space.activations[input][choice.activation[input]];
    while (tensor.pcu.policy == plan::Policy::range && tensor.pcu.max_planes > option.used_planes &&
           plan::derive(network, plan, static_cast<int>(n)).acc_bits > config.acc_w) {
      --tensor.pcu.max_planes;
      const num::Range limits = num::intersection(
          {tensor.lower, tensor.upper}, num::activation_range(tensor.pcu.max_planes, tensor.is_signed));
      tensor.lower = static_cast<std::int32_t>(limits.lower);
      tensor.upper = static_cast<std::int32_t>(limits.upper);
    }
  }
}

/// Values as the plan stores them.
void store(const plan::TensorPlan& plan, const std::vector<float>& values, std::vector<float>& stored) {
  const observe::Grid grid{plan.step_exponent, plan.is_signed, {plan.lower, plan.upper}};
  for (float value : values) stored.push_back(static_cast<float>(grid.round(value)));
}

}  // namespace

void sort_channels(const net::Network& network, const Choice& choice, plan::Plan& plan) {
  const net::ChannelOrders orders = net::channel_orders(network);
  std::vector<std::vector<int>> widest(network.tensors.size());
  for (std::size_t n = 0; n < network.nodes.size(); ++n) {
    std::vector<int>& planes = widest[orders.classes[network.nodes[n].output]];
    planes.resize(choice.planes[n].size(), 0);
    for (std::size_t c = 0; c < planes.size(); ++c) planes[c] = std::max(planes[c], choice.planes[n][c]);
  }
  for (const net::Node& node : network.nodes) {
    const std::vector<int>& planes = widest[orders.classes[node.output]];
    if (orders.graph_order[node.output]) continue;
    std::vector<int>& order = plan.tensors[node.output].order;
    std::stable_sort(order.begin(), order.end(), [&](int a, int b) { return planes[a] > planes[b]; });
  }
}

plan::TensorPlan tensor_plan(const net::Tensor& tensor, const ActivationOption& option) {
  plan::TensorPlan plan;
  plan.step_exponent = option.grid.exponent;
  plan.is_signed = option.grid.is_signed;
  plan.lower = static_cast<std::int32_t>(option.grid.limits.lower);
  plan.upper = static_cast<std::int32_t>(option.grid.limits.upper);
  plan.pcu = option.pcu;
  plan.order.resize(tensor.shape.c);
  std::iota(plan.order.begin(), plan.order.end(), 0);
  return plan;
}

void fit_residuals(const net::Network& network, plan::Plan& plan) {
  const std::vector<int> fine = plan::fine_exponents(network, plan);
  for (std::size_t t = 0; t < plan.tensors.size(); ++t) {
    if (fine[t] == plan::kNoFineGrid) continue;
    plan::TensorPlan& tensor = plan.tensors[t];
    const int shift = std::min(tensor.step_exponent - fine[t], plan::kFineShiftMax);
    tensor.step_exponent = fine[t] + shift;
    const num::Range held{plan::kFineRange.lower >> shift, plan::kFineRange.upper >> shift};
    const num::Range limits = num::intersection({tensor.lower, tensor.upper}, held);
    tensor.lower = static_cast<std::int32_t>(limits.lower);
    tensor.upper = static_cast<std::int32_t>(limits.upper);
  }
}

void fit_products(const net::Network& network, plan::Plan& plan) {
  for (std::size_t n = 0; n < network.nodes.size(); ++n) {
    const net::Node& node = network.nodes[n];
    if (node.factor < 0) continue;
    const int coarser = -plan::factor_shift(network, plan, static_cast<int>(n));
    if (coarser <= 0) continue;
    plan::TensorPlan& tensor = plan.tensors[node.output];
    tensor.step_exponent += coarser;
    const auto steps = [&](std::int32_t limit) {
      return static_cast<std::int32_t>(std::ldexp(static_cast<double>(limit), -coarser));
    };
    tensor.upper = std::max(steps(tensor.upper), 1);
    if (tensor.is_signed) tensor.lower = std::min(steps(tensor.lower), -1);
  }
}

plan::Plan assemble(const net::Network& network, const SearchSpace& space, const Choice& choice,
                    const plan::InputPort& port, const config::Config& config) {
  plan::Plan plan;
  plan.network = network.name;
  plan.config = config.name;
  plan.input = port;
  for (std::size_t t = 0; t < network.tensors.size(); ++t) {
    plan.tensors.push_back(tensor_plan(network.tensors[t], space.activations[t][choice.activation[t]]));
    plan.tensors[t].order = space.orders[t];
  }
  for (std::size_t n = 0; n < network.nodes.size(); ++n) {
    const net::Node& node = network.nodes[n];
    plan.nodes.push_back(node_plan(node, space.weights[n], choice.planes[n], !space.scheme.run_time,
                                   plan.tensors[node.input].step_exponent,
                                   plan.tensors[node.output].step_exponent));
  }
  sort_channels(network, choice, plan);
  fit_residuals(network, plan);
  fit_products(network, plan);
  fit_accumulators(network, config, choice, space, plan);
  return plan;
}

void fit_weights(const net::Network& network, const observe::Observation& observation, plan::Plan& plan) {
  std::vector<std::vector<float>> stored(network.tensors.size()), added(network.tensors.size());
  store(plan.tensors[0], observation.tensors[0].values, stored[0]);
  net::Network quantised = network;
  for (std::size_t n = 0; n < network.nodes.size(); ++n) {
    net::Node& node = quantised.nodes[n];
    plan::NodePlan& node_plan = plan.nodes[n];
    round_for_stored_inputs(network, static_cast<int>(n), observation.tensors[node.input].values,
                            stored[node.input], node_plan);
    load_weights(node_plan, node);
    floating::Layer layer(quantised, node, observation.samples);
    std::vector<float> sums(node.conv_shape.size() * observation.samples);
    layer.convolve(stored[node.input].data(), sums.data());
    for (std::size_t i = 0; node.residual >= 0 && i < sums.size(); ++i) sums[i] += added[node.residual][i];
    const std::vector<double> shift =
        shift_to_means(sums.data(), sums.size(), observation.nodes[n].mean_preactivation);
    for (std::size_t c = 0; c < shift.size(); ++c) node_plan.bias[c] += shift[c];
    for (std::size_t i = 0; node.factor >= 0 && i < sums.size(); ++i) sums[i] *= added[node.factor][i];
    round_for_table(node, plan.tensors[node.output].step_exponent, sums.data(), sums.size());
    std::vector<float> outputs(network.tensors[node.output].shape.size() * observation.samples);
    layer.activate(sums.data(), outputs.data());
    store(plan.tensors[node.output], outputs, stored[node.output]);
    if (!network.tensors[node.output].adders.empty()) added[node.output] = std::move(outputs);
  }
  fit_products(network, plan);  // other weights and biases, another grid of what a factor multiplies
}

}  // namespace dpwa::search
