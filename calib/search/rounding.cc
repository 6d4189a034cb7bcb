// SPDX-License-Identifier: Apache-2.0
#include "calib/search/rounding.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "model/net/shared_taps.h"
#include "model/num/planes.h"

namespace dpwa::search {

namespace {

/// Scales tried for a plane count, as fractions of the scale that clips nothing. Few planes want clipping.
const std::vector<double>& clip_candidates(int planes) {
  static const std::vector<double> one{0.3,  0.4, 0.5,  0.55, 0.6,  0.65, 0.7,
                                       0.75, 0.8, 0.85, 0.9,  0.95, 1.0,  1.07};
  static const std::vector<double> two{0.5, 0.7, 0.85, 1.0};
  static const std::vector<double> three{1.0};
  return planes == 1 ? one : planes == 2 ? two : three;
}

/// The scale with which no weight of the channel leaves the range.
double fitting_scale(const float* weights, std::size_t count, num::Range range) {
  double scale = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const auto limit = static_cast<double>(weights[i] > 0 ? range.upper : range.lower);
    scale = std::max(scale, weights[i] / limit);
  }
  return scale;
}

ChannelOption round_channel(const float* weights, const float* fisher, std::size_t count, double scale,
                            num::Range range) {
  ChannelOption option;
  option.scale = scale;
  option.q.resize(count);
  double loss = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::int64_t q = num::saturate(num::round_even(weights[i] / scale), range);
    const double error = static_cast<double>(q) * scale - weights[i];
    option.q[i] = static_cast<std::int16_t>(q);
    loss += fisher[i] * error * error;
  }
  option.loss = observe::rounded(loss / 2);
  return option;
}

/// A channel or an input is never believed to matter less than this part of the average.
constexpr double kFloor = 0.03;

/// Fisher information of few samples is blind where no sample happened to look: a weight whose input was
/// zero, a channel that was never active. Half of each estimate is replaced by the product of its channel's
/// and its input's share.
std::vector<float> shrink(const std::vector<float>& fisher, const std::vector<double>& importance) {
  constexpr double kOwn = 0.5;
  const std::size_t count = fisher.size() / importance.size();
  std::vector<double> by_input(count, 0.0);
  double total = 0;
  for (std::size_t i = 0; i < fisher.size(); ++i) {
    by_input[i % count] += fisher[i];
    total += fisher[i];
  }
  std::vector<float> result(fisher.size(), 0.0F);
  if (total == 0) return result;
  for (std::size_t i = 0; i < fisher.size(); ++i) {
    const double input = by_input[i % count] / total + kFloor / static_cast<double>(count);
    result[i] = static_cast<float>(kOwn * fisher[i] + (1 - kOwn) * total * importance[i / count] * input);
  }
  return result;
}

/// Sums over taps: [out_channels][taps][count] to [out_channels][count].
std::vector<float> sum_of_taps(const std::vector<float>& values, int channels, std::size_t count) {
  std::vector<float> sums(channels * count, 0.0F);
  const std::size_t channel = values.size() / channels;
  for (std::size_t i = 0; i < values.size(); ++i) sums[i / channel * count + i % count] += values[i];
  return sums;
}

}  // namespace

net::Node rounded_node(const net::Network& network, int index) {
  net::Node node = network.nodes[index];
  if (!net::has_shared_taps(network, node, node.weight)) return node;
  const std::size_t count = network.tensors[node.input].shape.c;
  const std::size_t channel = node.weight.size() / node.out_channels;
  std::vector<float> weight;
  for (auto first = node.weight.begin(); first != node.weight.end();
       first += static_cast<std::ptrdiff_t>(channel)) {
    weight.insert(weight.end(), first, first + static_cast<std::ptrdiff_t>(count));
  }
  node.weight = std::move(weight);
  node.window = {};
  return node;
}

void repeat_taps(std::int16_t* first, std::int16_t* end, std::size_t count) {
  for (std::int16_t* at = first + count; at < end; ++at) *at = at[-static_cast<std::ptrdiff_t>(count)];
}

bool is_zero_channel(const net::Node& node, int channel) {
  const std::size_t count = node.weight.size() / node.out_channels;
  const auto first = node.weight.begin() + channel * count;
  return std::all_of(first, first + count, [](float w) { return w == 0; });
}

std::vector<double> channel_importance(const observe::NodeObservation& observation, int channels) {
  const std::vector<float>& fisher = observation.weight_fisher;
  std::vector<double> importance(channels, 0.0);
  double total = 0;
  for (std::size_t i = 0; i < fisher.size(); ++i) {
    importance[i * channels / fisher.size()] += fisher[i];
    total += fisher[i];
  }
  for (double& share : importance) share = (total > 0 ? share / total : 0) + kFloor / channels;
  return importance;
}

NodeOptions round_nearest(const net::Network& network, int index, const observe::Observation& observation) {
  const net::Node node = rounded_node(network, index);
  const std::size_t count = node.weight.size() / node.out_channels;
  const std::size_t stored = network.nodes[index].weight.size() / node.out_channels;
  const std::vector<float> shrunk =
      shrink(sum_of_taps(observation.nodes[index].weight_fisher, node.out_channels, count),
             channel_importance(observation.nodes[index], node.out_channels));
  NodeOptions options(node.out_channels);
  for (int channel = 0; channel < node.out_channels; ++channel) {
    const float* weights = node.weight.data() + channel * count;
    const float* fisher = shrunk.data() + channel * count;
    for (int planes = 1; planes <= kWeightPlanes; ++planes) {
      ChannelOption& best = options[channel][planes - 1];
      if (is_zero_channel(node, channel)) {
        best.q.assign(stored, 0);
        continue;
      }
      const num::Range range = num::weight_range(planes);
      const double fitting = fitting_scale(weights, count, range);
      best.loss = std::numeric_limits<double>::infinity();
      // From the widest scale down: where the Fisher information says nothing, nothing is clipped.
      const std::vector<double>& clips = clip_candidates(planes);
      for (auto clip = clips.rbegin(); clip != clips.rend(); ++clip) {
        ChannelOption option = round_channel(weights, fisher, count, *clip * fitting, range);
        if (option.loss < best.loss) best = std::move(option);
      }
      best.q.resize(stored);
      repeat_taps(best.q.data(), best.q.data() + stored, count);
    }
  }
  return options;
}

}  // namespace dpwa::search
