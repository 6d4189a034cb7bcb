// SPDX-License-Identifier: Apache-2.0
//
// What a network's branches need of NetworkBuilder: an input that several layers read, differences.
#include <algorithm>

#include "calib/onnx/network_builder.h"

namespace dpwa::onnx {

Refusal NetworkBuilder::subtract(int a, int b, const std::string& node, const std::string& output,
                                 int& difference) {
  if (a == b) return std::string("subtracts a value from itself");
  if (network_.tensors[b].producer < 0) {
    if (Refusal refusal = as_map(b, network_.tensors[a].shape)) return refusal;
  }
  const std::vector<double> minus(network_.tensors[b].shape.c, -1), none(minus.size(), 0);
  int negated = b;
  if (apply_affine(b, minus, none, output + "/negated")) {
    negated = pass(b, node + "/negated", output + "/negated");
    (void)apply_affine(negated, minus, none, output + "/negated");
  }
  return add(a, negated, node, output, difference);
}

bool NetworkBuilder::is_read(int tensor) const {
  return std::any_of(network_.nodes.begin(), network_.nodes.end(),
                     [&](const net::Node& node) { return node.input == tensor || node.joined() == tensor; });
}

int NetworkBuilder::passed_input() {
  if (passed_input_ < 0) {
    const std::string name = network_.tensors[0].name + "/passed";
    passed_input_ = pass(0, name, name);
    close(0);
    close(passed_input_);
  }
  return passed_input_;
}

Refusal NetworkBuilder::pass_input(int& a, int& b) {
  for (int* const tensor : {&a, &b}) {
    if (network_.tensors[*tensor].producer >= 0) continue;
    if (Refusal refusal = as_map(*tensor, network_.tensors[tensor == &a ? b : a].shape)) return refusal;
    *tensor = passed_input();
  }
  return std::nullopt;
}

void NetworkBuilder::share_input() {
  constexpr int kPacked = 32;  // channels with which no machine packs
  const auto reads = [](const net::Node& node) { return node.input == 0; };
  if (network_.tensors[0].shape.c >= kPacked) return;
  if (std::count_if(network_.nodes.begin(), network_.nodes.end(), reads) < 2) return;
  const int passed = passed_input(), first = network_.tensors[passed].producer;
  std::rotate(network_.nodes.begin(), network_.nodes.begin() + first, network_.nodes.begin() + first + 1);
  for (std::size_t n = 1; n < network_.nodes.size(); ++n) {
    if (reads(network_.nodes[n])) network_.nodes[n].input = passed;
  }
  count_producers(0);
}

}  // namespace dpwa::onnx
