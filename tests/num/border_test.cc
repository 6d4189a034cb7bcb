// SPDX-License-Identifier: Apache-2.0
#include "model/num/border.h"

#include <gtest/gtest.h>

#include <cstring>

namespace dpwa::num {
namespace {

TEST(QuantizeInteger, TiesSaturationAndFlag) {
  constexpr Range kLimits{0, 15};
  EXPECT_EQ(quantize_integer(1, 1, 0, 1, kLimits).q, 0);  // 0.5
  EXPECT_EQ(quantize_integer(3, 1, 0, 1, kLimits).q, 2);  // 1.5
  EXPECT_EQ(quantize_integer(3, 1, 1, 1, kLimits).q, 2);  // 2, with an addend
  EXPECT_FALSE(quantize_integer(31, 1, -1, 1, kLimits).saturated);
  EXPECT_TRUE(quantize_integer(32, 1, 0, 1, kLimits).saturated);
  EXPECT_EQ(quantize_integer(-1, 1, 0, 0, kLimits).q, 0);
  EXPECT_TRUE(quantize_integer(-1, 1, 0, 0, kLimits).saturated);
  EXPECT_EQ(quantize_integer(32767, (1 << 20) - 1, std::int64_t{1} << 60, 63, kLimits).q, 0);
}

TEST(QuantizeBinary16, SpecialWords) {
  constexpr Range kLimits{-128, 127};
  const Quantized nan = quantize_binary16(0x7e01, 0, kLimits);
  EXPECT_EQ(nan.q, 0);
  EXPECT_TRUE(nan.nan);
  EXPECT_FALSE(nan.saturated);
  const Quantized infinite = quantize_binary16(0xfc00, 0, kLimits);
  EXPECT_EQ(infinite.q, -128);
  EXPECT_TRUE(infinite.saturated);
  EXPECT_EQ(quantize_binary16(0x3c00, -4, kLimits).q, 16);  // 1.0 in steps of 2^-4
  EXPECT_EQ(quantize_binary16(0x3e00, 0, kLimits).q, 2);    // 1.5, a tie
  EXPECT_EQ(quantize_binary16(0x4100, 0, kLimits).q, 2);    // 2.5, a tie
  EXPECT_EQ(quantize_binary16(0x0001, -24, kLimits).q, 1);  // the smallest subnormal
  EXPECT_EQ(quantize_binary16(0x7bff, -127, kLimits).q, 127);
}

TEST(Dequantize, Float32IsExactInTheNormalRangeAndRoundsBeyond) {
  EXPECT_EQ(dequantize_float32(-3, -2), -0.75f);
  EXPECT_EQ(dequantize_float32((1 << 24) + 1, 0), 16777216.0f);  // a tie
  EXPECT_EQ(dequantize_float32(524287, -128), std::ldexp(524287.0f, -128));
}

TEST(Dequantize, Binary16RoundsAndFlagsOverflow) {
  EXPECT_EQ(dequantize_binary16(1, 0).word, 0x3c00);
  EXPECT_EQ(dequantize_binary16(2049, 0).word, encode_binary16(2048));  // a tie
  EXPECT_EQ(dequantize_binary16(65519, 0).word, kBinary16Largest);
  EXPECT_FALSE(dequantize_binary16(65519, 0).overflow);
  EXPECT_EQ(dequantize_binary16(65520, 0).word, kBinary16Largest);
  EXPECT_TRUE(dequantize_binary16(65520, 0).overflow);
  EXPECT_EQ(dequantize_binary16(-65536, 0).word, 0x8000 | kBinary16Largest);
  EXPECT_TRUE(dequantize_binary16(-65536, 0).overflow);
  EXPECT_EQ(dequantize_binary16(-1, -30).word, 0x8000);
}

}  // namespace
}  // namespace dpwa::num
