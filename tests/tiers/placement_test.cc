// SPDX-License-Identifier: Apache-2.0
#include "model/tiers/placement.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace dpwa::tiers {
namespace {

config::Config tiered(int fast_words) {
  config::Config config;
  config.weight_words = fast_words;
  config.dense_words = 1 << 24;
  return config;
}

/// Fewest words copied by any ring and any choice of resident nodes, tried one by one.
std::int64_t best_of_all(const config::Config& config, const std::vector<NodeWeights>& nodes) {
  std::int64_t all = 0;
  for (const NodeWeights& node : nodes) all += node.words;
  if (all <= config.weight_words) return 0;
  std::int64_t best = -1;
  for (int ring = 16; ring <= std::min(kLargestRing, config.weight_words); ring *= 2) {
    for (unsigned resident = 0; resident < 1u << nodes.size(); ++resident) {
      std::int64_t bank = ring, copied = 0;
      bool possible = true;
      for (std::size_t n = 0; n < nodes.size(); ++n) {
        const NodeWeights& node = nodes[n];
        const bool keep = node.words <= ring;
        if ((resident >> n & 1) != 0) {
          bank += node.words;
        } else {
          copied += node.words * (keep ? 1 : node.passes);
          possible = possible && (keep || !node.pooled || 2 * node.group_words <= ring);
        }
      }
      if (possible && bank <= config.weight_words && (best < 0 || copied < best)) best = copied;
    }
  }
  return best;
}

std::vector<NodeWeights> random_nodes(std::mt19937& random) {
  std::vector<NodeWeights> nodes(2 + random() % 6);
  for (NodeWeights& node : nodes) {
    node.group_words = 1 + static_cast<std::int64_t>(random() % 60);
    node.words = node.group_words * (1 + static_cast<std::int64_t>(random() % 8));
    node.passes = 1 + static_cast<std::int64_t>(random() % 50);
    node.pooled = random() % 3 == 0;
    node.planes = static_cast<double>(random() % 3);
  }
  return nodes;
}

TEST(Placement, LiesBetweenTheBoundAndTheBestOfAll) {
  std::mt19937 random(20261124);
  int compared = 0, optimal = 0;
  std::int64_t bounds = 0, found = 0;
  for (int i = 0; i < 2000; ++i) {
    const std::vector<NodeWeights> nodes = random_nodes(random);
    const config::Config config = tiered(256 << random() % 3);
    const Placement placement = place(config, nodes);
    const std::int64_t best = best_of_all(config, nodes);
    if (best < 0 || placement.bank_words > config.weight_words) continue;
    ++compared;
    ASSERT_LE(placement.copied_words_bound, best) << "case " << i;
    ASSERT_LE(best, placement.copied_words) << "case " << i;
    optimal += best == placement.copied_words ? 1 : 0;
    bounds += placement.copied_words_bound;
    found += placement.copied_words;
  }
  EXPECT_GT(compared, 1500);
  EXPECT_GT(optimal, compared / 2) << "greedy by copies is mostly the best of all";
  EXPECT_LT(found, 2 * bounds) << "the bound says something";
}

TEST(Placement, CopiesNothingWhenAllFits) {
  const Placement placement = place(tiered(1024), {{500, 100, 9, true, 1}, {524, 524, 1, false, 1}});
  EXPECT_EQ(placement.ring, 0);
  EXPECT_EQ(placement.copied_words, 0);
  EXPECT_EQ(placement.copied_words_bound, 0);
}

}  // namespace
}  // namespace dpwa::tiers
