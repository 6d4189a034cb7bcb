// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "model/net/network.h"

namespace dpwa::onnx {

/// The folded network as a serialized ONNX model (opset 13, IR 7, batch dimension symbolic). Each node keeps
/// its operator (Conv, Gemm, MatMul + Add), name and tensor name; activation limits become Relu or Clip, the
/// input affine Mul and Add, a removed Softmax returns. import_onnx of these bytes gives an identical
/// Network, bit for bit. Same network, same bytes.
std::string export_onnx(const net::Network& network);

}  // namespace dpwa::onnx
