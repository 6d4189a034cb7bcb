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
  bool on_views = false;
  int oldest = kMinOpset;
};

constexpr std::array kOperators = {
    Operator{"Conv", import_conv, false, true},
    Operator{"Gemm", import_gemm, false, true, true},
    Operator{"MatMul", import_matmul, false, true, true},
    Operator{"Add", import_affine, false, false},
    Operator{"Sub", import_affine, false, false},
    Operator{"Mul", import_affine, false, false},
    Operator{"Div", import_affine, false, false},
    Operator{"BatchNormalization", import_batch_normalization, false, false},
    Operator{"Relu", import_relu, false, false, false, 6},
    Operator{"Clip", import_clip, false, false},
    Operator{"LeakyRelu", import_function, false, false, false, 6},
    Operator{"Sigmoid", import_function, false, false, false, 6},
    Operator{"HardSigmoid", import_function, false, false, false, 6},
    Operator{"Tanh", import_function, false, false, false, 6},
    Operator{"HardSwish", import_function, false, false},
    Operator{"Gelu", import_function, false, false},
    Operator{"Swish", import_function, false, false},
    Operator{"Elu", import_function, false, false, false, 6},
    Operator{"Selu", import_function, false, false, false, 6},
    Operator{"Softplus", import_function, false, false, false, 1},
    Operator{"Mish", import_function, false, false},
    Operator{"PRelu", import_prelu, false, false},
    Operator{"Abs", import_abs, false, false, false, 6},
    Operator{"MaxPool", import_max_pool, false, false},
    Operator{"GlobalMaxPool", import_max_pool, false, false, false, 1},
    Operator{"Max", import_extreme, false, false},
    Operator{"Min", import_extreme, false, false},
    Operator{"ReduceMax", import_reduce_max, false, false},
    Operator{"ReduceMean", import_reduce_mean, false, false, true},
    Operator{"AveragePool", import_average_pool, false, false},
    Operator{"GlobalAveragePool", import_average_pool, false, false, false, 1},
    Operator{"Transpose", import_transpose, true, true, true},
    Operator{"Slice", import_slice, true, false, true},
    Operator{"Gather", import_gather, true, false, true},
    Operator{"GatherElements", import_gather_elements, true, false, true},
    Operator{"GatherND", import_gather_nd, true, false, true},
    Operator{"Pad", import_pad, true, false, true},
    Operator{"Concat", import_concat, false, false, true},
    Operator{"Split", import_split, true, false, true, 2},
    Operator{"Expand", import_expand, true, false, true},
    Operator{"Tile", import_tile, true, false, true},
    Operator{"DepthToSpace", import_depth_to_space, true, false, true},
    Operator{"SpaceToDepth", import_space_to_depth, true, false, true},
    Operator{"Resize", import_resize, true, false, true},
    Operator{"Upsample", import_resize, true, false, true},
    Operator{"ReduceSum", import_reduce_sum, false, false, true},
    Operator{"Neg", import_neg, false, false, true, 6},
    Operator{"Sum", import_sum, false, false, true},
    Operator{"Mean", import_sum, false, false, true},
    Operator{"ConvTranspose", import_conv_transpose, false, false, true},
    Operator{"QuantizeLinear", import_quantize_linear, true, false},
    Operator{"DequantizeLinear", import_dequantize_linear, true, false, true},
    Operator{"Cast", import_cast, false, false, false, 6},
    Operator{"QLinearConv", import_qlinear_conv, false, false},
    Operator{"QLinearMatMul", import_qlinear_matmul, false, false, true},
    Operator{"ConvInteger", import_conv_integer, false, false},
    Operator{"MatMulInteger", import_matmul_integer, false, false, true},
    Operator{"Softmax", import_softmax, false, false},
    Operator{"LogSoftmax", import_softmax, false, false},
    Operator{"Identity", import_identity, true, true, true},
    Operator{"Dropout", import_dropout, false, true, true},
    Operator{"Constant", import_constant, true, true, true},
    Operator{"Flatten", import_flatten, true, true, true},
    Operator{"Reshape", import_reshape, true, true, true},
    Operator{"Squeeze", import_squeeze, true, true, true},
    Operator{"Unsqueeze", import_unsqueeze, true, true, true},
};

const Operator* find(const std::string& op_type) {
  const auto it = std::find_if(kOperators.begin(), kOperators.end(),
                               [&](const Operator& op) { return op_type == op.name; });
  return it == kOperators.end() ? nullptr : &*it;
}

const std::array kNewer = {
    NewerDefinition{"ReduceMean", kReduceMeanAxesInput, false, 1, 2, {"keepdims", "noop_with_empty_axes"}},
    NewerDefinition{"ReduceMax", 18, false, 1, 2, {"keepdims", "noop_with_empty_axes"}},
    NewerDefinition{"Mish", kMishSince, true, 1, 1, {}},
    NewerDefinition{"Gelu", kGeluSince, true, 1, 1, {"approximate"}},
    NewerDefinition{"Swish", kSwishSince, true, 1, 1, {"alpha"}},
    NewerDefinition{"Split", kSplitSmallerLast, false, 1, 2, {"axis", "num_outputs"}, true},
    NewerDefinition{
        "QuantizeLinear", 19, false, 2, 3, {"axis", "saturate", "block_size", "output_dtype", "precision"}},
    NewerDefinition{"DequantizeLinear", 19, false, 2, 3, {"axis", "block_size", "output_dtype"}},
    NewerDefinition{"Pad", 18, false, 2, 4, {"mode"}},
    NewerDefinition{
        "AveragePool",
        19,
        false,
        1,
        1,
        {"auto_pad", "ceil_mode", "count_include_pad", "dilations", "kernel_shape", "pads", "strides"}},
    NewerDefinition{
        "Resize",
        18,
        false,
        1,
        4,
        {"antialias", "axes", "coordinate_transformation_mode", "cubic_coeff_a", "exclude_outside",
         "extrapolation_value", "keep_aspect_ratio_policy", "mode", "nearest_mode"}},
};

}  // namespace

const NewerDefinition* newer_definition(const std::string& op_type) {
  const auto it = std::find_if(kNewer.begin(), kNewer.end(),
                               [&](const NewerDefinition& newer) { return op_type == newer.op_type; });
  return it == kNewer.end() ? nullptr : &*it;
}

Handler find_operator(const std::string& op_type) {
  const Operator* const op = find(op_type);
  return op ? op->handler : nullptr;
}

int oldest_opset(const std::string& op_type) {
  const Operator* const op = find(op_type);
  return op ? op->oldest : kMinOpset;
}

bool works_on_constants(const std::string& op_type) {
  const Operator* const op = find(op_type);
  return op && op->on_constants;
}

bool reads_averages(const std::string& op_type) {
  const Operator* const op = find(op_type);
  return op && op->on_averages;
}

bool reads_views(const std::string& op_type) {
  const Operator* const op = find(op_type);
  return op && op->on_views;
}

}  // namespace dpwa::onnx
