// SPDX-License-Identifier: Apache-2.0
#pragma once

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

}  // namespace dpwa::search
