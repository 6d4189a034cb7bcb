// SPDX-License-Identifier: Apache-2.0
//
// What NetworkBuilder does where the network has several inputs or outputs.
#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <utility>

#include "calib/onnx/network_builder.h"

namespace dpwa::onnx {

bool NetworkBuilder::can_stack(int a, int b) const {
  const auto made = [&](int tensor) {
    const net::Tensor& t = network_.tensors[tensor];
    return t.producer >= 0 && !t.grid && !folds_[tensor].closed;
  };
  if (a == b || !made(a) || !made(b)) return false;
  const net::Node& p = network_.nodes[network_.tensors[a].producer];
  const net::Node& q = network_.nodes[network_.tensors[b].producer];
  const auto alone = [](const net::Node& node) {
    return node.residual < 0 && node.factor < 0 && node.groups == 1 && node.weight_step.empty();
  };
  const auto geometry = [](const net::Window& w) {
    return std::array{w.kh,       w.kw,         w.stride_y,  w.stride_x,   w.pad_top,
                      w.pad_left, w.pad_bottom, w.pad_right, w.dilation_y, w.dilation_x};
  };
  const bool pools =
      p.pool.has_value() == q.pool.has_value() && (!p.pool || geometry(*p.pool) == geometry(*q.pool));
  return p.input == q.input && alone(p) && alone(q) && pools && geometry(p.window) == geometry(q.window) &&
         p.conv_shape.h == q.conv_shape.h && p.conv_shape.w == q.conv_shape.w &&
         p.activation == q.activation && p.lower == q.lower && p.upper == q.upper;
}

void NetworkBuilder::stack(int a, int b, std::string output) {
  const auto append = [](auto& to, const auto& from) { to.insert(to.end(), from.begin(), from.end()); };
  net::Node& node = producer(a);
  const net::Node& other = producer(b);
  append(node.weight, other.weight);
  append(folds_[a].scale, folds_[b].scale);
  append(folds_[a].offset, folds_[b].offset);
  node.out_channels += other.out_channels;
  node.conv_shape.c = network_.tensors[a].shape.c = node.out_channels;
  network_.tensors[a].name = std::move(output);
  network_.nodes.erase(network_.nodes.begin() + network_.tensors[b].producer);
  count_producers(0);
}

void NetworkBuilder::free_output_names() {
  if (network_.outputs.size() < 2 && !network_.output_order) return;
  std::set<std::string> outputs, taken;
  for (const net::Output& output : network_.outputs) outputs.insert(output.name);
  for (const net::Tensor& tensor : network_.tensors) taken.insert(tensor.name);
  taken.insert(outputs.begin(), outputs.end());
  for (net::Tensor& tensor : network_.tensors) {
    if (outputs.count(tensor.name) == 0) continue;
    std::string name = tensor.name + "/stored";
    while (!taken.insert(name).second) name += "_";
    tensor.name = name;
  }
}

}  // namespace dpwa::onnx
