// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "gen/lower/geometry.h"
#include "model/plan/plan.h"

namespace dpwa::lower {

/// Weights of one node as the lanes read them, in scan order: for each channel group, for each tile of the
/// kernel, of whose rows only the first where they are shared. With tap windows a channel group has one tile:
/// its lanes' taps.
struct PackedWeights {
  std::vector<std::uint8_t> planes;  ///< plane count of each (group, tile), N2.3
  std::vector<std::vector<std::vector<std::uint32_t>>>
      banks;  ///< [lane][word] = PRODUCTS / 8 32-bit parts, low part first
};

/// `first_channels`: of the channel groups; `lanes`: channels of each. Channels beyond the node's last are
/// zero.
PackedWeights pack_weights(const Geometry& geometry, const net::Network& network, const net::Node& node,
                           const plan::NodeConstants& constants, const std::vector<int>& first_channels,
                           int lanes, int products);

}  // namespace dpwa::lower
