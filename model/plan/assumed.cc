// SPDX-License-Identifier: Apache-2.0
#include "model/plan/assumed.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "model/num/planes.h"

namespace dpwa::plan {
namespace {

constexpr int kInt8Planes = 2;

TensorPlan assumed_tensor(const net::Network& network, const net::Tensor& tensor) {
  const bool negative = tensor.producer >= 0 && network.nodes[tensor.producer].lower < 0;
  const num::Range range =
      tensor.grid ? file_limits(network, tensor) : num::activation_range(kInt8Planes, negative);
  const bool is_signed = range.lower < 0;
  const int planes = std::min(num::activation_planes(range, is_signed), num::kPlanesMax);
  TensorPlan t;
  t.is_signed = is_signed;
  t.lower = static_cast<std::int32_t>(range.lower);
  t.upper = static_cast<std::int32_t>(range.upper);
  t.pcu = {Policy::static_, planes, planes};
  t.order.resize(tensor.shape.c);
  std::iota(t.order.begin(), t.order.end(), 0);
  return t;
}

/// Steps behind an activation function, which say how long its table is: bounded values fill the format,
/// others reach to 8 or 16.
void assume_function(const net::Node& node, TensorPlan& t) {
  constexpr int kUnbounded = -4;
  const int bounded = t.is_signed ? -7 : -8;
  t.step_exponent = std::isfinite(node.upper) ? bounded : kUnbounded;
  if (node.activation.function == net::Function::leaky_relu) {
    t.lower = std::min(-1, static_cast<std::int32_t>(std::lround(t.lower * node.activation.alpha)));
  }
}

/// INT8 by the largest weight of each channel.
std::vector<double> assumed_scales(const net::Node& node) {
  const std::size_t fan_in = node.weight.size() / node.out_channels;
  std::vector<double> scales;
  for (int oc = 0; oc < node.out_channels; ++oc) {
    const auto begin = node.weight.begin() + static_cast<std::ptrdiff_t>(oc * fan_in);
    double largest = 0;
    std::for_each(begin, begin + static_cast<std::ptrdiff_t>(fan_in),
                  [&](float w) { largest = std::max(largest, std::fabs(static_cast<double>(w))); });
    scales.push_back(largest > 0 ? largest / static_cast<double>(num::weight_range(kInt8Planes).upper) : 1);
  }
  return scales;
}

NodePlan assumed_node(const net::Node& node) {
  const std::size_t fan_in = node.weight.size() / node.out_channels;
  NodePlan plan;
  plan.pinned = node.weight_step.empty();
  plan.bias.assign(node.out_channels, 0);
  if (node.weight_step.empty()) {
    plan.scale = assumed_scales(node);
    plan.planes.assign(node.out_channels, kInt8Planes);
  } else {
    plan.scale.assign(node.weight_step.begin(), node.weight_step.end());
    plan.planes.assign(node.out_channels, 0);
  }
  for (std::size_t i = 0; i < node.weight.size(); ++i) {
    const std::size_t oc = i / fan_in;
    plan.q.push_back(static_cast<std::int16_t>(std::lround(node.weight[i] / plan.scale[oc])));
    plan.planes[oc] = std::max(plan.planes[oc], num::weight_planes(plan.q.back()));
  }
  return plan;
}

}  // namespace

num::Range file_limits(const net::Network& network, const net::Tensor& tensor) {
  const net::FileGrid& grid = *tensor.grid;
  num::Range limits{std::int64_t{grid.lowest} - grid.zero_point,
                    std::int64_t{grid.highest} - grid.zero_point};
  if (tensor.producer < 0) return limits;
  const net::Node& node = network.nodes[tensor.producer];
  limits.lower = std::max<std::int64_t>(limits.lower, grid.quantize(node.lower));
  limits.upper = std::min<std::int64_t>(limits.upper, grid.quantize(node.upper));
  return limits;
}

Plan assume_int8(const net::Network& network) {
  Plan plan;
  if (net::is_quantized(network)) plan.multiplier_bits = kImportedMultiplierBits;
  plan.network = network.name;
  for (std::size_t t = 0; t < network.tensors.size(); ++t) {
    plan.tensors.push_back(assumed_tensor(network, network.tensors[t]));
    const net::Node* const function = net::function_before(network, static_cast<int>(t));
    if (function) assume_function(*function, plan.tensors.back());
  }
  for (const net::Node& node : network.nodes) plan.nodes.push_back(assumed_node(node));
  return plan;
}

}  // namespace dpwa::plan
