// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "gen/lower/share.h"
#include "gen/lower/weights.h"
#include "model/tiers/placement.h"

namespace dpwa::lower {

/// One lane group's part of one node.
struct Part {
  Share share;
  PackedWeights weights;
  std::int64_t words() const { return static_cast<std::int64_t>(weights.banks[0].size()); }  ///< per lane
};

/// What all parts of a node together ask of the weight tiers.
tiers::NodeWeights node_weights(const net::Node& node, const Geometry& geometry,
                                const std::vector<Part>& parts);

/// Rows of the dense tier: word k of every lane side by side, in the order in which the lanes read them;
/// 32-bit parts, low part first.
std::vector<std::uint32_t> dense_rows(const PackedWeights& weights);

}  // namespace dpwa::lower
