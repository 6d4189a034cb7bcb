// SPDX-License-Identifier: Apache-2.0
#include "calib/search/stored_weights.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "model/num/multiplier.h"
#include "model/num/planes.h"

namespace dpwa::search {
namespace {

constexpr int kFewestProducts = 8;         ///< every network input with fewer channels is packed (N1.5)
constexpr double kWindowError = 1.0 / 16;  ///< of the squared error of the rounding
double peak_of(const std::vector<double>& values) {
  double peak = 0;
  for (const double value : values) peak = std::max(peak, std::fabs(value));
  return peak;
}

double squared_error(const std::vector<double>& numbers, double scale, const std::vector<double>& weights) {
  double sum = 0;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const double error = numbers[i] * scale - weights[i];
    sum += error * error;
  }
  return sum;
}

double nearest(const num::StorageFormat& format, double value) {
  return decode(format, encode(format, value));
}

std::vector<double> rounded(const num::StorageFormat& format, std::vector<double> weights, double scale) {
  for (double& weight : weights) weight = nearest(format, weight / scale);
  return weights;
}

/// Scale of a channel in a format without scales of its own. The floating-point formats of 16 bits need none,
/// those of 8 bits get the channel's peak as their largest number; of two bits the least squared error
/// decides.
double channel_scale(const num::StorageFormat& format, const std::vector<double>& weights) {
  const double fitting = peak_of(weights) / largest(format);
  if (format.bits == 16 || format.block_scaled || fitting == 0) return 1;
  if (format.floating) return fitting;
  double best = fitting, least = std::numeric_limits<double>::infinity();
  for (int step = 20; step >= 4; --step) {
    const double scale = fitting * step / 20;
    const double error = squared_error(rounded(format, weights, scale), scale, weights);
    if (error < least) {
      least = error;
      best = scale;
    }
  }
  return best;
}

/// `weights` in blocks that share a scale. `sequence`: their order in the tiles; a block lies within one of
/// its runs.
std::vector<double> rounded_blocks(const num::StorageFormat& format, std::vector<double> weights,
                                   const std::vector<int>& sequence, std::size_t run) {
  for (std::size_t begin = 0; begin < sequence.size();) {
    const std::size_t end = std::min(begin + num::kMxBlock, (begin / run + 1) * run);
    double peak = 0;
    for (std::size_t i = begin; i < end; ++i) peak = std::max(peak, std::fabs(weights[sequence[i]]));
    const double scale = num::decode_scale(block_scale(format, peak));
    for (; begin < end; ++begin) {
      double& weight = weights[sequence[begin]];
      weight = nearest(format, weight / scale) * scale;
    }
  }
  return weights;
}

/// One output channel: weight = number * scale.
struct Channel {
  double scale = 1, peak = 0;
  std::vector<double> numbers;
};

/// Step of the finest window of `planes` planes that holds the channel.
double window_step(double peak, int planes) {
  const auto upper = num::weight_range(planes).upper;
  int exponent = num::floor_log2(peak / static_cast<double>(upper));
  while (num::round_even(std::ldexp(peak, -exponent)) > upper) ++exponent;
  return std::ldexp(1.0, exponent);
}

double window_error(const std::vector<Channel>& channels, int planes) {
  double sum = 0;
  for (const Channel& channel : channels) {
    if (channel.peak == 0) continue;
    const double step = window_step(channel.peak, planes);
    for (const double number : channel.numbers) {
      const double lost = number - static_cast<double>(num::round_even(number / step)) * step;
      sum += lost * lost * channel.scale * channel.scale;
    }
  }
  return sum;
}

/// Positions of a channel's weights in the order of the tiles. Groups of several channels keep graph order.
std::vector<int> tile_sequence(const net::Node& node, const std::vector<int>& input_order) {
  const auto channels = static_cast<int>(input_order.size()) / node.groups;
  std::vector<int> sequence;
  for (int tap = 0; tap < node.window.kh * node.window.kw; ++tap) {
    for (int c = 0; c < channels; ++c) {
      sequence.push_back(tap * channels + (node.groups == 1 ? input_order[c] : c));
    }
  }
  return sequence;
}

}  // namespace

void store_weights(const net::Network& network, int index, num::Format code, int planes, int planes_max,
                   double zero_scale, const std::vector<int>& input_order, plan::NodePlan& plan) {
  const net::Node& node = network.nodes[index];
  const num::StorageFormat& format = num::storage_format(code);
  const std::vector<int> sequence = tile_sequence(node, input_order);
  const std::size_t count = sequence.size();
  const bool packed = node.input == 0 && input_order.size() < kFewestProducts;

  std::vector<Channel> channels(node.out_channels);
  double format_error = 0;
  for (int c = 0; c < node.out_channels; ++c) {
    const std::vector<double> weights(node.weight.begin() + c * count, node.weight.begin() + (c + 1) * count);
    Channel& channel = channels[c];
    channel.scale = channel_scale(format, weights);
    channel.numbers = format.block_scaled ? rounded_blocks(format, weights, sequence,
                                                           packed ? count : input_order.size() / node.groups)
                                          : rounded(format, weights, channel.scale);
    format_error += squared_error(channel.numbers, channel.scale, weights);
    channel.peak = peak_of(channel.numbers);
  }
  const int widest = std::min(planes_max, kWidestWeights);
  if (planes == 0) {
    planes = 1;
    while (planes < widest && window_error(channels, planes) > kWindowError * format_error) ++planes;
  }

  for (int c = 0; c < node.out_channels; ++c) {
    const Channel& channel = channels[c];
    plan.planes[c] = channel.peak > 0 ? planes : 0;
    const double step = channel.peak > 0 ? window_step(channel.peak, planes) : 1;
    plan.scale[c] = channel.peak > 0 ? channel.scale * step : zero_scale;
    for (std::size_t i = 0; i < count; ++i) {
      plan.q[c * count + i] = static_cast<std::int16_t>(num::round_even(channel.numbers[i] / step));
    }
  }
}

}  // namespace dpwa::search
