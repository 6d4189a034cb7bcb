// SPDX-License-Identifier: Apache-2.0
//
// Gather, GatherElements and GatherND with constant indices.
#include <fmt/format.h>

#include <utility>

#include "calib/onnx/movement.h"

namespace dpwa::onnx {
namespace {

/// Legal indices of an axis of this size, negative ones counted from the end; nothing and a reason otherwise.
std::optional<Dims> legal(OperatorCall& call, Dims indices, std::int64_t size) {
  for (std::int64_t& i : indices) {
    const std::int64_t given = i;
    if (i < 0) i += size;
    if (i >= 0 && i < size) continue;
    call.refuse("indices", fmt::format("{} is outside a dimension of {}", given, size));
    return std::nullopt;
  }
  return indices;
}

}  // namespace

Value import_gather(OperatorCall& call, NetworkBuilder& builder) {
  const Value& x = call.required(0);
  const auto given = call.indices(call.required(1), "indices");
  if (!given || !x.dims) return {};
  const auto axis = own_axis(call, "axis", call.integer("axis", 0), x);
  if (!axis) return {};
  const Dims from = own_dims(call, x), strides = strides_of(from);
  const auto indices = legal(call, *given, from[*axis]);
  if (!indices) return {};
  const Dims& picked = *call.required(1).dims;
  const Dims picked_strides = strides_of(picked);
  Dims dims(from.begin(), from.begin() + *axis);
  dims.insert(dims.end(), picked.begin(), picked.end());
  dims.insert(dims.end(), from.begin() + *axis + 1, from.end());
  return move_values(call, builder, x, dims, [&, a = *axis](const Dims& at) {
    std::int64_t source = 0, index = 0;
    for (std::size_t i = 0; i < a; ++i) source += at[i] * strides[i];
    for (std::size_t i = 0; i < picked.size(); ++i) index += at[a + i] * picked_strides[i];
    source += (*indices)[index] * strides[a];
    for (std::size_t i = a + 1; i < from.size(); ++i) source += at[picked.size() + i - 1] * strides[i];
    return source;
  });
}

Value import_gather_elements(OperatorCall& call, NetworkBuilder& builder) {
  const Value& x = call.required(0);
  const auto given = call.indices(call.required(1), "indices");
  if (!given || !x.dims) return {};
  const auto axis = own_axis(call, "axis", call.integer("axis", 0), x);
  if (!axis) return {};
  const Dims from = own_dims(call, x), dims = *call.required(1).dims;
  bool fits = dims.size() == from.size();
  for (std::size_t i = 0; fits && i < dims.size(); ++i) fits = i == *axis || dims[i] <= from[i];
  if (!fits || (call.keeps_batch() && !x.is_constant() && dims[0] != 1)) {
    call.refuse("indices", fmt::format("{} do not fit '{}' {}", to_string(dims), x.name, to_string(*x.dims)));
    return {};
  }
  const auto indices = legal(call, *given, from[*axis]);
  if (!indices) return {};
  const Dims strides = strides_of(from), own = strides_of(dims);
  return move_values(call, builder, x, dims, [&, a = *axis](const Dims& at) {
    return number_of(at, strides) + ((*indices)[number_of(at, own)] - at[a]) * strides[a];
  });
}

Value import_gather_nd(OperatorCall& call, NetworkBuilder& builder) {
  const Value& x = call.required(0);
  const Value& picked = call.required(1);
  const auto indices = call.indices(picked, "indices");
  if (call.integer("batch_dims", 0) != 0) call.refuse("batch_dims", "only 0 is supported");
  if (!indices || !x.dims || call.refused()) return {};
  const Dims from = own_dims(call, x), strides = strides_of(from);
  const std::int64_t depth = picked.dims->empty() ? 0 : picked.dims->back();
  if (depth < 1 || depth > static_cast<std::int64_t>(from.size()) || !own_axis(call, "indices", 0, x)) {
    if (!call.refused())
      call.refuse("indices", fmt::format("{} do not fit '{}'", to_string(*picked.dims), x.name));
    return {};
  }
  Dims starts;
  for (std::size_t i = 0; i < indices->size(); i += depth) {
    std::int64_t start = 0;
    for (std::int64_t d = 0; d < depth; ++d) {
      const auto index = legal(call, {(*indices)[i + d]}, from[d]);
      if (!index) return {};
      start += index->front() * strides[d];
    }
    starts.push_back(start);
  }
  Dims dims(picked.dims->begin(), picked.dims->end() - 1);
  const std::size_t leading = dims.size();
  const Dims own = strides_of(dims);
  dims.insert(dims.end(), from.begin() + depth, from.end());
  return move_values(call, builder, x, dims, [&](const Dims& at) {
    std::int64_t which = 0;
    for (std::size_t i = 0; i < leading; ++i) which += at[i] * own[i];
    std::int64_t source = starts[which];
    for (std::size_t i = leading; i < at.size(); ++i) source += at[i] * strides[depth + i - leading];
    return source;
  });
}

}  // namespace dpwa::onnx
