// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <vector>

#include "model/config/config.h"
#include "model/cycles/machine.h"
#include "model/net/network.h"
#include "model/plan/plan.h"

namespace dpwa::cycles {

/// Shapes of one node as the scanner sees them: a packed input is a 1 x 1 kernel over its stored windows,
/// taps that share their weights (net::has_shared_taps) are rows of a map one pixel wide.
struct ScanGeometry {
  ScanGeometry(const config::Config& config, const net::Network& network, int node, bool shared_taps);
  /// Taps are shared if they are in the float network.
  ScanGeometry(const config::Config& config, const net::Network& network, int node);

  int rows, columns, pixel_tiles;  ///< stored input map
  int pixel_values;
  net::Window kernel;  ///< over that map, without dilation
  net::Window pool;    ///< 1 x 1 without a pool
  net::Shape stored, conv;

  /// Tiles of a pixel: begin .. end - 1.
  struct TileRange {
    int begin = 0, end = 0;
    bool operator==(const TileRange& o) const { return begin == o.begin && end == o.end; }
  };
  /// [channel groups of so many lanes] tiles of a pixel that the group multiplies.
  std::vector<TileRange> group_reads(int lanes) const;
  /// Row (column) before pooling that a pool window reads at its row (column) `inner` (N4.3).
  int conv_row(int stored_row, int inner) const {
    return std::clamp(stored_row * pool.stride_y - pool.pad_top + inner, 0, conv.h - 1);
  }
  int conv_column(int stored_column, int inner) const {
    return std::clamp(stored_column * pool.stride_x - pool.pad_left + inner, 0, conv.w - 1);
  }
  /// Taps that have weights of their own.
  int weight_taps() const { return packed_ || shared_ ? 1 : node_.window.kh * node_.window.kw; }

 protected:
  int products_;
  const net::Network& network_;
  const net::Node& node_;
  bool packed_;
  bool shared_;
};

/// The loop nest of one node on one configuration (docs/architecture.md, "Loop nest"):
///   for each stored position, for each channel group, for each pool-window position: one job.
/// With tap windows: for each stored row, for each channel group, for each stored column: one job.
class ScanOrder : private ScanGeometry {
 public:
  ScanOrder(const config::Config& config, const net::Network& network, const plan::Plan& plan, int node);

  /// Calls `job` for every job of one lane group's share, in order. `widths`: plane count of each input tile.
  void visit(int group, const std::vector<std::uint8_t>& widths,
             const std::function<void(const Job&)>& job) const;

  /// Whether the group's share is empty.
  bool is_idle(int group) const;

  /// Weight words per lane of the group's share, all channel groups once; the most of one channel group.
  std::int64_t weight_words(int group) const;
  std::int64_t largest_group_words() const;
  /// Stored positions of the group's share.
  std::int64_t positions(int group) const;
  /// Output tiles of a stored row.
  int row_tiles() const { return stored.w * stored_tiles(); }
  /// Whether a pool window has several positions.
  bool pooled() const { return pool.kh * pool.kw > 1; }
  /// Whether the kernel's rows share their weights.
  bool shared() const { return shared_; }
  /// Mean of the planes issued for a (channel group, tile).
  double mean_weight_planes() const;

  /// Sum over visited tiles and channels of planes(a) * own planes(w) * filled fraction of the tile.
  std::int64_t useful(const std::vector<std::uint8_t>& widths) const;

 private:
  /// Output tiles of a stored position.
  int stored_tiles() const { return (stored.c + products_ - 1) / products_; }
  int first_position(int group) const;
  /// Whether the group computes this channel group.
  bool owns(int group, int channel_group) const;
  int last_group(int group) const;
  /// Widths of the tiles under the kernel at convolution position (y, x), run by run; 0 outside the map.
  void visit_windows(int group, const std::vector<std::uint8_t>& widths,
                     const std::function<void(const Job&)>& job) const;
  std::vector<std::vector<std::uint8_t>> window_widths(const std::vector<std::uint8_t>& widths, int y,
                                                       int x) const;

  int lanes_, lane_groups_;
  bool premax_;
  bool by_tiles_;                                         // one stored position: its output tiles are dealt
  bool one_group_;                                        // policy variance: all rows in one lane group
  bool windowed_;                                         // has_tap_windows
  int groups_;                                            // channel groups
  std::vector<std::vector<std::uint8_t>> weight_planes_;  // [group][tile in scan order]
  std::vector<int> channel_planes_;
};

}  // namespace dpwa::cycles
