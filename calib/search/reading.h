// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "calib/observe/tiles.h"
#include "model/cycles/estimate.h"

namespace dpwa::search {

/// How a node reads the tiles of its input: all that its cost needs to know of them. Means over samples.
struct Reading {
  double mean_planes = 0;                        ///< per tile read: what beats are proportional to
  cycles::Estimate::GroupCycles group_cycles{};  ///< of one channel group

  Reading& operator+=(const Reading& other) {
    mean_planes += other.mean_planes;
    for (std::size_t w = 0; w < group_cycles.size(); ++w) group_cycles[w] += other.group_cycles[w];
    return *this;
  }
  Reading operator/(double count) const {
    Reading result{mean_planes / count, group_cycles};
    for (double& cycles : result.group_cycles) cycles /= count;
    return result;
  }
};

/// Every tile of a node's input with these planes.
inline Reading pinned_reading(const observe::TileReader& reader, const cycles::Estimate& estimate,
                              int planes) {
  const std::vector<std::uint8_t> widths(reader.tiles(), static_cast<std::uint8_t>(planes));
  return {static_cast<double>(planes), estimate.group(widths)};
}

}  // namespace dpwa::search
