// SPDX-License-Identifier: Apache-2.0
//
// The larger or smaller of two values: Max and Min with constants, Clip with limits beside 0, ReduceMax.
// Limits of a layer contain 0 (docs/numerics.md N1.1), so what is limited elsewhere is shifted there and
// back.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <utility>

#include "calib/onnx/movement.h"

namespace dpwa::onnx {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

/// k + sign * min(max(sign * (x - k), 0), width).
Value limited_beside(OperatorCall& call, NetworkBuilder& builder, const Value& x, double sign,
                     const std::vector<double>& k, float width) {
  int tensor = x.tensor;
  const std::optional<std::vector<double>> limit = per_channel(k, builder, tensor);
  if (!limit) {
    call.refuse("", "a limit that differs within a channel of a map");
    return {"", nullptr, -1, x.dims};
  }
  const std::vector<double> scale(limit->size(), sign);
  std::vector<double> shift;
  for (const double v : *limit) shift.push_back(-sign * v);
  const auto fold = [&](auto step) {
    if (!call.refused()) fold_or_pass(call, builder, tensor, step);
  };
  fold([&](int t) { return builder.apply_affine(t, scale, shift, call.output() + "/shifted"); });
  fold([&](int t) { return builder.clamp(t, 0, width, call.output() + "/limited"); });
  fold([&](int t) { return builder.apply_affine(t, scale, *limit, call.output()); });
  return result_of(call, tensor, x.dims);
}

/// The larger or smaller of two computed tensors: b + max(0, a - b) or a - max(0, a - b). `which`: behind the
/// operator's name.
Value extreme_of(OperatorCall& call, NetworkBuilder& builder, const Value& a, const Value& b,
                 const std::string& which) {
  if (a.dims && b.dims && a.dims != b.dims) {
    call.refuse("", fmt::format("compares {} and {}; two computed tensors must have the same dimensions",
                                named_dims(a), named_dims(b)));
  }
  if (call.refused() || !a.is_tensor() || !b.is_tensor()) return {"", nullptr, -1, a.dims};
  if (a.tensor == b.tensor) return a;
  const std::string name = call.name() + which, output = call.output() + which;
  builder.close(a.tensor);
  builder.close(b.tensor);
  int above = -1, result = -1;
  if (call.accept("", builder.subtract(a.tensor, b.tensor, name + "/above", output + "/above", above))) {
    (void)builder.clamp(above, 0, kInfinity, output + "/above");
    call.accept("", call.op() == "Max" ? builder.add(b.tensor, above, name, output, result)
                                       : builder.subtract(a.tensor, above, name, output, result));
  }
  return result_of(call, result, a.dims);
}

/// That of all computed inputs; nothing when the dims of one are unknown.
std::optional<Value> extreme_of_computed(OperatorCall& call, NetworkBuilder& builder) {
  std::optional<Value> found;
  std::size_t last = 0;
  for (std::size_t i = 0; i < call.inputs(); ++i) {
    if (!call.required(i).dims) return std::nullopt;
    if (!call.required(i).is_constant()) last = i;
  }
  for (std::size_t i = 0; i <= last; ++i) {
    const Value& input = call.required(i);
    if (input.is_constant()) continue;
    const std::string which = i == last ? "" : fmt::format("/{}", i);
    found = found ? extreme_of(call, builder, *found, input, which) : input;
  }
  return found;
}

/// The constants of Max or Min, one per value of a sample of x.
std::optional<std::vector<double>> constant_limits(OperatorCall& call, const Value& x, bool largest) {
  const Dims dims = sample_dims(call, *x.dims);
  std::vector<double> k(static_cast<std::size_t>(*element_count(dims)), largest ? -kInfinity : kInfinity);
  for (std::size_t i = 0; i < call.inputs(); ++i) {
    const Value& input = call.required(i);
    if (!input.is_constant()) continue;
    const auto constant = broadcast_constant(call, input, "data_0", dims, named_dims(x));
    if (!constant) return std::nullopt;
    std::size_t at_value = 0;
    for_each_index(dims, [&](const Dims& at) {
      const double v = constant->at(at);
      double& limit = k[at_value++];
      limit = largest ? std::max(limit, v) : std::min(limit, v);
    });
  }
  return k;
}

}  // namespace

