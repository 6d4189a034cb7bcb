// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include "gen/lower/geometry.h"
#include "gen/lower/lower.h"
#include "gen/lower/memory_map.h"
#include "gen/lower/tables.h"
#include "gen/lower/tiers.h"
#include "model/config/config.h"
#include "model/net/network.h"
#include "model/plan/plan.h"
#include "model/tiers/placement.h"

namespace dpwa::lower {

/// Everything about a network on a configuration, before it is written down.
struct Layout {
  std::vector<Geometry> geometry;              ///< [nodes]
  std::vector<plan::NodeConstants> constants;  ///< [nodes]
  std::vector<std::vector<Part>> parts;        ///< [nodes][groups]
  MemoryMap memory;
  Tables tables;
  tiers::Placement tiers;
  /// Whether the group's weights of the node come from the dense tier.
  bool streams(std::size_t node, int group) const {
    return tiers.nodes[node].streamed && parts[node][group].words() > 0;
  }
};

/// Throws Error(bad_input) for what no configuration can do.
Layout lay_out(const config::Config& config, const net::Network& network, const plan::Plan& plan);

/// Every limit of the configuration, met or not.
std::vector<Requirement> limits(const config::Config& config, const net::Network& network,
                                const plan::Plan& plan, const Layout& layout);

/// Rows of channel constants of a part: one per slice of every channel group.
int constant_rows(const config::Config& config, const Part& part);

/// The window whose values the packer puts into tiles; 1 x 1 where the input is stored as it is.
net::Window packing_window(const net::Network& network, const Layout& layout);

}  // namespace dpwa::lower
