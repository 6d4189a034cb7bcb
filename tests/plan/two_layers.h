// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "model/net/network.h"
#include "model/plan/plan.h"

namespace dpwa::plan {

/// Two channels within all that so many planes hold.
inline TensorPlan tensor(int exponent, int planes, bool is_signed = false) {
  TensorPlan made;
  made.step_exponent = exponent;
  made.is_signed = is_signed;
  made.upper = is_signed ? (1 << (4 * planes - 1)) - 1 : (1 << 4 * planes) - 1;
  made.lower = is_signed ? -made.upper - 1 : 0;
  made.pcu = {Policy::range, 0, planes};
  made.order = {0, 1};
  return made;
}

/// Two dense layers of two channels; the second one also reads the fine values of its own input, which the
/// test says what for.
struct TwoLayers {
  net::Network network;
  Plan plan;

  TwoLayers() {
    for (int t = 0; t < 3; ++t) network.tensors.push_back({"t" + std::to_string(t), {1, 1, 2}, t - 1, {}});
    for (int n = 0; n < 2; ++n) {
      net::Node node;
      node.name = "n" + std::to_string(n);
      node.input = n;
      node.output = n + 1;
      node.out_channels = 2;
      node.conv_shape = {1, 1, 2};
      network.nodes.push_back(node);
      network.tensors[n].consumers = {n};
      plan.nodes.push_back({{1, 0.75}, {1, 1}, {1, 2, 3, 4}, {0, 0}, false});
    }
    network.tensors[1].adders = {1};
    network.output = 2;
    network.input_affine = {{1, 1}, {0, 0}};
    plan.input = {PortFormat::u8, 1, 0};
    plan.tensors = {tensor(0, 2), tensor(2, 2), tensor(4, 1)};
  }
};

}  // namespace dpwa::plan
