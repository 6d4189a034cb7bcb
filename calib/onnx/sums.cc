// SPDX-License-Identifier: Apache-2.0
//
// Sums of values with constant factors that are no Conv, Gemm or MatMul: ReduceSum, ReduceMean over any axes,
// Neg, and Sum and Mean of a tensor and constants.
#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>

#include "calib/onnx/mix.h"
#include "calib/onnx/movement.h"

namespace dpwa::onnx {

const Value* only_computed(OperatorCall& call, const std::string& verb, const std::string& instead) {
  const Value* x = nullptr;
  for (std::size_t i = 0; i < call.inputs(); ++i) {
    const Value& input = call.required(i);
    if (!input.dims) return nullptr;
    if (input.is_constant()) continue;
    if (x) {
      call.refuse(
          "", fmt::format("{} two computed tensors ('{}' and '{}'){}", verb, x->name, input.name, instead));
      return nullptr;
    }
    x = &input;
  }
  return x;
}

std::string named_dims(const Value& x) { return fmt::format("'{}' {}", x.name, to_string(*x.dims)); }

std::optional<Broadcast> broadcast_constant(OperatorCall& call, const Value& constant,
                                            const std::string& attribute, const Dims& result,
                                            const std::string& target) {
  auto values = call.floats(constant, attribute);
  if (!values) return std::nullopt;
  auto strides = values->empty() ? std::nullopt : broadcast_strides(*constant.dims, result);
  if (strides) return Broadcast{std::move(*values), std::move(*strides)};
  call.refuse(attribute, fmt::format("{} does not broadcast to {}", named_dims(constant), target));
  return std::nullopt;
}

std::optional<std::vector<bool>> reduced_axes(OperatorCall& call, const Value& x, int input_since) {
  Dims axes;
  if (call.opset() < input_since) {
    axes = call.integers("axes", {});
  } else if (const Value* const given = call.input(1)) {
    auto values = call.indices(*given, "axes");
    if (!values) return std::nullopt;
    axes = std::move(*values);
  }
  std::vector<bool> reduced(x.dims->size(), false);
  if (axes.empty() && call.integer("noop_with_empty_axes", 0) == 0) {
    axes.resize(reduced.size());
    std::iota(axes.begin(), axes.end(), 0);
  }
  for (const std::int64_t given : axes) {
    const auto axis = own_axis(call, "axes", given, x);
    if (!axis) return std::nullopt;
    reduced[*axis] = true;
  }
  return reduced;
}

Value reduce(OperatorCall& call, NetworkBuilder& builder, int axes_input_since, bool mean) {
  const Value& x = call.required(0);
  if (!x.dims) return {};
  const auto reduced = reduced_axes(call, x, axes_input_since);
  if (!reduced) return {};
  const Dims from = sample_dims(call, *x.dims), strides = strides_of(from);
  Dims kept = from, inner(from.size(), 1), dims;
  for (std::size_t i = 0; i < from.size(); ++i) {
    if ((*reduced)[i]) std::swap(kept[i], inner[i]);
    if (!(*reduced)[i] || call.integer("keepdims", 1) != 0) dims.push_back(kept[i]);
  }
  dims = batch_dims(call, dims, x);
  if (!x.is_tensor()) return {"", nullptr, -1, dims};
  const double factor = mean ? 1 / static_cast<double>(*element_count(inner)) : 1;
  ViewBuilder view(call, builder, x);
  for_each_index(kept, [&](const Dims& at) {
    view.value();
    const std::int64_t start = number_of(at, strides);
    for_each_index(inner, [&](const Dims& more) { view.add(start + number_of(more, strides), factor); });
  });
  return view.finish(dims);
}

Value import_reduce_sum(OperatorCall& call, NetworkBuilder& builder) {
  return reduce(call, builder, 13, false);
}

Value import_neg(OperatorCall& call, NetworkBuilder& builder) {
  const Value& x = call.required(0);
  if (!x.dims || !x.is_tensor()) return {"", nullptr, -1, x.dims};
  ViewBuilder view(call, builder, x);
  for (std::int64_t i = 0; i < *element_count(sample_dims(call, *x.dims)); ++i) {
    view.value();
    view.add(i, -1);
  }
  return view.finish(*x.dims);
}

Value import_sum(OperatorCall& call, NetworkBuilder& builder) {
  std::vector<const Value*> inputs;
  for (std::size_t i = 0; i < call.inputs(); ++i) inputs.push_back(&call.required(i));
  if (of_one_tensor(inputs)) return combine_views(call, builder);
  const Value* const x = only_computed(call, "adds", "; Add is supported");
  if (!x) return {};
  const Dims dims = sample_dims(call, *x->dims);
  const double factor = call.op() == "Mean" ? 1 / static_cast<double>(call.inputs()) : 1;
  std::vector<double> offset(static_cast<std::size_t>(*element_count(dims)), 0);
  for (std::size_t i = 0; i < call.inputs(); ++i) {
    const Value& input = call.required(i);
    if (!input.is_constant()) continue;
    const auto constant = broadcast_constant(call, input, "data_0", dims, named_dims(*x));
    if (!constant) return {"", nullptr, -1, x->dims};
    std::size_t at_value = 0;
    for_each_index(dims, [&](const Dims& at) { offset[at_value++] += factor * constant->at(at); });
  }
  if (!x->is_tensor()) return {"", nullptr, -1, x->dims};
  ViewBuilder view(call, builder, *x);
  for (std::size_t i = 0; i < offset.size(); ++i) {
    view.value(offset[i]);
    view.add(static_cast<std::int64_t>(i), factor);
  }
  return view.finish(*x->dims);
}

}  // namespace dpwa::onnx
