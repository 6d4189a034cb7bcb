// SPDX-License-Identifier: Apache-2.0
#include "calib/onnx/graph_outputs.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "calib/onnx/join.h"
#include "calib/onnx/view.h"

namespace dpwa::onnx {
namespace {

/// The first of the tensor's values that the value is, one behind the other; nothing when it is not.
std::optional<std::int64_t> start_in_tensor(const Value& value) {
  if (!value.view) return 0;
  const View& view = *value.view;
  if (view.size() == 0 || view.terms.size() != view.offset.size()) return std::nullopt;
  const std::int64_t start = view.terms.front().source;
  for (std::int64_t i = 0; i < view.size(); ++i) {
    const View::Term& term = view.terms[i];
    if (view.first[i + 1] != view.first[i] + 1 || term.source != start + i || term.coefficient != 1 ||
        view.offset[i] != 0) {
      return std::nullopt;
    }
  }
  return start;
}

std::int64_t size_of(const Value& value, const NetworkBuilder& builder) {
  return value.view ? value.view->size() : builder.tensor(value.tensor).shape.size();
}

/// Dimensions of one sample, without the batch.
Dims sample_of(const Value& value, std::int64_t batch) {
  Dims dims = *value.dims;
  if (dims.empty() || dims.front() != batch) return dims.empty() ? Dims{1} : dims;
  dims.erase(dims.begin());
  return dims.empty() ? Dims{1} : dims;
}

/// What the exporter declares for a network's only output.
Dims own_dims_of(const NetworkBuilder& builder, int tensor) {
  const net::Shape& shape = builder.tensor(tensor).shape;
  const std::vector<net::Node>& nodes = builder.network().nodes;
  if (nodes.empty() || nodes.back().onnx_operator == "Conv") return {shape.c, shape.h, shape.w};
  return {shape.c};
}

/// The tensors that hold outputs, each once, with the first output that needs it.
std::vector<Value> tensors_of(const std::vector<const Value*>& outputs) {
  std::vector<Value> tensors;
  for (const Value* const output : outputs) {
    const auto same = [&](const Value& other) { return other.tensor == output->tensor; };
    if (std::none_of(tensors.begin(), tensors.end(), same)) tensors.push_back(*output);
  }
  return tensors;
}

/// Dims with which they are joined: maps of one size along their channels, all else as vectors.
void choose_dims(const NetworkBuilder& builder, std::int64_t batch, std::vector<Value>& tensors) {
  const net::Shape& first = builder.tensor(tensors.front().tensor).shape;
  const bool maps =
      first.h * first.w > 1 && std::all_of(tensors.begin(), tensors.end(), [&](const Value& value) {
        const net::Shape& shape = builder.tensor(value.tensor).shape;
        return shape.h == first.h && shape.w == first.w;
      });
  for (Value& value : tensors) {
    const net::Shape& shape = builder.tensor(value.tensor).shape;
    value.dims = maps ? Dims{batch, shape.c, shape.h, shape.w} : Dims{batch, shape.size()};
    value.view = nullptr;
    value.softmax = std::nullopt;
  }
}

/// Why a map of another size than the other outputs cannot be made a part of one vector.
std::optional<std::string> too_large(const NetworkBuilder& builder, const std::vector<Value>& tensors) {
  if (tensors.front().dims->size() == 4) return std::nullopt;
  std::int64_t all = 0;
  std::vector<std::string> shapes;
  for (const Value& value : tensors) {
    const net::Shape& shape = builder.tensor(value.tensor).shape;
    all += shape.size();
    shapes.push_back(fmt::format("'{}' {} x {} x {}", value.name, shape.c, shape.h, shape.w));
  }
  for (const Value& value : tensors) {
    const std::int64_t own = builder.tensor(value.tensor).shape.size();
    if (own <= kMaxViewWeights / all) continue;
    std::string list;
    for (const std::string& shape : shapes) list += (list.empty() ? "" : ", ") + shape;
    return fmt::format(
        "outputs of different shapes ({}) leave the accelerator as one vector, of which a layer with more "
        "than {} weights would make '{}'; give them one height and width, or make them smaller",
        list, kMaxViewWeights, value.name);
  }
  return std::nullopt;
}

/// A name that no tensor has.
std::string joined_name(const NetworkBuilder& builder, const std::vector<Value>& tensors) {
  std::string name = tensors.front().name;
  for (std::size_t i = 1; i < tensors.size(); ++i) name += "+" + tensors[i].name;
  const auto& taken = builder.network().tensors;
  while (std::any_of(taken.begin(), taken.end(), [&](const net::Tensor& t) { return t.name == name; }))
    name += "_";
  return name;
}

/// Where the values of an output's tensor begin in the joined one.
using Starts = std::map<int, std::int64_t>;

/// Makes what layers of one tensor compute one layer's channels. `starts`: in the tensor that is left.
void stack_layers(NetworkBuilder& builder, std::vector<Value>& tensors, std::map<int, int>& held_by,
                  Starts& starts) {
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    const int kept = tensors[i].tensor;
    held_by[kept] = kept;
    starts[kept] = 0;
    for (std::size_t j = i + 1; j < tensors.size();) {
      const int other = tensors[j].tensor;
      if (!builder.can_stack(kept, other)) {
        ++j;
        continue;
      }
      held_by[other] = kept;
      starts[other] = builder.tensor(kept).shape.size();
      builder.stack(kept, other, joined_name(builder, {tensors[i], tensors[j]}));
      tensors[i].name = builder.tensor(kept).name;
      tensors.erase(tensors.begin() + static_cast<std::ptrdiff_t>(j));
    }
  }
}

/// The tensor in which the values of all follow each other.
int join(std::vector<Value> tensors, ModelContext& context, NetworkBuilder& builder,
         std::vector<Reason>& reasons) {
  if (tensors.size() == 1) return tensors.front().tensor;
  choose_dims(builder, context.batch, tensors);
  if (const auto refusal = too_large(builder, tensors)) {
    reasons.push_back({"", "", "outputs", *refusal});
    return 0;
  }
  ::onnx::NodeProto node;
  node.set_op_type("Concat");
  node.add_output(joined_name(builder, tensors));
  std::vector<const Value*> parts;
  for (const Value& value : tensors) parts.push_back(&value);
  OperatorCall call(node, node.output(0), parts, context, reasons);
  return std::max(join_layers(call, builder, parts).tensor, 0);
}

}  // namespace

