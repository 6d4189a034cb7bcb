// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <vector>

#include "calib/observe/observation.h"
#include "model/net/network.h"

namespace dpwa::search {

/// Weight planes that the search grants: 1 to 3. More was never worth its beats.
inline constexpr int kWeightPlanes = 3;

/// The weights of one output channel rounded to a plane count: real value = q * scale.
struct ChannelOption {
  double scale = 1;
  double loss = 0;              ///< expected divergence that the rounding adds
  std::vector<std::int16_t> q;  ///< [kh][kw][input c]
};

/// [out_channels][planes - 1]. A channel whose weights are all zero has only zeros in every option.
using NodeOptions = std::vector<std::array<ChannelOption, kWeightPlanes>>;

/// The node as it is rounded: taps that share their weights (net::has_shared_taps) are one tap, which reads
/// the sum over the map.
net::Node rounded_node(const net::Network& network, int node);

/// Repeats the first `count` weights of a channel for its other taps.
void repeat_taps(std::int16_t* first, std::int16_t* end, std::size_t count);

/// A weight-rounding strategy: from a node and what was observed of it to the options of every channel.
using WeightRounding = std::function<NodeOptions(const net::Network&, int node, const observe::Observation&)>;

/// Each weight to the nearest grid point; the channel's scale minimises the loss, which the diagonal Fisher
/// information of the weights prices. Clipping of the largest weights is among the candidates.
NodeOptions round_nearest(const net::Network& network, int node, const observe::Observation& observation);

/// How much each output channel matters: its share of the node's Fisher information, never much below the
/// average.
std::vector<double> channel_importance(const observe::NodeObservation& observation, int channels);

/// True when every weight of the channel is zero.
bool is_zero_channel(const net::Node& node, int channel);

}  // namespace dpwa::search
