// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "model/net/network.h"

namespace dpwa::net {

/// Most taps that a node may share.
inline constexpr int kMostSharedTaps = 256;

/// Whether the node weighs every position of the whole map alike, as one that reads the map's mean does: its
/// taps then share their weights in memory. weight: [out_channels][kh][kw][input c], floats or stored.
template <typename Weight>
bool has_shared_taps(const Network& network, const Node& node, const std::vector<Weight>& weight) {
  const Window& w = node.window;
  const Shape& map = network.tensors[node.input].shape;
  const bool whole = covers(w, map) && w.dilation_y * w.dilation_x == 1;
  const int taps = w.kh * w.kw;
  if (!whole || taps == 1 || taps > kMostSharedTaps || node.groups > 1) return false;
  const std::ptrdiff_t channel = std::ptrdiff_t{taps} * map.c;
  for (auto first = weight.begin(); first != weight.end(); first += channel) {
    if (!std::equal(first + map.c, first + channel, first)) return false;  // each tap equals the next one
  }
  return true;
}

}  // namespace dpwa::net
