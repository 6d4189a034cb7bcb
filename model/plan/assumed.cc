// SPDX-License-Identifier: Apache-2.0
#include "model/plan/assumed.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "model/num/planes.h"

namespace dpwa::plan {
namespace {

constexpr int kInt8Planes = 2;

TensorPlan assumed_tensor(const net::Tensor& tensor, bool is_signed) {
  const num::Range range = num::activation_range(kInt8Planes, is_signed);
  TensorPlan t;
  t.is_signed = is_signed;
  t.lower = static_cast<std::int32_t>(range.lower);
  t.upper = static_cast<std::int32_t>(range.upper);
  t.pcu = {Policy::static_, kInt8Planes, kInt8Planes};
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

NodePlan assumed_node(const net::Node& node) {
  const num::Range range = num::weight_range(kInt8Planes);
  const std::size_t fan_in = node.weight.size() / node.out_channels;
  NodePlan plan;
  plan.pinned = true;
  plan.planes.assign(node.out_channels, kInt8Planes);
  plan.bias.assign(node.out_channels, 0);
  for (int oc = 0; oc < node.out_channels; ++oc) {
    const auto begin = node.weight.begin() + static_cast<std::ptrdiff_t>(oc * fan_in);
    double largest = 0;
    std::for_each(begin, begin + static_cast<std::ptrdiff_t>(fan_in),
                  [&](float w) { largest = std::max(largest, std::fabs(static_cast<double>(w))); });
    const double scale = largest > 0 ? largest / static_cast<double>(range.upper) : 1;
    plan.scale.push_back(scale);
    for (std::size_t i = 0; i < fan_in; ++i) {
      plan.q.push_back(static_cast<std::int16_t>(std::lround(begin[static_cast<std::ptrdiff_t>(i)] / scale)));
    }
  }
  return plan;
}

}  // namespace

Plan assume_int8(const net::Network& network) {
  Plan plan;
  if (net::is_quantized(network)) plan.multiplier_bits = kImportedMultiplierBits;
  plan.network = network.name;
  for (std::size_t t = 0; t < network.tensors.size(); ++t) {
    const net::Tensor& tensor = network.tensors[t];
    const bool is_signed = tensor.producer >= 0 && network.nodes[tensor.producer].lower < 0;
    plan.tensors.push_back(assumed_tensor(tensor, is_signed));
    const net::Node* const function = net::function_before(network, static_cast<int>(t));
    if (function) assume_function(*function, plan.tensors.back());
  }
  for (const net::Node& node : network.nodes) plan.nodes.push_back(assumed_node(node));
  return plan;
}

}  // namespace dpwa::plan
