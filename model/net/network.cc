// SPDX-License-Identifier: Apache-2.0
#include "model/net/network.h"

#include <algorithm>
#include <cstddef>

namespace dpwa::net {

std::int64_t macs(const Network& network, const Node& node) {
  const Shape& input = network.tensors[node.input].shape;
  return node.conv_shape.size() * node.window.kh * node.window.kw * input.c;
}

std::int64_t Network::parameters() const {
  std::int64_t count = 0;
  for (const Node& node : nodes) count += static_cast<std::int64_t>(node.weight.size() + node.bias.size());
  return count;
}

std::int64_t Network::macs() const {
  std::int64_t count = 0;
  for (const Node& node : nodes) count += net::macs(*this, node);
  return count;
}

std::int64_t Network::values_per_image() const {
  std::int64_t count = 0;
  for (const Tensor& tensor : tensors) count += tensor.shape.size();
  return count;
}

std::vector<int> residual_classes(const Network& network) {
  std::vector<int> classes(network.tensors.size(), -1);
  for (const Node& node : network.nodes) {
    if (node.residual < 0) continue;
    const int a = classes[node.residual], b = classes[node.output];
    int first = std::min(node.residual, node.output);
    for (const int known : {a, b}) first = known < 0 ? first : std::min(first, known);
    for (int& each : classes) {
      if (each >= 0 && (each == a || each == b)) each = first;
    }
    classes[node.residual] = classes[node.output] = first;
  }
  return classes;
}

std::vector<float> to_channel_last(const float* sample, const Shape& shape) {
  const std::size_t pixels = static_cast<std::size_t>(shape.h) * shape.w;
  std::vector<float> out(pixels * shape.c);
  for (int c = 0; c < shape.c; ++c) {
    for (std::size_t p = 0; p < pixels; ++p) out[p * shape.c + c] = sample[c * pixels + p];
  }
  return out;
}

std::vector<float> to_channel_first(const float* sample, const Shape& shape) {
  const std::size_t pixels = static_cast<std::size_t>(shape.h) * shape.w;
  std::vector<float> out(pixels * shape.c);
  for (int c = 0; c < shape.c; ++c) {
    for (std::size_t p = 0; p < pixels; ++p) out[c * pixels + p] = sample[p * shape.c + c];
  }
  return out;
}

}  // namespace dpwa::net