Value clip_elsewhere(OperatorCall& call, NetworkBuilder& builder, float lower, float upper) {
  const Value& x = call.required(0);
  if (!(lower < upper)) {
    call.refuse("min", fmt::format("limits {} .. {} leave one value", lower, upper));
    return {"", nullptr, -1, x.dims};
  }
  if (call.refused() || !x.is_tensor()) return {"", nullptr, -1, x.dims};
  const bool below = std::isfinite(lower);
  const std::vector<double> k(static_cast<std::size_t>(builder.tensor(x.tensor).shape.size()),
                              below ? lower : upper);
  return limited_beside(call, builder, x, below ? 1 : -1, k, below ? upper - lower : kInfinity);
}

Value import_extreme(OperatorCall& call, NetworkBuilder& builder) {
  const bool largest = call.op() == "Max";
  const std::optional<Value> x = extreme_of_computed(call, builder);
  if (!x) return {};
  bool alone = true;
  for (std::size_t i = 0; i < call.inputs(); ++i) alone &= !call.required(i).is_constant();
  if (alone) return *x;
  const auto k = constant_limits(call, *x, largest);
  if (!k || !x->is_tensor()) return {"", nullptr, -1, x->dims};
  const bool one = std::adjacent_find(k->begin(), k->end(), std::not_equal_to<>()) == k->end();
  if (one && (largest ? k->front() <= 0 : k->front() > 0)) {
    int tensor = x->tensor;
    const auto limit = static_cast<float>(k->front());
    fold_or_pass(call, builder, tensor, [&](int t) {
      return builder.clamp(t, largest ? limit : -kInfinity, largest ? kInfinity : limit, call.output());
    });
    return result_of(call, tensor, x->dims);
  }
  return limited_beside(call, builder, *x, largest ? 1 : -1, *k, kInfinity);
}

Value import_reduce_max(OperatorCall& call, NetworkBuilder& builder) {
  const Value& x = call.required(0);
  if (!x.dims) return {};
  const auto reduced = reduced_axes(call, x, 18);
  if (!reduced) return {};
  const Dims from = sample_dims(call, *x.dims);
  // Neighbouring axes: channels before them, the window over them, positions after them.
  const auto first = std::find(reduced->begin(), reduced->end(), true);
  const auto after = std::find(first, reduced->end(), false);
  if (first == reduced->end() || std::find(after, reduced->end(), true) != reduced->end()) {
    call.refuse("axes", fmt::format("of '{}' {} are no neighbours", x.name, to_string(*x.dims)));
    return {};
  }
  std::int64_t sizes[] = {1, 1, 1};  // before, over, after
  Dims dims;
  for (std::size_t i = 0; i < from.size(); ++i) {
    const bool over = (*reduced)[i];
    const auto place = static_cast<std::ptrdiff_t>(i);
    sizes[over ? 1 : place < first - reduced->begin() ? 0 : 2] *= from[i];
    if (!over || call.integer("keepdims", 1) != 0) dims.push_back(over ? 1 : from[i]);
  }
  dims = batch_dims(call, dims, x);
  if (!x.is_tensor()) return {"", nullptr, -1, dims};
  net::Shape map{static_cast<int>(sizes[1]), static_cast<int>(sizes[2]), static_cast<int>(sizes[0])};
  net::Window window;
  window.kh = map.h;
  const net::Shape& stored = builder.tensor(x.tensor).shape;
  if (map.w == 1 && stored.c == map.c && std::int64_t{stored.h} * stored.w == map.h) {
    map = stored;  // height and width of a map
    window.kh = map.h;
    window.kw = map.w;
  }
  if (!call.accept("data", builder.as_map(x.tensor, map))) return {"", nullptr, -1, dims};
  const net::Shape pooled{1, window.kw == map.w ? 1 : map.w, map.c};
  int tensor = x.tensor;
  fold_or_pass(call, builder, tensor,
               [&](int t) { return builder.max_pool(t, window, pooled, call.output()); });
  return result_of(call, tensor, dims);
}

}  // namespace dpwa::onnx
