// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "model/config/config.h"
#include "model/cycles/scan.h"
#include "model/net/network.h"
#include "model/plan/plan.h"
#include "model/tiers/placement.h"

namespace dpwa::cycles {

/// Cycles of one node on one configuration.
struct NodeCycles {
  std::int64_t cycles = 0;        ///< start of the node's descriptor fetch -> last word of its output written
  std::int64_t lane_beats = 0;    ///< lane-beats issued, idle lanes of a short last group included
  std::int64_t refill_words = 0;  ///< plane words copied from the dense tier, all lane groups
  std::int64_t beats = 0;         ///< beats of all lane groups
  std::int64_t stalls =
      0;  ///< cycles in which a group's next beat waited, for whatever reason, all lane groups
  std::int64_t weight_stalls = 0;  ///< cycles in which a beat waited for its weights, all lane groups
  std::int64_t useful = 0;  ///< sum over tiles and channels of planes(a) x own planes(w) x filled fraction
};

/// Predicts, without RTL, the cycles of each node for the given tile widths: an exact replay of the
/// sequencer's rules in docs/architecture.md, "Timing". Equals simulation. tile_planes[t]: plane counts of
/// tensor t in tile order (golden::StoredTensor::planes).
std::vector<NodeCycles> predict(const config::Config& config, const net::Network& network,
                                const plan::Plan& plan,
                                const std::vector<std::vector<std::uint8_t>>& tile_planes);

/// The same for many inferences of one plan: `orders` = scan_orders() of the same arguments.
std::vector<NodeCycles> predict(const config::Config& config, const net::Network& network,
                                const plan::Plan& plan, const std::vector<ScanOrder>& orders,
                                const std::vector<std::vector<std::uint8_t>>& tile_planes);
std::vector<ScanOrder> scan_orders(const config::Config& config, const net::Network& network,
                                   const plan::Plan& plan);

/// Where the weights of these nodes live.
tiers::Placement place_weights(const config::Config& config, const std::vector<ScanOrder>& orders);

}  // namespace dpwa::cycles
