// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "model/net/network.h"
#include "model/num/integer.h"

namespace dpwa::observe {

/// The grid of one candidate: q = sat[limits]( RNE(x / 2^exponent) ).
struct Grid {
  int exponent = 0;
  bool is_signed = false;
  num::Range limits;
  /// Nearest integer of the grid.
  std::int64_t quantize(double x) const;
  /// Real value of quantize(x).
  double round(double x) const;
};

/// How a node's input is cut into tiles and how often the node reads each tile (padding taps
/// excluded): the layout of docs/numerics.md N1.5. Tiles are described by their extreme values, which is all
/// a width needs.
class TileReader {
 public:
  /// products: values per tile.
  TileReader(const net::Network& network, int node_index, int products);

  std::int64_t tiles() const { return static_cast<std::int64_t>(visits_.size()); }
  /// Reads of tile t per inference and output channel.
  const std::vector<std::int32_t>& visits() const { return visits_; }
  std::int64_t total_visits() const { return total_visits_; }

  struct Extremes {
    float lowest = 0, highest = 0;
  };
  /// Lowest and highest value of each tile of one sample, [h][w][c], whose channels are stored in `order`;
  /// zero is always included.
  std::vector<Extremes> extremes(const float* values, const std::vector<int>& order) const;

  /// Plane count of each tile on a grid.
  static std::vector<std::uint8_t> widths(const std::vector<Extremes>& tiles, const Grid& grid);

  /// Mean planes per read: what a beat count is proportional to.
  double mean_planes(const std::vector<std::uint8_t>& widths) const;

 private:
  int products_;
  std::vector<std::int32_t> members_;  ///< [tiles][products]: index in [h][w][stored c], -1: zero
  std::vector<std::int32_t> visits_;
  std::int64_t total_visits_ = 0;
};

}  // namespace dpwa::observe
