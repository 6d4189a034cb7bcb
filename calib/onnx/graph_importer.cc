// SPDX-License-Identifier: Apache-2.0
#include "calib/onnx/graph_importer.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <memory>
#include <tuple>
#include <utility>

#include "calib/onnx/graph_outputs.h"
#include "calib/onnx/inside.h"
#include "calib/onnx/join.h"
#include "calib/onnx/mix.h"
#include "calib/onnx/operators.h"
#include "calib/onnx/order.h"
#include "calib/onnx/quantized.h"
#include "calib/onnx/quantized_network.h"
#include "calib/onnx/view.h"
#include "calib/onnx/window.h"

namespace dpwa::onnx {
namespace {

using ::onnx::GraphProto;
using ::onnx::NodeProto;
using ::onnx::TensorProto;
using ::onnx::ValueInfoProto;

constexpr const char* kOutputReader = "the network's output";
constexpr const char* kAfterSoftmax = "Softmax is only supported as the last operator";

bool reads_softmax(const std::vector<const Value*>& inputs) {
  return std::any_of(inputs.begin(), inputs.end(), [](auto* v) { return v && v->softmax; });
}

bool is_default_domain(const std::string& domain) { return domain.empty() || domain == "ai.onnx"; }

int default_opset(const ::onnx::ModelProto& model) {
  for (const auto& import : model.opset_import()) {
    if (is_default_domain(import.domain())) {
      return static_cast<int>(std::clamp<std::int64_t>(import.version(), 0, 1'000'000));
    }
  }
  return 0;
}

/// The graph's name, or the file's when the graph has none but what its exporter calls every graph.
std::string network_name(const std::string& graph, const std::string& file) {
  static constexpr std::array kExporterNames = {"", "torch_jit", "torch-jit-export", "main_graph"};
  return std::find(kExporterNames.begin(), kExporterNames.end(), graph) == kExporterNames.end() ? graph
                                                                                                : file;
}

std::vector<std::string> names_of(const std::vector<GraphInput>& inputs) {
  std::vector<std::string> names;
  for (const GraphInput& input : inputs) names.push_back(input.name);
  return names;
}

}  // namespace

GraphImporter::GraphImporter(const ::onnx::ModelProto& model, const std::string& name,
                             const std::vector<GraphInput>& inputs, std::int64_t batch,
                             const std::optional<net::Transposition>& order)
    : graph_(model.graph()),
      inputs_(names_of(inputs)),
      builder_(make_builder(network_name(graph_.name(), name), inputs, batch)) {
  context_.opset = default_opset(model);
  context_.batch = batch;
  context_.symbolic_batch =
      std::any_of(inputs.begin(), inputs.end(), [](const GraphInput& input) { return input.symbolic; });
  context_.lines = has_lines(graph_);
  for (const TensorProto& tensor : graph_.initializer()) {
    values_[tensor.name()] = {tensor.name(), &tensor, -1, dims_of(tensor)};
  }
  for (const ValueInfoProto& each : graph_.input())
    values_.insert({each.name(), {each.name(), nullptr, -1, {}}});
  for (Value& input : input_values(inputs, builder_.network())) values_[input.name] = std::move(input);
  context_.input_order = order.has_value() || inputs.size() > 1;  // only a single input has one
  if (inputs.size() != 1) return;
  const Dims& dims = inputs.front().dims;
  context_.input_dims = dims;
  context_.input_dims[0] /= batch;
  if (order) order_input(values_.at(inputs.front().name), *order);
  if (context_.lines && dims.size() == 3 && dims[0] == batch && !order) {
    (void)builder_.as_map(0, {1, static_cast<int>(dims[2]), static_cast<int>(dims[1])});
  }
}

void GraphImporter::order_input(Value& value, const net::Transposition& order) {
  Order back{order.result_dims(), inverse({order.perm.begin(), order.perm.end()}), value.name + "/order",
             "Transpose"};
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

bool GraphImporter::check_model() {
  const bool too_old = std::any_of(graph_.node().begin(), graph_.node().end(), [&](const NodeProto& node) {
    return context_.opset < oldest_opset(node.op_type());
  });
  const bool readable = !too_old && context_.opset <= kMaxOpset;
  if (!readable) {
    reasons_.push_back({"", "", "opset_import",
                        fmt::format("operator set {} is not supported, only {} to {}", context_.opset,
                                    kMinOpset, kMaxOpset)});
  }
  if (graph_.sparse_initializer_size() > 0) {
    reasons_.push_back({"", "", "sparse_initializer", "sparse initializers are not supported"});
  }
  if (graph_.output_size() == 0) reasons_.push_back({"", "", "outputs", "the graph has no output"});
  if (graph_.output_size() > kMaxEnds) {
    reasons_.push_back(
        {"", "", "outputs", fmt::format("{} outputs, more than {}", graph_.output_size(), kMaxEnds)});
  }
  return readable;
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
  } else if (readers->second.size() > 1 && value.is_tensor()) {
    builder_.close(value.tensor);
  }
}

void GraphImporter::define_outputs(const NodeProto& node, const std::string& name,
                                   std::vector<Value> values) {
  const auto& outputs = node.output();
  // Of several parts not every one needs a reader.
  const bool read = values.size() > 1 && std::any_of(outputs.begin(), outputs.end(),
                                                     [&](const auto& o) { return readers_.count(o) != 0; });
  for (int i = 0; i < node.output_size(); ++i) {
    const std::string& output = node.output(i);
    if (output.empty()) continue;
    const bool given = i < static_cast<int>(values.size());
    Value own = given ? std::move(values[i]) : Value{};
    own.name = output;
    if (values_.count(output) != 0) {
      refuse(node, name, output, "output has the name of an earlier value");
      continue;
    }
    if (given) {
      if (!read || readers_.count(output) != 0) check_readers(node, name, own);
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
  if (!valid || !inputs) return define_outputs(node, name, {{}});
  compute_average_of(inputs->front());
  compute_view_of(inputs->front());
  if (reads_softmax(*inputs)) refuse(node, name, "", kAfterSoftmax);
  Value x = *inputs->front();
  const auto order = std::exchange(x.order, nullptr);
  if (x.is_constant()) {
    refuse(node, name, fused.input, "an activation needs a Conv, Gemm or MatMul before it");
    return define_outputs(node, name, {{}});
  }
  OperatorCall call(node, name, {&x}, context_, reasons_);
  Value result = import_activation(call, builder_, fused.activation);
  result.order = order;
  define_outputs(node, name, {std::move(result)});
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
    return define_outputs(node, name, {{}});
  }
  if (!check_node(node, name) || !inputs) return define_outputs(node, name, {{}});
  if (!passes_order(node.op_type()) && reads_softmax(*inputs)) {
    refuse(node, name, "", kAfterSoftmax);
    return define_outputs(node, name, {{}});
  }
  const bool computed =
      std::any_of(inputs->begin(), inputs->end(), [](auto* v) { return v && !v->is_constant(); });
  if (!computed && !works_on_constants(node.op_type())) {
    refuse(node, name, "", "computes a constant; fold constants when the network is exported");
    return define_outputs(node, name, {{}});
  }
  if (const std::optional<Inside> in = inside(node, *inputs, context_)) {
    OperatorCall call(in->node, name, in->inputs, context_, reasons_);
    return define_outputs(node, name, {outside(*in, handler(call, builder_), context_, name)});
  }
  if (!passes_order(node.op_type())) {
    for (const Value* const input : *inputs) {
      if (input && !reads_views(node.op_type())) want_order(*input, context_);
      put_in_order(input);
    }
  }
  if (const Value* const integers = misread_integers(node.op_type(), *inputs)) {
    refuse(node, name, integers->name,
           fmt::format("'{}' has type {}, expected float; DequantizeLinear makes it so", integers->name,
                       type_name(integers->integer)));
    return define_outputs(node, name, {{}});
  }
  if (!reads_averages(node.op_type())) {
    for (const Value* const input : *inputs) compute_average_of(input);
  }
  const bool slides = handler == import_conv || handler == import_max_pool || handler == import_average_pool;
  const Value* const map = slides ? inputs->front() : nullptr;
  if (const Refusal refusal = map ? no_map(*map, builder_) : std::nullopt) {
    refuse(node, name, "", *refusal);
    return define_outputs(node, name, {{}});
  }
  const bool reads_view =
      takes_views(node, *inputs) || (node.op_type() == "QuantizeLinear" && keeps_view(*inputs, builder_));
  if (!reads_view) {
    for (const Value* const input : *inputs) {
      const bool read = input && node.op_type() == "Conv" && (input->padding || conv_reads(*input, builder_));
      if (!read) compute_view_of(input);
    }
  }
  OperatorCall call(node, name, *inputs, context_, reasons_);
  std::vector<Value> values{handler(call, builder_)};
  if (integers_of(node.op_type()) == Integers::moved && inputs->front())
    keep_integers(*inputs->front(), builder_, values.front());
  std::move(call.further().begin(), call.further().end(), std::back_inserter(values));
  define_outputs(node, name, std::move(values));
}

bool GraphImporter::takes_views(const NodeProto& node, const std::vector<const Value*>& inputs) const {
  const std::string& op = node.op_type();
  if (op == "Concat") return !of_several_layers(inputs);
  // The host may apply a Softmax to each of several outputs.
  if (graph_.output_size() > 1 && find_operator(op) == import_softmax) return true;
  const bool affine = find_operator(op) == import_affine || find_operator(op) == import_batch_normalization;
  if (!affine || inputs_.size() < 2) return reads_views(op);
  // Two inputs are added as one view, and multiplied as two tensors.
  const bool constant =
      std::any_of(inputs.begin(), inputs.end(), [](auto* v) { return v && v->is_constant(); });
  if (op == "Mul" && !constant) return false;
  return std::all_of(inputs.begin(), inputs.end(), [&](const Value* input) {
    return !input || input->is_constant() || (input->view && input->tensor == 0);
  });
}

void GraphImporter::compute_average_of(const Value* input) {
  if (!input || !input->average || !input->is_tensor()) return;
  Value& value = values_.at(input->name);
  value = compute_average(value, builder_);
  if (readers_[value.name].size() > 1) builder_.close(value.tensor);
}

void GraphImporter::put_in_order(const Value* input) {
  if (input && input->order) values_.at(input->name) = in_order(*input, context_);
}

void GraphImporter::compute_view_of(const Value* input) {
  if (!input || !input->view || !input->is_tensor()) return;
  put_in_order(input);
  Value& value = values_.at(input->name);
  const Value viewed = value;
  value = compute_view(value, builder_, reasons_);
  keep_integers(viewed, builder_, value);
  if (value.is_tensor() && readers_[value.name].size() > 1) builder_.close(value.tensor);
}

void GraphImporter::check_inputs() {
  for (const std::string& input : inputs_) {
    const std::size_t readers = readers_[input].size();
    if (readers > 1) builder_.close(0);
    if (readers > 0) continue;
    reasons_.push_back({"", "", input, "the input is read by nothing"});
    values_.at(input).tensor = -1;
  }
}

std::vector<const Value*> GraphImporter::read_outputs() {
  std::vector<const Value*> values;
  for (const ValueInfoProto& output : graph_.output()) {
    const auto found = values_.find(output.name());
    if (found == values_.end()) {
      reasons_.push_back({"", "", output.name(), "the network's output is produced by no node"});
      continue;
    }
    if (found->second.is_constant())
      reasons_.push_back({"", "", output.name(), "the network's output is a constant"});
    if (graph_.output_size() > 1 && std::find(inputs_.begin(), inputs_.end(), output.name()) != inputs_.end())
      reasons_.push_back({"", "", output.name(), "an input is an output; put an Identity between them"});
    if (std::find(values.begin(), values.end(), &found->second) == values.end())
      values.push_back(&found->second);
  }
  return values;
}

void GraphImporter::finish() {
  if (graph_.output_size() > kMaxEnds) return;
  const std::vector<const Value*> values = read_outputs();
  for (std::size_t i = 0; i < values.size() && values.size() > 1; ++i) {
    if (values[i]->order && values[i]->softmax)
      reasons_.push_back(
          {"", "", values[i]->name, "a Transpose behind the Softmax of one of several outputs"});
    put_in_order(values[i]);
    if (too_large()) return;
  }
  // Integers of a grid of the file, if there is one output.
  const bool exposed = values.size() == 1 && values[0]->integer != 0 && values[0]->is_tensor();
  const std::optional<net::FileGrid> grid = exposed ? builder_.tensor(values[0]->tensor).grid : std::nullopt;
  const std::vector<bool> taken = taken_by_host(values, builder_);
  for (std::size_t i = 0; i < values.size(); ++i) {
    compute_average_of(values[i]);
    if (!taken[i]) compute_view_of(values[i]);
    if (too_large()) return;
  }
  if (values.size() == 1 && values[0]->order) {
    builder_.order_output(transposition(values[0]->order->dims, values[0]->order->perm));
  }
  JoinedOutputs joined = join_outputs(values, context_, builder_, reasons_);
  if (!inputs_.empty() && reasons_.empty() && builder_.network().nodes.empty()) {
    // Nothing but changes of shape and constants: a layer applies them.
    const std::string& output = values.front()->name;
    joined.tensor = builder_.pass(joined.tensor, graph_.node_size() > 0 ? unique_name(0) : output, output);
  }
  if (exposed && !grid) {
    reasons_.push_back(
        {"", "", values[0]->name, "the network's output is integers that nothing gives a scale"});
  } else if (exposed && reasons_.empty()) {
    if (!builder_.tensor(joined.tensor).grid) (void)builder_.quantize(joined.tensor, *grid, values[0]->name);
    builder_.expose(joined.tensor);
  }
  for (const std::string& node : builder_.finish(joined.tensor, std::move(joined.outputs))) {
    reasons_.push_back(
        {node, "", "", "folding the constants into its weights gives values that are not finite"});
  }
  const net::Network& network = builder_.network();
  if (network.outputs.size() == 1 && network.outputs[0].softmax &&
      !net::softmax_of(network, network.outputs[0])) {
    reasons_.push_back(
        {"", "", network.outputs[0].name, "a Transpose takes the groups of the Softmax before it apart"});
  }
}

bool GraphImporter::too_large() {
  const auto refuse_more = [&](std::int64_t made, std::int64_t most, const char* what) {
    if (made > most)
      reasons_.push_back({"", "", "", fmt::format("more than {} {}; the rest was not read", most, what)});
    return made > most;
  };
  return refuse_more(context_.made, kMaxMade, "values that are moved or repeated") ||
         refuse_more(builder_.weights(), kMaxWeights, "weights");
}

Inspection GraphImporter::run() {
  if (!check_model()) return {builder_.network(), std::move(reasons_)};
  for (FusedActivation& each : find_fused_activations(graph_)) {
    inner_.insert(each.inner.begin(), each.inner.end());
    fused_.emplace(each.last, std::move(each));
  }
  count_readers();
  check_inputs();
  bool stopped = false;
  for (int i = 0; i < graph_.node_size() && !context_.wanted_order && !stopped; ++i) {
    import_node(i);
    stopped = too_large();
  }
  if (!context_.wanted_order && !stopped) finish();
  net::Network network = builder_.network();
  if (reasons_.empty() && !context_.wanted_order) reasons_ = complete_quantized(network);
  return {std::move(network), std::move(reasons_)};
}

}  // namespace dpwa::onnx
