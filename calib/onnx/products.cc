// SPDX-License-Identifier: Apache-2.0
//
// Mul of two computed tensors.
#include <fmt/format.h>

#include <algorithm>

#include "calib/onnx/movement.h"

namespace dpwa::onnx {
namespace {

/// Whether `gate` has one value for each channel of the map.
bool is_gate(const Dims& map, const Dims& gate) {
  if (map.size() != gate.size() || map.size() < 3 || map.size() > 4) return false;
  return gate[0] == map[0] && gate[1] == map[1] &&
         std::all_of(gate.begin() + 2, gate.end(), [](std::int64_t dim) { return dim == 1; });
}

net::Shape map_shape(const Dims& dims) {
  const std::int64_t rows = dims.size() == 4 ? dims[2] : 1;
  return {static_cast<int>(rows), static_cast<int>(dims.back()), static_cast<int>(dims[1])};
}

Value scale_map(OperatorCall& call, NetworkBuilder& builder, const Value& map, const Value& gate) {
  int product = -1;
  if (!call.refused() && map.is_tensor() && gate.is_tensor() &&
      call.accept("", builder.as_map(map.tensor, map_shape(*map.dims))) &&
      call.accept("", builder.as_map(gate.tensor, map_shape(*gate.dims)))) {
    call.accept("", builder.scale(map.tensor, gate.tensor, call.name(), call.output(), product));
  }
  return result_of(call, product, map.dims);
}

}  // namespace

Value multiply_tensors(OperatorCall& call, NetworkBuilder& builder) {
  const Value& a = call.required(0);
  const Value& b = call.required(1);
  if (!a.dims || !b.dims) return {};
  int product = -1;
  if (*a.dims == *b.dims) {
    if (!call.refused() && a.is_tensor() && b.is_tensor())
      call.accept("", builder.multiply(a.tensor, b.tensor, call.name(), call.output(), product));
    return result_of(call, product, a.dims);
  }
  if (is_gate(*a.dims, *b.dims)) return scale_map(call, builder, a, b);
  if (is_gate(*b.dims, *a.dims)) return scale_map(call, builder, b, a);
  call.refuse("",
              fmt::format("multiplies {} and {}; two computed tensors must have the same dimensions, or be "
                          "a map [batch, channels, height, width] and one value for each of its channels "
                          "[batch, channels, 1, 1]",
                          named_dims(a), named_dims(b)));
  return {};
}

}  // namespace dpwa::onnx
