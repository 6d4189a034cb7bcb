// SPDX-License-Identifier: Apache-2.0
#include "calib/onnx/graph_importer.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <memory>
#include <tuple>
#include <utility>

#include "calib/onnx/inside.h"
#include "calib/onnx/join.h"
#include "calib/onnx/operators.h"
#include "calib/onnx/order.h"
#include "calib/onnx/view.h"
#include "calib/onnx/window.h"

namespace dpwa::onnx {
namespace {

using ::onnx::GraphProto;
using ::onnx::NodeProto;
using ::onnx::TensorProto;
using ::onnx::ValueInfoProto;

constexpr const char* kOutputReader = "the network's output";

bool is_default_domain(const std::string& domain) { return domain.empty() || domain == "ai.onnx"; }

int default_opset(const ::onnx::ModelProto& model) {
  for (const auto& import : model.opset_import()) {
    if (is_default_domain(import.domain())) {
      return static_cast<int>(std::clamp<std::int64_t>(import.version(), 0, 1'000'000));
    }
  }
  return 0;
}

/// Dims of the network's input with a symbolic batch as 1; reasons for everything else that is not a number.
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

/// The graph's name, or the file's when the graph has none but what its exporter calls every graph.
std::string network_name(const std::string& graph, const std::string& file) {
  static constexpr std::array kExporterNames = {"", "torch_jit", "torch-jit-export", "main_graph"};
  return std::find(kExporterNames.begin(), kExporterNames.end(), graph) == kExporterNames.end() ? graph
                                                                                                : file;
}

NetworkBuilder make_builder(const std::string& name, const std::optional<GraphInput>& input,
                            std::int64_t batch) {
  if (!input) return NetworkBuilder(name, "", {1});
  const bool leading = input->dims.size() > 1 && input->dims[0] == batch;
  return NetworkBuilder(name, input->name, Dims(input->dims.begin() + (leading ? 1 : 0), input->dims.end()));
}

}  // namespace

std::optional<GraphInput> GraphImporter::read_input(const GraphProto& graph, std::vector<Reason>& reasons) {
  std::set<std::string> constants;
  for (const TensorProto& tensor : graph.initializer()) constants.insert(tensor.name());
  std::vector<const ValueInfoProto*> inputs;
  for (const ValueInfoProto& input : graph.input()) {
    if (constants.count(input.name()) == 0) inputs.push_back(&input);
  }
  if (inputs.size() != 1) {
    std::vector<std::string> names;
    for (const ValueInfoProto* input : inputs) names.push_back("'" + input->name() + "'");
    reasons.push_back({"", "", "inputs",
                       fmt::format("exactly one input that is not an initializer is needed, found {}{}{}",
                                   inputs.size(), names.empty() ? "" : ": ", fmt::join(names, ", "))});
    return std::nullopt;
  }
  const ValueInfoProto& input = *inputs.front();
  if (!input.type().has_tensor_type() || !input.type().tensor_type().has_shape()) {
    reasons.push_back({"", "", input.name(), "the input is not a tensor with a declared shape"});
    return std::nullopt;
  }
  const int type = input.type().tensor_type().elem_type();
  if (type != TensorProto::FLOAT) {
    reasons.push_back(
        {"", "", input.name(), fmt::format("the input has type {}, expected float", type_name(type))});
  }
  const auto dims = input_dims(input, reasons);
  if (!dims) return std::nullopt;
  const bool symbolic = !input.type().tensor_type().shape().dim(0).has_dim_value();
  return GraphInput{input.name(), *dims, dims->size() > 1 ? dims->front() : 1, symbolic};
}

GraphImporter::GraphImporter(const ::onnx::ModelProto& model, const std::string& name,
                             const std::optional<GraphInput>& input, std::int64_t batch,
                             const std::optional<net::Transposition>& order)
    : graph_(model.graph()),
      has_input_(input.has_value()),
      builder_(make_builder(network_name(graph_.name(), name), input, batch)) {
  context_.opset = default_opset(model);
  context_.batch = batch;
  context_.symbolic_batch = input && input->symbolic;
  context_.lines = has_lines(graph_);
  for (const TensorProto& tensor : graph_.initializer()) {
    values_[tensor.name()] = {tensor.name(), &tensor, -1, dims_of(tensor)};
  }
  for (const ValueInfoProto& each : graph_.input())
    values_.insert({each.name(), {each.name(), nullptr, -1, {}}});
  if (!input) return;
  Value& value = values_[input->name] = {input->name, nullptr, 0, input->dims};
  context_.input_dims = input->dims;
  context_.input_dims[0] /= batch;
  context_.input_order = order.has_value();
  if (order) order_input(value, *order);
  if (context_.lines && input->dims.size() == 3 && input->dims[0] == batch && !order) {
    (void)builder_.as_map(0, {1, static_cast<int>(input->dims[2]), static_cast<int>(input->dims[1])});
  }
}

void GraphImporter::order_input(Value& value, const net::Transposition& order) {
  Order back{{}, Dims(order.perm.size()), value.name + "/order", "Transpose"};
  for (std::size_t i = 0; i < order.perm.size(); ++i) {
    back.dims.push_back(order.dims[order.perm[i]]);
    back.perm[order.perm[i]] = static_cast<std::int64_t>(i);
  }
  builder_.order_input(order);
  if (context_.lines && back.dims.size() == 2) {
    (void)builder_.as_map(0, {1, static_cast<int>(back.dims[1]), static_cast<int>(back.dims[0])});
  }
  value.order = std::make_shared<const Order>(std::move(back));
}

void GraphImporter::refuse(const NodeProto& node, const std::string& name, const std::string& attribute,
                           const std::string& text) {
  reasons_.push_back({name, node.op_type(), attribute, text});
}

void GraphImporter::count_readers() {
  for (int i = 0; i < graph_.node_size(); ++i) {
    const NodeProto& node = graph_.node(i);
    const std::string reader = node.name().empty() ? fmt::format("{}_{}", node.op_type(), i) : node.name();
    const auto fused = fused_.find(i);
    std::set<std::string> inputs(node.input().begin(), node.input().end());
    if (fused != fused_.end()) inputs = {fused->second.input};
    if (inner_.count(i) != 0) continue;
    for (const std::string& input : inputs) readers_[input].push_back("'" + reader + "'");
  }
  for (const ValueInfoProto& output : graph_.output()) readers_[output.name()].push_back(kOutputReader);
}

void GraphImporter::check_model() {
  const bool too_old = std::any_of(graph_.node().begin(), graph_.node().end(), [&](const NodeProto& node) {
    return context_.opset < oldest_opset(node.op_type());
  });
  if (too_old || context_.opset > kMaxOpset) {
    reasons_.push_back({"", "", "opset_import",
                        fmt::format("operator set {} is not supported, only {} to {}", context_.opset,
                                    kMinOpset, kMaxOpset)});
  }
  if (graph_.sparse_initializer_size() > 0) {
    reasons_.push_back({"", "", "sparse_initializer", "sparse initializers are not supported"});
  }
  if (graph_.output_size() != 1) {
    reasons_.push_back(
        {"", "", "outputs", fmt::format("exactly one output is needed, found {}", graph_.output_size())});
  }
}

std::string GraphImporter::unique_name(int index) {
  const NodeProto& node = graph_.node(index);
  std::string name = node.name().empty() ? fmt::format("{}_{}", node.op_type(), index) : node.name();
  if (!node_names_.insert(name).second) {
    name += fmt::format("_{}", index);
    node_names_.insert(name);
  }
  return name;
}

std::optional<std::vector<const Value*>> GraphImporter::resolve(const NodeProto& node,
                                                                const std::string& name,
                                                                const std::vector<std::string>& names) {
  std::vector<const Value*> inputs;
  bool complete = true;
  for (const std::string& input : names) {
    const auto found = values_.find(input);
    if (!input.empty() && found == values_.end()) {
      refuse(node, name, input, "input does not exist (produced by no earlier node)");
      complete = false;
    }
    inputs.push_back(input.empty() || found == values_.end() ? nullptr : &found->second);
  }
  if (!complete) return std::nullopt;
  return inputs;
}

void GraphImporter::check_readers(const NodeProto& node, const std::string& name, Value& value) {
  if (value.is_constant()) return;
  const auto readers = readers_.find(value.name);
  if (readers == readers_.end()) {
    refuse(node, name, value.name, "output is read by nothing");
    value.tensor = -1;
  } else if (readers->second.size() > 1) {
    if (readers->second.back() == kOutputReader) {
      refuse(node, name, value.name,
             fmt::format("output is read by {}; the network's output can have no other reader",
                         fmt::join(readers->second, ", ")));
      value.tensor = -1;
    } else if (value.is_tensor()) {
      builder_.close(value.tensor);
    }
  }
}

void GraphImporter::define_outputs(const NodeProto& node, const std::string& name, Value value) {
  for (int i = 0; i < node.output_size(); ++i) {
    const std::string& output = node.output(i);
    if (output.empty()) continue;
    Value own = i == 0 ? std::move(value) : Value{};
    own.name = output;
    if (values_.count(output) != 0) {
      refuse(node, name, output, "output has the name of an earlier value");
      continue;
    }
    if (i == 0) {
      check_readers(node, name, own);
    } else if (readers_.count(output) != 0 && find_operator(node.op_type())) {
      refuse(node, name, output, fmt::format("output {} is used; only the first is supported", i));
    }
    values_.emplace(output, std::move(own));
  }
}

void GraphImporter::import_fused(int index, const FusedActivation& fused) {
  const NodeProto& node = graph_.node(index);
  const std::string name = unique_name(index);
  bool valid = check_node(node, name);
  for (const int inner : fused.inner) valid &= check_node(graph_.node(inner), name);
  const auto inputs = resolve(node, name, {fused.input});
  if (!valid || !inputs) return define_outputs(node, name, {});
  compute_average_of(inputs->front());
  compute_view_of(inputs->front());
  Value x = *inputs->front();
  const auto order = std::exchange(x.order, nullptr);
  if (x.is_constant()) {
    refuse(node, name, fused.input, "an activation needs a Conv, Gemm or MatMul before it");
    return define_outputs(node, name, {});
  }
  OperatorCall call(node, name, {&x}, context_, reasons_);
  Value result = import_activation(call, builder_, fused.activation);
  result.order = order;
  define_outputs(node, name, std::move(result));
}

void GraphImporter::import_node(int index) {
  if (inner_.count(index) != 0) return;
  const auto fused = fused_.find(index);
  if (fused != fused_.end()) return import_fused(index, fused->second);
  const NodeProto& node = graph_.node(index);
  const std::string name = unique_name(index);
  const auto inputs = resolve(node, name, {node.input().begin(), node.input().end()});
  const Handler handler = is_default_domain(node.domain()) ? find_operator(node.op_type()) : nullptr;
  if (!handler) {
    refuse(node, name, "",
           is_default_domain(node.domain())
               ? "operator is not supported"
               : fmt::format("operator of domain '{}' is not supported", node.domain()));
    return define_outputs(node, name, {});
  }
  if (!check_node(node, name) || !inputs) return define_outputs(node, name, {});
  const bool computed =
      std::any_of(inputs->begin(), inputs->end(), [](auto* v) { return v && !v->is_constant(); });
  if (!computed && !works_on_constants(node.op_type())) {
    refuse(node, name, "", "computes a constant; fold constants when the network is exported");
    return define_outputs(node, name, {});
  }
  if (const std::optional<Inside> in = inside(node, *inputs, context_)) {
    OperatorCall call(in->node, name, in->inputs, context_, reasons_);
    return define_outputs(node, name, outside(*in, handler(call, builder_), context_, name));
  }
  if (!passes_order(node.op_type())) {
    for (const Value* const input : *inputs) {
      if (input && !reads_views(node.op_type())) want_order(*input, context_);
      put_in_order(input);
    }
  }
  if (!reads_averages(node.op_type())) {
    for (const Value* const input : *inputs) compute_average_of(input);
  }
  if (!reads_views(node.op_type()) || (node.op_type() == "Concat" && of_several_layers(*inputs))) {
    for (const Value* const input : *inputs) {
      if (!(input && input->padding && node.op_type() == "Conv")) compute_view_of(input);
    }
  }
  OperatorCall call(node, name, *inputs, context_, reasons_);
  define_outputs(node, name, handler(call, builder_));
}

void GraphImporter::compute_average_of(const Value* input) {
  if (!input || !input->average || !input->is_tensor()) return;
  Value& value = values_.at(input->name);
  value = compute_average(value, builder_);
  if (readers_[value.name].size() > 1) builder_.close(value.tensor);
}

void GraphImporter::put_in_order(const Value* input) {
  if (input && input->order) values_.at(input->name) = in_order(*input);
}

void GraphImporter::compute_view_of(const Value* input) {
  if (!input || !input->view) return;
  put_in_order(input);
  Value& value = values_.at(input->name);
  value = compute_view(value, builder_, reasons_);
  if (value.is_tensor() && readers_[value.name].size() > 1) builder_.close(value.tensor);
}

void GraphImporter::finish() {
  if (graph_.output_size() != 1) return;
  const std::string& output = graph_.output(0).name();
  const auto found = values_.find(output);
  if (found == values_.end()) {
    reasons_.push_back({"", "", output, "the network's output is produced by no node"});
    return;
  }
  compute_average_of(&found->second);
  compute_view_of(&found->second);
  const Value& value = found->second;
  if (value.is_constant()) reasons_.push_back({"", "", output, "the network's output is a constant"});
  int tensor = value.is_tensor() && !value.is_constant() ? value.tensor : 0;
  if (value.order) builder_.order_output(transposition(value.order->dims, value.order->perm));
  if (has_input_ && reasons_.empty() && builder_.network().nodes.empty()) {
    // Nothing but changes of shape and constants: a layer applies them.
    tensor = builder_.pass(tensor, graph_.node_size() > 0 ? unique_name(0) : output, output).value_or(tensor);
  }
  for (const std::string& node : builder_.finish(tensor, output)) {
    reasons_.push_back(
        {node, "", "", "folding the constants into its weights gives values that are not finite"});
  }
  if (builder_.network().softmax && !net::softmax_of_outputs(builder_.network())) {
    reasons_.push_back({"", "", output, "a Transpose takes the groups of the Softmax before it apart"});
  }
  if (has_input_ && reasons_.empty() && builder_.network().nodes.empty()) {
    reasons_.push_back({"", "", "", "no Conv, Gemm or MatMul: there is nothing to accelerate"});
  }
}

Inspection GraphImporter::run() {
  check_model();
  for (FusedActivation& each : find_fused_activations(graph_)) {
    inner_.insert(each.inner.begin(), each.inner.end());
    fused_.emplace(each.last, std::move(each));
  }
  count_readers();
  const auto input =
      std::find_if(values_.begin(), values_.end(), [](const auto& v) { return v.second.tensor == 0; });
  if (input != values_.end() && readers_[input->first].empty()) {
    reasons_.push_back({"", "", input->first, "the input is read by nothing"});
    input->second.tensor = -1;
  } else if (input != values_.end() && readers_[input->first].size() > 1) {
    builder_.close(0);
  }
  for (int i = 0; i < graph_.node_size() && !context_.wanted_order; ++i) import_node(i);
  if (!context_.wanted_order) finish();
  return {builder_.network(), std::move(reasons_)};
}

}  // namespace dpwa::onnx
