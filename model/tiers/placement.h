// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "model/config/config.h"

namespace dpwa::tiers {

/// What a node's weights ask of the two tiers. Words count per lane; every figure is the largest of any lane
/// group.
struct NodeWeights {
  std::int64_t words = 0;        ///< of one pass over all channel groups
  std::int64_t group_words = 0;  ///< of one channel group
  std::int64_t passes = 0;       ///< stored positions
  bool pooled = false;           ///< a channel group is read more than once in a row
  bool shared = false;           ///< it is read again for every position of the map
  double planes = 0;             ///< mean planes of its tiles
};

struct NodeTier {
  bool streamed = false;
  bool keep = false;  ///< a streamed pass fits in the ring: copied once for all positions
};

/// Where the weights of every node live (docs/architecture.md, "Weight tiers").
struct Placement {
  int ring = 0;  ///< words of the ring at the bottom of every bank; 0: nothing is streamed
  std::vector<NodeTier> nodes;
  std::int64_t bank_words = 0;   ///< of every bank: ring and resident nodes
  std::int64_t dense_words = 0;  ///< of all lane groups
  /// Words of one lane that an inference copies when it skips nothing, and a bound that no choice of ring and
  /// resident nodes goes below: that of nodes which may be resident in part.
  std::int64_t copied_words = 0;
  std::int64_t copied_words_bound = 0;
};

/// Largest ring that a descriptor can name.
inline constexpr int kLargestRing = 4096;

/// Keeps everything resident when it fits or when there is no dense tier. Otherwise the nodes that would be
/// copied most often, then the widest ones, stay in the fast tier, with the ring that leaves the fewest words
/// to copy. A result that needs more than the configuration has is for the caller to refuse.
Placement place(const config::Config& config, const std::vector<NodeWeights>& nodes);

}  // namespace dpwa::tiers
