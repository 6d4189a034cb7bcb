// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "model/config/config.h"
#include "model/net/network.h"
#include "model/plan/plan.h"

namespace dpwa::cycles {

/// Whether a node's taps fit in tap windows, as far as the network knows: a depthwise node over rows enough
/// for all lane groups.
bool fits_tap_windows(const config::Config& config, const net::Network& network, const net::Node& node);

/// Whether the lanes gather the node's taps in tap windows (docs/architecture.md, "Tap windows"). The other
/// nodes, and all nodes of a configuration with WINDOW_PLANES = 0, multiply whole tiles by one-hot weights;
/// results are the same.
bool has_tap_windows(const config::Config& config, const net::Network& network, const plan::Plan& plan,
                     int node);

/// Columns of an input row that a node with tap windows scans, padding included.
inline int scanned_columns(const net::Window& kernel, const net::Shape& stored) {
  return (stored.w - 1) * kernel.stride_x + kernel.kw;
}

/// First stored row of the share of one of `groups` lane groups; that of group `groups` is the number of
/// rows.
inline int first_row(const net::Shape& stored, int groups, int group) { return stored.h * group / groups; }

/// What one stored value of 16 channels costs: the cycles in which each tap is gathered that the window
/// before did not have, in the order of the scan, and the activation planes of the beats after them.
struct TapWindow {
  int row = 0, column = 0;  ///< stored
  int tile = 0;             ///< of the pixel
  std::vector<std::uint8_t> gathers;
  int planes = 1;
};

/// Calls `window` for stored rows `begin` .. `end` - 1 in the machine's order: for each row,
/// for each tile of a pixel, for each stored column. `widths`: planes of the tiles of the input map.
void visit_tap_windows(const net::Window& kernel, const net::Shape& map, const net::Shape& stored,
                       int pixel_tiles, int begin, int end, const std::vector<std::uint8_t>& widths,
                       const std::function<void(const TapWindow&)>& window);

}  // namespace dpwa::cycles
