// SPDX-License-Identifier: Apache-2.0
#include "calib/observe/tiles.h"

#include <gtest/gtest.h>

#include <numeric>

#include "tests/float/small_networks.h"

namespace dpwa::observe {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

TEST(Grid, RoundsTiesToEvenAndSaturates) {
  const Grid grid{-1, false, {0, 15}};
  EXPECT_EQ(grid.quantize(0.25), 0);  // 0.5 steps
  EXPECT_EQ(grid.quantize(0.75), 2);  // 1.5 steps
  EXPECT_EQ(grid.quantize(-1.0), 0);
  EXPECT_EQ(grid.quantize(100.0), 15);
  EXPECT_EQ(grid.round(1.1), 1.0);
}

// A 3x3 window with padding 1 on a 3x3 map: corners are read by 4 positions, edges by 6, the centre by 9.
TEST(TileReader, CountsReadsWithoutPaddingTaps) {
  net::Window window{3, 3, 1, 1, 1, 1, 1, 1};
  const net::Network network =
      test::NetworkBuilder({3, 3, 20}, 1).conv(2, window, 0, kInfinity).conv(2, window, 0, kInfinity).build();
  const TileReader reader(network, 0, 16);
  ASSERT_EQ(reader.tiles(), 18);  // 9 pixels of two tiles
  const std::vector<int> expected{4, 6, 4, 6, 9, 6, 4, 6, 4};
  for (int p = 0; p < 9; ++p) {
    EXPECT_EQ(reader.visits()[2 * p], expected[p]);
    EXPECT_EQ(reader.visits()[2 * p + 1], expected[p]);
  }
  EXPECT_EQ(reader.total_visits(), 2 * 49);
  // An inner tensor with few channels is never packed.
  EXPECT_EQ(TileReader(network, 1, 16).tiles(), 9);
}

TEST(TileReader, PacksAnInputWithFewChannels) {
  net::Window window{3, 3, 1, 1, 1, 1, 1, 1};
  const net::Network network = test::NetworkBuilder({2, 2, 2}, 1).conv(2, window, 0, kInfinity).build();
  const TileReader reader(network, 0, 16);
  ASSERT_EQ(reader.tiles(), 8);  // 4 positions, 18 values each
  EXPECT_EQ(reader.total_visits(), 8);
  // Only pixel (1, 1) is not zero. Position (0, 0) sees it at tap (2, 2), values 16 and 17: its second tile.
  std::vector<float> values(8, 0.0F);
  values[6] = 5;
  const std::vector<TileReader::Extremes> extremes = reader.extremes(values.data(), {0, 1});
  EXPECT_EQ(extremes[0].highest, 0);
  EXPECT_EQ(extremes[1].highest, 5);
  // Position (1, 1) sees it at its centre, values 8 and 9: the first tile.
  EXPECT_EQ(extremes[6].highest, 5);
  EXPECT_EQ(extremes[7].highest, 0);
}

TEST(TileReader, MeanPlanesIsWeightedByReads) {
  const net::Network network = test::NetworkBuilder({1, 1, 40}, 1).dense(3, -kInfinity, kInfinity).build();
  const TileReader reader(network, 0, 16);
  ASSERT_EQ(reader.tiles(), 3);
  std::vector<float> values(40, 0.0F);
  values[0] = 15.4F;   // rounds to 15: one plane
  values[20] = 15.6F;  // rounds to 16: two planes; the third tile stays empty
  std::vector<int> order(40);
  std::iota(order.begin(), order.end(), 0);
  const auto mean_planes = [&](const Grid& grid) {
    return reader.mean_planes(TileReader::widths(reader.extremes(values.data(), order), grid));
  };
  EXPECT_DOUBLE_EQ(mean_planes({0, false, {0, 255}}), 1.0);
  EXPECT_DOUBLE_EQ(mean_planes({0, true, {-2048, 2047}}), 4.0 / 3);  // 15 needs two signed planes
  EXPECT_DOUBLE_EQ(mean_planes({0, false, {0, 15}}), 2.0 / 3);
  std::swap(order[0], order[16]);  // both values in the second tile
  EXPECT_DOUBLE_EQ(mean_planes({0, false, {0, 255}}), 2.0 / 3);
}

}  // namespace
}  // namespace dpwa::observe
