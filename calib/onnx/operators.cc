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
  bool on_averages;
};

constexpr std::array kOperators = {
    Operator{"Conv", import_conv, false, true},
    Operator{"Gemm", import_gemm, false, true},
    Operator{"MatMul", import_matmul, false, true},
    Operator{"Add", import_affine, false, false},
    Operator{"Sub", import_affine, false, false},
    Operator{"Mul", import_affine, false, false},
    Operator{"Div", import_affine, false, false},
    Operator{"BatchNormalization", import_batch_normalization, false, false},
    Operator{"Relu", import_relu, false, false},
    Operator{"Clip", import_clip, false, false},
    Operator{"LeakyRelu", import_function, false, false},
    Operator{"Sigmoid", import_function, false, false},
    Operator{"HardSigmoid", import_function, false, false},
    Operator{"Tanh", import_function, false, false},
    Operator{"HardSwish", import_function, false, false},
    Operator{"Gelu", import_function, false, false},
    Operator{"Swish", import_function, false, false},
    Operator{"Elu", import_function, false, false},
    Operator{"PRelu", import_prelu, false, false},
    Operator{"MaxPool", import_max_pool, false, false},
    Operator{"ReduceMean", import_reduce_mean, false, false},
    Operator{"AveragePool", import_average_pool, false, false},
    Operator{"GlobalAveragePool", import_average_pool, false, false},
    Operator{"Softmax", import_softmax, false, false},
    Operator{"LogSoftmax", import_softmax, false, false},
    Operator{"Identity", import_identity, true, true},
    Operator{"Dropout", import_dropout, false, true},
    Operator{"Constant", import_constant, true, true},
    Operator{"Flatten", import_flatten, true, true},
    Operator{"Reshape", import_reshape, true, true},
    Operator{"Squeeze", import_squeeze, true, true},
    Operator{"Unsqueeze", import_unsqueeze, true, true},
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

bool reads_averages(const std::string& op_type) {
  const Operator* const op = find(op_type);
  return op && op->on_averages;
}

}  // namespace dpwa::onnx
