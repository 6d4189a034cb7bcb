// SPDX-License-Identifier: Apache-2.0
#include "model/num/threshold.h"

#include <gtest/gtest.h>

namespace dpwa::num {
namespace {

void expect_threshold(double real, int mantissa, int exponent) {
  const Threshold found = make_threshold(real);
  EXPECT_EQ(found.mantissa, mantissa) << real;
  EXPECT_EQ(found.exponent, exponent) << real;
}

TEST(Threshold, SmallNumbersAreRoundedToIntegers) {
  expect_threshold(0, 0, 0);
  expect_threshold(0.5, 0, 0);  // tie
  expect_threshold(1.5, 2, 0);  // tie
  expect_threshold(15, 15, 0);
  expect_threshold(15.6, 8, 1);  // 16
}

TEST(Threshold, LargeNumbersKeepFourBits) {
  expect_threshold(16, 8, 1);
  expect_threshold(17, 8, 1);   // 8.5: tie
  expect_threshold(19, 10, 1);  // 9.5: tie
  expect_threshold(31, 8, 2);   // 15.5 becomes 16
  expect_threshold(1e6, 15, 16);
  EXPECT_EQ(make_threshold(1e6).value(), 983040);
}

TEST(Threshold, EveryCodeIsItsOwnThreshold) {
  for (int exponent = 0; exponent <= kThresholdExponentMax; ++exponent) {
    for (int mantissa = exponent == 0 ? 0 : 8; mantissa < 16; ++mantissa) {
      const Threshold code{mantissa, exponent};
      expect_threshold(static_cast<double>(code.value()), mantissa, exponent);
    }
  }
  EXPECT_GT(make_threshold(std::ldexp(1.0, 67)).exponent, kThresholdExponentMax);
}

}  // namespace
}  // namespace dpwa::num
