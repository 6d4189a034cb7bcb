// SPDX-License-Identifier: Apache-2.0
#include "tests/system/random_network.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "model/num/planes.h"

namespace dpwa::system_test {

RandomNetwork::RandomNetwork(net::Shape input, bool is_signed, int planes, std::uint32_t seed)
    : random_(seed) {
  network_.name = "random";
  network_.inputs = {{"input", {input.c, input.h, input.w}}};
  network_.input_affine.scale.assign(input.c, 1);
  network_.input_affine.offset.assign(input.c, 0);
  add_tensor(input, is_signed, planes, false);
  plan_.tensors[0].step_exponent = 0;
  plan_.input = {is_signed ? plan::PortFormat::s8 : plan::PortFormat::u8, 1, 0};
}

int RandomNetwork::add_tensor(net::Shape shape, bool is_signed, int planes, bool pinned) {
  net::Tensor tensor;
  tensor.name = fmt::format("t{}", network_.tensors.size());
  tensor.shape = shape;
  network_.tensors.push_back(tensor);
  const num::Range range = num::activation_range(planes, is_signed);
  plan::TensorPlan t;
  t.step_exponent = -4;
  t.is_signed = is_signed;
  t.lower = static_cast<std::int32_t>(range.lower);
  t.upper = static_cast<std::int32_t>(range.upper);
  t.pcu = {pinned ? plan::Policy::static_ : plan::Policy::range, pinned ? planes : 0, planes};
  t.order.resize(shape.c);
  std::iota(t.order.begin(), t.order.end(), 0);
  plan_.tensors.push_back(t);
  return static_cast<int>(network_.tensors.size()) - 1;
}

RandomNetwork& RandomNetwork::add(const Layer& layer) {
  const int input = layer.input < 0 ? static_cast<int>(network_.tensors.size()) - 1 : layer.input;
  const net::Shape in = network_.tensors[input].shape;
  net::Node node;
  node.name = fmt::format("n{}", network_.nodes.size());
  node.onnx_operator = "Conv";
  node.input = input;
  node.out_channels = layer.channels;
  node.window = {
      layer.kernel_rows, layer.kernel_columns, layer.stride, layer.stride, layer.pad, layer.pad, layer.pad,
      layer.pad};
  node.window.dilation_y = node.window.dilation_x = layer.dilation;
  node.groups = layer.groups;
  const net::Window kernel = net::undilated(node.window);
  node.conv_shape = {(in.h + 2 * layer.pad - kernel.kh) / layer.stride + 1,
                     (in.w + 2 * layer.pad - kernel.kw) / layer.stride + 1, layer.channels};
  node.factor = layer.factor;
  if (layer.factor >= 0 && !(node.conv_shape == network_.tensors[layer.factor].shape)) {
    node.window.stride_y = node.window.stride_x = 0;
    node.conv_shape = network_.tensors[layer.factor].shape;
  }
  net::Shape out = node.conv_shape;
  if (layer.pool > 1) {
    node.pool = net::Window{layer.pool, layer.pool, layer.pool, layer.pool, 0, 0, 0, 0};
    out.h /= layer.pool;
    out.w /= layer.pool;
  }
  const net::Window& pool = layer.pool_window;
  if (pool.kh * pool.kw > 1) {
    node.pool = pool;
    out.h = (out.h + pool.pad_top + pool.pad_bottom - pool.kh) / pool.stride_y + 1;
    out.w = (out.w + pool.pad_left + pool.pad_right - pool.kw) / pool.stride_x + 1;
  }
  const int fan_in = layer.kernel_rows * layer.kernel_columns * in.c / layer.groups;
  node.weight.assign(static_cast<std::size_t>(layer.channels) * fan_in, 0);
  node.bias.assign(layer.channels, 0);

  plan::NodePlan weights;
  weights.pinned = layer.pinned;
  for (int oc = 0; oc < layer.channels; ++oc) {
    const int planes = layer.pinned || oc % 4 == 0 ? 2 : 1;
    weights.planes.push_back(planes);
    weights.scale.push_back(0.02 * (1 + oc % 3) / std::sqrt(fan_in));
    weights.bias.push_back(0.01 * (below(100) - 50));
    const num::Range range = num::weight_range(planes);
    for (int i = 0; i < fan_in; ++i) {
      const int value =
          static_cast<int>(range.lower) + below(static_cast<int>(range.upper - range.lower) + 1);
      weights.q.push_back(static_cast<std::int16_t>(below(3) == 0 ? 0 : value));
    }
    const auto own = weights.q.end() - fan_in;
    for (int i = in.c; layer.shared_taps && i < fan_in; ++i) own[i] = own[i - in.c];
  }
  plan_.nodes.push_back(weights);
  const int index = static_cast<int>(network_.nodes.size());
  node.residual = layer.residual;
  network_.tensors[input].consumers.push_back(index);
  for (const int joined : {layer.residual, layer.factor}) {
    if (joined >= 0) network_.tensors[joined].adders.push_back(index);
  }
  network_.nodes.push_back(node);
  const int output = add_tensor(out, layer.is_signed, layer.planes, layer.pinned);
  network_.tensors[output].producer = index;
  network_.nodes[index].output = output;
  if (!layer.activation.is_identity()) activate(network_.nodes[index], layer.activation);
  std::shuffle(plan_.tensors[output].order.begin(), plan_.tensors[output].order.end(), random_);
  return *this;
}

void RandomNetwork::activate(net::Node& node, const net::Activation& activation) {
  node.activation = activation;
  node.lower = net::range(activation).lower;
  node.upper = net::range(activation).upper;
  plan::TensorPlan& t = plan_.tensors[node.output];
  t.is_signed = node.lower < 0;
  if (std::isfinite(node.upper)) t.step_exponent = t.is_signed ? -6 : -7;
  const auto steps = [&](float x) { return std::ldexp(double{x}, -t.step_exponent); };
  const num::Range format = num::activation_range(t.pcu.max_planes, t.is_signed);
  t.lower = static_cast<std::int32_t>(std::max<double>(format.lower, std::floor(steps(node.lower))));
  t.upper = static_cast<std::int32_t>(std::min<double>(format.upper, std::ceil(steps(node.upper))));
}

void RandomNetwork::finish() {
  network_.output = static_cast<int>(network_.tensors.size()) - 1;
  const net::Shape& out = network_.tensors.back().shape;
  network_.outputs = {{"output", {out.c, out.h, out.w}, 0, {}}};
  const net::ChannelOrders orders = net::channel_orders(network_);
  for (std::size_t t = 0; t < orders.classes.size(); ++t) {
    std::vector<int>& order = plan_.tensors[t].order;
    order = plan_.tensors[orders.classes[t]].order;
    if (orders.graph_order[t]) std::sort(order.begin(), order.end());
  }
}

std::vector<std::vector<float>> RandomNetwork::samples(int count) {
  std::vector<std::vector<float>> result(count);
  for (int i = 0; i < count; ++i) {
    const int range = i % 2 == 0 ? 16 : 256;
    const int offset = plan_.tensors[0].is_signed ? range / 2 : 0;
    for (std::int64_t v = 0; v < network_.tensors[0].shape.size(); ++v) {
      result[i].push_back(below(3) == 0 ? 0.0f : static_cast<float>(below(range) - offset));
    }
  }
  return result;
}

}  // namespace dpwa::system_test
