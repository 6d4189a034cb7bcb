// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "gen/lower/geometry.h"
#include "model/config/config.h"
#include "model/cycles/tap_window.h"
#include "model/plan/plan.h"

namespace dpwa::lower {

/// What one lane group does of a node (docs/architecture.md, "Lane groups").
struct Share {
  int first_position = 0;           ///< stored position, row by row
  int positions = 0;                ///< 0: nothing to do
  std::vector<int> first_channels;  ///< first output channel of each channel group, in order
  int first_tile = 0;               ///< output tile of the first channels at a position
  int tile_step = 1;                ///< from one output tile to the next
  bool idle() const { return positions == 0 || first_channels.empty(); }
};

/// Several stored positions are dealt as contiguous runs, all channels each; a single one is dealt by output
/// tiles, round robin. Policy variance sees whole rows one after the other: one group takes all positions. Of
/// a node with tap windows whole rows are dealt.
inline Share share_of(const config::Config& config, const net::Network& network, const plan::Plan& plan,
                      int n, int group) {
  const net::Node& node = network.nodes[n];
  const net::Shape& stored = network.tensors[node.output].shape;
  const int positions = stored.h * stored.w;
  const int lanes = config.lanes_per_group();
  Share share;
  const bool by_tiles = positions == 1 && config.groups > 1;
  const bool by_rows = positions > 1 && plan.tensors[node.output].pcu.policy == plan::Policy::variance;
  if (by_tiles) {
    share.positions = 1;
    share.first_tile = group;
    share.tile_step = config.groups;
  } else if (by_rows) {
    share.positions = group == 0 ? positions : 0;
  } else if (cycles::has_tap_windows(config, network, plan, n)) {
    share.first_position = cycles::first_row(stored, config.groups, group) * stored.w;
    share.positions = cycles::first_row(stored, config.groups, group + 1) * stored.w - share.first_position;
  } else {
    share.first_position = static_cast<int>(std::int64_t{positions} * group / config.groups);
    share.positions =
        static_cast<int>(std::int64_t{positions} * (group + 1) / config.groups) - share.first_position;
  }
  for (int channel = 0; channel < node.out_channels; channel += lanes) {
    const int tile = channel / config.products;
    if (!by_tiles || tile % config.groups == group) share.first_channels.push_back(channel);
  }
  return share;
}

}  // namespace dpwa::lower
