// SPDX-License-Identifier: Apache-2.0
#include "model/golden/node_kernel.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <type_traits>

#include "model/golden/step_classes.h"
#include "model/num/planes.h"
#include "model/num/round_shift.h"

namespace dpwa::golden {
namespace {

/// The largest magnitude that any partial sum of any channel can reach, whatever the input.
std::int64_t largest_sum(const plan::NodeConstants& constants, num::Range inputs) {
  const std::size_t rows = constants.weight.size() / constants.channels.size();
  std::int64_t largest = 0;
  for (std::size_t first = 0; first < constants.weight.size(); first += rows) {
    std::int64_t sum = 0;
    for (std::size_t i = first; i < first + rows; ++i) sum += std::abs(std::int64_t{constants.weight[i]});
    largest = std::max(largest, sum);
  }
  return largest * std::max(inputs.upper, -inputs.lower);
}

template <typename Number>
AnyWeights make_weights_of(const net::Network& network, const net::Node& node,
                           const plan::NodeConstants& constants) {
  if (node.groups == 1) return WeightBlocks<Number>(constants.weight, node.out_channels);
  return GroupedWeights<Number>(constants.weight, node.window, node.groups, group_channels(network, node),
                                node.out_channels / node.groups);
}

AnyWeights make_weights(const net::Network& network, const net::Node& node,
                        const plan::NodeConstants& constants, num::Range inputs) {
  const std::int64_t largest = largest_sum(constants, inputs);
  if (largest < std::int64_t{1} << 24) return make_weights_of<float>(network, node, constants);
  if (largest < std::int64_t{1} << 53) return make_weights_of<double>(network, node, constants);
  return make_weights_of<std::int64_t>(network, node, constants);
}

WriteBack make_write_back(const plan::NodeConstants& constants, int padded_channels, int multiplier_bits) {
  WriteBack write_back;
  write_back.channels = constants.channels;
  write_back.channels.resize(padded_channels);
  write_back.limits = {constants.lower, constants.upper};
  write_back.count_above = constants.count_above;
  write_back.count_below = constants.count_below;
  write_back.table = constants.table;
  if (!constants.table.empty())
    write_back.table_lowest = *std::min_element(constants.table.begin(), constants.table.end());
  write_back.fine = constants.fine;
  write_back.fine_shift = constants.fine_shift;
  write_back.multiplies = constants.multiplies;
  constexpr int kExactBits = 54;  // of a signed number whose magnitude is at most 2^53
  if (constants.acc_bits + multiplier_bits <= kExactBits) {
    for (const plan::ChannelConstant& channel : write_back.channels) {
      write_back.bias.push_back(static_cast<double>(channel.bias));
      write_back.scale.push_back(std::ldexp(static_cast<double>(channel.multiplier), -channel.shift));
    }
  }
  return write_back;
}

/// What write-back does with the step class of a row (N5.1).
struct RowStep {
  num::Range limits;  ///< of y
  int shift;          ///< beside the channel's
  double factor;      ///< 2^-shift
};
RowStep row_step(const WriteBack& constants, int k) {
  const int shift = num::kPlaneBits * k;
  return {class_limits(constants.limits, k), shift, std::ldexp(1.0, -shift)};
}

/// y[c] = sat(RNE((sum + bias) * m / 2^shift)); returns how many values saturated. Only when doubles are
/// exact.
template <typename Number>
std::int64_t write_back_in_double(const WriteBack& constants, const RowStep& row,
                                  const std::vector<Number>& sums, std::vector<std::int32_t>& y) {
  const auto lower = static_cast<double>(row.limits.lower);
  const auto upper = static_cast<double>(row.limits.upper);
  int above = 0, below = 0;
  for (std::size_t c = 0; c < sums.size(); ++c) {
    const double z = (static_cast<double>(sums[c]) + constants.bias[c]) * constants.scale[c];
    const double rounded = std::rint(z * row.factor);
    above += rounded > upper ? 1 : 0;
    below += rounded < lower ? 1 : 0;
    const double raised = rounded < lower ? lower : rounded;
    y[c] = static_cast<std::int32_t>(raised > upper ? upper : raised);
  }
  return (constants.count_above ? above : 0) + (constants.count_below ? below : 0);
}

/// The same in integers of any size.
template <typename Number>
std::int64_t write_back_in_integers(const WriteBack& constants, const RowStep& row,
                                    const std::vector<Number>& sums, std::vector<std::int32_t>& y) {
  std::int64_t saturated = 0;
  for (std::size_t c = 0; c < sums.size(); ++c) {
    const plan::ChannelConstant& channel = constants.channels[c];
    const num::Int128 z = num::Int128{static_cast<std::int64_t>(sums[c]) + channel.bias} * channel.multiplier;
    const num::Int128 rounded = num::round_shift(z, channel.shift + row.shift);
    saturated += constants.count_above && rounded > row.limits.upper ? 1 : 0;
    saturated += constants.count_below && rounded < row.limits.lower ? 1 : 0;
    y[c] = static_cast<std::int32_t>(num::saturate(rounded, row.limits));
  }
  return saturated;
}

/// Write-back of a node on a fine grid (N10) at one position. residual: nullptr for none. Writes the fine
/// values; y follows from the largest of a pool window.
template <typename Number>
std::int64_t write_back_fine(const WriteBack& constants, const std::vector<Number>& sums,
                             const std::int32_t* residual, int channels, std::int32_t* fine) {
  const num::Range limits{constants.limits.lower << constants.fine_shift,
                          constants.limits.upper << constants.fine_shift};
  std::int64_t saturated = 0;
  for (int c = 0; c < channels; ++c) {
    const plan::ChannelConstant& channel = constants.channels[c];
    const num::Int128 z = num::Int128{static_cast<std::int64_t>(sums[c]) + channel.bias} * channel.multiplier;
    const num::Int128 sum = num::round_shift(z, channel.shift) + (residual ? residual[c] : 0);
    const num::Int128 rounded = num::round_shift(sum, constants.fine_shift);
    saturated += constants.count_above && rounded > constants.limits.upper ? 1 : 0;
    saturated += constants.count_below && rounded < constants.limits.lower ? 1 : 0;
    fine[c] = std::max(fine[c], static_cast<std::int32_t>(num::saturate(sum, limits)));
  }
  return saturated;
}

/// Write-back of a node with a factor (N12) at one position. Writes the stored values.
template <typename Number>
std::int64_t write_back_product(const WriteBack& constants, const std::vector<Number>& sums,
                                const std::int32_t* factor, int channels, std::int32_t* y) {
  std::int64_t saturated = 0;
  for (int c = 0; c < channels; ++c) {
    const plan::ChannelConstant& channel = constants.channels[c];
    const num::Int128 z = num::Int128{static_cast<std::int64_t>(sums[c]) + channel.bias} * channel.multiplier;
    const num::Int128 product = num::round_shift(z, channel.shift) * factor[c];
    const num::Int128 rounded = num::round_shift(product, constants.fine_shift);
    saturated += constants.count_above && rounded > constants.limits.upper ? 1 : 0;
    saturated += constants.count_below && rounded < constants.limits.lower ? 1 : 0;
    y[c] = static_cast<std::int32_t>(num::saturate(rounded, constants.limits));
  }
  return saturated;
}

/// Stored values of what was rounded for a table (N11).
void look_up(const WriteBack& constants, std::vector<std::int32_t>& y) {
  for (std::int32_t& value : y) value = constants.table[value - constants.limits.lower];
}

/// The smallest value that the node can store in a row.
std::int32_t lowest(const WriteBack& constants, const RowStep& row) {
  return constants.table.empty() ? static_cast<std::int32_t>(row.limits.lower) : constants.table_lowest;
}

/// The stored value of a fine one (N10.3). Rounding is monotone, so it may follow limits and pool.
std::int32_t stored_of(const WriteBack& constants, std::int32_t fine) {
  return static_cast<std::int32_t>(
      num::saturate(num::round_shift(num::Int128{fine}, constants.fine_shift), constants.limits));
}

/// What run_node() works on, besides the weights.
struct Job {
  const net::Node& node;
  const net::Shape& input_shape;
  const net::Shape& stored_shape;
  const WriteBack& write_back;
  const std::vector<std::int32_t>& input;
  const std::vector<std::int32_t>& residual;
  std::vector<std::int32_t>& output;
  std::vector<std::int32_t>& fine;
  StepClasses& classes;
};

template <typename Weights>
std::int64_t run_node(const Job& job, const Weights& weights) {
  const net::Shape& conv = job.node.conv_shape;
  const int channels = job.stored_shape.c;
  const net::Window pool = job.node.pool.value_or(net::Window{});
  typename Weights::Reader reader(weights, job.input, job.input_shape, job.node.window);
  std::vector<typename Weights::Value> sums(weights.padded_channels());
  std::vector<std::int32_t> y(sums.size());
  std::int64_t saturated = 0;
  std::int32_t* out = job.output.data();
  std::int32_t* fine = job.fine.data();
  const auto at = [&](int cy, int cx) {
    return job.residual.empty() ? nullptr : &job.residual[(std::size_t(cy) * conv.w + cx) * channels];
  };
  const int row_values = job.stored_shape.w * job.stored_shape.c;
  for (int oy = 0; oy < job.stored_shape.h; ++oy) {
    const int k = job.classes.next();
    const RowStep row = row_step(job.write_back, k);
    std::int32_t* const row_out = out;
    for (int ox = 0; ox < job.stored_shape.w; ++ox, out += job.stored_shape.c) {
      std::fill_n(out, job.stored_shape.c, lowest(job.write_back, row));
      const int top = oy * pool.stride_y - pool.pad_top;
      const int left = ox * pool.stride_x - pool.pad_left;
      for (int wy = 0; wy < pool.kh; ++wy) {
        const int cy = std::clamp(top + wy, 0, conv.h - 1);
        for (int wx = 0; wx < pool.kw; ++wx) {
          const int cx = std::clamp(left + wx, 0, conv.w - 1);
          reader.multiply(cy, cx, sums.data());
          if (job.write_back.multiplies) {
            saturated += write_back_product(job.write_back, sums, at(cy, cx), channels, out);
            continue;
          }
          if (job.write_back.fine) {
            saturated += write_back_fine(job.write_back, sums, at(cy, cx), channels, fine);
            continue;
          }
          saturated += job.write_back.scale.empty() ? write_back_in_integers(job.write_back, row, sums, y)
                                                    : write_back_in_double(job.write_back, row, sums, y);
          if (!job.write_back.table.empty()) look_up(job.write_back, y);
          for (int c = 0; c < channels; ++c) out[c] = std::max(out[c], y[c]);
        }
      }
      if (job.write_back.fine) {
        for (int c = 0; c < channels; ++c) out[c] = stored_of(job.write_back, *fine++);
      }
    }
    job.classes.stored(row_out, row_values);
    if (k > 0) {
      for (std::int32_t* value = row_out; value != out; ++value) *value <<= num::kPlaneBits * k;
    }
  }
  return saturated;
}

/// Compiled once per processor generation, with everything that it calls; the processor picks its own at
/// start. Every version computes the same integers. Clang has no such versions of a flattened function.
#if defined(__x86_64__) && !defined(__clang__)
[[gnu::target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")]]
#endif
[[gnu::flatten]] std::int64_t
run_any(const Job& job, const AnyWeights& weights) {
  if (const auto* in_float = std::get_if<WeightBlocks<float>>(&weights)) return run_node(job, *in_float);
  if (const auto* in_double = std::get_if<WeightBlocks<double>>(&weights)) return run_node(job, *in_double);
  if (const auto* in_float = std::get_if<GroupedWeights<float>>(&weights)) return run_node(job, *in_float);
  if (const auto* in_double = std::get_if<GroupedWeights<double>>(&weights)) return run_node(job, *in_double);
  if (const auto* grouped = std::get_if<GroupedWeights<std::int64_t>>(&weights))
    return run_node(job, *grouped);
  return run_node(job, std::get<WeightBlocks<std::int64_t>>(weights));
}

}  // namespace

NodeKernel::NodeKernel(const net::Network& network, const plan::Plan& plan, int node)
    : NodeKernel(network, plan, network.nodes[node], plan::derive(network, plan, node)) {}

NodeKernel::NodeKernel(const net::Network& network, const plan::Plan& plan, const net::Node& node,
                       const plan::NodeConstants& constants)
    : node_(node),
      input_(network.tensors[node.input].shape),
      stored_(network.tensors[node.output].shape),
      record_(plan.tensors[node.output].pcu),
      coarser_(constants.coarser),
      finer_(constants.finer),
      weights_(make_weights(network, node, constants, plan::effective_limits(plan.tensors[node.input]))),
      write_back_(make_write_back(
          constants, std::visit([](const auto& weights) { return weights.padded_channels(); }, weights_),
          plan.multiplier_bits)) {}

std::int64_t NodeKernel::run(const std::vector<std::int32_t>& input,
                             const std::vector<std::int32_t>& residual, std::vector<std::int32_t>& output,
                             std::vector<std::int32_t>& fine, std::vector<std::uint8_t>& classes) const {
  output.resize(stored_.size());
  if (write_back_.fine) {
    fine.assign(stored_.size(),
                static_cast<std::int32_t>(write_back_.limits.lower << write_back_.fine_shift));
  }
  StepClasses rows(record_, coarser_, finer_);
  const std::int64_t saturated =
      run_any({node_, input_, stored_, write_back_, input, residual, output, fine, rows}, weights_);
  if (record_.has_classes()) classes = rows.all();
  return saturated;
}

}  // namespace dpwa::golden
