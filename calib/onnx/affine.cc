// SPDX-License-Identifier: Apache-2.0
//
// Add, Sub, Mul, Div with a constant and BatchNormalization: x * scale[c] + offset[c], folded into the layer
// before it or into the input affine.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

#include "calib/onnx/mix.h"
#include "calib/onnx/operators.h"
#include "calib/onnx/order.h"
#include "calib/onnx/view.h"

namespace dpwa::onnx {
namespace {

/// Dims of x combined with a constant that may have more, leading, dimensions of 1; nothing when the result
/// would be larger than x or the constant differs between samples.
std::optional<Dims> broadcast_dims(const Dims& x, const Dims& constant, std::int64_t batch) {
  Dims out = x;
  if (constant.size() > x.size()) {
    if (batch != 1) return std::nullopt;
    out.insert(out.begin(), constant.size() - x.size(), 1);
  }
  const std::size_t skipped = out.size() - constant.size();
  for (std::size_t i = 0; i < constant.size(); ++i) {
    const std::int64_t own = skipped + i == 0 ? (batch == 1 ? out[0] : 1) : out[skipped + i];
    if (constant[i] != 1 && constant[i] != own) return std::nullopt;
  }
  return out;
}

/// The constant at each value of one sample of `dims`. Precondition: broadcast_dims accepted it.
std::vector<double> each_value(const OperatorCall& call, const std::vector<float>& values, const Dims& dims,
                               const Dims& constant) {
  const Dims sample = sample_dims(call, dims), strides = *broadcast_strides(constant, sample);
  std::vector<double> result;
  for_each_index(sample, [&](const Dims& at) { result.push_back(values[number_of(at, strides)]); });
  return result;
}

/// The constant as one value per channel of the tensor. Precondition: broadcast_dims accepted it.
std::optional<std::vector<double>> channel_constant(const OperatorCall& call,
                                                    const std::vector<float>& values, const Dims& dims,
                                                    const Dims& constant, const net::Shape& shape) {
  if (values.size() == 1) return std::vector<double>(shape.c, values.front());
  return per_channel(each_value(call, values, dims, constant), shape);
}

struct Affine {
  std::vector<double> scale;
  std::vector<double> offset;
};

/// One scale and offset for each value of a sample, as a view.
Value value_by_value(OperatorCall& call, NetworkBuilder& builder, const Value& x, const Affine& affine,
                     Dims dims) {
  if (!std::all_of(affine.scale.begin(), affine.scale.end(), [](double s) { return std::isfinite(s); })) {
    call.refuse("", "gives values that are not finite (division by zero?)");
    return {"", nullptr, -1, std::move(dims)};
  }
  ViewBuilder view(call, builder, x);
  for (std::size_t i = 0; i < affine.scale.size(); ++i) {
    view.value(affine.offset[i]);
    view.add(static_cast<std::int64_t>(i), affine.scale[i]);
  }
  return view.finish(std::move(dims));
}

bool is_vector(const net::Shape& shape) { return shape.h * shape.w == 1; }

/// Whether the input quantizer of any machine can apply it: a factor above 0, few different channels.
bool fits_input(const Affine& affine) {
  constexpr std::size_t kChannels = 16;
  const auto varies = [](const std::vector<double>& v) {
    return std::adjacent_find(v.begin(), v.end(), std::not_equal_to<>()) != v.end();
  };
  const bool above = std::all_of(affine.scale.begin(), affine.scale.end(), [](double s) { return s > 0; });
  return above && (affine.scale.size() <= kChannels || !(varies(affine.scale) || varies(affine.offset)));
}

/// Folds into the tensor; x.dims are those of the result.
Value fold(OperatorCall& call, NetworkBuilder& builder, const Value& x, const Affine& affine, Dims dims) {
  int tensor = x.tensor;
  const auto finite = [](double v) { return std::isfinite(v); };
  if (!std::all_of(affine.scale.begin(), affine.scale.end(), finite) ||
      !std::all_of(affine.offset.begin(), affine.offset.end(), finite)) {
    call.refuse("", "folding it gives values that are not finite (division by zero?)");
  } else if (builder.tensor(x.tensor).producer < 0 && is_vector(builder.tensor(x.tensor).shape) &&
             !fits_input(affine)) {
    return value_by_value(call, builder, x, affine, std::move(dims));
  } else {
    fold_or_pass(call, builder, tensor,
                 [&](int t) { return builder.apply_affine(t, affine.scale, affine.offset, call.output()); });
  }
  return result_of(call, tensor, std::move(dims));
}

/// y = x op k, or k op x when `reversed`.
Affine affine_of(const std::string& op, bool reversed, const std::vector<double>& k) {
  Affine affine{std::vector<double>(k.size(), 1), std::vector<double>(k.size(), 0)};
  for (std::size_t c = 0; c < k.size(); ++c) {
    if (op == "Add") {
      affine.offset[c] = k[c];
    } else if (op == "Sub") {
      affine.scale[c] = reversed ? -1 : 1;
      affine.offset[c] = reversed ? k[c] : -k[c];
    } else {
      affine.scale[c] = op == "Mul" ? k[c] : 1 / k[c];
    }
  }
  return affine;
}

/// The sum or difference of two computed tensors.
Value combine_tensors(OperatorCall& call, NetworkBuilder& builder, const Value& a, const Value& b) {
  const std::optional<Dims> dims = a.dims == b.dims ? a.dims : std::nullopt;
  if (a.dims && b.dims && !dims) {
    call.refuse("", fmt::format("{} '{}' {} and '{}' {}; two computed tensors must have the same dimensions",
                                call.op() == "Add" ? "adds" : "subtracts", a.name, to_string(*a.dims), b.name,
                                to_string(*b.dims)));
  }
  int sum = -1;
  if (!call.refused() && a.is_tensor() && b.is_tensor()) {
    call.accept("", call.op() == "Add"
                        ? builder.add(a.tensor, b.tensor, call.name(), call.output(), sum)
                        : builder.subtract(a.tensor, b.tensor, call.name(), call.output(), sum));
  }
  return result_of(call, sum, dims);
}

}  // namespace

Value import_affine(OperatorCall& call, NetworkBuilder& builder) {
  const Value& a = call.required(0);
  const Value& b = call.required(1);
  const bool views = a.view || b.view;  // others are computed before
  if (views && of_one_tensor({&a, &b}) && (call.op() == "Add" || call.op() == "Sub"))
    return combine_views(call, builder);
  if (!a.is_constant() && !b.is_constant()) {
    if (call.op() == "Add" || call.op() == "Sub") return combine_tensors(call, builder, a, b);
    if (call.op() == "Mul") return multiply_tensors(call, builder);
    call.refuse("", fmt::format("combines two computed tensors ('{}' and '{}'); one constant is needed",
                                a.name, b.name));
    return {"", nullptr, -1, a.dims == b.dims ? a.dims : std::nullopt};
  }
  const bool reversed = a.is_constant();
  const Value& x = reversed ? b : a;
  const Value& k = reversed ? a : b;
  if (reversed && call.op() == "Div")
    call.refuse("A", "a constant divided by a computed tensor is not linear");
  const auto values = call.floats(k, reversed ? "A" : "B");
  if (!values || !x.dims) return {"", nullptr, -1, x.dims};
  const std::optional<Dims> dims = broadcast_dims(*x.dims, *k.dims, call.batch());
  if (!dims || values->empty()) {
    call.refuse(reversed ? "A" : "B", fmt::format("'{}' {} does not broadcast to '{}' {}", k.name,
                                                  to_string(*k.dims), x.name, to_string(*x.dims)));
    return {};
  }
  if (call.refused() || !x.is_tensor()) return {"", nullptr, -1, dims};
  if (x.view) {
    const std::vector<double> each = each_value(call, *values, *dims, *k.dims);
    return value_by_value(call, builder, x, affine_of(call.op(), reversed, each), *dims);
  }
  auto constant = channel_constant(call, *values, *dims, *k.dims, builder.tensor(x.tensor).shape);
  if (!constant) {
    const std::vector<double> each = each_value(call, *values, *dims, *k.dims);
    if (want_channels_first(x, each, call.model())) return {"", nullptr, -1, dims};
    constant = per_channel(each, builder, x.tensor);
    if (!constant) return value_by_value(call, builder, x, affine_of(call.op(), reversed, each), *dims);
  }
  return fold(call, builder, x, affine_of(call.op(), reversed, *constant), *dims);
}

Value import_batch_normalization(OperatorCall& call, NetworkBuilder& builder) {
  static constexpr const char* kInputs[] = {"X", "scale", "B", "mean", "var"};
  const Value& x = call.required(0);
  if (call.integer("training_mode", 0) != 0) call.refuse("training_mode", "only 0 (inference) is supported");
  if (call.integer("spatial", 1) != 1) call.refuse("spatial", "only 1 (one value per channel) is supported");
  const double epsilon = call.real("epsilon", 1e-5F);
  std::vector<std::vector<float>> parameters;
  for (std::size_t i = 1; i <= 4; ++i) {
    auto values = call.floats(call.required(i), kInputs[i]);
    if (values) parameters.push_back(std::move(*values));
  }
  if (parameters.size() != 4 || !x.dims) return {"", nullptr, -1, x.dims};
  const Dims expected{x.dims->size() < 2 ? 0 : x.dims->at(1)};
  for (std::size_t i = 1; i <= 4; ++i) {
    const Value& p = call.required(i);
    if (*p.dims == expected && expected[0] > 0) continue;
    call.refuse(kInputs[i], fmt::format("'{}' is {}, one value per channel of '{}' {} is needed", p.name,
                                        to_string(*p.dims), x.name, to_string(*x.dims)));
  }
  if (call.refused() || !x.is_tensor()) return {"", nullptr, -1, x.dims};
  Dims constant(x.dims->size() - 1, 1);
  constant[0] = expected[0];
  std::vector<std::vector<double>> channels;
  for (const auto& values : parameters) {
    auto mapped = x.view ? std::make_optional(each_value(call, values, *x.dims, constant))
                         : channel_constant(call, values, *x.dims, constant, builder.tensor(x.tensor).shape);
    if (!mapped) {
      call.refuse("X", fmt::format("the channels of '{}' {} are not those of the stored tensor", x.name,
                                   to_string(*x.dims)));
      return {"", nullptr, -1, x.dims};
    }
    channels.push_back(std::move(*mapped));
  }
  Affine affine;
  for (std::size_t c = 0; c < channels[0].size(); ++c) {
    const double scale = channels[0][c] / std::sqrt(channels[3][c] + epsilon);
    affine.scale.push_back(scale);
    affine.offset.push_back(channels[1][c] - channels[2][c] * scale);
  }
  if (x.view) return value_by_value(call, builder, x, affine, *x.dims);
  return fold(call, builder, x, affine, *x.dims);
}

}  // namespace dpwa::onnx
