// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <onnx/onnx_pb.h>

#include <string>
#include <vector>

#include "model/net/activation.h"

namespace dpwa::onnx {

/// An activation function that a graph spells in several nodes.
struct FusedActivation {
  net::Activation activation;
  std::string input;
  int last = -1;           ///< the node whose output is the function's
  std::vector<int> inner;  ///< the nodes before it, whose outputs nothing else reads
};

/// x * Sigmoid(x); x * HardSigmoid(x) with alpha 1/6 and beta 1/2; x / 2 * (1 + Erf(x / sqrt(2))) in any
/// order of its factors.
std::vector<FusedActivation> find_fused_activations(const ::onnx::GraphProto& graph);

}  // namespace dpwa::onnx
