// SPDX-License-Identifier: Apache-2.0
//
// Split: each part is a view.
#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "calib/onnx/movement.h"

namespace dpwa::onnx {
namespace {

/// Equal parts; since operator set 18 the last one may be smaller.
Dims equal_parts(const OperatorCall& call, std::int64_t size) {
  const std::int64_t count = call.outputs();
  const bool smaller = call.opset() >= kSplitSmallerLast;
  const std::int64_t part = smaller ? (size + count - 1) / count : size / count;
  Dims parts(count, part);
  if (smaller) parts.back() = size - part * (count - 1);
  return parts;
}

/// Sizes of the parts: an attribute before operator set 13, an input since; nothing and a reason when they do
/// not go together with the outputs and the axis.
std::optional<Dims> part_sizes(OperatorCall& call, const Value& x, std::int64_t size) {
  Dims parts;
  if (call.opset() < kSplitSizesInput) {
    parts = call.integers("split", {});
  } else if (const Value* const given = call.input(1)) {
    const auto values = call.indices(*given, "split");
    if (!values) return std::nullopt;
    parts = *values;
  }
  if (call.has("num_outputs") && call.integer("num_outputs", 0) != call.outputs()) {
    call.refuse("num_outputs",
                fmt::format("{} for {} outputs", call.integer("num_outputs", 0), call.outputs()));
    return std::nullopt;
  }
  if (parts.empty()) parts = equal_parts(call, size);
  const bool legal =
      std::all_of(parts.begin(), parts.end(), [&](std::int64_t part) { return part > 0 && part <= size; });
  if (legal && static_cast<int>(parts.size()) == call.outputs() &&
      std::accumulate(parts.begin(), parts.end(), std::int64_t{0}) == size) {
    return parts;
  }
  call.refuse("split", fmt::format("{} do not make {} parts of a dimension of {} of '{}' {}",
                                   to_string(parts), call.outputs(), size, x.name, to_string(*x.dims)));
  return std::nullopt;
}

}  // namespace

Value import_split(OperatorCall& call, NetworkBuilder& builder) {
  const Value& x = call.required(0);
  call.further().assign(call.outputs() - 1, Value{});
  if (!x.dims) return {};
  const auto axis = own_axis(call, "axis", call.integer("axis", 0), x);
  if (!axis) return {};
  const Dims from = own_dims(call, x), strides = strides_of(from);
  const auto sizes = part_sizes(call, x, from[*axis]);
  if (!sizes) return {};
  std::int64_t start = 0;
  std::vector<Value> parts;
  for (const std::int64_t size : *sizes) {
    Dims dims = from;
    dims[*axis] = size;
    parts.push_back(move_values(call, builder, x, dims, [&, first = start * strides[*axis]](const Dims& at) {
      return first + number_of(at, strides);
    }));
    start += size;
  }
  std::move(parts.begin() + 1, parts.end(), call.further().begin());
  return parts.front();
}

}  // namespace dpwa::onnx
