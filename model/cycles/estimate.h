// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "model/config/config.h"
#include "model/cycles/scan.h"
#include "model/net/network.h"

namespace dpwa::cycles {

/// Cycles of a node for given tile widths, cheap enough to price every choice of a calibration: all channel
/// groups of one width take the same time, one after the other. docs/calibration.md names what that leaves
/// out; predict() is exact.
class Estimate : private ScanGeometry {
 public:
  Estimate(const config::Config& config, const net::Network& network, int node);

  /// Cycles of one channel group by the planes of its weights, 0 to 3, shared by all lane groups.
  using GroupCycles = std::array<double, 4>;

  /// `widths`: plane count of each input tile, in stored order.
  GroupCycles group(const std::vector<std::uint8_t>& widths) const;

  /// Cycles of the node. `channel_planes`: widest first; a channel group is as slow as its first channel.
  double node(const GroupCycles& group, const std::vector<int>& channel_planes) const;

 private:
  /// Tiles under the kernel at convolution position (y, x), 0 outside the map and outside `read`.
  void read_window(const std::vector<std::uint8_t>& widths, int y, int x, TileRange read,
                   std::vector<std::uint8_t>& tiles) const;

  GroupCycles tap_windows(const std::vector<std::uint8_t>& widths) const;

  int lanes_, lane_groups_;
  int scan_tiles_;
  int window_planes_;             ///< 0: no tap windows
  std::vector<TileRange> reads_;  ///< tiles of the channel groups that are replayed per position
  std::size_t counted_;           ///< of them, from the last one back
  int drain_cycles_;
  bool premax_;
  double fixed_cycles_;  ///< of a node, beside its jobs
};

}  // namespace dpwa::cycles
