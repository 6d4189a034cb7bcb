// SPDX-License-Identifier: Apache-2.0
//
// QLinearConv, QLinearMatMul, ConvInteger and MatMulInteger: a layer between a DequantizeLinear and a
// QuantizeLinear in one operator.
#include <fmt/format.h>

#include <limits>

#include "calib/onnx/movement.h"
#include "calib/onnx/operators.h"
#include "calib/onnx/quantized.h"

namespace dpwa::onnx {
namespace {

using ::onnx::TensorProto;

/// Type of the integers of an operand: a constant's, or a tensor's.
int type_of(const Value& x) { return x.is_constant() ? x.constant->data_type() : x.integer; }

/// An operand with the inputs of its scale (none: 1) and zero point; constants may have one per `axis`.
struct Operand {
  std::size_t value;
  std::optional<std::size_t> scale;
  std::size_t zero_point;
};

/// Its real numbers, and its parameters. Nothing after a refusal.
std::optional<Parameters> dequantize(OperatorCall& call, NetworkBuilder& builder, const Operand& operand,
                                     const char* what, std::int64_t axis, Value& real) {
  constexpr std::size_t kNone = 1000;  // no operator has as many inputs
  const Value& x = call.required(operand.value);
  if (x.is_tensor() && x.integer == 0) {
    call.refuse(what, fmt::format("'{}' is float, integers are needed", x.name));
    return std::nullopt;
  }
  auto parameters = read_parameters(call, operand.scale.value_or(kNone), operand.zero_point, type_of(x));
  if (!parameters || !x.dims) return std::nullopt;
  real = x.is_constant() ? dequantize_constant(call, x, what, *parameters, axis)
                         : dequantize_tensor(call, builder, x, *parameters);
  real.name = x.name;
  if (call.refused()) return std::nullopt;
  return parameters;
}

/// B of QLinearConv, int32 in units of the products.
std::optional<Value> dequantize_bias(OperatorCall& call, const Parameters& x, const Parameters& w) {
  const Value& b = call.required(8);
  const auto values = quantized_values(call, b, "B");
  if (!values) return std::nullopt;
  if (b.constant->data_type() != TensorProto::INT32) {
    call.refuse("B", fmt::format("'{}' has type {}, expected int32", b.name, type_name(type_of(b))));
    return std::nullopt;
  }
  std::vector<float> real;
  for (std::size_t i = 0; i < values->size(); ++i) {
    const double scale = w.single() ? w.scale[0] : i < w.scale.size() ? w.scale[i] : 0;
    real.push_back(static_cast<float>((*values)[i] * (x.scale[0] * scale)));
  }
  Value result = literal_floats(call, *b.dims, real);
  result.name = b.name;
  return result;
}

Parameters int32_grid() { return {{1}, {0}, TensorProto::INT32}; }

/// Quantizes what the inner operator has computed.
Value quantized(OperatorCall& call, NetworkBuilder& builder, Value y, const Parameters& parameters) {
  y.name = call.output();
  if (!y.is_tensor()) return {"", nullptr, -1, y.dims};
  if (y.view) {
    std::vector<Reason> reasons;
    y = compute_view(y, builder, reasons);
    for (const Reason& reason : reasons) call.refuse("", reason.text);
    if (call.refused()) return {"", nullptr, -1, y.dims};
  }
  return quantize_tensor(call, builder, y, parameters);
}

/// MatMul of two operands of which one is a constant.
Value matmul(OperatorCall& call, NetworkBuilder& builder, const Operand& a, const Operand& b,
             const Parameters& result) {
  Value left, right;
  const auto axis = [&](const Operand& operand, std::int64_t from_end) {
    const Value& x = call.required(operand.value);
    return x.dims ? std::max<std::int64_t>(static_cast<std::int64_t>(x.dims->size()) - from_end, 0) : 0;
  };
  const auto left_parameters = dequantize(call, builder, a, "A", axis(a, 2), left);
  const auto right_parameters = dequantize(call, builder, b, "B", axis(b, 1), right);
  if (!left_parameters || !right_parameters) return {};
  OperatorCall inner(call, "MatMul", {&left, &right});
  return quantized(call, builder, import_matmul(inner, builder), result);
}

}  // namespace

Value import_qlinear_conv(OperatorCall& call, NetworkBuilder& builder) {
  Value x, w;
  const auto input = dequantize(call, builder, {0, 1, 2}, "x", 1, x);
  const auto weights = dequantize(call, builder, {3, 4, 5}, "w", 0, w);
  const auto output = read_parameters(call, 6, 7, 0);
  if (!input || !weights || !output) return {};
  std::optional<Value> bias;
  if (call.input(8)) {
    bias = dequantize_bias(call, *input, *weights);
    if (!bias) return {};
  }
  OperatorCall inner(call, "Conv", {&x, &w, bias ? &*bias : nullptr});
  return quantized(call, builder, import_conv(inner, builder), *output);
}

Value import_qlinear_matmul(OperatorCall& call, NetworkBuilder& builder) {
  const auto output = read_parameters(call, 6, 7, 0);
  return output ? matmul(call, builder, {0, 1, 2}, {3, 4, 5}, *output) : Value{};
}

Value import_conv_integer(OperatorCall& call, NetworkBuilder& builder) {
  Value x, w;
  const auto input = dequantize(call, builder, {0, std::nullopt, 2}, "x", 1, x);
  const auto weights = dequantize(call, builder, {1, std::nullopt, 3}, "w", 0, w);
  if (!input || !weights) return {};
  OperatorCall inner(call, "Conv", {&x, &w});
  return quantized(call, builder, import_conv(inner, builder), int32_grid());
}

Value import_matmul_integer(OperatorCall& call, NetworkBuilder& builder) {
  return matmul(call, builder, {0, std::nullopt, 2}, {1, std::nullopt, 3}, int32_grid());
}

}  // namespace dpwa::onnx
