// SPDX-License-Identifier: Apache-2.0
#include "calib/onnx/quantized_network.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

namespace dpwa::onnx {
namespace {

constexpr double kLargestWeight = 30583;  ///< of four planes (docs/numerics.md N2.2)
constexpr double kWhole = 1.0 / 64;       ///< far above what float32 rounds, far below a real difference

/// Whether every value is a value of the input, or a zero of it, as it is but for a lower limit of 0 and a
/// pool: the input's grid is its own.
bool moves_values(const net::Node& node) {
  const bool limited = (node.lower != 0 && std::isfinite(node.lower)) || std::isfinite(node.upper);
  if (limited || node.residual >= 0 || node.factor >= 0 || !node.activation.is_identity()) return false;
  const std::size_t row = node.weight.size() / node.out_channels;
  for (int oc = 0; oc < node.out_channels; ++oc) {
    const auto first = node.weight.begin() + static_cast<std::ptrdiff_t>(oc * row), last = first + row;
    const auto ones = std::count(first, last, 1.0F), zeros = std::count(first, last, 0.0F);
    if (ones > 1 || ones + zeros != static_cast<std::ptrdiff_t>(row) || node.bias[oc] != 0) return false;
  }
  return true;
}

bool is_whole(double value) { return std::fabs(value - std::nearbyint(value)) <= kWhole; }

/// Whether the weights are whole multiples of a step, and few enough planes hold them.
bool fits(const float* weights, std::size_t count, double step) {
  return std::all_of(weights, weights + count, [&](float w) {
    return std::fabs(w / step) <= kLargestWeight + kWhole && is_whole(w / step);
  });
}

/// The largest step of which all weights are multiples of up to `most`, by Euclid's algorithm; 0 for weights
/// of zero. What is smaller than half a step counts as rounding.
double common_step(const float* weights, std::size_t count, double most) {
  double step = 0, largest = 0;
  for (std::size_t i = 0; i < count; ++i) largest = std::max(largest, std::fabs(double{weights[i]}));
  for (std::size_t i = 0; i < count; ++i) {
    double rest = std::fabs(double{weights[i]});
    while (rest > largest / (2 * most)) {
      std::swap(step, rest);
      if (step > 0 && rest > 0) rest = std::fabs(rest - step * std::nearbyint(rest / step));
    }
  }
  return step == 0 ? 0 : largest / std::nearbyint(largest / step);
}

/// The step of one channel: the file's, else what its weights have in common. Nothing when there is none.
std::optional<float> step_of(const net::Node& node, int channel) {
  const std::size_t row = node.weight.size() / node.out_channels;
  const float* const weights = node.weight.data() + channel * row;
  if (!node.weight_step.empty() && node.weight_step[channel] > 0) {
    const float given = node.weight_step[channel];
    if (fits(weights, row, given)) return given;
  }
  for (const double most : {255.0, 4096.0, kLargestWeight}) {
    const double step = common_step(weights, row, most);
    if (step == 0) return 1.0F;
    if (fits(weights, row, step)) return static_cast<float>(step);
  }
  return std::nullopt;
}

/// Sets the steps of a node and makes its weights whole multiples of them; false when there are none.
bool settle_weights(net::Node& node) {
  const std::size_t row = node.weight.size() / node.out_channels;
  std::vector<float> steps;
  for (int oc = 0; oc < node.out_channels; ++oc) {
    const std::optional<float> step = step_of(node, oc);
    if (!step) return false;
    steps.push_back(*step);
    for (std::size_t i = oc * row; i < (oc + 1) * row; ++i)
      node.weight[i] = static_cast<float>(std::nearbyint(double{node.weight[i]} / *step)) * *step;
  }
  node.weight_step = std::move(steps);
  return true;
}

void inherit_grids(net::Network& network) {
  for (const net::Node& node : network.nodes) {
    std::optional<net::FileGrid>& grid = network.tensors[node.output].grid;
    const std::optional<net::FileGrid>& source = network.tensors[node.input].grid;
    if (grid || !source || !network.tensors[node.output].adders.empty() || !moves_values(node)) continue;
    grid = source;
    grid->exposed = false;
  }
}

}  // namespace

std::vector<Reason> complete_quantized(net::Network& network) {
  std::vector<Reason> reasons;
  if (!net::is_quantized(network)) {
    for (net::Node& node : network.nodes) node.weight_step.clear();
    return reasons;
  }
  if (network.outputs.size() > 1) {
    reasons.push_back(
        {"", "", "outputs",
         fmt::format("{} outputs of a quantized network; only one is supported", network.outputs.size())});
  }
  inherit_grids(network);
  for (net::Node& node : network.nodes) {
    const net::Tensor& input = network.tensors[node.input];
    const auto refuse = [&](const std::string& attribute, const std::string& text) {
      reasons.push_back({node.name, node.onnx_operator, attribute, text});
    };
    if (!input.grid) {
      refuse(input.name,
             "a quantized network reads it without QuantizeLinear and DequantizeLinear before; quantize it "
             "when the network is exported");
    }
    if (!node.activation.is_identity()) {
      refuse("", fmt::format("{} in a quantized network would be rounded twice; only Relu and Clip are taken",
                             net::to_string(node.activation.function)));
    }
    if (node.factor >= 0)
      refuse("", "a product of two computed tensors in a quantized network would be rounded twice");
    if (!settle_weights(node)) {
      refuse("",
             "its weights are no integers times a scale for each output channel, but the network is "
             "quantized; quantize them, too");
    }
  }
  return reasons;
}

}  // namespace dpwa::onnx
