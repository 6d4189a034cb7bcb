// SPDX-License-Identifier: Apache-2.0
//
// Products of two computed tensors: the factor of a node.
#include <fmt/format.h>

#include <algorithm>

#include "calib/onnx/network_builder.h"

namespace dpwa::onnx {

Refusal NetworkBuilder::multiplied(int tensor) const {
  const int made = network_.tensors[tensor].producer;
  if (made < 0 || network_.nodes[made].factor < 0) return std::nullopt;
  return std::string("only limits can be folded into a product of two computed tensors");
}

bool NetworkBuilder::has_fine_values(int tensor) const {
  const int made = network_.tensors[tensor].producer;
  return made >= 0 && network_.nodes[made].activation.is_identity() && network_.nodes[made].factor < 0;
}

int NetworkBuilder::as_factor(int tensor, const std::string& node, const std::string& output) {
  return has_fine_values(tensor) ? tensor : pass(tensor, node + "/factor", output + "/factor");
}

void NetworkBuilder::fold_factor(int tensor, int factor, const std::string& output) {
  const int made = network_.tensors[tensor].producer;
  if (made < network_.tensors[factor].producer) move_to_end(made);
  producer(tensor).factor = factor;
  network_.tensors[tensor].name = output;
  close(factor);
}

Refusal NetworkBuilder::multiply(int a, int b, const std::string& node, const std::string& output,
                                 int& product) {
  if (Refusal refusal = pass_input(a, b)) return refusal;
  const net::Shape &first = network_.tensors[a].shape, &second = network_.tensors[b].shape;
  if (!(first == second)) {
    return fmt::format("multiplies {} channels of {} x {} and {} of {} x {}", first.c, first.h, first.w,
                       second.c, second.h, second.w);
  }
  // The later node multiplies, so that the earlier one's result is there; an earlier one that nothing else
  // reads can move.
  const auto [earlier, later] = std::minmax(
      a, b, [&](int x, int y) { return network_.tensors[x].producer < network_.tensors[y].producer; });
  const auto folds = [&](int tensor, int factor) {
    return tensor != factor && takes_residual(tensor) && has_fine_values(factor);
  };
  int factor = later;
  if (folds(later, earlier)) {
    product = later;
    factor = earlier;
  } else if (folds(earlier, later)) {
    product = earlier;
  } else {
    // Where one of them has no fine values, the layer that it needs multiplies.
    const int read = has_fine_values(later) ? earlier : later;
    factor = as_factor(read == later ? earlier : later, node, output);
    product = pass(read, node, output);
  }
  fold_factor(product, factor, output);
  return std::nullopt;
}

bool NetworkBuilder::can_spread(int tensor) const {
  if (!takes_residual(tensor)) return false;
  const net::Node& node = network_.nodes[network_.tensors[tensor].producer];
  const net::Shape& read = network_.tensors[node.input].shape;
  const bool each = node.groups == node.out_channels && net::group_channels(network_, node) == 1;
  return node.input > 0 && each && read.h * read.w == 1 && node.onnx_operator == "Conv" &&
         net::covers(node.window, read);
}

Refusal NetworkBuilder::scale(int map, int gate, const std::string& node, const std::string& output,
                              int& product) {
  for (int* const tensor : {&map, &gate}) {
    if (network_.tensors[*tensor].producer < 0) *tensor = passed_input();
  }
  const net::Shape shape = network_.tensors[map].shape;
  const int factor = as_factor(map, node, output);
  product = can_spread(gate) ? gate : pass(gate, node, output);
  net::Node& layer = producer(product);
  layer.window.stride_y = layer.window.stride_x = 0;
  layer.conv_shape = network_.tensors[product].shape = shape;
  fold_factor(product, factor, output);
  return std::nullopt;
}

}  // namespace dpwa::onnx
