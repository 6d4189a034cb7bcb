// SPDX-License-Identifier: Apache-2.0
#include "calib/onnx/graph_inputs.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "calib/onnx/operators.h"
#include "calib/onnx/quantized.h"
#include "calib/onnx/view.h"

namespace dpwa::onnx {
namespace {

using ::onnx::GraphProto;
using ::onnx::TensorProto;
using ::onnx::ValueInfoProto;

/// Dims of an input with a symbolic batch as 1; reasons for everything else that is not a number.
std::optional<Dims> input_dims(const ValueInfoProto& input, std::vector<Reason>& reasons) {
  const auto& shape = input.type().tensor_type().shape();
  Dims dims;
  const std::size_t before = reasons.size();
  for (int i = 0; i < shape.dim_size(); ++i) {
    const auto& dim = shape.dim(i);
    if (dim.has_dim_value() && dim.dim_value() > 0) {
      dims.push_back(dim.dim_value());
    } else if (!dim.has_dim_value() && i == 0 && shape.dim_size() > 1) {
      dims.push_back(1);
    } else if (dim.has_dim_value()) {
      reasons.push_back(
          {"", "", input.name(), fmt::format("dimension {} of the input is {}", i, dim.dim_value())});
    } else {
      reasons.push_back(
          {"", "", input.name(),
           fmt::format("dimension {} of the input is dynamic ('{}'); only a leading batch dimension may be",
                       i, dim.dim_param())});
    }
  }
  if (shape.dim_size() == 0) reasons.push_back({"", "", input.name(), "the input has no dimensions"});
  if (reasons.size() != before) return std::nullopt;
  const auto count = element_count(dims);
  if (count && *count <= kMaxValues) return dims;
  reasons.push_back({"", "", input.name(),
                     fmt::format("an input of {} is larger than {} values", to_string(dims), kMaxValues)});
  return std::nullopt;
}

std::optional<GraphInput> read_input(const ValueInfoProto& input, std::vector<Reason>& reasons) {
  if (!input.type().has_tensor_type() || !input.type().tensor_type().has_shape()) {
    reasons.push_back({"", "", input.name(), "the input is not a tensor with a declared shape"});
    return std::nullopt;
  }
  const int type = input.type().tensor_type().elem_type();
  if (type != TensorProto::FLOAT && !is_quantized_type(type)) {
    reasons.push_back(
        {"", "", input.name(), fmt::format("the input has type {}, expected float", type_name(type))});
  }
  auto dims = input_dims(input, reasons);
  if (!dims) return std::nullopt;
  const bool symbolic = !input.type().tensor_type().shape().dim(0).has_dim_value();
  return GraphInput{input.name(), std::move(*dims), symbolic, is_quantized_type(type) ? type : 0};
}

/// Dimensions of one sample.
Dims sample_of(const GraphInput& input, std::int64_t batch) {
  const bool leading = input.dims.size() > 1 && input.dims[0] == batch;
  return {input.dims.begin() + (leading ? 1 : 0), input.dims.end()};
}

/// `size` values of the joined input from `first` on.
std::shared_ptr<const View> part_of_input(const std::string& name, std::int64_t first, std::int64_t size) {
  auto view = std::make_shared<View>();
  view->node = name;
  view->onnx_operator = "Slice";
  view->offset.assign(size, 0);
  for (std::int64_t i = 0; i < size; ++i) {
    view->first.push_back(i);
    view->terms.push_back({first + i, 1});
  }
  view->first.push_back(size);
  return view;
}

}  // namespace

std::vector<GraphInput> read_inputs(const GraphProto& graph, std::vector<Reason>& reasons) {
  std::set<std::string> constants;
  for (const TensorProto& tensor : graph.initializer()) constants.insert(tensor.name());
  std::vector<GraphInput> inputs;
  int found = 0;
  std::int64_t values = 0;
  for (const ValueInfoProto& input : graph.input()) {
    if (!constants.insert(input.name()).second) continue;
    ++found;
    std::optional<GraphInput> read = read_input(input, reasons);
    if (!read) continue;
    values += *element_count(read->dims);
    inputs.push_back(std::move(*read));
  }
  if (found > kMaxEnds)
    reasons.push_back({"", "", "inputs", fmt::format("{} inputs, more than {}", found, kMaxEnds)});
  if (found == 0) reasons.push_back({"", "", "inputs", "the graph has no input that is not an initializer"});
  if (inputs.size() > 1 && values > kMaxValues) {
    reasons.push_back(
        {"", "", "inputs",
         fmt::format("{} inputs of {} values together, more than {}", inputs.size(), values, kMaxValues)});
  }
  for (const GraphInput& input : inputs) {
    if (inputs.size() == 1 || input.integer == 0) continue;
    reasons.push_back({"", "", input.name, "integers as one of several inputs are not supported"});
  }
  const bool complete = static_cast<int>(inputs.size()) == found && found <= kMaxEnds;
  if (!complete || (found > 1 && values > kMaxValues)) inputs.clear();
  return inputs;
}

std::int64_t common_batch(const std::vector<GraphInput>& inputs) {
  if (inputs.empty()) return 1;
  const Dims& first = inputs.front().dims;
  const bool common = std::all_of(inputs.begin(), inputs.end(), [&](const GraphInput& input) {
    return input.dims.size() > 1 && input.dims[0] == first[0];
  });
  return common ? first[0] : 1;
}

NetworkBuilder make_builder(const std::string& name, const std::vector<GraphInput>& inputs,
                            std::int64_t batch) {
  std::vector<net::Input> own;
  for (const GraphInput& input : inputs) own.push_back({input.name, sample_of(input, batch)});
  if (own.empty()) own.push_back({"", {1}});
  return {name, std::move(own)};
}

std::vector<Value> input_values(const std::vector<GraphInput>& inputs, const net::Network& network) {
  std::vector<Value> values;
  std::int64_t first = 0;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const std::int64_t size = network.inputs[i].size();
    values.push_back({inputs[i].name, nullptr, 0, inputs[i].dims});
    values.back().integer = inputs[i].integer;
    if (inputs.size() > 1) values.back().view = part_of_input(inputs[i].name, first, size);
    first += size;
  }
  return values;
}

Refusal no_map(const Value& x, const NetworkBuilder& builder) {
  const std::vector<net::Input>& inputs = builder.network().inputs;
  const net::Shape& shape = builder.tensor(0).shape;
  const bool map = x.dims && x.dims->size() > 2 &&
                   std::any_of(x.dims->begin() + 2, x.dims->end(), [](std::int64_t dim) { return dim > 1; });
  if (inputs.size() < 2 || x.tensor != 0 || !map || shape.h * shape.w > 1) return std::nullopt;
  std::string list;
  for (const net::Input& input : inputs)
    list += fmt::format("{}'{}' {}", list.empty() ? "" : ", ", input.name, to_string(input.dims));
  return fmt::format(
      "reads '{}' {} as a map, but the inputs {} enter as one vector; they enter as maps where all are maps "
      "of "
      "one height and width",
      x.name, to_string(*x.dims), list);
}

}  // namespace dpwa::onnx
