// SPDX-License-Identifier: Apache-2.0
#include "model/num/planes.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace dpwa::num {
namespace {

// The table of docs/numerics.md, as printed there.
TEST(Ranges, AreTheDocumentedOnes) {
  EXPECT_EQ(weight_range(0), (Range{0, 0}));
  EXPECT_EQ(weight_range(1), (Range{-8, 7}));
  EXPECT_EQ(weight_range(2), (Range{-136, 119}));
  EXPECT_EQ(weight_range(3), (Range{-2184, 1911}));
  EXPECT_EQ(weight_range(4), (Range{-34952, 30583}));
  EXPECT_EQ(activation_range(0, false), (Range{0, 0}));
  EXPECT_EQ(activation_range(1, false), (Range{0, 15}));
  EXPECT_EQ(activation_range(4, false), (Range{0, 65535}));
  EXPECT_EQ(activation_range(0, true), (Range{0, 0}));
  EXPECT_EQ(activation_range(1, true), (Range{-8, 7}));
  EXPECT_EQ(activation_range(2, true), (Range{-128, 127}));
  EXPECT_EQ(activation_range(5, true), (Range{-524288, 524287}));
}

TEST(Weights, DigitsRebuildEverySixteenBitValue) {
  for (int q = -32768; q <= 32767; ++q) {
    const int planes = weight_planes(q);
    std::int64_t sum = 0;
    for (int plane = 0; plane < planes; ++plane) {
      const int digit = weight_digit(q, plane);
      ASSERT_GE(digit, -8);
      ASSERT_LE(digit, 7);
      sum += digit * plane_weight(plane);
    }
    ASSERT_EQ(sum, q);
    if (planes > 0) {
      ASSERT_NE(weight_digit(q, planes - 1), 0) << "q=" << q << ": the top plane is needed";
    }
    ASSERT_EQ(weight_digit(q, planes), 0) << "q=" << q << ": nothing is left above";
  }
}

TEST(Weights, WidthChangesExactlyAtTheLimits) {
  EXPECT_EQ(weight_planes(0), 0);
  for (int planes = 1; planes <= 4; ++planes) {
    const Range range = weight_range(planes);
    EXPECT_EQ(weight_planes(range.upper), planes);
    EXPECT_EQ(weight_planes(range.lower), planes);
    EXPECT_EQ(weight_planes(range.upper + 1), planes + 1);
    EXPECT_EQ(weight_planes(range.lower - 1), planes + 1);
  }
}

TEST(Activations, DigitsRebuildEveryValueAtEveryWidthThatHoldsIt) {
  for (const bool is_signed : {false, true}) {
    for (int planes = 1; planes <= 4; ++planes) {
      const Range range = activation_range(planes, is_signed);
      for (std::int64_t q = range.lower; q <= range.upper; ++q) {
        std::int64_t sum = 0;
        for (int plane = 0; plane < planes; ++plane) {
          const int digit = activation_digit(q, plane, planes, is_signed);
          const bool signed_digit = is_signed && plane == planes - 1;
          ASSERT_GE(digit, signed_digit ? -8 : 0);
          ASSERT_LE(digit, signed_digit ? 7 : 15);
          sum += digit * plane_weight(plane);
        }
        ASSERT_EQ(sum, q) << planes << " planes, signed " << is_signed;
      }
    }
  }
}

TEST(Activations, WidthChangesExactlyAtTheLimits) {
  for (const bool is_signed : {false, true}) {
    EXPECT_EQ(activation_planes({0, 0}, is_signed), 0);
    for (int planes = 1; planes < kPlanesMax; ++planes) {
      const Range range = activation_range(planes, is_signed);
      EXPECT_EQ(activation_planes(range, is_signed), planes);
      EXPECT_EQ(activation_planes({0, range.upper + 1}, is_signed), planes + 1);
      if (is_signed) {
        EXPECT_EQ(activation_planes({range.lower - 1, 0}, is_signed), planes + 1);
      }
    }
  }
  EXPECT_EQ(activation_planes({-1, 0}, true), 1);
}

TEST(TileWidth, IsClampedToTheRecord) {
  EXPECT_EQ(tile_width({0, 0}, false, 0, 4), 0);
  EXPECT_EQ(tile_width({0, 0}, false, 2, 2), 2);  // fixed: a zero tile is not skipped
  EXPECT_EQ(tile_width({0, 15}, false, 0, 4), 1);
  EXPECT_EQ(tile_width({0, 15}, false, 3, 4), 3);
  EXPECT_EQ(tile_width({-9, 7}, true, 0, 4), 2);
}

// The OR form against the range form, for every pair of a value and a second one at a limit.
TEST(WidthBits, OrOverATileIsTheWidthOfItsRange) {
  for (const bool is_signed : {false, true}) {
    const Range all = activation_range(4, is_signed);
    for (std::int64_t q = all.lower; q <= all.upper; ++q) {
      const auto value = static_cast<std::int32_t>(q);
      ASSERT_EQ(planes_of_bits(width_bits(value, is_signed)),
                activation_planes({std::min<std::int64_t>(q, 0), std::max<std::int64_t>(q, 0)}, is_signed))
          << "q=" << q << " signed=" << is_signed;
    }
  }
  EXPECT_EQ(planes_of_bits(width_bits(-1, true) | width_bits(8, true)), 2);
  EXPECT_EQ(planes_of_bits(width_bits(7, true) | width_bits(-8, true)), 1);
  EXPECT_EQ(planes_of_bits(width_bits(-9, true)), 2);
  EXPECT_EQ(planes_of_bits(width_bits(524287, true)), 5);
}

}  // namespace
}  // namespace dpwa::num
