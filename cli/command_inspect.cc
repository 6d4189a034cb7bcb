// SPDX-License-Identifier: Apache-2.0
//
// dpwa inspect: what the importer sees in a model, or every reason why it cannot be taken.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "calib/onnx/import.h"
#include "cli/commands.h"
#include "cli/fit.h"
#include "cli/text_table.h"

namespace dpwa::cli {
namespace {

using nlohmann::ordered_json;

ordered_json shape_json(const net::Shape& shape) { return {shape.h, shape.w, shape.c}; }

ordered_json window_json(const net::Window& window) {
  return {{"kernel", {window.kh, window.kw}},
          {"stride", {window.stride_y, window.stride_x}},
          {"pads", {window.pad_top, window.pad_left, window.pad_bottom, window.pad_right}}};
}

ordered_json limit_json(float limit) {
  return std::isfinite(limit) ? ordered_json(limit) : ordered_json(nullptr);
}

ordered_json node_json(const net::Network& network, const net::Node& node) {
  const net::Tensor& input = network.tensors[node.input];
  const net::Tensor& output = network.tensors[node.output];
  ordered_json json = {{"name", node.name},
                       {"operator", node.onnx_operator},
                       {"input", input.name},
                       {"residual", node.residual < 0 ? ordered_json(nullptr)
                                                      : ordered_json(network.tensors[node.residual].name)},
                       {"output", output.name},
                       {"input_shape", shape_json(input.shape)},
                       {"conv_shape", shape_json(node.conv_shape)},
                       {"output_shape", shape_json(output.shape)}};
  json.update(window_json(node.window));
  if (node.factor >= 0) json["factor"] = network.tensors[node.factor].name;
  if (!node.activation.is_identity()) json["function"] = net::to_string(node.activation.function);
  json["dilation"] = {node.window.dilation_y, node.window.dilation_x};
  json["groups"] = node.groups;
  json["lower"] = limit_json(node.lower);
  json["upper"] = limit_json(node.upper);
  json["pool"] = node.pool ? window_json(*node.pool) : ordered_json(nullptr);
  json["parameters"] = node.weight.size() + node.bias.size();
  json["macs"] = net::macs(network, node);
  return json;
}

ordered_json softmax_json(const std::optional<net::Softmax>& softmax) {
  if (!softmax) return nullptr;
  return {{"size", softmax->size}, {"stride", softmax->stride}, {"log", softmax->logarithm}};
}

ordered_json outputs_json(const net::Network& network) {
  ordered_json json = ordered_json::array();
  for (const net::Output& output : network.outputs) {
    json.push_back({{"name", output.name},
                    {"dims", output.dims},
                    {"softmax", softmax_json(net::softmax_of(network, output))}});
  }
  return json;
}

ordered_json to_json(const onnx::Inspection& inspection) {
  const net::Network& network = inspection.network;
  const bool supported = inspection.supported();
  const auto known = [supported](ordered_json value) { return supported ? value : ordered_json(nullptr); };
  ordered_json json = {{"supported", supported}, {"network", network.name}};
  json["inputs"] = ordered_json::array();
  for (const net::Input& input : network.inputs)
    json["inputs"].push_back({{"name", input.name}, {"dims", input.dims}});
  json["outputs"] = known(outputs_json(network));
  json["nodes"] = ordered_json::array();
  for (const net::Node& node : network.nodes) json["nodes"].push_back(node_json(network, node));
  json["parameters"] = known(network.parameters());
  json["macs"] = known(supported ? network.macs() : 0);
  json["values_per_image"] = known(network.values_per_image());
  json["reasons"] = ordered_json::array();
  for (const onnx::Reason& reason : inspection.reasons) {
    json["reasons"].push_back({{"node", reason.node},
                               {"operator", reason.onnx_operator},
                               {"attribute", reason.attribute},
                               {"reason", reason.text}});
  }
  return json;
}

std::string shape_text(const net::Shape& shape) { return fmt::format("{}x{}x{}", shape.h, shape.w, shape.c); }

std::string window_text(const net::Window& window) {
  std::string text = fmt::format("{}x{}", window.kh, window.kw);
  if (window.stride_y != 1 || window.stride_x != 1)
    text += fmt::format("/{}x{}", window.stride_y, window.stride_x);
  if (window.dilation_y != 1 || window.dilation_x != 1)
    text += fmt::format(" dilation {}x{}", window.dilation_y, window.dilation_x);
  if (net::has_pads(window)) {
    text +=
        fmt::format(" pad {},{},{},{}", window.pad_top, window.pad_left, window.pad_bottom, window.pad_right);
  }
  return text;
}

std::string kernel_text(const net::Node& node) {
  return window_text(node.window) + (node.groups > 1 ? fmt::format(" groups {}", node.groups) : "");
}

std::string limits_text(const net::Node& node) {
  if (!node.activation.is_identity()) return net::to_string(node.activation.function);
  if (std::isinf(node.lower) && std::isinf(node.upper)) return "-";
  if (node.lower == 0 && std::isinf(node.upper)) return "ReLU";
  return fmt::format("{}..{}", node.lower, node.upper);
}

/// "input 'image' [1, 28, 28], output 'y'"; a line each where there are several.
std::string border_text(const net::Network& network) {
  std::vector<std::string> inputs, outputs;
  for (const net::Input& input : network.inputs)
    inputs.push_back(fmt::format("input '{}' [{}]", input.name, fmt::join(input.dims, ", ")));
  const bool several = network.inputs.size() + network.outputs.size() > 2;
  for (const net::Output& output : network.outputs) {
    outputs.push_back(fmt::format("output '{}'{}{}", output.name,
                                  several ? fmt::format(" [{}]", fmt::join(output.dims, ", ")) : "",
                                  !output.softmax             ? ""
                                  : output.softmax->logarithm ? " (LogSoftmax on the host)"
                                                              : " (Softmax on the host)"));
  }
  const char* const between = several ? "\n" : ", ";
  return fmt::format("{}{}{}", fmt::join(inputs, between), between, fmt::join(outputs, between));
}

std::string supported_text(const net::Network& network) {
  std::vector<std::vector<std::string>> rows = {
      {"node", "operator", "input", "kernel", "products", "limits", "pool", "output", "parameters", "MACs"}};
  const bool adds = std::any_of(network.nodes.begin(), network.nodes.end(),
                                [](const net::Node& node) { return node.residual >= 0; });
  if (adds) rows[0].push_back("adds");
  const bool multiplies = std::any_of(network.nodes.begin(), network.nodes.end(),
                                      [](const net::Node& node) { return node.factor >= 0; });
  if (multiplies) rows[0].push_back("times");
  for (const net::Node& node : network.nodes) {
    rows.push_back({node.name, node.onnx_operator, shape_text(network.tensors[node.input].shape),
                    kernel_text(node), shape_text(node.conv_shape), limits_text(node),
                    node.pool ? window_text(*node.pool) : "-", shape_text(network.tensors[node.output].shape),
                    std::to_string(node.weight.size() + node.bias.size()),
                    std::to_string(net::macs(network, node))});
    if (adds) rows.back().push_back(node.residual < 0 ? "-" : network.tensors[node.residual].name);
    if (multiplies) rows.back().push_back(node.factor < 0 ? "-" : network.tensors[node.factor].name);
  }
  return fmt::format(
      "network '{}': supported\n{}\nshapes are height x width x channels\n\n{}\n"
      "parameters        {}\nMACs per image    {}\nvalues per image  {}\n",
      network.name, border_text(network), text_table(rows), network.parameters(), network.macs(),
      network.values_per_image());
}

std::string refused_text(const onnx::Inspection& inspection) {
  std::string text = fmt::format("network '{}': not supported, {} reason{}\n", inspection.network.name,
                                 inspection.reasons.size(), inspection.reasons.size() == 1 ? "" : "s");
  for (const onnx::Reason& reason : inspection.reasons)
    text += fmt::format("  {}\n", onnx::to_string(reason));
  return text + "Supported operators and attributes: docs/operators.md\n";
}

struct InspectArguments {
  std::string model, config;
  std::vector<std::string> overrides;
};

ExitCode inspect(const InspectArguments& arguments, Context& context) {
  const onnx::Inspection inspection = onnx::inspect_onnx(arguments.model);
  context.result = to_json(inspection);
  if (!inspection.supported()) {
    context.text = refused_text(inspection);
    return ExitCode::bad_input;
  }
  context.text = supported_text(inspection.network);
  if (arguments.config.empty()) return ExitCode::ok;
  const config::Config config = config::load(arguments.config, arguments.overrides);
  const ordered_json fit = fit_json(config, inspection.network);
  context.result.update(fit);
  context.text += fit_text(fit, net::is_quantized(inspection.network) ? "as quantized" : "at INT8");
  return fit["fits"].get<bool>() ? ExitCode::ok : ExitCode::mismatch;
}

}  // namespace

void add_inspect(CLI::App& app, Context& context) {
  CLI::App* const command =
      app.add_subcommand("inspect", "Show a network as it would be built, or why it cannot be");
  const auto arguments = std::make_shared<InspectArguments>();
  command->add_option("MODEL.onnx", arguments->model, "Trained network")->required();
  CLI::Option* const config =
      command->add_option("--config", arguments->config,
                          "Preset or TOML file: does the network fit at INT8, and in how many cycles?");
  command->add_option("--set", arguments->overrides, "KEY=VALUE, over the configuration")
      ->take_all()
      ->needs(config);
  command->footer(
      "Exit code 0: supported; 1: supported, but it does not fit the configuration; 3: not supported (all "
      "reasons are "
      "listed) or not a readable model.");
  command->callback([&context, arguments] {
    context.run = [&context, arguments] { return inspect(*arguments, context); };
  });
}

}  // namespace dpwa::cli
