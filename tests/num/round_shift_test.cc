// SPDX-License-Identifier: Apache-2.0
#include "model/num/round_shift.h"

#include <gtest/gtest.h>

#include <limits>
#include <random>

namespace dpwa::num {
namespace {

// Only ties tell two rounding rules apart, so they come first and are spelled out.
TEST(RoundShift, TiesGoToEven) {
  EXPECT_EQ(round_shift(1, 1), 0);    //  0.5 ->  0   (half-up and away from zero would say 1)
  EXPECT_EQ(round_shift(3, 1), 2);    //  1.5 ->  2
  EXPECT_EQ(round_shift(5, 1), 2);    //  2.5 ->  2
  EXPECT_EQ(round_shift(-1, 1), 0);   // -0.5 ->  0   (away from zero would say -1)
  EXPECT_EQ(round_shift(-3, 1), -2);  // -1.5 -> -2   (half-up would say -1)
  EXPECT_EQ(round_shift(-5, 1), -2);  // -2.5 -> -2
}

// Exhaustive against the definition: |2^s * y - x| <= 2^(s-1), and even where it is a tie.
template <typename Int>
void expect_nearest_for_every_small_input() {
  for (int shift = 1; shift <= 8; ++shift) {
    for (Int x = -4096; x <= 4096; ++x) {
      const Int y = round_shift(x, shift);
      const auto twice_error = static_cast<std::int64_t>(2 * (x - y * (Int{1} << shift)));
      const std::int64_t ulp = std::int64_t{1} << shift;
      ASSERT_LE(std::abs(twice_error), ulp) << "x=" << static_cast<int>(x) << " shift=" << shift;
      if (std::abs(twice_error) == ulp) {
        ASSERT_EQ(static_cast<int>(y & 1), 0) << "x=" << static_cast<int>(x) << " shift=" << shift;
      }
    }
  }
}
TEST(RoundShift, IsTheNearestForEverySmallInput64) { expect_nearest_for_every_small_input<std::int64_t>(); }
TEST(RoundShift, IsTheNearestForEverySmallInput128) { expect_nearest_for_every_small_input<Int128>(); }

TEST(RoundShift, ExtremesOf64Bits) {
  constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
  constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();
  EXPECT_EQ(round_shift(kMax, 0), kMax);
  EXPECT_EQ(round_shift(kMin, 0), kMin);
  EXPECT_EQ(round_shift(kMax, 1), std::int64_t{1} << 62);
  EXPECT_EQ(round_shift(kMax, 62), 2);
  EXPECT_EQ(round_shift(kMin, 62), -2);
  EXPECT_EQ(round_shift(std::int64_t{1} << 61, 62), 0);        // a tie
  EXPECT_EQ(round_shift((std::int64_t{1} << 61) + 1, 62), 1);  // just above it
  EXPECT_EQ(round_shift(std::int64_t{3} << 61, 62), 2);        // a tie
}

TEST(RoundShift, Both64And128BitsAgree) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 100000; ++i) {
    const auto x = static_cast<std::int64_t>(random()) >> (random() % 64);
    const int shift = static_cast<int>(random() % 63);
    ASSERT_EQ(round_shift(x, shift), static_cast<std::int64_t>(round_shift(Int128{x}, shift)))
        << "seed 1, x=" << x << " shift=" << shift;
  }
}

TEST(RoundShift, WideValues) {
  const Int128 one = Int128{1} << 80;
  EXPECT_TRUE(round_shift(one + 1, 81) == 1);
  EXPECT_TRUE(round_shift(one, 81) == 0);        // 0.5
  EXPECT_TRUE(round_shift(-one, 81) == 0);       // -0.5
  EXPECT_TRUE(round_shift(-3 * one, 81) == -2);  // -1.5
}

}  // namespace
}  // namespace dpwa::num
