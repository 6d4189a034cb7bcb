// SPDX-License-Identifier: Apache-2.0
#include "model/num/multiplier.h"

#include <gtest/gtest.h>

#include <random>

namespace dpwa::num {
namespace {

constexpr int kBits = 20;

TEST(Normalise, PowersOfTwoAreExact) {
  for (int exponent = -44; exponent <= 19; ++exponent) {
    const Multiplier made = normalise(std::ldexp(1.0, exponent), kBits);
    EXPECT_EQ(made.multiplier, 1 << 19) << "2^" << exponent;
    EXPECT_EQ(made.shift, 19 - exponent) << "2^" << exponent;
  }
}

TEST(Normalise, RoundsTheMultiplierToEvenAtATie) {
  EXPECT_EQ(normalise((524288 + 0.5) / 1024, kBits).multiplier, 524288);
  EXPECT_EQ(normalise((524289 + 0.5) / 1024, kBits).multiplier, 524290);
}

TEST(Normalise, AMultiplierThatRoundsToTheNextPowerMovesTheShift) {
  const Multiplier made = normalise(1048575.75 / 1048576, kBits);  // just below 1
  EXPECT_EQ(made.multiplier, 1 << 19);
  EXPECT_EQ(made.shift, 19);
}

TEST(Normalise, TinyFactorsKeepTheLargestShift) {
  EXPECT_EQ(normalise(std::ldexp(1.0, -44), kBits).shift, 63);
  const Multiplier small = normalise(std::ldexp(3.0, -60), kBits);
  EXPECT_EQ(small.shift, 63);
  EXPECT_EQ(small.multiplier, 24);
  EXPECT_EQ(normalise(std::ldexp(1.0, -70), kBits).multiplier, 0);
}

TEST(Normalise, HugeFactorsGiveANegativeShift) {
  EXPECT_EQ(normalise(std::ldexp(1.0, 19), kBits).shift, 0);
  EXPECT_LT(normalise(std::ldexp(1.0, 20), kBits).shift, 0);
}

TEST(Normalise, IsWithinHalfAnUnitOfTheMultiplier) {
  std::mt19937_64 random(1);
  std::uniform_real_distribution<double> exponent(-40, 15);
  for (int i = 0; i < 100000; ++i) {
    const double factor = std::exp2(exponent(random));
    const Multiplier made = normalise(factor, kBits);
    ASSERT_GE(made.multiplier, 1 << 19) << "seed 1, factor " << factor;
    ASSERT_LT(made.multiplier, 1 << 20) << "seed 1, factor " << factor;
    ASSERT_LE(std::fabs(std::ldexp(factor, made.shift) - static_cast<double>(made.multiplier)), 0.5)
        << "seed 1, factor " << factor;
  }
}

}  // namespace
}  // namespace dpwa::num
