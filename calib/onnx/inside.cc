// SPDX-License-Identifier: Apache-2.0
#include "calib/onnx/inside.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "calib/onnx/attributes.h"
#include "calib/onnx/order.h"
#include "calib/onnx/view.h"

namespace dpwa::onnx {
namespace {

using ::onnx::AttributeProto;
using ::onnx::NodeProto;
using ::onnx::TensorProto;

/// What the dims of an operator's inputs mean to it.
enum class Kind { none, elementwise, joins, normalises, reduces, pads };

Kind kind_of(const std::string& op) {
  static const std::map<std::string, Kind> kKinds = {
      {"Concat", Kind::joins},      {"Softmax", Kind::normalises}, {"LogSoftmax", Kind::normalises},
      {"ReduceMax", Kind::reduces}, {"ReduceMean", Kind::reduces}, {"ReduceSum", Kind::reduces},
      {"Pad", Kind::pads}};
  static const std::set<std::string> kElementwise = {
      "Abs", "Add",       "Sub",         "Mul",   "Div",     "Relu", "Clip",     "Max",
      "Min", "LeakyRelu", "Elu",         "PRelu", "Sigmoid", "Tanh", "Gelu",     "HardSwish",
      "Sum", "Mean",      "HardSigmoid", "Neg",   "Swish",   "Selu", "Softplus", "Mish"};
  const auto found = kKinds.find(op);
  if (found != kKinds.end()) return found->second;
  return kElementwise.count(op) != 0 ? Kind::elementwise : Kind::none;
}

AttributeProto* find(NodeProto& node, const std::string& name) {
  for (AttributeProto& attribute : *node.mutable_attribute()) {
    if (attribute.name() == name) return &attribute;
  }
  return nullptr;
}

/// A constant with the same values in other dims and another order: `source(index)` numbers its values.
template <typename Source>
Value moved_constant(const Value& constant, const Dims& dims, ModelContext& model, Source source) {
  const std::vector<float> values = float_values(*constant.constant);
  TensorProto tensor;
  tensor.set_name(constant.name);
  tensor.set_data_type(TensorProto::FLOAT);
  for (const std::int64_t dim : dims) tensor.add_dims(dim);
  for_each_index(dims, [&](const Dims& at) { tensor.add_float_data(values[source(at)]); });
  return {constant.name, model.keep(std::move(tensor)), -1, dims};
}

/// The constant as an operand of the stored values; nothing when it is none.
std::optional<Value> stored_constant(const Value& constant, const Dims& perm, ModelContext& model) {
  Dims dims = *constant.dims;
  if (constant.constant->data_type() != TensorProto::FLOAT || dims.size() > perm.size()) return std::nullopt;
  dims.insert(dims.begin(), perm.size() - dims.size(), 1);
  const Dims strides = strides_of(dims), back = inverse(perm), own = permuted(strides, back);
  return moved_constant(constant, permuted(dims, back), model,
                        [&](const Dims& at) { return number_of(at, own); });
}

bool is_one(const Value& constant) { return element_count(*constant.dims) == 1; }

/// An integer list of an operator: attribute, or constant input.
struct List {
  AttributeProto* attribute = nullptr;
  Value* input = nullptr;
  Dims values;
};

std::optional<List> list_of(Inside& in, const std::string& attribute, std::size_t input) {
  List list;
  list.attribute = find(in.node, attribute);
  if (list.attribute) {
    list.values.assign(list.attribute->ints().begin(), list.attribute->ints().end());
    return list;
  }
  if (input >= in.inputs.size() || !in.inputs[input] || !in.inputs[input]->is_constant()) return std::nullopt;
  list.input = &in.values[input];
  const int type = list.input->constant->data_type();
  if (type != TensorProto::INT64 && type != TensorProto::INT32) return std::nullopt;
  list.values = integer_values(*list.input->constant);
  return list;
}

void replace(const List& list, const Dims& values, ModelContext& model) {
  if (list.attribute) {
    list.attribute->clear_ints();
    for (const std::int64_t value : values) list.attribute->add_ints(value);
    return;
  }
  TensorProto tensor;
  tensor.set_name(list.input->name);
  tensor.set_data_type(TensorProto::INT64);
  tensor.add_dims(static_cast<std::int64_t>(values.size()));
  for (const std::int64_t value : values) tensor.add_int64_data(value);
  list.input->constant = model.keep(std::move(tensor));
  list.input->dims = Dims{static_cast<std::int64_t>(values.size())};
}

/// The stored axis of a given one; nothing when there is none.
std::optional<std::int64_t> stored_axis(std::int64_t axis, const Dims& perm) {
  const auto rank = static_cast<std::int64_t>(perm.size());
  if (axis < -rank || axis >= rank) return std::nullopt;
  return perm[axis < 0 ? axis + rank : axis];
}

bool move_axis(Inside& in, std::int64_t otherwise) {
  AttributeProto* const attribute = find(in.node, "axis");
  const auto axis = stored_axis(attribute ? attribute->i() : otherwise, in.perm);
  if (!axis) return false;
  if (attribute) {
    attribute->set_i(*axis);
  } else {
    set_integer(in.node, "axis", *axis);
  }
  return true;
}

/// Axes of a list, in place; nothing when it is no list of axes.
std::optional<Dims> move_axes(Inside& in, std::size_t input, ModelContext& model) {
  const auto axes = list_of(in, "axes", input);
  if (!axes || axes->values.empty()) return std::nullopt;
  Dims moved;
  for (const std::int64_t given : axes->values) {
    const auto axis = stored_axis(given, in.perm);
    if (!axis) return std::nullopt;
    moved.push_back(*axis);
  }
  replace(*axes, moved, model);
  return moved;
}

/// A reduction without keepdims takes its axes out of the result.
bool reduce_axes(Inside& in, ModelContext& model) {
  const auto axes = move_axes(in, 1, model);
  if (!axes) return false;
  const AttributeProto* const keep = find(in.node, "keepdims");
  if (!keep || keep->i() != 0) return true;
  Dims kept, sorted;
  for (const std::int64_t axis : in.perm) {
    if (std::find(axes->begin(), axes->end(), axis) == axes->end()) kept.push_back(axis);
  }
  sorted = kept;
  std::sort(sorted.begin(), sorted.end());
  for (std::int64_t& axis : kept)
    axis = std::lower_bound(sorted.begin(), sorted.end(), axis) - sorted.begin();
  in.perm = kept;
  return true;
}

/// Pads of all axes, or of those that an input names.
bool move_pads(Inside& in, ModelContext& model) {
  if (in.inputs.size() > 3 && in.inputs[3]) return move_axes(in, 3, model).has_value();
  const auto pads = list_of(in, "pads", 1);
  const std::size_t rank = in.perm.size();
  if (!pads || pads->values.size() != 2 * rank) return false;
  Dims moved(2 * rank);
  for (std::size_t i = 0; i < rank; ++i) {
    moved[in.perm[i]] = pads->values[i];
    moved[rank + in.perm[i]] = pads->values[rank + i];
  }
  replace(*pads, moved, model);
  return true;
}

bool move_attributes(Inside& in, Kind kind, ModelContext& model) {
  switch (kind) {
    case Kind::joins:
      return move_axis(in, 1);
    case Kind::normalises:
      return model.opset >= 13 && move_axis(in, -1);
    case Kind::reduces:
      return reduce_axes(in, model);
    case Kind::pads:
      return move_pads(in, model);
    case Kind::none:
    case Kind::elementwise:
      break;
  }
  return true;
}

/// The frame that all computed inputs have; nothing when one is no tensor as it is stored.
std::optional<Frame> common_frame(const std::vector<const Value*>& inputs, const ModelContext& model) {
  std::optional<Frame> common;
  for (const Value* const input : inputs) {
    if (!input || input->is_constant()) continue;
    if (!input->is_tensor() || !input->order || input->view || input->average) return std::nullopt;
    const auto frame = frame_of(input->order, sample_dims(model.batch, *input->dims));
    if (!frame || (common && frame->perm != common->perm)) return std::nullopt;
    common = frame;
  }
  return common;
}

}  // namespace

std::optional<Inside> inside(const NodeProto& node, const std::vector<const Value*>& inputs,
                             ModelContext& model) {
  const Kind kind = kind_of(node.op_type());
  const auto ordered = std::find_if(inputs.begin(), inputs.end(), [](auto* v) { return v && v->order; });
  if (kind == Kind::none || ordered == inputs.end()) return std::nullopt;
  const bool alone = std::all_of(inputs.begin(), inputs.end(), [&](const Value* input) {
    return !input || input == *ordered || (input->is_constant() && is_one(*input));
  });
  Inside in{node, {}, {}, {}, nullptr};
  std::optional<Frame> frame = common_frame(inputs, model);
  if (kind == Kind::elementwise && alone && !(*ordered)->view && !(*ordered)->average) {
    in.order = (*ordered)->order;
  } else if (frame) {
    in.perm = frame->perm;
  } else {
    return std::nullopt;
  }
  for (const Value* const input : inputs) {
    Value value = input ? *input : Value{};
    if (input && !input->is_constant() && !in.order) value.dims = permuted(*input->dims, inverse(in.perm));
    value.order = nullptr;
    const bool operand = kind == Kind::elementwise || kind == Kind::joins;
    if (input && input->is_constant() && operand && !is_one(*input)) {
      auto stored = stored_constant(*input, in.perm, model);
      if (!stored) return std::nullopt;
      value = std::move(*stored);
    }
    in.values.push_back(std::move(value));
  }
  for (std::size_t i = 0; i < inputs.size(); ++i) in.inputs.push_back(inputs[i] ? &in.values[i] : nullptr);
  if (!in.order && !move_attributes(in, kind, model)) return std::nullopt;
  return in;
}

Value outside(const Inside& in, Value result, ModelContext& model, const std::string& name) {
  if (in.order) {
    result.order = in.order;
    return result;
  }
  if (!result.dims) return result;
  Dims stored = sample_dims(model.batch, *result.dims);
  result.dims = permuted(*result.dims, in.perm);
  if (!result.is_tensor()) return result;
  if (keeps_order(stored, in.perm)) {
    result.padding = std::nullopt;
  } else {
    result.order =
        std::make_shared<const Order>(Order{std::move(stored), in.perm, name + "/order", in.node.op_type()});
    // Constants that differ from value to value of the input, unless the host puts its channels last.
    if (result.view && kind_of(in.node.op_type()) == Kind::elementwise) want_order(result, model);
  }
  return result;
}

}  // namespace dpwa::onnx
