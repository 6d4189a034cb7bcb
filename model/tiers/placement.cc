// SPDX-License-Identifier: Apache-2.0
#include "model/tiers/placement.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <optional>

namespace dpwa::tiers {
namespace {

constexpr int kSmallestRing = 16;

bool keeps(const NodeWeights& node, int ring) { return node.words <= ring; }

/// A pooled node reads a channel group again, so the ring holds the group and what is left of the one before.
/// A node of shared taps is streamed only as a whole.
bool can_stream(const NodeWeights& node, int ring) {
  return keeps(node, ring) || (!node.shared && (!node.pooled || 2 * node.group_words <= ring));
}

std::int64_t copies(const NodeWeights& node, int ring) { return keeps(node, ring) ? 1 : node.passes; }

/// Nodes by what a resident word saves: those that cannot be streamed, then most copies, then widest.
std::vector<std::size_t> residents_first(const std::vector<NodeWeights>& nodes, int ring) {
  std::vector<std::size_t> order(nodes.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    const bool a_must = !can_stream(nodes[a], ring), b_must = !can_stream(nodes[b], ring);
    if (a_must != b_must) return a_must;
    const std::int64_t a_copies = copies(nodes[a], ring), b_copies = copies(nodes[b], ring);
    return a_copies != b_copies ? a_copies > b_copies : nodes[a].planes > nodes[b].planes;
  });
  return order;
}

Placement with_ring(const config::Config& config, const std::vector<NodeWeights>& nodes, int ring) {
  Placement result;
  result.ring = ring;
  result.nodes.resize(nodes.size());
  result.bank_words = ring;
  std::int64_t room = config.weight_words - ring;  // for the bound, which cuts a node where the room ends
  for (const std::size_t n : residents_first(nodes, ring)) {
    const NodeWeights& node = nodes[n];
    const bool must = !can_stream(node, ring);
    const bool fits = result.bank_words + node.words <= config.weight_words;
    const std::int64_t in_part = must ? node.words : std::clamp<std::int64_t>(room, 0, node.words);
    room -= in_part;
    result.copied_words_bound += (node.words - in_part) * copies(node, ring);
    if (fits || must) {
      result.bank_words += node.words;
    } else {
      result.nodes[n] = {true, keeps(node, ring)};
      result.dense_words += node.words * config.lanes;
      result.copied_words += node.words * copies(node, ring);
    }
  }
  return result;
}

bool fits(const config::Config& config, const Placement& placement) {
  return placement.bank_words <= config.weight_words && placement.dense_words <= config.dense_words;
}

}  // namespace

Placement place(const config::Config& config, const std::vector<NodeWeights>& nodes) {
  Placement resident;
  resident.nodes.resize(nodes.size());
  for (const NodeWeights& node : nodes) resident.bank_words += node.words;
  if (config.dense_words == 0 || fits(config, resident)) return resident;

  std::optional<Placement> best;
  std::int64_t bound = std::numeric_limits<std::int64_t>::max();
  for (int ring = kLargestRing; ring >= kSmallestRing; ring /= 2) {
    if (ring > config.weight_words) continue;
    const Placement candidate = with_ring(config, nodes, ring);
    bound = std::min(bound, candidate.copied_words_bound);
    const bool better =
        !best || (fits(config, candidate) && !fits(config, *best)) ||
        (fits(config, candidate) == fits(config, *best) && candidate.copied_words < best->copied_words);
    if (better) best = candidate;
  }
  best->copied_words_bound = bound;
  return *best;
}

}  // namespace dpwa::tiers
