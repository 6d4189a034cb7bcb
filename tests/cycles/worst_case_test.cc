// SPDX-License-Identifier: Apache-2.0
#include "model/cycles/worst_case.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <random>

#include "model/golden/tiles.h"
#include "tests/system/random_network.h"

namespace dpwa::cycles {
namespace {

using system_test::RandomNetwork;
using Widths = std::vector<std::vector<std::uint8_t>>;

/// A network of any shape: packed or not, with pads, strides, pools, pinned nodes, weights of zeros.
RandomNetwork any_network(std::mt19937& random) {
  const auto below = [&](int limit) {
    return static_cast<int>(random() % static_cast<std::uint32_t>(limit));
  };
  const bool is_map = below(3) > 0;
  const int side = is_map ? 4 + below(6) : 1;
  RandomNetwork n({side, side, is_map ? 1 + below(20) : 1 + below(80)}, below(2) == 0, 1 + below(2),
                  random());
  for (int i = 0; i < 3; ++i) {
    const net::Shape in = n.network().tensors.back().shape;
    const int kernel = 1 + below(std::min(3, in.h)), pad = below(kernel);
    const int stride = 1 + below(2);
    const int rows = (in.h + 2 * pad - kernel) / stride + 1;
    n.add({1 + below(40), kernel, kernel, stride, pad, rows >= 2 ? 1 + below(2) : 1, below(2) == 0,
           1 + below(4), below(4) == 0});
  }
  n.finish();
  for (plan::NodePlan& node : n.plan().nodes) {
    if (node.pinned) continue;
    for (std::int16_t& q : node.q) q = below(4) == 0 ? q : 0;
    if (below(2) == 0) std::fill(node.q.begin() + node.q.size() / 2, node.q.end(), std::int16_t{0});
  }
  return n;
}

config::Config any_config(std::mt19937& random) {
  const auto below = [&](int limit) {
    return static_cast<int>(random() % static_cast<std::uint32_t>(limit));
  };
  config::Config config;
  config.products = 8 << below(3);
  config.groups = 1 + below(3);
  const int lanes = 1 << below(4);
  config.lanes = lanes * config.groups;
  config.wb_lanes = 1 << below(2);
  if (config.wb_lanes > lanes) config.wb_lanes = 1;
  config.lane_cuts = below(4);
  config.premax = below(2);
  config.stage_cuts = below(2);
  config.scan_tiles = 2 << below(2);
  if (below(4) == 0) {
    config.write_back = config::WriteBack::serial;
    config.wb_lanes = 1;
    config.groups = 1;
    config.premax = config.stage_cuts = 0;
    config.lanes = lanes;
  }
  if (config.stage_cuts == 0 && below(2) == 0) {
    config.weight_words = 64 << below(3);
    config.dense_words = 1 << 20;
  }
  return config;
}

/// Widths that a PCU could choose: mostly `likely`, else anything between the record's limits.
Widths any_widths(const Widths& widest, const plan::Plan& plan, std::mt19937& random) {
  Widths widths = widest;
  for (std::size_t t = 0; t < widths.size(); ++t) {
    const int lowest = plan.tensors[t].pcu.min_planes;
    const std::uint32_t style = random() % 4;
    for (std::uint8_t& width : widths[t]) {
      const int span = width - lowest + 1;
      if (style == 0) width = static_cast<std::uint8_t>(lowest);
      if (style == 1 && random() % 8 == 0) width = static_cast<std::uint8_t>(lowest);
      if (style >= 2) width = static_cast<std::uint8_t>(lowest + random() % static_cast<std::uint32_t>(span));
    }
  }
  return widths;
}

TEST(WorstCase, NoWidthsTakeANodeLonger) {
  constexpr int kNetworks = 300, kWidths = 8;
  std::mt19937 random(20);
  std::int64_t reached = 0, below = 0, streamed = 0;
  for (int i = 0; i < kNetworks; ++i) {
    const RandomNetwork n = any_network(random);
    const config::Config config = any_config(random);
    ASSERT_EQ(plan::check(n.network(), n.plan()), std::vector<std::string>{});
    const Widths widest = widest_tiles(config, n.network(), n.plan());
    const std::vector<NodeCycles> most = worst_case(config, n.network(), n.plan());
    for (int k = 0; k < kWidths; ++k) {
      const std::vector<NodeCycles> found =
          predict(config, n.network(), n.plan(), any_widths(widest, n.plan(), random));
      for (std::size_t node = 0; node < most.size(); ++node) {
        ASSERT_LE(found[node].cycles, most[node].cycles) << fmt::format(
            "network {}, widths {}, node {}, lanes {}, groups {}", i, k, node, config.lanes, config.groups);
        streamed += found[node].weight_stalls > 0 ? 1 : 0;
        ++(found[node].cycles == most[node].cycles ? reached : below);
      }
    }
  }
  EXPECT_GT(below, reached / 2) << "widths matter";
  EXPECT_GT(reached, 0);
  EXPECT_GT(streamed, 100) << "weights from the dense tier are among them";
}

/// Rare: weights and widths of a network in which skipped tiles make the first node slower.
TEST(WorstCase, CoversCopiesThatOverlapFewerBeats) {
  config::Config config;
  config.lanes = 8;
  config.products = 8;
  config.premax = config.lane_cuts = 0;
  config.scan_tiles = 2;
  config.weight_words = 64;
  config.dense_words = 1 << 20;
  std::mt19937 random(38);
  RandomNetwork n({4, 4, 12}, false, 1, 38);
  n.add({35, 3, 3, 1, 2, 2});
  n.finish();
  std::vector<std::int16_t>& weights = n.plan().nodes[0].q;
  for (std::int16_t& q : weights) q = random() % 4 == 0 ? q : 0;
  std::fill(weights.begin() + weights.size() / 2, weights.end(), std::int16_t{0});

  const Widths widest = widest_tiles(config, n.network(), n.plan());
  const std::int64_t all = predict(config, n.network(), n.plan(), widest)[0].cycles;
  std::int64_t most = 0;
  for (int k = 0; k < 100; ++k) {
    const Widths widths = any_widths(widest, n.plan(), random);
    most = std::max(most, predict(config, n.network(), n.plan(), widths)[0].cycles);
  }
  EXPECT_GT(most, all);
  EXPECT_LE(most, worst_case(config, n.network(), n.plan())[0].cycles);

  n.plan().tensors[0].pcu = {plan::Policy::static_, 1, 1};
  EXPECT_EQ(all, worst_case(config, n.network(), n.plan())[0].cycles) << "a pinned input takes exactly these";
}

TEST(WorstCase, HasTheTilesOfTheGoldenModel) {
  std::mt19937 random(21);
  for (int i = 0; i < 100; ++i) {
    const RandomNetwork n = any_network(random);
    const config::Config config = any_config(random);
    const Widths widest = widest_tiles(config, n.network(), n.plan());
    for (std::size_t t = 0; t < widest.size(); ++t) {
      EXPECT_EQ(static_cast<int>(widest[t].size()),
                golden::tile_layout(n.network(), static_cast<int>(t), config.products).tiles());
    }
  }
}

TEST(WorstCase, FollowsTheLimitsNotOnlyTheRecord) {
  RandomNetwork n({1, 1, 16}, false, 2, 3);
  n.add({16, 1, 1, 1, 0, 1, false, 3}).add({4});
  n.finish();
  n.plan().tensors[1].upper = 100;  // two planes of three
  EXPECT_EQ(widest_tiles(config::Config(), n.network(), n.plan())[1], std::vector<std::uint8_t>{2});
  n.plan().tensors[1].pcu = {plan::Policy::static_, 3, 3};
  EXPECT_EQ(widest_tiles(config::Config(), n.network(), n.plan())[1], std::vector<std::uint8_t>{3});
}

}  // namespace
}  // namespace dpwa::cycles
