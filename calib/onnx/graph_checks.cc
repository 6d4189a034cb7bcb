// SPDX-License-Identifier: Apache-2.0
//
// Whether a node is valid ONNX: the checker of libonnx, and what it does not know.
#include <fmt/format.h>
#include <onnx/checker.h>
#include <onnx/defs/schema.h>

#include <algorithm>

#include "calib/onnx/graph_importer.h"
#include "calib/onnx/operators.h"

namespace dpwa::onnx {
namespace {

using ::onnx::NodeProto;

// What libonnx 1.12 knows; newer models are checked with these (see kMaxOpset).
constexpr int kCheckerOpset = 17;
constexpr int kCheckerIrVersion = 8;

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

/// Whether the operator takes a list of inputs, of which the checker lets empty names pass.
bool takes_list(const NodeProto& node, int opset) {
  const auto& inputs = ::onnx::OpSchemaRegistry::Schema(node.op_type(), opset, "")->inputs();
  return !inputs.empty() && inputs.back().GetOption() == ::onnx::OpSchema::Variadic;
}

}  // namespace

bool GraphImporter::check_newer(const NodeProto& node, const std::string& name,
                                const NewerDefinition& newer) {
  for (const auto& attribute : node.attribute()) {
    const auto& known = newer.attributes;
    if (std::find(known.begin(), known.end(), attribute.name()) != known.end()) continue;
    refuse(node, name, attribute.name(), "not valid ONNX: unknown attribute");
    return false;
  }
  const bool sizes = node.input_size() >= newer.least_inputs && node.input_size() <= newer.most_inputs &&
                     (node.output_size() == 1 || (newer.several_outputs && node.output_size() > 1));
  if (!sizes) {
    refuse(node, name, "",
           fmt::format("not valid ONNX: {} inputs, {} outputs", node.input_size(), node.output_size()));
  }
  return sizes && check_required(node, name, newer.least_inputs);
}

bool GraphImporter::check_required(const NodeProto& node, const std::string& name, int required) {
  const auto& inputs = node.input();
  if (std::all_of(inputs.begin(), inputs.begin() + required, [](const auto& i) { return !i.empty(); })) {
    return true;
  }
  refuse(node, name, "", "not valid ONNX: a required input is left out");
  return false;
}

bool GraphImporter::check_node(const NodeProto& node, const std::string& name) {
  const NewerDefinition* const newer = newer_definition(node.op_type());
  if (newer && context_.opset >= newer->since) return check_newer(node, name, *newer);
  if (newer && newer->first) {
    refuse(node, name, "", fmt::format("operator set {} has no {}", context_.opset, node.op_type()));
    return false;
  }
  ::onnx::checker::CheckerContext context;
  context.set_ir_version(kCheckerIrVersion);
  const int opset = std::clamp(context_.opset, 1, kCheckerOpset);
  context.set_opset_imports({{"", opset}});
  try {
    ::onnx::checker::check_node(node, context, {});
  } catch (const std::exception& error) {
    refuse(node, name, "", "not valid ONNX: " + first_line(error.what()));
    return false;
  }
  return !takes_list(node, opset) || check_required(node, name, node.input_size());
}

}  // namespace dpwa::onnx
