// SPDX-License-Identifier: Apache-2.0
#include "model/cycles/tap_window.h"

#include <gtest/gtest.h>

#include <random>

#include "model/cycles/estimate.h"
#include "model/cycles/worst_case.h"
#include "tests/system/random_network.h"

namespace dpwa::cycles {
namespace {

using system_test::RandomNetwork;
using Widths = std::vector<std::vector<std::uint8_t>>;

config::Config windows(int planes, const std::vector<std::string>& more = {}) {
  std::vector<std::string> settings = more;
  settings.push_back("WINDOW_PLANES=" + std::to_string(planes));
  return config::load("asic-64", settings);
}

/// A depthwise node of 40 channels, 3 x 3 or as `layer` says, behind a pointwise one of `planes` planes.
RandomNetwork depthwise(RandomNetwork::Layer layer = {}, int planes = 2, net::Shape map = {12, 10, 20}) {
  RandomNetwork n(map, false, 2, 5);
  n.add({40, 1, 1, 1, 0, 1, false, planes});
  layer.channels = layer.groups = 40;
  n.add(layer);
  n.finish();
  return n;
}

bool fits(const RandomNetwork& n, const config::Config& config = windows(2)) {
  return has_tap_windows(config, n.network(), n.plan(), 1);
}

RandomNetwork::Layer kernel(int rows, int columns, int stride = 1, int pad = 0, int dilation = 1) {
  RandomNetwork::Layer layer;
  layer.kernel_rows = rows;
  layer.kernel_columns = columns;
  layer.stride = stride;
  layer.pad = pad;
  layer.dilation = dilation;
  return layer;
}

TEST(TapWindows, HoldNineTapsOfWhichSomeStay) {
  EXPECT_TRUE(fits(depthwise(kernel(3, 3))));
  EXPECT_TRUE(fits(depthwise(kernel(3, 3, 2))));
  EXPECT_TRUE(fits(depthwise(kernel(1, 9))));
  EXPECT_TRUE(fits(depthwise(kernel(1, 5, 1, 0, 2)))) << "nine taps with holes";
  EXPECT_FALSE(fits(depthwise(kernel(3, 4))));
  EXPECT_FALSE(fits(depthwise(kernel(3, 3, 1, 0, 2))));
  EXPECT_FALSE(fits(depthwise(kernel(3, 3, 3)))) << "no tap is read twice";
  EXPECT_FALSE(fits(depthwise(kernel(3, 1))));
}

TEST(TapWindows, AreOfNodesThatTheMachineCanWalk) {
  const RandomNetwork::Layer three = kernel(3, 3, 1, 1);
  EXPECT_FALSE(fits(depthwise(three), config::load("asic-64", {"WINDOW_PLANES=0"})));
  EXPECT_FALSE(fits(depthwise(three, 3))) << "an input of three planes";
  EXPECT_TRUE(fits(depthwise(three, 3), windows(3)));
  EXPECT_FALSE(fits(depthwise(three, 2, {3, 30, 20}))) << "three rows for four groups";
  RandomNetwork::Layer pooled = three;
  pooled.pool = 2;
  EXPECT_FALSE(fits(depthwise(pooled)));
  RandomNetwork::Layer adds = three;
  adds.residual = 1;
  EXPECT_FALSE(fits(depthwise(adds)));
}

TEST(TapWindows, GatherAColumnAtATime) {
  const std::vector<std::uint8_t> map = {1, 2, 0,  // one tile per pixel
                                         3, 1, 1};
  net::Window window;
  window.kh = 1;
  window.kw = 2;
  window.pad_left = 1;
  std::vector<std::vector<std::uint8_t>> gathers;
  std::vector<int> planes;
  visit_tap_windows(window, {2, 3, 16}, {2, 3, 16}, 1, 0, 2, map, [&](const TapWindow& each) {
    EXPECT_EQ(each.tile, 0);
    gathers.push_back(each.gathers);
    planes.push_back(each.planes);
  });
  EXPECT_EQ(gathers, (std::vector<std::vector<std::uint8_t>>{{1, 1}, {2}, {1}, {1, 3}, {1}, {1}}));
  EXPECT_EQ(planes, (std::vector<int>{1, 2, 2, 3, 3, 3})) << "of the nine newest taps";
}

Widths any_widths(Widths widths, std::mt19937& random) {
  for (std::vector<std::uint8_t>& tensor : widths) {
    for (std::uint8_t& width : tensor) width = static_cast<std::uint8_t>(random() % (width + 1u));
  }
  return widths;
}

TEST(TapWindows, NoWidthsTakeANodeLongerThanTheWorstCase) {
  std::mt19937 random(7);
  const config::Config config = windows(2);
  for (const RandomNetwork::Layer& layer :
       {kernel(3, 3, 1, 1), kernel(3, 3, 2, 1), kernel(1, 9), kernel(2, 2)}) {
    const RandomNetwork n = depthwise(layer);
    ASSERT_TRUE(fits(n));
    const Widths widest = widest_tiles(config, n.network(), n.plan());
    const std::int64_t most = worst_case(config, n.network(), n.plan())[1].cycles;
    for (int i = 0; i < 20; ++i)
      EXPECT_LE(predict(config, n.network(), n.plan(), any_widths(widest, random))[1].cycles, most);
  }
}

TEST(TapWindows, TakeAThirdOfOneHotWeightsAndAsLongAsEstimated) {
  const RandomNetwork n = depthwise(kernel(3, 3, 1, 1), 2, {24, 24, 20});
  const config::Config one_hot = config::load("asic-64", {"WINDOW_PLANES=0"}), config = windows(2);
  const Widths widths = widest_tiles(config, n.network(), n.plan());
  const std::int64_t cycles = predict(config, n.network(), n.plan(), widths)[1].cycles;
  EXPECT_LT(3 * cycles, predict(one_hot, n.network(), n.plan(), widths)[1].cycles);
  const Estimate estimate(config, n.network(), 1);
  const double estimated = estimate.node(estimate.group(widths[1]), n.plan().nodes[1].planes);
  EXPECT_NEAR(estimated, static_cast<double>(cycles), 0.03 * static_cast<double>(cycles));
}

}  // namespace
}  // namespace dpwa::cycles
