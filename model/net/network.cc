// SPDX-License-Identifier: Apache-2.0
#include "model/net/network.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <functional>
#include <numeric>

namespace dpwa::net {

namespace {

std::int64_t product(const std::vector<std::int64_t>& dims) {
  return std::accumulate(dims.begin(), dims.end(), std::int64_t{1}, std::multiplies<>());
}

}  // namespace

std::vector<std::int64_t> strides_of(const std::vector<std::int64_t>& dims) {
  std::vector<std::int64_t> strides(dims.size(), 1);
  for (std::size_t i = dims.size(); i-- > 1;) strides[i - 1] = strides[i] * dims[i];
  return strides;
}

std::int64_t Input::size() const { return product(dims); }

std::int64_t Output::size() const { return product(dims); }

std::int32_t FileGrid::quantize(float x) const {
  const double rounded = std::nearbyint(x / scale), zero = zero_point;
  if (std::isnan(rounded)) return 0;
  return static_cast<std::int32_t>(std::clamp(rounded, lowest - zero, highest - zero));
}

bool is_quantized(const Network& network) {
  return std::any_of(network.tensors.begin(), network.tensors.end(),
                     [](const Tensor& tensor) { return tensor.grid.has_value(); });
}

std::int64_t macs(const Network& network, const Node& node) {
  return node.conv_shape.size() * node.window.kh * node.window.kw * group_channels(network, node);
}

Window undilated(const Window& window) {
  Window dense = window;
  dense.kh = (window.kh - 1) * window.dilation_y + 1;
  dense.kw = (window.kw - 1) * window.dilation_x + 1;
  dense.dilation_y = dense.dilation_x = 1;
  return dense;
}

int group_channels(const Network& network, const Node& node) {
  return network.tensors[node.input].shape.c / node.groups;
}

ChannelRange channels_read(const Network& network, const Node& node, int first, int last) {
  const int inputs = group_channels(network, node), outputs = node.out_channels / node.groups;
  return {first / outputs * inputs, (last / outputs + 1) * inputs};
}

const Node* function_before(const Network& network, int tensor) {
  const int producer = network.tensors[tensor].producer;
  const bool made = producer >= 0 && !network.nodes[producer].activation.is_identity();
  return made ? &network.nodes[producer] : nullptr;
}

bool is_depthwise(const Network& network, const Node& node) {
  return node.groups > 1 && node.groups == node.out_channels && group_channels(network, node) == 1;
}

LayerKind layer_kind(const Network& network, const Node& node) {
  if (is_depthwise(network, node)) return LayerKind::depthwise;
  if (covers(node.window, network.tensors[node.input].shape)) return LayerKind::dense;
  return node.window.kh * node.window.kw == 1 ? LayerKind::pointwise : LayerKind::convolution;
}

std::string to_string(LayerKind kind) {
  constexpr std::array<const char*, 4> kNames = {"convolution", "pointwise", "depthwise", "dense"};
  return kNames[static_cast<std::size_t>(kind)];
}

ChannelOrders channel_orders(const Network& network) {
  ChannelOrders orders;
  orders.classes.resize(network.tensors.size());
  std::iota(orders.classes.begin(), orders.classes.end(), 0);
  std::vector<int>& classes = orders.classes;
  const auto join = [&](int a, int b) {
    const int first = std::min(classes[a], classes[b]), second = std::max(classes[a], classes[b]);
    std::replace(classes.begin(), classes.end(), second, first);
  };
  std::vector<bool> fixed(classes.size(), false);
  fixed[0] = fixed[network.output] = true;
  for (const Node& node : network.nodes) {
    if (node.residual >= 0) join(node.residual, node.output);
    if (node.factor >= 0) join(node.factor, node.output);
    if (is_depthwise(network, node)) {
      join(node.input, node.output);
    } else if (node.groups > 1) {
      fixed[node.input] = fixed[node.output] = true;
    }
  }
  std::vector<bool> fixed_class(classes.size(), false);
  for (std::size_t t = 0; t < classes.size(); ++t) {
    if (fixed[t]) fixed_class[classes[t]] = true;
  }
  for (const int number : classes) orders.graph_order.push_back(fixed_class[number]);
  return orders;
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
  for (const Node& node : network.nodes) {
    if (node.factor >= 0 && classes[node.factor] < 0) classes[node.factor] = node.factor;
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

std::vector<std::int64_t> Transposition::result_dims() const {
  std::vector<std::int64_t> result;
  for (const int axis : perm) result.push_back(dims[axis]);
  return result;
}

std::vector<float> transpose(const float* sample, const Transposition& order) {
  const std::size_t rank = order.dims.size();
  const std::vector<std::int64_t> strides = strides_of(order.dims), dims = order.result_dims();
  std::vector<std::int64_t> steps, at(rank, 0);
  for (const int axis : order.perm) steps.push_back(strides[axis]);
  const std::int64_t count = product(order.dims);
  std::vector<float> out;
  out.reserve(count);
  std::int64_t source = 0;
  while (static_cast<std::int64_t>(out.size()) < count) {
    out.push_back(sample[source]);
    for (std::size_t i = rank; i-- > 0;) {
      source += steps[i];
      if (++at[i] < dims[i]) break;
      source -= dims[i] * steps[i];
      at[i] = 0;
    }
  }
  return out;
}

std::vector<float> input_sample(const Network& network, const float* sample) {
  if (network.input_order) return transpose(sample, *network.input_order);
  return {sample, sample + network.tensors[0].shape.size()};
}

std::vector<float> output_sample(const Network& network, const float* stored) {
  std::vector<float> onnx = to_channel_first(stored, network.tensors[network.output].shape);
  return network.output_order ? transpose(onnx.data(), *network.output_order) : onnx;
}

std::optional<Softmax> softmax_of(const Network& network, const Output& output) {
  if (!output.softmax || !network.output_order) return output.softmax;
  Softmax softmax = *output.softmax;
  if (softmax.size == network.tensors[network.output].shape.size()) return softmax;
  const Transposition& order = *network.output_order;
  std::int64_t behind = 1;  // values of the output from one of an axis to the next
  const std::vector<std::int64_t> strides = strides_of(order.dims);
  for (std::size_t i = order.perm.size(); i-- > 0;) {
    const int axis = order.perm[i];
    if (order.dims[axis] == softmax.size && strides[axis] == softmax.stride) {
      softmax.stride = behind;
      return softmax;
    }
    behind *= order.dims[axis];
  }
  return std::nullopt;
}

}  // namespace dpwa::net