std::vector<bool> taken_by_host(const std::vector<const Value*>& outputs, const NetworkBuilder& builder) {
  std::vector<bool> taken(outputs.size(), false);
  if (outputs.size() < 2) return taken;
  std::map<int, std::vector<bool>> held;  // by tensor: which of its values are some output's
  for (const Value* const output : outputs) {
    const auto start = output->is_tensor() && !output->average ? start_in_tensor(*output) : std::nullopt;
    if (!start) continue;
    std::vector<bool>& values = held[output->tensor];
    values.resize(builder.tensor(output->tensor).shape.size(), false);
    std::fill_n(values.begin() + *start, size_of(*output, builder), true);
  }
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    if (!outputs[i]->is_tensor() || outputs[i]->average || !start_in_tensor(*outputs[i])) continue;
    const std::vector<bool>& values = held.at(outputs[i]->tensor);
    taken[i] = std::find(values.begin(), values.end(), false) == values.end();
  }
  return taken;
}

JoinedOutputs join_outputs(const std::vector<const Value*>& outputs, ModelContext& context,
                           NetworkBuilder& builder, std::vector<Reason>& reasons) {
  JoinedOutputs joined;
  const auto known = [](const Value* value) {
    return value->is_tensor() && !value->is_constant() && value->dims;
  };
  if (outputs.empty() || !std::all_of(outputs.begin(), outputs.end(), known)) return joined;
  std::vector<Value> tensors = tensors_of(outputs);
  std::map<int, int> held_by;
  Starts starts, joined_starts;
  stack_layers(builder, tensors, held_by, starts);
  std::int64_t start = 0;
  for (const Value& value : tensors) {
    joined_starts[value.tensor] = start;
    start += builder.tensor(value.tensor).shape.size();
  }
  joined.tensor = join(std::move(tensors), context, builder, reasons);
  for (const Value* const output : outputs) {
    const std::int64_t first = joined_starts[held_by[output->tensor]] + starts[output->tensor];
    joined.outputs.push_back({output->name, sample_of(*output, context.batch),
                              first + *start_in_tensor(*output), output->softmax});
  }
  if (outputs.size() == 1) joined.outputs.front().dims = own_dims_of(builder, joined.tensor);
  return joined;
}

}  // namespace dpwa::onnx
