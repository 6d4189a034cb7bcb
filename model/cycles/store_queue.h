// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>

#include "model/config/config.h"

namespace dpwa::cycles {

/// Replays what a lane group stores over the bus of several groups (rtl/ctrl/dpwa_store_room.v,
/// rtl/ctrl/dpwa_write_bus.v) cycle by cycle; cycle 0 is the scanner's first step.
class StoreQueue {
 public:
  /// `slot`: most entries of a tile. `latency`: cycles from a tile's last beat to its first entry in the
  /// queue.
  StoreQueue(int groups, int group, int slot, std::int64_t latency)
      : groups_(groups), group_(group), slot_(slot), latency_(latency) {}

  bool room() const { return used_ + slot_ <= config::kStoreEntries; }
  bool empty() const { return used_ == 0; }
  /// Cycle in which the last entry left.
  std::int64_t last() const { return last_; }

  /// A job that completes a tile of so many entries ends in this cycle.
  void reserve(std::int64_t now, int entries) {
    tiles_.push_back({now + latency_, entries});
    reserved_ = true;
  }

  /// The end of a clock cycle.
  void cycle(std::int64_t now) {
    if (reserved_) used_ += slot_;
    reserved_ = false;
    used_ -= given_;
    given_ = 0;
    // A queued entry leaves in the group's cycles, the cycle after it came at the earliest.
    const bool leaves = now % groups_ == group_ && left_ < came(now);
    if (arrived_ < tiles_.size() && tiles_[arrived_].first == now)
      given_ += slot_ - tiles_[arrived_++].entries;
    if (!leaves) return;
    ++left_;
    ++given_;
    last_ = now;
    if (left_ < tiles_.front().entries) return;
    tiles_.pop_front();
    --arrived_;
    left_ = 0;
  }

 private:
  struct Tile {
    std::int64_t first;  // cycle in which its first entry comes; the others follow one per cycle
    int entries;
  };

  /// Entries of the oldest tile that came before this cycle.
  std::int64_t came(std::int64_t now) const { return tiles_.empty() ? 0 : now - tiles_.front().first; }

  int groups_, group_, slot_;
  std::int64_t latency_;
  std::deque<Tile> tiles_;  // oldest first
  std::size_t arrived_ = 0;
  bool reserved_ = false;
  int used_ = 0;   // entries
  int given_ = 0;  // of them, given back in this cycle: counted in the next one
  int left_ = 0;   // entries of the oldest tile that have left
  std::int64_t last_ = 0;
};

}  // namespace dpwa::cycles
