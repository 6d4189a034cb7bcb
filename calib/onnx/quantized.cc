// SPDX-License-Identifier: Apache-2.0
//
// QuantizeLinear and DequantizeLinear: grids of tensors, and constants that are computed here.
#include "calib/onnx/quantized.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cfloat>
#include <cmath>
#include <cstring>
#include <limits>
#include <utility>

#include "calib/onnx/movement.h"
#include "calib/onnx/operators.h"

namespace dpwa::onnx {
namespace {

using ::onnx::TensorProto;

struct TypeRange {
  int type;
  std::int32_t lowest, highest;
};
constexpr std::array kTypes = {TypeRange{TensorProto::UINT8, 0, 255}, TypeRange{TensorProto::INT8, -128, 127},
                               TypeRange{TensorProto::UINT16, 0, 65535},
                               TypeRange{TensorProto::INT16, -32768, 32767}};

const TypeRange* range_of(int type) {
  const auto it =
      std::find_if(kTypes.begin(), kTypes.end(), [&](const TypeRange& t) { return t.type == type; });
  return it == kTypes.end() ? nullptr : &*it;
}

template <typename T>
std::vector<std::int32_t> from_raw(const std::string& raw) {
  std::vector<T> values(raw.size() / sizeof(T));
  std::memcpy(values.data(), raw.data(), values.size() * sizeof(T));
  return {values.begin(), values.end()};
}

/// The index of `axis` that element `i` of a tensor of these dims has.
std::int64_t index_along(const Dims& dims, std::int64_t axis, std::int64_t i) {
  std::int64_t inner = 1;
  for (std::size_t a = static_cast<std::size_t>(axis) + 1; a < dims.size(); ++a) inner *= dims[a];
  return i / inner % dims[axis];
}

/// Attributes of QuantizeLinear and DequantizeLinear that change what they compute.
void check_attributes(OperatorCall& call) {
  if (call.integer("block_size", 0) != 0) {
    call.refuse("block_size", "scales of blocks are not supported, only one per tensor or per channel");
  }
  if (call.integer("precision", TensorProto::FLOAT) != TensorProto::FLOAT &&
      call.integer("precision", 0) != 0) {
    call.refuse("precision", "only float is supported");
  }
}

/// The axis that the parameters go along; nothing and a reason when they do not fit x.
std::optional<std::int64_t> parameter_axis(OperatorCall& call, const Value& x, const Parameters& parameters,
                                           std::int64_t given) {
  if (parameters.single()) return 0;
  const auto rank = static_cast<std::int64_t>(x.dims->size());
  const std::int64_t axis = given < 0 ? given + rank : given;
  const auto count = static_cast<std::int64_t>(parameters.scale.size());
  if (axis >= 0 && axis < rank && x.dims->at(axis) == count) return axis;
  call.refuse("axis", fmt::format("{} with {} scales does not fit '{}' {}", given, count, x.name,
                                  to_string(*x.dims)));
  return std::nullopt;
}

/// QuantizeLinear of a constant.
Value quantize_constant(OperatorCall& call, const Value& x, const Parameters& parameters) {
  const auto values = call.floats(x, "x");
  const auto axis = parameter_axis(call, x, parameters, call.integer("axis", 1));
  if (!values || !axis || call.refused()) return {};
  TensorProto tensor;
  tensor.set_name(call.output());
  tensor.set_data_type(parameters.type);
  for (const std::int64_t dim : *x.dims) tensor.add_dims(dim);
  const TypeRange& range = *range_of(parameters.type);
  for (std::size_t i = 0; i < values->size(); ++i) {
    const std::size_t at =
        parameters.single() ? 0 : index_along(*x.dims, *axis, static_cast<std::int64_t>(i));
    const net::FileGrid grid{parameters.scale[at], parameters.zero_point[at], range.lowest, range.highest};
    tensor.add_int32_data(grid.quantize((*values)[i]) + grid.zero_point);
  }
  return {"", call.model().keep(std::move(tensor)), -1, x.dims};
}

/// The type of the integers that QuantizeLinear gives where it has no zero point.
int output_type(OperatorCall& call) {
  const auto given = static_cast<int>(call.integer("output_dtype", 0));
  return given == 0 ? static_cast<int>(TensorProto::UINT8) : given;
}

}  // namespace

bool is_quantized_type(int data_type) { return range_of(data_type) != nullptr; }

int integer_type(const net::FileGrid& grid) {
  const auto it = std::find_if(kTypes.begin(), kTypes.end(), [&](const TypeRange& type) {
    return grid.lowest == type.lowest && grid.highest == type.highest;
  });
  return it == kTypes.end() ? static_cast<int>(TensorProto::INT32) : it->type;
}

Integers integers_of(const std::string& op_type) {
  static constexpr std::array kMoved = {"Identity",  "Reshape", "Flatten",   "Squeeze",
                                        "Unsqueeze", "Slice",   "Transpose", "MaxPool"};
  static constexpr std::array kRead = {"DequantizeLinear", "QLinearConv",   "QLinearMatMul",
                                       "ConvInteger",      "MatMulInteger", "Cast"};
  const auto in = [&](const auto& names) {
    return std::any_of(names.begin(), names.end(), [&](const char* name) { return op_type == name; });
  };
  return in(kMoved) ? Integers::moved : in(kRead) ? Integers::read : Integers::refused;
}

const Value* misread_integers(const std::string& op_type, const std::vector<const Value*>& inputs) {
  if (integers_of(op_type) != Integers::refused) return nullptr;
  const auto it = std::find_if(inputs.begin(), inputs.end(), [](const Value* input) {
    return input && !input->is_constant() && input->integer != 0;
  });
  return it == inputs.end() ? nullptr : *it;
}

net::FileGrid Parameters::grid() const {
  if (type == TensorProto::INT32) {
    return {scale[0], 0, std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int32_t>::max()};
  }
  const TypeRange& range = *range_of(type);
  return {scale[0], zero_point[0], range.lowest, range.highest};
}

std::optional<std::vector<std::int32_t>> quantized_values(OperatorCall& call, const Value& x,
                                                          const std::string& what) {
  if (!x.is_constant()) {
    call.refuse(what, fmt::format("'{}' is computed at run time, a constant is needed", x.name));
    return std::nullopt;
  }
  const TensorProto& tensor = *x.constant;
  const bool raw = tensor.has_raw_data();
  switch (tensor.data_type()) {
    case TensorProto::UINT8:
      if (raw) return from_raw<std::uint8_t>(tensor.raw_data());
      break;
    case TensorProto::INT8:
      if (raw) return from_raw<std::int8_t>(tensor.raw_data());
      break;
    case TensorProto::UINT16:
      if (raw) return from_raw<std::uint16_t>(tensor.raw_data());
      break;
    case TensorProto::INT16:
      if (raw) return from_raw<std::int16_t>(tensor.raw_data());
      break;
    case TensorProto::INT32:
      if (raw) return from_raw<std::int32_t>(tensor.raw_data());
      break;
    default:
      call.refuse(what, fmt::format("'{}' has type {}; uint8, int8, uint16, int16 and int32 are supported",
                                    x.name, type_name(tensor.data_type())));
      return std::nullopt;
  }
  std::vector<std::int32_t> values(tensor.int32_data().begin(), tensor.int32_data().end());
  const TypeRange* const range = range_of(tensor.data_type());
  const auto outside = [&](std::int32_t v) { return range && (v < range->lowest || v > range->highest); };
  if (std::none_of(values.begin(), values.end(), outside)) return values;
  call.refuse(what, fmt::format("'{}' has values that are no {}", x.name, type_name(tensor.data_type())));
  return std::nullopt;
}

std::optional<Parameters> read_parameters(OperatorCall& call, std::size_t scale, std::size_t zero_point,
                                          int type) {
  const Value* const s = call.input(scale);
  const Value* const z = call.input(zero_point);
  Parameters parameters{{1}, {}, type};
  if (s) {
    const auto values = call.floats(*s, "scale");
    if (!values) return std::nullopt;
    const auto bad = std::find_if(values->begin(), values->end(), [](float v) { return !(v >= FLT_MIN); });
    if (bad != values->end() || values->empty()) {
      call.refuse("scale", fmt::format("'{}' is {}; normal numbers above 0 are needed", s->name,
                                       values->empty() ? "empty" : fmt::format("{}", *bad)));
      return std::nullopt;
    }
    parameters.scale = *values;
  }
  if (z) {
    auto values = quantized_values(call, *z, "zero_point");
    if (!values) return std::nullopt;
    const int found = z->constant->data_type();
    if (type != 0 && found != type) {
      call.refuse("zero_point", fmt::format("'{}' has type {}, the integers are {}", z->name,
                                            type_name(found), type_name(type)));
      return std::nullopt;
    }
    parameters.type = found;
    parameters.zero_point = std::move(*values);
  }
  if (parameters.type == 0) parameters.type = TensorProto::UINT8;
  if (!is_quantized_type(parameters.type) && parameters.type != TensorProto::INT32) {
    call.refuse("zero_point", fmt::format("integers of type {}; uint8, int8, uint16 and int16 are supported",
                                          type_name(parameters.type)));
    return std::nullopt;
  }
  const std::size_t count = std::max(parameters.scale.size(), parameters.zero_point.size());
  if (!z) parameters.zero_point.assign(count, 0);
  if (parameters.scale.size() == 1) parameters.scale.resize(count, parameters.scale.front());
  if (parameters.zero_point.size() == 1) parameters.zero_point.resize(count, parameters.zero_point.front());
  if (parameters.scale.size() != parameters.zero_point.size()) {
    call.refuse("zero_point", fmt::format("{} scales and {} zero points", parameters.scale.size(),
                                          parameters.zero_point.size()));
    return std::nullopt;
  }
  if (parameters.type == TensorProto::INT32 &&
      std::any_of(parameters.zero_point.begin(), parameters.zero_point.end(),
                  [](auto v) { return v != 0; })) {
    call.refuse("zero_point", "int32 has none but 0");
    return std::nullopt;
  }
  const auto same = [](const auto& values) {
    return std::all_of(values.begin(), values.end(), [&](auto v) { return v == values.front(); });
  };
  if (same(parameters.scale) && same(parameters.zero_point)) {
    parameters.scale.resize(1);
    parameters.zero_point.resize(1);
  }
  return parameters;
}

Value dequantize_constant(OperatorCall& call, const Value& x, const std::string& what,
                          const Parameters& parameters, std::int64_t axis) {
  const auto values = quantized_values(call, x, what);
  if (!values) return {};
  if (x.constant->data_type() != parameters.type) {
    call.refuse(what, fmt::format("'{}' has type {}, its zero point is {}", x.name,
                                  type_name(x.constant->data_type()), type_name(parameters.type)));
    return {};
  }
  const auto along = parameter_axis(call, x, parameters, axis);
  if (!along) return {};
  std::vector<float> real, steps;
  for (std::size_t i = 0; i < values->size(); ++i) {
    const std::size_t at =
        parameters.single() ? 0 : index_along(*x.dims, *along, static_cast<std::int64_t>(i));
    const auto difference = static_cast<float>(std::int64_t{(*values)[i]} - parameters.zero_point[at]);
    real.push_back(difference * parameters.scale[at]);
    steps.push_back(parameters.scale[at]);
  }
  Value result = literal_floats(call, *x.dims, real);
  call.model().steps[result.constant] = std::move(steps);
  return result;
}

Value dequantize_tensor(OperatorCall& call, NetworkBuilder& builder, const Value& x,
                        const Parameters& parameters) {
  Value result = x;
  result.integer = 0;
  if (!x.is_tensor() || call.refused()) return {"", nullptr, -1, x.dims};
  if (x.integer == 0) {
    call.refuse("x", fmt::format("'{}' is float, integers are needed", x.name));
  } else if (!parameters.single()) {
    call.refuse("scale", fmt::format("'{}' is computed and has a scale for each channel; one for the whole "
                                     "tensor is supported",
                                     x.name));
  } else {
    call.accept("scale", builder.read_integers(x.tensor, parameters.grid(), call.output()));
  }
  if (call.refused()) result.tensor = -1;
  return result;
}

void keep_integers(const Value& x, NetworkBuilder& builder, Value& result) {
  result.integer = x.integer;
  if (x.integer == 0 || !x.is_tensor() || !result.is_tensor() || builder.tensor(result.tensor).grid) return;
  std::optional<net::FileGrid> grid = builder.tensor(x.tensor).grid;
  if (!grid) return;
  grid->exposed = false;
  (void)builder.quantize(result.tensor, *grid, builder.tensor(result.tensor).name);
}

bool is_on_grid(const NetworkBuilder& builder, const Value& x, const net::FileGrid& grid) {
  if (!x.is_tensor() || !(builder.tensor(x.tensor).grid == grid)) return false;
  if (!x.view) return true;
  const View& view = *x.view;
  for (std::int64_t i = 0; i < view.size(); ++i) {
    const std::size_t terms = view.first[i + 1] - view.first[i];
    const bool moved = terms == 0 || (terms == 1 && view.terms[view.first[i]].coefficient == 1);
    if (!moved || view.offset[i] != 0) return false;
  }
  return true;
}

bool keeps_view(const std::vector<const Value*>& inputs, const NetworkBuilder& builder) {
  const auto constant = [&](std::size_t i) {
    return i < inputs.size() && inputs[i] && inputs[i]->is_constant();
  };
  if (inputs.empty() || !inputs[0] || !inputs[0]->is_tensor() || !constant(1)) return false;
  const std::optional<net::FileGrid>& grid = builder.tensor(inputs[0]->tensor).grid;
  return grid && is_on_grid(builder, *inputs[0], *grid);
}

Value quantize_tensor(OperatorCall& call, NetworkBuilder& builder, const Value& x,
                      const Parameters& parameters) {
  if (x.integer != 0) call.refuse("x", fmt::format("'{}' is integers already", x.name));
  if (!parameters.single()) {
    call.refuse("scale", fmt::format("'{}' is computed and gets a scale for each channel; one for the whole "
                                     "tensor is supported",
                                     x.name));
  }
  if (call.refused() || !x.is_tensor()) return {"", nullptr, -1, x.dims};
  Value result = x;
  result.integer = parameters.type;
  const net::FileGrid grid = parameters.grid();
  if (is_on_grid(builder, x, grid)) return result;
  if (x.view) {
    call.refuse("x", fmt::format("'{}' moves values of one grid to another one; a QuantizeLinear of the same "
                                 "scale and zero point is needed before it",
                                 x.name));
    return {"", nullptr, -1, x.dims};
  }
  fold_or_pass(call, builder, result.tensor, [&](int t) { return builder.quantize(t, grid, call.output()); });
  if (call.refused()) result.tensor = -1;
  return result;
}

std::vector<float> channel_steps(OperatorCall& call, const Value& weights, std::size_t axis) {
  const auto found = call.model().steps.find(weights.constant);
  if (found == call.model().steps.end()) return {};
  std::vector<float> steps(weights.dims->at(axis), 0);
  for (std::size_t i = 0; i < found->second.size(); ++i) {
    float& step =
        steps[index_along(*weights.dims, static_cast<std::int64_t>(axis), static_cast<std::int64_t>(i))];
    if (step != 0 && step != found->second[i]) return {};
    step = found->second[i];
  }
  return steps;
}

Value import_quantize_linear(OperatorCall& call, NetworkBuilder& builder) {
  const Value& x = call.required(0);
  check_attributes(call);
  const auto parameters = read_parameters(call, 1, 2, call.input(2) ? 0 : output_type(call));
  if (!parameters || !x.dims) return {"", nullptr, -1, x.dims};
  if (parameters->type == TensorProto::INT32) call.refuse("zero_point", "the result is int32");
  if (x.is_constant() && !call.refused()) return quantize_constant(call, x, *parameters);
  return quantize_tensor(call, builder, x, *parameters);
}

Value import_dequantize_linear(OperatorCall& call, NetworkBuilder& builder) {
  const Value& x = call.required(0);
  check_attributes(call);
  const int type = x.is_constant() ? x.constant->data_type() : x.integer;
  if (x.is_tensor() && type == 0) {
    call.refuse("x", fmt::format("'{}' is float, integers are needed", x.name));
    return {"", nullptr, -1, x.dims};
  }
  const auto parameters = read_parameters(call, 1, 2, type);
  if (!parameters || !x.dims || call.refused()) return {"", nullptr, -1, x.dims};
  if (x.is_constant()) return dequantize_constant(call, x, "x", *parameters, call.integer("axis", 1));
  return dequantize_tensor(call, builder, x, *parameters);
}

Value import_cast(OperatorCall& call, NetworkBuilder& builder) {
  const Value& x = call.required(0);
  const auto to = static_cast<int>(call.integer("to", 0));
  const Parameters whole{{1}, {0}, TensorProto::INT32};
  if (to == TensorProto::FLOAT && x.integer == TensorProto::INT32) {
    return dequantize_tensor(call, builder, x, whole);
  }
  const bool integers = x.integer == 0 && x.is_tensor() && builder.makes_integers(x.tensor);
  if (to == TensorProto::INT32 && integers) return quantize_tensor(call, builder, x, whole);
  call.refuse(
      "to", fmt::format("{}; only sums of integers can be cast to int32, and int32 to float", type_name(to)));
  return {"", nullptr, -1, x.dims};
}

}  // namespace dpwa::onnx
