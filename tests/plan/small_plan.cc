// SPDX-License-Identifier: Apache-2.0
#include "tests/plan/small_plan.h"

#include <numeric>

namespace dpwa::plan {
namespace {

net::Node make_node(const std::string& name, int input, int output, int channels, net::Window window) {
  net::Node node;
  node.name = name;
  node.input = input;
  node.output = output;
  node.out_channels = channels;
  node.window = window;
  return node;
}

NodePlan make_weights(int channels, int per_channel) {
  NodePlan node;
  node.scale.assign(channels, 0.125);
  node.planes.assign(channels, 1);
  node.bias.assign(channels, 0.25);
  for (int i = 0; i < channels * per_channel; ++i) node.q.push_back(static_cast<std::int16_t>(i % 16 - 8));
  return node;
}

TensorPlan make_tensor(int channels, int step_exponent, bool is_signed, int lower, int upper) {
  TensorPlan tensor{step_exponent, 1, is_signed, lower, upper, {Policy::range, 0, 2}, {}};
  tensor.order.resize(channels);
  std::iota(tensor.order.begin(), tensor.order.end(), 0);
  return tensor;
}

}  // namespace

SmallPlan small_plan() {
  SmallPlan small;
  net::Network& network = small.network;
  network.name = "small";
  network.inputs = {{"image", {1, 4, 4}}};
  network.outputs = {{"logits", {2}, 0, {}}};
  network.input_affine = {{1}, {0}};
  network.tensors = {
      {"image", {4, 4, 1}, -1, {0}}, {"hidden", {3, 3, 3}, 0, {1}}, {"logits", {1, 1, 2}, 1, {}}};
  network.nodes = {make_node("conv", 0, 1, 3, {2, 2}), make_node("/fc/Gemm", 1, 2, 2, {3, 3})};
  network.nodes[0].lower = 0;
  network.nodes[0].conv_shape = {3, 3, 3};
  network.nodes[1].conv_shape = {1, 1, 2};
  network.output = 2;

  Plan& plan = small.plan;
  plan.network = "small";
  plan.model_hash = "0123456789abcdef";
  plan.config = "sim-4";
  plan.tensors = {make_tensor(1, -8, false, 0, 255), make_tensor(3, -4, false, 0, 255),
                  make_tensor(2, -3, true, -128, 127)};
  plan.tensors[1].order = {2, 0, 1};
  plan.nodes = {make_weights(3, 4), make_weights(2, 27)};
  return small;
}

}  // namespace dpwa::plan
