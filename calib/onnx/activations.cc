// SPDX-License-Identifier: Apache-2.0
//
// Relu, Clip, MaxPool, GlobalMaxPool and the final Softmax or LogSoftmax.
#include <fmt/format.h>

#include <functional>
#include <limits>
#include <numeric>
#include <utility>

#include "calib/onnx/operators.h"
#include "calib/onnx/window.h"

namespace dpwa::onnx {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

/// A limit of Clip: an attribute before opset 11, a constant input since.
float clip_limit(OperatorCall& call, const char* name, std::size_t input, float otherwise) {
  if (call.opset() < 11) return call.real(name, otherwise);
  const Value* const value = call.input(input);
  if (!value) return otherwise;
  const auto values = call.limits(*value, name);
  if (!values) return otherwise;
  if (values->size() == 1) return values->front();
  call.refuse(name, fmt::format("'{}' is {}, expected a scalar", value->name, to_string(*value->dims)));
  return otherwise;
}

Value clamp(OperatorCall& call, NetworkBuilder& builder, float lower, float upper) {
  const Value& x = call.required(0);
  int tensor = x.tensor;
  if (!call.refused() && x.is_tensor()) {
    fold_or_pass(call, builder, tensor, [&](int t) { return builder.clamp(t, lower, upper, call.output()); });
  }
  return result_of(call, tensor, x.dims);
}

}  // namespace

Value import_relu(OperatorCall& call, NetworkBuilder& builder) { return clamp(call, builder, 0, kInfinity); }

Value import_clip(OperatorCall& call, NetworkBuilder& builder) {
  const float lower = clip_limit(call, "min", 1, -kInfinity);
  const float upper = clip_limit(call, "max", 2, kInfinity);
  // Zero must stay a value: a stored zero is exactly zero (docs/numerics.md N1.1).
  if (!(lower <= 0) || !(upper > 0)) return clip_elsewhere(call, builder, lower, upper);
  return clamp(call, builder, lower, upper);
}

Value import_max_pool(OperatorCall& call, NetworkBuilder& builder) {
  const Value& x = call.required(0);
  const std::optional<Extent> map = map_extent(call, x);
  const std::optional<Extent> kernel = call.op() == "GlobalMaxPool" ? map : kernel_shape(call);
  if (!kernel) return {};
  const std::optional<PlacedWindow> placed = place_window(call, *kernel, map);
  if (!placed) return {};
  const Dims dims = map_dims(x, x.dims->at(1), placed->out);
  const net::Window& w = placed->window;
  const Dims padded{x.dims->at(1), map->h + w.pad_top + w.pad_bottom, map->w + w.pad_left + w.pad_right};
  if (element_count(padded).value_or(kMaxValues + 1) > kMaxValues) {
    call.refuse("pads",
                fmt::format("a padded map of {} is larger than {} values", to_string(padded), kMaxValues));
    return {"", nullptr, -1, dims};
  }
  const net::Shape shape = map_shape(x, *map);
  if (!x.is_tensor() || !call.accept("X", builder.as_map(x.tensor, shape))) return {"", nullptr, -1, dims};
  const net::Shape pooled{static_cast<int>(placed->out.h), static_cast<int>(placed->out.w), shape.c};
  int tensor = x.tensor;
  fold_or_pass(call, builder, tensor,
               [&](int t) { return builder.max_pool(t, placed->window, pooled, call.output()); });
  return result_of(call, tensor, dims);
}

Value import_softmax(OperatorCall& call, NetworkBuilder& builder) {
  const Value& x = call.required(0);
  if (!x.dims) return {};
  Value result = x;
  const Dims& dims = *x.dims;
  const bool flattens = call.opset() < 13;  // over all dimensions from the axis on
  const std::int64_t rank = static_cast<std::int64_t>(dims.size());
  const std::int64_t given = call.integer("axis", flattens ? 1 : -1);
  const std::int64_t axis = given < 0 ? given + rank : given;
  if (axis < 0 || axis >= rank) {
    call.refuse("axis", fmt::format("{} does not fit '{}' {}", given, x.name, to_string(dims)));
  } else if (axis == 0 && call.keeps_batch()) {
    call.refuse("axis", fmt::format("{} of '{}' {} goes across samples", given, x.name, to_string(dims)));
  } else if (x.is_tensor()) {
    const auto product = [](auto first, auto last) {
      return std::accumulate(first, last, std::int64_t{1}, std::multiplies<>());
    };
    const std::int64_t stride = product(dims.begin() + axis + 1, dims.end());
    result.softmax = net::Softmax{flattens ? dims[axis] * stride : dims[axis], flattens ? 1 : stride,
                                  call.op() == "LogSoftmax"};
    const bool computed = x.view || builder.tensor(x.tensor).producer >= 0;
    if (!computed) result.tensor = builder.pass(x.tensor, call.name(), call.output() + "/passed");
  }
  if (call.refused()) result.tensor = -1;
  return result;
}

}  // namespace dpwa::onnx
