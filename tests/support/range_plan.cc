// SPDX-License-Identifier: Apache-2.0
#include "tests/support/range_plan.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "calib/float/executor.h"
#include "model/num/planes.h"

namespace dpwa::plan {
namespace {

/// The smallest power of two whose `largest` multiple is not below `magnitude`.
int step_exponent(double magnitude, double largest) {
  return magnitude > 0 ? static_cast<int>(std::ceil(std::log2(magnitude / largest))) : 0;
}

TensorPlan tensor_plan(const std::vector<float>& values, int channels, int planes) {
  const auto [lowest, highest] = std::minmax_element(values.begin(), values.end());
  TensorPlan tensor;
  tensor.is_signed = *lowest < 0;
  const num::Range range = num::activation_range(planes, tensor.is_signed);
  tensor.lower = static_cast<std::int32_t>(range.lower);
  tensor.upper = static_cast<std::int32_t>(range.upper);
  tensor.step_exponent =
      step_exponent(std::max<double>(*highest, -*lowest), static_cast<double>(range.upper));
  tensor.pcu.max_planes = planes;
  tensor.order.resize(channels);
  std::iota(tensor.order.begin(), tensor.order.end(), 0);
  return tensor;
}

NodePlan node_plan(const net::Node& node, int planes) {
  const num::Range range = num::weight_range(planes);
  const std::size_t per_channel = node.weight.size() / node.out_channels;
  NodePlan made;
  made.planes.assign(node.out_channels, planes);
  made.bias.assign(node.bias.begin(), node.bias.end());
  for (int c = 0; c < node.out_channels; ++c) {
    const float* weights = &node.weight[c * per_channel];
    float largest = 0;
    for (std::size_t i = 0; i < per_channel; ++i) largest = std::max(largest, std::fabs(weights[i]));
    made.scale.push_back(largest > 0 ? largest / static_cast<double>(range.upper) : 1);
    for (std::size_t i = 0; i < per_channel; ++i) {
      made.q.push_back(static_cast<std::int16_t>(std::lround(weights[i] / made.scale[c])));
    }
  }
  return made;
}

}  // namespace

Plan range_plan(const net::Network& network, const std::vector<float>& samples, int count, int planes) {
  floating::Pass pass(network, count);
  pass.forward(samples.data());
  Plan plan;
  plan.network = network.name;
  plan.config = "sim-4";
  for (int t = 0; t < static_cast<int>(network.tensors.size()); ++t) {
    plan.tensors.push_back(tensor_plan(pass.tensor(t), network.tensors[t].shape.c, planes));
  }
  for (const net::Node& node : network.nodes) plan.nodes.push_back(node_plan(node, planes));
  return plan;
}

}  // namespace dpwa::plan
