// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <optional>
#include <utility>

#include "model/base/error.h"
#include "model/num/binary16.h"
#include "model/num/multiplier.h"
#include "model/num/planes.h"
#include "model/plan/plan.h"
#include "model/plan/real_constants.h"
#include "model/plan/table.h"

namespace dpwa::plan {
namespace {

/// Weights of one output channel for every input channel in stored order and every position of the kernel
/// without dilation, appended to `out`: 0 where the channel has none.
void append_expanded(const std::int16_t* weights, const net::Window& window, net::ChannelRange channels,
                     const std::vector<int>& input_order, std::vector<std::int16_t>& out) {
  const net::Window dense = net::undilated(window);
  for (int y = 0; y < dense.kh; ++y) {
    for (int x = 0; x < dense.kw; ++x) {
      const bool tap = net::is_tap(window, y, x);
      for (const int channel : input_order) {
        const bool read = tap && channel >= channels.begin && channel < channels.end;
        out.push_back(read ? weights[channel - channels.begin] : std::int16_t{0});
      }
      if (tap) weights += channels.end - channels.begin;
    }
  }
}

/// The most d for which the tensor's limits times 2^d fit the fine range.
int fine_room(const TensorPlan& tensor) {
  const num::Range limits = effective_limits(tensor);
  int room = 0;
  while (room < kFineShiftMax && kFineRange.contains(limits.lower << (room + 1)) &&
         kFineRange.contains(limits.upper << (room + 1))) {
    ++room;
  }
  return room;
}

/// Limits of what write-back rounds to, the table behind it, and which limits count.
void set_limits(const net::Node& node, const TensorPlan& output, NodeConstants& constants) {
  if (!node.activation.is_identity()) {
    std::optional<Table> made = make_table(node, output);
    if (!made) {
      throw fail(ExitCode::bad_input, "node {}: the table of {} would need more than {} values", node.name,
                 net::to_string(node.activation.function), kTableRange.upper - kTableRange.lower + 1);
    }
    Table table = std::move(*made);
    constants.lower = table.lower;
    constants.upper = table.upper();
    constants.count_below = !net::is_flat_below(node.activation) && std::isinf(node.lower);
    constants.count_above = !net::is_flat_above(node.activation) && std::isinf(node.upper);
    constants.table = std::move(table.values);
    return;
  }
  const num::Range limits = effective_limits(output);
  const num::Range format = num::activation_range(output.pcu.max_planes, output.is_signed);
  constants.lower = static_cast<std::int32_t>(limits.lower);
  constants.upper = static_cast<std::int32_t>(limits.upper);
  constants.count_below = output.is_signed && limits.lower == format.lower;
  constants.count_above = limits.upper == format.upper;
}

}  // namespace

num::Range accumulator_range(const std::int16_t* weights, std::size_t count, std::int64_t bias,
                             num::Range inputs) {
  num::Range sum{bias, bias};
  for (std::size_t i = 0; i < count; ++i) {
    const std::int64_t at_lower = weights[i] * inputs.lower;
    const std::int64_t at_upper = weights[i] * inputs.upper;
    sum.lower += std::min(at_lower, at_upper);
    sum.upper += std::max(at_lower, at_upper);
  }
  return sum;
}

int rounded_exponent(const net::Network& network, const Plan& plan, int node_index) {
  const net::Node& node = network.nodes[node_index];
  const TensorPlan& output = plan.tensors[node.output];
  const std::vector<int> exponents = fine_exponents(network, plan);
  if (node.factor >= 0)
    return output.step_exponent - factor_shift(network, plan, node_index) - exponents[node.factor];
  const int fine = exponents[node.output];
  if (fine != kNoFineGrid) return fine;
  return node.activation.is_identity() ? output.step_exponent
                                       : table_exponent(node.activation, output.step_exponent);
}

num::Range effective_limits(const TensorPlan& tensor) {
  return num::intersection({tensor.lower, tensor.upper},
                           num::activation_range(tensor.pcu.max_planes, tensor.is_signed));
}

RowThresholds row_thresholds(const net::Network& network, const Plan& plan, int tensor) {
  const net::Shape& shape = network.tensors[tensor].shape;
  const double values = static_cast<double>(shape.w) * shape.c;
  const PcuRecord& pcu = plan.tensors[tensor].pcu;
  return {num::make_threshold(pcu.coarser_above * values * values),
          num::make_threshold(pcu.finer_below * values * values)};
}

double TensorPlan::step() const { return std::ldexp(alpha, step_exponent); }

double rescale_factor(const net::Node& node, const Plan& plan, int node_index, int channel, int exponent) {
  const TensorPlan& input = plan.tensors[node.input];
  return std::ldexp(plan.nodes[node_index].scale[channel] * input.alpha / plan.tensors[node.output].alpha,
                    input.step_exponent - exponent);
}

double bias_in_steps(const net::Node& node, const Plan& plan, int node_index, int channel) {
  const NodePlan& weights = plan.nodes[node_index];
  return weights.bias[channel] / (weights.scale[channel] * plan.tensors[node.input].step());
}

InputSteps input_steps(const net::Network& network, const Plan& plan, int channel) {
  const net::InputAffine& affine = network.input_affine;
  const double step = plan.tensors[0].step();
  const double gain = plan.input.word_scale * affine.scale[channel];
  const double zero = plan.input.word_offset - plan.input.zero_point.value_or(0) * plan.input.word_scale;
  return {gain / step, (zero * affine.scale[channel] + affine.offset[channel]) / step};
}

std::vector<int> fine_exponents(const net::Network& network, const Plan& plan) {
  const std::vector<int> classes = net::residual_classes(network);
  std::vector<int> exponents(classes.size(), kNoFineGrid);
  for (std::size_t first = 0; first < classes.size(); ++first) {
    if (classes[first] != static_cast<int>(first)) continue;
    int exponent = kNoFineGrid, most = std::numeric_limits<int>::max();
    for (std::size_t t = first; t < classes.size(); ++t) {
      if (classes[t] != classes[first]) continue;
      exponent = std::max(exponent, plan.tensors[t].step_exponent - fine_room(plan.tensors[t]));
      most = std::min(most, plan.tensors[t].step_exponent);
    }
    for (std::size_t t = first; t < classes.size(); ++t) {
      if (classes[t] == classes[first]) exponents[t] = std::min(exponent, most);
    }
  }
  return exponents;
}

NodeConstants derive(const net::Network& network, const Plan& plan, int node_index) {
  const net::Node& node = network.nodes[node_index];
  const NodePlan& weights = plan.nodes[node_index];
  const TensorPlan& input = plan.tensors[node.input];
  const TensorPlan& output = plan.tensors[node.output];
  const num::Range inputs = effective_limits(input);
  const std::size_t per_channel = weights.q.size() / node.out_channels;

  NodeConstants constants;
  set_limits(node, output, constants);
  constants.in_signed = input.is_signed;
  constants.out_signed = output.is_signed;
  constants.pinned = weights.pinned;
  constants.fine = fine_exponents(network, plan)[node.output] != kNoFineGrid;
  constants.multiplies = node.factor >= 0;
  const int exponent = rounded_exponent(network, plan, node_index);
  if (constants.fine) constants.fine_shift = output.step_exponent - exponent;
  if (constants.multiplies) constants.fine_shift = factor_shift(network, plan, node_index);
  if (output.pcu.policy == Policy::variance) {
    const RowThresholds thresholds = row_thresholds(network, plan, node.output);
    constants.coarser = thresholds.coarser;
    constants.finer = thresholds.finer;
  }
  constants.weight.reserve(weights.q.size() * node.groups);
  for (const int channel : output.order) {
    const num::Multiplier rescale =
        num::normalise(rescale_factor(node, plan, node_index, channel, exponent), plan.multiplier_bits);
    const std::int64_t bias = num::round_even(bias_in_steps(node, plan, node_index, channel));
    constants.channels.push_back({bias, static_cast<std::uint32_t>(rescale.multiplier), rescale.shift});
    constants.planes.push_back(weights.planes[channel]);

    const std::int16_t* own = weights.q.data() + channel * per_channel;
    append_expanded(own, node.window, net::channels_read(network, node, channel, channel), input.order,
                    constants.weight);
    for (const std::int64_t offset : {std::int64_t{0}, bias}) {  // max pool compares before the bias is added
      const num::Range sum = accumulator_range(own, per_channel, offset, inputs);
      constants.acc_bits =
          std::max({constants.acc_bits, num::signed_bits(sum.lower), num::signed_bits(sum.upper)});
    }
  }
  return constants;
}

InputConstants derive_input(const net::Network& network, const Plan& plan) {
  const int channels = network.tensors[0].shape.c;
  double largest = 0;
  for (int c = 0; c < channels; ++c) largest = std::max(largest, input_steps(network, plan, c).gain);
  const num::Multiplier common = num::normalise(largest, kMultiplierBits);

  InputConstants constants;
  constants.shift = std::max(common.shift, 0);
  for (int c = 0; c < channels; ++c) {
    const InputSteps steps = input_steps(network, plan, c);
    constants.multiplier.push_back(
        static_cast<std::uint32_t>(num::round_even(std::ldexp(steps.gain, constants.shift))));
    constants.addend.push_back(num::round_even(std::ldexp(steps.offset, constants.shift)));
  }
  const num::Range limits = effective_limits(plan.tensors[0]);
  constants.lower = static_cast<std::int32_t>(limits.lower);
  constants.upper = static_cast<std::int32_t>(limits.upper);
  constants.binary16_exponent = plan.tensors[0].step_exponent;
  return constants;
}

std::int32_t to_port_word(const InputPort& port, double user_value, std::int64_t& off_grid) {
  constexpr double kGridTolerance = 1e-3;
  num::Range words;
  switch (port.format) {
    case PortFormat::u8:
      words = {0, 255};
      break;
    case PortFormat::s8:
      words = {-128, 127};
      break;
    case PortFormat::s16:
      words = {-32768, 32767};
      break;
    case PortFormat::binary16:
      return num::encode_binary16(user_value);
  }
  if (port.zero_point) {  // QuantizeLinear, in float32
    const float quotient = static_cast<float>(user_value) / static_cast<float>(port.word_scale);
    return static_cast<std::int32_t>(num::saturate(num::round_even(quotient) + *port.zero_point, words));
  }
  const double exact = (user_value - port.word_offset) / port.word_scale;
  const std::int64_t word = num::saturate(num::round_even(exact), words);
  if (!(std::fabs(exact - static_cast<double>(word)) <= kGridTolerance)) ++off_grid;
  return static_cast<std::int32_t>(word);
}

float output_value(const net::Network& network, const Plan& plan, std::int32_t q) {
  const std::optional<net::FileGrid>& grid = network.tensors[network.output].grid;
  if (grid && grid->exposed) return static_cast<float>(q + grid->zero_point);
  return static_cast<float>(q * plan.tensors[network.output].step());
}

}  // namespace dpwa::plan
