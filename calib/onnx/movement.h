// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fmt/format.h>

#include <optional>
#include <vector>

#include "calib/onnx/operators.h"
#include "calib/onnx/view.h"

namespace dpwa::onnx {

/// An axis counted from either end in 0 .. rank-1. A reason when it is outside, or when it is the batch and
/// the operator would mix or pick samples.
std::optional<std::size_t> own_axis(OperatorCall& call, const std::string& attribute, std::int64_t axis,
                                    const Value& x);

/// Axes of a reduction, ascending: an attribute, or an input from operator set `input_since` on. None: all
/// axes, or no reduction at all with noop_with_empty_axes.
std::optional<std::vector<bool>> reduced_axes(OperatorCall& call, const Value& x, int input_since);

/// The only computed input of an operator that takes any number of them. Null when the dims of one are
/// unknown, and after a refusal: "`verb` two computed tensors (..)`instead`".
const Value* only_computed(OperatorCall& call, const std::string& verb, const std::string& instead = "");

/// A constant that is read at every index of a result.
struct Broadcast {
  std::vector<float> values;
  Dims strides;
  double at(const Dims& index) const { return values[number_of(index, strides)]; }
};

/// Nothing, and a reason, when it is no float constant or does not broadcast to `result`, named `target`.
std::optional<Broadcast> broadcast_constant(OperatorCall& call, const Value& constant,
                                            const std::string& attribute, const Dims& result,
                                            const std::string& target);

/// "'x' [1, 2]"
std::string named_dims(const Value& x);

/// A result whose values are single values of x: `source(index)` gives, for an index of `dims` (one sample),
/// the number of the value, or -1 for `otherwise`. x may be a tensor, a view or a float constant.
template <typename Source>
Value move_values(OperatorCall& call, NetworkBuilder& builder, const Value& x, const Dims& dims,
                  Source source, float otherwise = 0);

/// Float values of a constant with these dims, as a constant of the graph.
Value literal_floats(OperatorCall& call, Dims dims, const std::vector<float>& values);

/// Dims as an operator sees them: of a constant, or of one sample.
Dims own_dims(const OperatorCall& call, const Value& x);

/// Dims of the whole batch from those of a sample.
Dims batch_dims(const OperatorCall& call, Dims sample, const Value& x);

template <typename Source>
Value move_values(OperatorCall& call, NetworkBuilder& builder, const Value& x, const Dims& dims,
                  Source source, float otherwise) {
  const std::optional<std::int64_t> count = element_count(dims);
  if (!count || *count < 1 || *count > kMaxViewTerms) {
    call.refuse(
        "", fmt::format("a result of {} values; 1 to {} are supported", count.value_or(-1), kMaxViewTerms));
    return {};
  }
  if (x.is_constant()) {
    const auto values = call.floats(x, "input");
    if (!values) return {};
    std::vector<float> moved, steps;
    const auto own = call.model().steps.find(x.constant);
    for_each_index(dims, [&](const Dims& at) {
      const std::int64_t from = source(at);
      moved.push_back(from < 0 ? otherwise : (*values)[from]);
      if (own != call.model().steps.end()) steps.push_back(from < 0 ? 0 : own->second[from]);
    });
    Value result = literal_floats(call, dims, moved);
    if (!steps.empty()) call.model().steps[result.constant] = std::move(steps);
    return result;
  }
  const Dims whole = batch_dims(call, dims, x);
  if (!x.is_tensor()) return {"", nullptr, -1, whole};
  ViewBuilder view(call, builder, x);
  for_each_index(dims, [&](const Dims& at) {
    const std::int64_t from = source(at);
    view.value(from < 0 ? otherwise : 0);
    if (from >= 0) view.add(from);
  });
  return view.finish(whole);
}

}  // namespace dpwa::onnx
