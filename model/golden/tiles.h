// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "model/net/network.h"
#include "model/plan/plan.h"

namespace dpwa::golden {

/// How a tensor is cut into tiles (N1.5). Unpacked: tile (y, x, ct) holds channels ct*T .. ct*T+T-1,
/// zero-filled. Packed (network input with fewer than T channels): per output position of its consumer, the
/// kh*kw*c values of the window in (ky, kx, c) order, ceil(kh*kw*c / T) tiles; padding counts as zeros.
struct TileLayout {
  bool packed = false;
  int rows = 0, columns = 0;  ///< positions: (h, w) unpacked, the consumer's conv_shape (h, w) packed
  int tiles_per_position = 0;
  int values_per_position = 0;  ///< c unpacked, kh*kw*c packed (without dilation)
  int tiles() const { return rows * columns * tiles_per_position; }
};

/// Throws Error(bad_input) for a packed input with more than one consumer: their windows would differ.
TileLayout tile_layout(const net::Network& network, int tensor, int products);

/// Plane count of each tile of a stored tensor (N1.3), in tile order. q: [h][w][stored channel]. classes:
/// step class of each row (N5), none: all 0. This is all that cycles::predict needs to know of an inference.
std::vector<std::uint8_t> tile_planes(const net::Network& network, const plan::Plan& plan, int tensor,
                                      int products, const std::vector<std::int32_t>& q,
                                      const std::vector<std::uint8_t>& classes = {});

/// Visits of the tiles of node `node`'s input during one inference by a channel that reads them, for each
/// tile of a position: planes and tiles summed over the positions before pooling, each as often as it is
/// computed (N4.3), and the taps inside the map.
struct TileVisits {
  std::int64_t tiles = 0;
  std::int64_t planes = 0;
};
std::vector<TileVisits> tile_visits(const net::Network& network, int node, const TileLayout& layout,
                                    const std::vector<std::uint8_t>& planes);

}  // namespace dpwa::golden
