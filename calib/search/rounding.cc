// SPDX-License-Identifier: Apache-2.0
#include "calib/search/rounding.h"

#include <algorithm>
#include <cmath>
#include <limits>

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

}  // namespace

bool is_zero_channel(const net::Node& node, int channel) {
  const std::size_t count = node.weight.size() / node.out_channels;
  const auto first = node.weight.begin() + channel * count;
  return std::all_of(first, first + count, [](float w) { return w == 0; });
}

NodeOptions round_nearest(const net::Node& node, const observe::NodeObservation& observation) {
  const std::size_t count = node.weight.size() / node.out_channels;
  NodeOptions options(node.out_channels);
  for (int channel = 0; channel < node.out_channels; ++channel) {
    const float* weights = node.weight.data() + channel * count;
    const float* fisher = observation.weight_fisher.data() + channel * count;
    for (int planes = 1; planes <= kWeightPlanes; ++planes) {
      ChannelOption& best = options[channel][planes - 1];
      if (is_zero_channel(node, channel)) {
        best.q.assign(count, 0);
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
    }
  }
  return options;
}

}  // namespace dpwa::search
