// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "calib/onnx/network_builder.h"
#include "calib/onnx/operator_call.h"

/// Tensors that the file has quantized itself: values on a grid of the file (net::FileGrid), integers until
/// a DequantizeLinear reads them.
namespace dpwa::onnx {

/// Whether a value of this type can be a grid's integers: uint8, int8, uint16, int16.
bool is_quantized_type(int data_type);

/// The type whose range a grid has: one of these, or int32.
int integer_type(const net::FileGrid& grid);

/// What an operator does with integers: nothing it is defined for here, the same integers elsewhere, or a
/// result of its own.
enum class Integers { refused, moved, read };
Integers integers_of(const std::string& op_type);

/// The first input that is integers, of an operator that does not read them; null: none.
const Value* misread_integers(const std::string& op_type, const std::vector<const Value*>& inputs);

/// Scale and zero point of a quantized operand, one for all values or one per index of an axis.
struct Parameters {
  std::vector<float> scale;
  std::vector<std::int32_t> zero_point;
  int type = 0;  ///< of the integers

  bool single() const { return scale.size() == 1; }
  /// Precondition: single().
  net::FileGrid grid() const;
};

/// Inputs `scale` and `zero_point` (which may be left out: uint8, or `type` unless it is 0) of an operator.
/// Nothing, and a reason, when they are no constants, not above 0, of a type that is not supported or of
/// different lengths.
std::optional<Parameters> read_parameters(OperatorCall& call, std::size_t scale, std::size_t zero_point,
                                          int type);

/// Values of a constant of integers, whatever its type. Nothing, and a reason, for another type.
std::optional<std::vector<std::int32_t>> quantized_values(OperatorCall& call, const Value& x,
                                                          const std::string& what);

/// The real numbers of a constant of integers, as a constant of the graph that remembers its scales.
Value dequantize_constant(OperatorCall& call, const Value& x, const std::string& what,
                          const Parameters& parameters, std::int64_t axis);

/// The real values of a tensor of integers; a reason when its grid is another one.
Value dequantize_tensor(OperatorCall& call, NetworkBuilder& builder, const Value& x,
                        const Parameters& parameters);

/// The integers of a computed value, which is folded into its tensor's grid.
Value quantize_tensor(OperatorCall& call, NetworkBuilder& builder, const Value& x,
                      const Parameters& parameters);

/// A result that holds the integers of x elsewhere has their type and grid.
void keep_integers(const Value& x, NetworkBuilder& builder, Value& result);

/// Whether quantizing x changes nothing: values of a tensor, in another order, that are on this grid already.
bool is_on_grid(const NetworkBuilder& builder, const Value& x, const net::FileGrid& grid);

/// Whether the QuantizeLinear leaves the view it reads as it is.
bool keeps_view(const std::vector<const Value*>& inputs, const NetworkBuilder& builder);

/// The step of each output channel's weights, `axis` of a constant that was dequantized; empty when it was
/// not, or when the steps of a channel differ.
std::vector<float> channel_steps(OperatorCall& call, const Value& weights, std::size_t axis);

}  // namespace dpwa::onnx
