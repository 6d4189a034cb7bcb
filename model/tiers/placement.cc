// SPDX-License-Identifier: Apache-2.0
#include "model/tiers/placement.h"

#include <algorithm>
#include <numeric>
#include <optional>

namespace dpwa::tiers {
namespace {

constexpr int kSmallestRing = 16;

bool keeps(const NodeWeights& node, int ring) { return node.words <= ring; }

/// A pooled node reads a channel group again, so the ring holds the group and what is left of the one before.
bool can_stream(const NodeWeights& node, int ring) {
  return keeps(node, ring) || !node.pooled || 2 * node.group_words <= ring;
}

std::int64_t copies(const NodeWeights& node, int ring) { return keeps(node, ring) ? 1 : node.passes; }

struct Candidate {
  Placement placement;
  std::int64_t copied = 0;  // words of one lane per inference
};

Candidate with_ring(const config::Config& config, const std::vector<NodeWeights>& nodes, int ring) {
  std::vector<std::size_t> order(nodes.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    const bool a_must = !can_stream(nodes[a], ring), b_must = !can_stream(nodes[b], ring);
    if (a_must != b_must) return a_must;
    const std::int64_t a_copies = copies(nodes[a], ring), b_copies = copies(nodes[b], ring);
    return a_copies != b_copies ? a_copies > b_copies : nodes[a].planes > nodes[b].planes;
  });
  Candidate result;
  result.placement.ring = ring;
  result.placement.nodes.resize(nodes.size());
  result.placement.bank_words = ring;
  for (const std::size_t n : order) {
    const NodeWeights& node = nodes[n];
    const bool fits = result.placement.bank_words + node.words <= config.weight_words;
    if (fits || !can_stream(node, ring)) {
      result.placement.bank_words += node.words;
    } else {
      result.placement.nodes[n] = {true, keeps(node, ring)};
      result.placement.dense_words += node.words * config.lanes;
      result.copied += node.words * copies(node, ring);
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

  std::optional<Candidate> best;
  for (int ring = kLargestRing; ring >= kSmallestRing; ring /= 2) {
    if (ring > config.weight_words) continue;
    const Candidate candidate = with_ring(config, nodes, ring);
    const bool better = !best || (fits(config, candidate.placement) && !fits(config, best->placement)) ||
                        (fits(config, candidate.placement) == fits(config, best->placement) &&
                         candidate.copied < best->copied);
    if (better) best = candidate;
  }
  return best->placement;
}

}  // namespace dpwa::tiers
