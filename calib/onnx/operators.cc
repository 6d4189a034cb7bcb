// SPDX-License-Identifier: Apache-2.0
#include "calib/onnx/operators.h"

#include <algorithm>
#include <array>

namespace dpwa::onnx {
namespace {

struct Operator {
  const char* name;
  Handler handler;
  bool on_constants;
};

constexpr std::array kOperators = {
    Operator{"Conv", import_conv, false},
    Operator{"Gemm", import_gemm, false},
    Operator{"MatMul", import_matmul, false},
    Operator{"Add", import_affine, false},
    Operator{"Sub", import_affine, false},
    Operator{"Mul", import_affine, false},
    Operator{"Div", import_affine, false},
    Operator{"BatchNormalization", import_batch_normalization, false},
    Operator{"Relu", import_relu, false},
    Operator{"Clip", import_clip, false},
    Operator{"MaxPool", import_max_pool, false},
    Operator{"Softmax", import_softmax, false},
    Operator{"Identity", import_identity, true},
    Operator{"Dropout", import_dropout, false},
    Operator{"Constant", import_constant, true},
    Operator{"Flatten", import_flatten, true},
    Operator{"Reshape", import_reshape, true},
    Operator{"Squeeze", import_squeeze, true},
    Operator{"Unsqueeze", import_unsqueeze, true},
};

const Operator* find(const std::string& op_type) {
  const auto it = std::find_if(kOperators.begin(), kOperators.end(),
                               [&](const Operator& op) { return op_type == op.name; });
  return it == kOperators.end() ? nullptr : &*it;
}

}  // namespace

Handler find_operator(const std::string& op_type) {
  const Operator* const op = find(op_type);
  return op ? op->handler : nullptr;
}

bool works_on_constants(const std::string& op_type) {
  const Operator* const op = find(op_type);
  return op && op->on_constants;
}

}  // namespace dpwa::onnx
