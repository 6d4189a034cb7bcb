// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <onnx/onnx_pb.h>

#include <cstdint>
#include <string>
#include <vector>

#include "calib/onnx/import.h"
#include "calib/onnx/network_builder.h"
#include "calib/onnx/operator_call.h"

namespace dpwa::onnx {

/// An input of a graph that is not an initializer.
struct GraphInput {
  std::string name;
  Dims dims;              ///< a symbolic batch counts as 1
  bool symbolic = false;  ///< the first dimension is not a number
  int integer = 0;        ///< type of the integers of a quantized network's input; 0: float
};

/// Most inputs, and most outputs, of a network.
inline constexpr int kMaxEnds = 256;

/// The inputs of a graph, in its order; none, and a reason, when one of them cannot be read.
std::vector<GraphInput> read_inputs(const ::onnx::GraphProto& graph, std::vector<Reason>& reasons);

/// The first dimension that all inputs have, if it can be the batch: 1, or N > 1 (then it may also be data).
std::int64_t common_batch(const std::vector<GraphInput>& inputs);

/// The builder of a network with these inputs, `batch` of each one's dims[0] being the batch.
NetworkBuilder make_builder(const std::string& name, const std::vector<GraphInput>& inputs,
                            std::int64_t batch);

/// What the names of the inputs stand for: the input tensor, or parts of it where they are several.
std::vector<Value> input_values(const std::vector<GraphInput>& inputs, const net::Network& network);

/// Why no window can read x as a map: a map among inputs of other shapes enters as a part of a vector.
Refusal no_map(const Value& x, const NetworkBuilder& builder);

}  // namespace dpwa::onnx
