// SPDX-License-Identifier: Apache-2.0
#include "model/num/storage_format.h"

#include <gtest/gtest.h>

#include "model/num/planes.h"

namespace dpwa::num {
namespace {

TEST(StorageFormat, EveryIntegerCode) {
  for (const StorageFormat& format : kStorageFormats) {
    if (format.floating) continue;
    const int count = 1 << format.bits;
    const double unit = format.block_scaled ? 1.0 / 64 : 1;  // MXINT8: six fraction bits
    for (int code = 0; code < count; ++code) {
      const double value = (code < count / 2 ? code : code - count) * unit;
      ASSERT_EQ(decode(format, code), value) << format.name;
      ASSERT_EQ(encode(format, value), static_cast<std::uint32_t>(code)) << format.name;
      const double tie = value + unit / 2;
      if (code == count / 2 - 1) {
        ASSERT_EQ(encode(format, 1e9), static_cast<std::uint32_t>(code));
        ASSERT_EQ(encode(format, -1e9), static_cast<std::uint32_t>(count / 2));
        ASSERT_EQ(encode(format, tie), static_cast<std::uint32_t>(code)) << "saturated";
      } else {
        ASSERT_EQ(encode(format, tie), static_cast<std::uint32_t>((code % 2 == 0 ? code : code + 1) % count));
      }
    }
    EXPECT_EQ(encode(format, std::nan("")), 0U);
    EXPECT_EQ(largest(format), (count / 2 - 1) * unit);
  }
}

TEST(StorageFormat, FloatingPointSaturates) {
  for (const StorageFormat& format : kStorageFormats) {
    if (!format.floating) continue;
    EXPECT_EQ(encode(format, HUGE_VAL), format.floating->largest()) << format.name;
    EXPECT_EQ(encode(format, -1e300), format.floating->largest() | format.floating->sign_bit());
    EXPECT_EQ(encode(format, std::nan("")), format.floating->nan());
  }
}

TEST(StorageFormat, EveryScale) {
  double power = std::ldexp(1.0, -127);
  for (std::uint32_t code = 0; code < kScaleNan; ++code, power *= 2) {
    ASSERT_EQ(decode_scale(code), power);
    ASSERT_EQ(encode_scale_up(power), code);
    ASSERT_EQ(encode_scale_up(std::nextafter(power, 0.0)), code);
    ASSERT_EQ(encode_scale_up(std::nextafter(power, HUGE_VAL)), std::min(code + 1, kScaleNan - 1));
  }
  EXPECT_TRUE(std::isnan(decode_scale(kScaleNan)));
  EXPECT_EQ(encode_scale_up(std::nan("")), kScaleNan);
}

// The largest of a block keeps its leading bit in the format's top binade, and saturates where that ends
// early.
TEST(StorageFormat, ScaleOfABlock) {
  for (const StorageFormat& format : kStorageFormats) {
    if (!format.block_scaled) continue;
    EXPECT_EQ(block_scale(format, 0), 0U);
    EXPECT_EQ(block_scale(format, HUGE_VAL), kScaleNan - 1);
    for (int exponent = -100; exponent <= 100; ++exponent) {
      for (const double mantissa : {1.0, 1.25, 1.75, 1.999}) {
        const double peak = std::ldexp(mantissa, exponent);
        const double scaled = peak / decode_scale(block_scale(format, peak));
        ASSERT_LT(scaled, 2 * std::exp2(std::floor(std::log2(largest(format))))) << format.name;
        ASSERT_GE(scaled, std::exp2(std::floor(std::log2(largest(format))))) << format.name;
      }
    }
  }
  EXPECT_EQ(block_scale(kStorageFormats.back(), 7), 127U) << "mxfp4: 7 saturates at 6";
}

struct Number {
  bool nan = false, infinite = false;
  std::int64_t significand = 0;  ///< signed
  int exponent = 0;
};

/// A code taken apart in integers.
Number taken_apart(const StorageFormat& format, std::uint32_t code) {
  const auto value = static_cast<std::int64_t>(code);
  if (!format.floating) {
    const std::int64_t count = std::int64_t{1} << format.bits;
    return {false, false, 2 * value < count ? value : value - count, format.block_scaled ? -6 : 0};
  }
  const FloatFormat& f = *format.floating;
  const std::int64_t hidden = std::int64_t{1} << f.fraction_bits;
  const std::int64_t fraction = value % hidden;
  const std::int64_t exponent = value / hidden % (std::int64_t{1} << f.exponent_bits);
  const bool top = exponent == (std::int64_t{1} << f.exponent_bits) - 1;
  Number number;
  number.nan = top && ((f.specials == Specials::ieee && fraction != 0) ||
                       (f.specials == Specials::nan && fraction == hidden - 1));
  number.infinite = top && f.specials == Specials::ieee && fraction == 0;
  number.significand = exponent == 0 ? fraction : hidden + fraction;
  number.exponent = static_cast<int>(exponent == 0 ? 1 : exponent) - f.bias - f.fraction_bits;
  if ((code & f.sign_bit()) != 0) number.significand = -number.significand;
  return number;
}

/// N9.3 in integers: shifted left exactly, or divided with the remainder compared to half the divisor.
Quantized aligned(const Number& number, int exponent, Range window) {
  if (number.nan) return {0, true, false};
  const int left = number.exponent - exponent;
  const std::int64_t sign = number.significand < 0 ? -1 : 1;
  const std::int64_t magnitude = sign * number.significand;
  std::int64_t rounded = 0;
  if (magnitude != 0 && (left > 40 || number.infinite)) {
    rounded = sign * (std::int64_t{1} << 50);
  } else if (left >= 0) {
    rounded = number.significand << std::min(left, 40);
  } else if (left > -40) {
    const std::int64_t divisor = std::int64_t{1} << -left;
    const std::int64_t quotient = magnitude / divisor, twice = 2 * (magnitude % divisor);
    rounded = sign * (quotient + (twice > divisor || (twice == divisor && quotient % 2 == 1) ? 1 : 0));
  }
  if (rounded < window.lower) return {static_cast<std::int32_t>(window.lower), false, true};
  if (rounded > window.upper) return {static_cast<std::int32_t>(window.upper), false, true};
  return {static_cast<std::int32_t>(rounded), false, number.infinite};
}

TEST(StorageFormat, EveryCodeAlignedToEveryWindow) {
  for (const StorageFormat& format : kStorageFormats) {
    const int span = format.floating ? 1 << format.floating->exponent_bits : 1;
    for (std::uint32_t code = 0; code < (1U << format.bits); ++code) {
      const Number number = taken_apart(format, code);
      // From where everything saturates to where everything is rounded away; bfloat16: near the code itself.
      const int from = span > 32 ? number.exponent - 20 : format.lowest_bit - 20;
      const int to = span > 32 ? number.exponent + 12 : format.lowest_bit + span + 14;
      for (int exponent = from; exponent <= to; ++exponent) {
        const Range window = intersection(weight_range(1 + (exponent & 3)), {-32768, 32767});
        const Quantized expected = aligned(number, exponent, window);
        const Quantized found = align(format, code, 127, exponent, window);
        ASSERT_EQ(found.q, expected.q) << format.name << " code " << code << " exponent " << exponent;
        ASSERT_EQ(found.nan, expected.nan) << format.name << " code " << code;
        ASSERT_EQ(found.saturated, expected.saturated) << format.name << " code " << code;
      }
    }
  }
}

TEST(StorageFormat, ScaleOfTheBlockMovesTheWindow) {
  for (const StorageFormat& format : kStorageFormats) {
    if (!format.block_scaled) continue;
    for (std::uint32_t scale = 0; scale < kScaleNan; ++scale) {
      for (std::uint32_t code = 0; code < (1U << format.bits); ++code) {
        const int moved = static_cast<int>(scale) - 127;
        const Quantized expected = aligned(taken_apart(format, code), -3, {-2184, 1911});
        ASSERT_EQ(align(format, code, scale, moved - 3, {-2184, 1911}).q, expected.q) << format.name;
      }
    }
    EXPECT_TRUE(align(format, 0, kScaleNan, 0, {-8, 7}).nan);
    EXPECT_EQ(align(format, 1, kScaleNan, 0, {-8, 7}).q, 0);
  }
}

}  // namespace
}  // namespace dpwa::num
