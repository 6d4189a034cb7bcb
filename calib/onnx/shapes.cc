// SPDX-License-Identifier: Apache-2.0
//
// Operators that change no value: Identity, Dropout, Constant, Flatten, Reshape, Squeeze, Unsqueeze. The
// order of the values stays, so a tensor only gets other dims; the layer that reads it knows the stored
// order.
#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>

#include "calib/onnx/operators.h"

namespace dpwa::onnx {
namespace {

using ::onnx::TensorProto;

/// x with other dims of the same number of values. The batch must stay the leading dimension.
Value with_dims(OperatorCall& call, NetworkBuilder& builder, const Value& x, Dims dims) {
  if (!x.is_constant()) {
    if (call.batch() != 1 && (dims.size() < 2 || dims[0] != call.batch())) {
      call.refuse("", fmt::format("changes '{}' from {} to {}; the batch of {} must stay the first dimension",
                                  x.name, to_string(*x.dims), to_string(dims), call.batch()));
      return {};
    }
    // A network input that becomes a map is one from here on: constants per channel may follow.
    const bool map = dims.size() == 4 || (dims.size() == 3 && call.model().lines);
    if (map && dims[0] == call.batch() && x.is_tensor() && !x.view && !x.order &&
        builder.tensor(x.tensor).producer < 0) {
      (void)builder.as_map(x.tensor, {static_cast<int>(dims.size() == 4 ? dims[2] : 1),
                                      static_cast<int>(dims.back()), static_cast<int>(dims[1])});
    }
  }
  return {"",     x.constant,   x.tensor, std::move(dims), x.average,
          x.view, std::nullopt, x.order,  nullptr,         x.softmax};
}

/// Axes of Squeeze and Unsqueeze in 0 .. rank-1, ascending; nothing and a reason when illegal.
std::optional<Dims> read_axes(OperatorCall& call, std::int64_t rank) {
  Dims axes;
  if (call.opset() < 13) {
    axes = call.integers("axes", {});
  } else if (const Value* const input = call.input(1)) {
    auto values = call.indices(*input, "axes");
    if (!values) return std::nullopt;
    axes = std::move(*values);
  }
  const Dims given = axes;
  for (std::int64_t& axis : axes) axis = axis < 0 ? axis + rank : axis;
  std::sort(axes.begin(), axes.end());
  const bool outside = !axes.empty() && (axes.front() < 0 || axes.back() >= rank);
  if (outside || std::adjacent_find(axes.begin(), axes.end()) != axes.end()) {
    call.refuse("axes", fmt::format("{} do not fit a tensor of rank {}", to_string(given), rank));
    return std::nullopt;
  }
  return axes;
}

/// The dims that Reshape asks for: 0 copies, one -1 is what remains.
std::optional<Dims> reshaped(const Dims& from, Dims target, bool allow_zero) {
  const std::int64_t total = *element_count(from);
  std::int64_t known = 1;
  for (std::size_t i = 0; i < target.size(); ++i) {
    if (target[i] == 0 && !allow_zero) {
      if (i >= from.size()) return std::nullopt;
      target[i] = from[i];
    }
    if (target[i] == -1) continue;
    if (target[i] <= 0 || target[i] > total / known) return std::nullopt;
    known *= target[i];
  }
  const auto open = std::find(target.begin(), target.end(), -1);
  if (open != target.end()) {
    if (std::find(open + 1, target.end(), -1) != target.end() || total % known != 0) return std::nullopt;
    *open = total / known;
    known = total;
  }
  if (known != total) return std::nullopt;
  return target;
}

/// A Constant given as a number or a list of numbers.
const TensorProto* literal(OperatorCall& call) {
  TensorProto tensor;
  tensor.set_name(call.output());
  if (const auto* const f = call.find("value_float")) {
    tensor.set_data_type(TensorProto::FLOAT);
    tensor.add_float_data(f->f());
  } else if (const auto* const fs = call.find("value_floats")) {
    tensor.set_data_type(TensorProto::FLOAT);
    tensor.add_dims(fs->floats_size());
    *tensor.mutable_float_data() = fs->floats();
  } else if (const auto* const i = call.find("value_int")) {
    tensor.set_data_type(TensorProto::INT64);
    tensor.add_int64_data(i->i());
  } else if (const auto* const is = call.find("value_ints")) {
    tensor.set_data_type(TensorProto::INT64);
    tensor.add_dims(is->ints_size());
    *tensor.mutable_int64_data() = is->ints();
  } else {
    return nullptr;
  }
  return call.model().keep(std::move(tensor));
}

}  // namespace

Value import_identity(OperatorCall& call, NetworkBuilder&) { return call.required(0); }

Value import_dropout(OperatorCall& call, NetworkBuilder&) {
  const Value* const training = call.input(2);
  if (!training) return call.required(0);
  if (!training->is_constant() || training->constant->data_type() != TensorProto::BOOL ||
      integer_values(*training->constant) != std::vector<std::int64_t>{0}) {
    call.refuse("training_mode", fmt::format("'{}' is not the constant false", training->name));
  }
  return call.required(0);
}

Value import_constant(OperatorCall& call, NetworkBuilder&) {
  const auto* const value = call.find("value");
  const TensorProto* const tensor = value ? &value->t() : literal(call);
  if (!tensor) {
    call.refuse("", "only value, value_float, value_floats, value_int and value_ints are supported");
    return {};
  }
  return {"", tensor, -1, dims_of(*tensor)};
}

Value import_flatten(OperatorCall& call, NetworkBuilder& builder) {
  const Value& x = call.required(0);
  if (!x.dims) return {};
  const std::int64_t rank = static_cast<std::int64_t>(x.dims->size());
  const std::int64_t given = call.integer("axis", 1);
  const std::int64_t axis = given < 0 ? given + rank : given;
  if (axis < 0 || axis > rank) {
    call.refuse("axis", fmt::format("{} does not fit '{}' {}", given, x.name, to_string(*x.dims)));
    return {};
  }
  const auto split = x.dims->begin() + axis;
  const auto product = [](auto first, auto last) {
    return std::accumulate(first, last, std::int64_t{1}, std::multiplies<>());
  };
  return with_dims(call, builder, x, {product(x.dims->begin(), split), product(split, x.dims->end())});
}

Value import_reshape(OperatorCall& call, NetworkBuilder& builder) {
  const Value& x = call.required(0);
  const auto target = call.indices(call.required(1), "shape");
  if (!target || !x.dims) return {};
  auto dims = reshaped(*x.dims, *target, call.integer("allowzero", 0) != 0);
  if (!dims) {
    call.refuse("shape",
                fmt::format("{} does not fit '{}' {}", to_string(*target), x.name, to_string(*x.dims)));
    return {};
  }
  return with_dims(call, builder, x, std::move(*dims));
}

Value import_squeeze(OperatorCall& call, NetworkBuilder& builder) {
  const Value& x = call.required(0);
  if (!x.dims) return {};
  auto axes = read_axes(call, static_cast<std::int64_t>(x.dims->size()));
  if (!axes) return {};
  Dims dims;
  for (std::size_t i = 0; i < x.dims->size(); ++i) {
    const bool named = std::binary_search(axes->begin(), axes->end(), static_cast<std::int64_t>(i));
    const std::int64_t size = x.dims->at(i);
    if (named && size != 1) {
      call.refuse("axes", fmt::format("dimension {} of '{}' {} is not 1", i, x.name, to_string(*x.dims)));
      return {};
    }
    if (!named && !(axes->empty() && size == 1)) dims.push_back(size);
  }
  return with_dims(call, builder, x, std::move(dims));
}

Value import_unsqueeze(OperatorCall& call, NetworkBuilder& builder) {
  const Value& x = call.required(0);
  if (!x.dims) return {};
  const std::size_t count = call.opset() < 13 ? call.integers("axes", {}).size()
                            : call.input(1) && call.input(1)->dims
                                ? static_cast<std::size_t>(element_count(*call.input(1)->dims).value_or(0))
                                : 0;
  const auto axes = read_axes(call, static_cast<std::int64_t>(x.dims->size() + count));
  if (!axes) return {};
  Dims dims = *x.dims;
  for (const std::int64_t axis : *axes) dims.insert(dims.begin() + axis, 1);
  return with_dims(call, builder, x, std::move(dims));
}

}  // namespace dpwa::onnx
