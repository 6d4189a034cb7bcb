// SPDX-License-Identifier: Apache-2.0
#include "model/num/integer.h"

#include <gtest/gtest.h>

#include <cfenv>
#include <limits>

namespace dpwa::num {
namespace {

TEST(RoundEven, TiesGoToEven) {
  EXPECT_EQ(round_even(0.5), 0);
  EXPECT_EQ(round_even(1.5), 2);
  EXPECT_EQ(round_even(2.5), 2);
  EXPECT_EQ(round_even(-0.5), 0);
  EXPECT_EQ(round_even(-1.5), -2);
  EXPECT_EQ(round_even(-2.5), -2);
}

TEST(RoundEven, NeighboursOfATieDoNotTie) {
  EXPECT_EQ(round_even(std::nextafter(0.5, 1)), 1);
  EXPECT_EQ(round_even(std::nextafter(0.5, 0)), 0);
  EXPECT_EQ(round_even(std::nextafter(1.5, 0)), 1);
  EXPECT_EQ(round_even(std::nextafter(-0.5, -1)), -1);
}

TEST(RoundEven, IgnoresTheRoundingModeOfTheProcessor) {
  std::fesetround(FE_UPWARD);
  const std::int64_t up = round_even(2.5);
  std::fesetround(FE_TONEAREST);
  EXPECT_EQ(up, 2);
}

TEST(RoundEven, LargeValuesAndNaN) {
  EXPECT_EQ(round_even(9007199254740993.0), 9007199254740992);
  EXPECT_EQ(round_even(1e300), std::int64_t{1} << 62);
  EXPECT_EQ(round_even(-std::numeric_limits<double>::infinity()), -(std::int64_t{1} << 62));
  EXPECT_EQ(round_even(std::numeric_limits<double>::quiet_NaN()), 0);
}

TEST(Saturate, KeepsWhatFitsAndClampsTheRest) {
  constexpr Range kByte{-128, 127};
  EXPECT_EQ(saturate(std::int64_t{127}, kByte), 127);
  EXPECT_EQ(saturate(std::int64_t{128}, kByte), 127);
  EXPECT_EQ(saturate(std::int64_t{-129}, kByte), -128);
  EXPECT_EQ(saturate(Int128{1} << 100, kByte), 127);
  EXPECT_EQ(saturate(-(Int128{1} << 100), kByte), -128);
}

TEST(SignedBits, OfPowersOfTwoAndTheirNeighbours) {
  EXPECT_EQ(signed_bits(0), 1);
  EXPECT_EQ(signed_bits(-1), 1);
  for (int bits = 2; bits <= 62; ++bits) {
    const std::int64_t half = std::int64_t{1} << (bits - 1);
    EXPECT_EQ(signed_bits(half - 1), bits);
    EXPECT_EQ(signed_bits(-half), bits);
    EXPECT_EQ(signed_bits(half), bits + 1);
    EXPECT_EQ(signed_bits(-half - 1), bits + 1);
  }
}

}  // namespace
}  // namespace dpwa::num
