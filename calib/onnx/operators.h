// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "calib/onnx/network_builder.h"
#include "calib/onnx/operator_call.h"

namespace dpwa::onnx {

/// Operator set versions whose definitions of the operators below were read. From 18 to 25 they differ from
/// 17 only in element types, so the checker of libonnx 1.12 (operator sets up to 17) still applies; except
/// for what newer_definition() knows. ReduceMean takes its axes as an input since 18.
inline constexpr int kMinOpset = 7;  ///< of most operators
inline constexpr int kMaxOpset = 25;
inline constexpr int kReduceMeanAxesInput = 18;
inline constexpr int kSplitSizesInput = 13;
inline constexpr int kSplitSmallerLast = 18;
inline constexpr int kMishSince = 18;
inline constexpr int kGeluSince = 20;
inline constexpr int kSwishSince = 24;

/// An operator as the checker of libonnx 1.12 does not know it.
struct NewerDefinition {
  const char* op_type;
  int since;
  bool first;  ///< there was none before
  int least_inputs, most_inputs;
  std::vector<std::string> attributes;
  bool several_outputs = false;
};

/// The definition that is newer than what the checker knows; nullptr when there is none.
const NewerDefinition* newer_definition(const std::string& op_type);

/// Most values of one sample of a tensor. Far above any accelerator memory, far below any overflow.
inline constexpr std::int64_t kMaxValues = std::int64_t{1} << 22;
/// Most values and terms of all views and literals of a model, and most weights of its layers: a file of a
/// few kilobytes may ask for any number of them.
inline constexpr std::int64_t kMaxMade = std::int64_t{1} << 24;
inline constexpr std::int64_t kMaxWeights = std::int64_t{1} << 26;

/// Folds into the tensor, or else into a layer that passes its values on, which `tensor` then is; a reason
/// when neither can be.
template <typename Fold>
void fold_or_pass(OperatorCall& call, NetworkBuilder& builder, int& tensor, Fold fold) {
  if (!fold(tensor)) return;
  tensor = builder.pass(tensor, call.name(), call.output() + "/passed");
  call.accept("", fold(tensor));
}

/// A tensor as an operator's result, if nothing was refused.
inline Value result_of(const OperatorCall& call, int tensor, std::optional<Dims> dims) {
  return {"", nullptr, call.refused() ? -1 : tensor, std::move(dims)};
}

/// Imports one node: checks everything, folds it into the network if nothing was refused, and returns what
/// its first output stands for (dims as far as they are known, so that later nodes are still checked).
using Handler = Value (*)(OperatorCall& call, NetworkBuilder& builder);

/// The handler of an operator of the default domain; nullptr when it is not supported (docs/operators.md).
Handler find_operator(const std::string& op_type);

/// The oldest operator set whose definition of the operator was read.
int oldest_opset(const std::string& op_type);

/// Whether the operator also works on constants (it only changes their shape).
bool works_on_constants(const std::string& op_type);

/// Whether the operator can read the average of a map: layers fold it, changes of shape pass it on.
bool reads_averages(const std::string& op_type);

/// Whether the operator can read a View; for any other one it is computed before.
bool reads_views(const std::string& op_type);

// layers.cc
Value import_conv(OperatorCall& call, NetworkBuilder& builder);
Value import_gemm(OperatorCall& call, NetworkBuilder& builder);
Value import_matmul(OperatorCall& call, NetworkBuilder& builder);

// affine.cc
Value import_affine(OperatorCall& call, NetworkBuilder& builder);  ///< Add, Sub, Mul, Div
Value import_batch_normalization(OperatorCall& call, NetworkBuilder& builder);

// products.cc
Value multiply_tensors(OperatorCall& call, NetworkBuilder& builder);  ///< Mul of two computed tensors

// activations.cc
Value import_relu(OperatorCall& call, NetworkBuilder& builder);
Value import_clip(OperatorCall& call, NetworkBuilder& builder);
Value import_max_pool(OperatorCall& call, NetworkBuilder& builder);  ///< and GlobalMaxPool
Value import_softmax(OperatorCall& call, NetworkBuilder& builder);   ///< and LogSoftmax

// functions.cc
Value import_function(OperatorCall& call, NetworkBuilder& builder);  ///< LeakyRelu, Sigmoid, Gelu ...
Value import_prelu(OperatorCall& call, NetworkBuilder& builder);
Value import_abs(OperatorCall& call, NetworkBuilder& builder);
Value import_activation(OperatorCall& call, NetworkBuilder& builder, const net::Activation& activation);

// extremes.cc
Value import_extreme(OperatorCall& call, NetworkBuilder& builder);  ///< Max and Min
Value import_reduce_max(OperatorCall& call, NetworkBuilder& builder);
/// Clip with limits that do not contain 0.
Value clip_elsewhere(OperatorCall& call, NetworkBuilder& builder, float lower, float upper);

// averages.cc
Value import_reduce_mean(OperatorCall& call, NetworkBuilder& builder);
Value import_average_pool(OperatorCall& call, NetworkBuilder& builder);  ///< and GlobalAveragePool
/// A depthwise layer that computes the average `x`.
Value compute_average(const Value& x, NetworkBuilder& builder);

// movement.cc
Value import_transpose(OperatorCall& call, NetworkBuilder& builder);
Value import_slice(OperatorCall& call, NetworkBuilder& builder);
Value import_pad(OperatorCall& call, NetworkBuilder& builder);
Value import_concat(OperatorCall& call, NetworkBuilder& builder);

// split.cc
Value import_split(OperatorCall& call, NetworkBuilder& builder);

// gather.cc
Value import_gather(OperatorCall& call, NetworkBuilder& builder);
Value import_gather_elements(OperatorCall& call, NetworkBuilder& builder);
Value import_gather_nd(OperatorCall& call, NetworkBuilder& builder);

// repetition.cc
Value import_expand(OperatorCall& call, NetworkBuilder& builder);
Value import_tile(OperatorCall& call, NetworkBuilder& builder);
Value import_depth_to_space(OperatorCall& call, NetworkBuilder& builder);
Value import_space_to_depth(OperatorCall& call, NetworkBuilder& builder);
Value import_resize(OperatorCall& call, NetworkBuilder& builder);  ///< and Upsample

// sums.cc
Value reduce(OperatorCall& call, NetworkBuilder& builder, int axes_input_since, bool mean);
Value import_reduce_sum(OperatorCall& call, NetworkBuilder& builder);
Value import_neg(OperatorCall& call, NetworkBuilder& builder);
Value import_sum(OperatorCall& call, NetworkBuilder& builder);  ///< and Mean

// matrices.cc
Value import_conv_transpose(OperatorCall& call, NetworkBuilder& builder);
/// Products that are no row per sample times a matrix.
Value multiply_any(OperatorCall& call, NetworkBuilder& builder, const Value& x, const Value& w, bool right);
Value gemm_any(OperatorCall& call, NetworkBuilder& builder);

// quantized.cc
Value import_quantize_linear(OperatorCall& call, NetworkBuilder& builder);
Value import_dequantize_linear(OperatorCall& call, NetworkBuilder& builder);
Value import_cast(OperatorCall& call, NetworkBuilder& builder);  ///< of sums of integers

// quantized_layers.cc
Value import_qlinear_conv(OperatorCall& call, NetworkBuilder& builder);
Value import_qlinear_matmul(OperatorCall& call, NetworkBuilder& builder);
Value import_conv_integer(OperatorCall& call, NetworkBuilder& builder);
Value import_matmul_integer(OperatorCall& call, NetworkBuilder& builder);

// shapes.cc
Value import_identity(OperatorCall& call, NetworkBuilder& builder);
Value import_dropout(OperatorCall& call, NetworkBuilder& builder);
Value import_constant(OperatorCall& call, NetworkBuilder& builder);
Value import_flatten(OperatorCall& call, NetworkBuilder& builder);
Value import_reshape(OperatorCall& call, NetworkBuilder& builder);
Value import_squeeze(OperatorCall& call, NetworkBuilder& builder);
Value import_unsqueeze(OperatorCall& call, NetworkBuilder& builder);

}  // namespace dpwa::onnx
