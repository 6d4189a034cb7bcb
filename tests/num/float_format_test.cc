// SPDX-License-Identifier: Apache-2.0
#include "model/num/float_format.h"

#include <gtest/gtest.h>

#include <array>
#include <random>

namespace dpwa::num {
namespace {

constexpr FloatFormat kE4M3Fnuz{4, 3, 8, Specials::one_nan};
constexpr FloatFormat kE5M2Fnuz{5, 2, 16, Specials::one_nan};
constexpr std::array<FloatFormat, 9> kFormats{kBinary16, kBfloat16, kE4M3,     kE5M2,    kE3M2,
                                              kE2M3,     kE2M1,     kE4M3Fnuz, kE5M2Fnuz};

/// The definition of the standards: (-1)^S * 2^(E - bias) * (1 + M / 2^F), and 2^(1 - bias) * (M / 2^F) for
/// E = 0.
double by_definition(const FloatFormat& f, std::uint32_t code) {
  const std::uint32_t mantissa = code % (1U << f.fraction_bits);
  const std::uint32_t exponent = (code >> f.fraction_bits) % (1U << f.exponent_bits);
  const bool sign = (code >> (f.fraction_bits + f.exponent_bits)) % 2 == 1;
  const bool all_ones = exponent == (1U << f.exponent_bits) - 1;
  const double fraction = mantissa * std::exp2(-f.fraction_bits);
  double value = exponent == 0 ? std::exp2(1 - f.bias) * fraction
                               : std::exp2(static_cast<double>(exponent) - f.bias) * (1 + fraction);
  if (f.specials == Specials::ieee && all_ones) value = mantissa == 0 ? INFINITY : NAN;
  if (f.specials == Specials::nan && all_ones && mantissa == (1U << f.fraction_bits) - 1) value = NAN;
  if (f.specials == Specials::one_nan && sign && exponent == 0 && mantissa == 0) value = NAN;
  return sign ? -value : value;
}

TEST(FloatFormat, EveryCodeOfEveryFormatIsWhatTheStandardsDefine) {
  for (const FloatFormat& format : kFormats) {
    for (std::uint32_t code = 0; code < 2 * format.sign_bit(); ++code) {
      const double expected = by_definition(format, code), found = decode(format, code);
      if (std::isnan(expected)) {
        ASSERT_TRUE(std::isnan(found)) << format.bits() << " bits, code " << code;
      } else {
        ASSERT_EQ(found, expected) << format.bits() << " bits, code " << code;
        ASSERT_EQ(std::signbit(found), std::signbit(expected)) << format.bits() << " bits, code " << code;
      }
    }
  }
}

// IEEE 754; bfloat16; OCP 8-bit floating point 1.0, table 2; OCP microscaling formats 1.0, tables 3 to 5.
TEST(FloatFormat, NamedNumbersOfTheStandards) {
  struct Named {
    FloatFormat format;
    double largest, smallest_normal, smallest_subnormal;
  };
  for (const Named& n : {Named{kBinary16, 65504, std::exp2(-14), std::exp2(-24)},
                         {kBfloat16, std::exp2(127) * (2 - std::exp2(-7)), std::exp2(-126), std::exp2(-133)},
                         {kE4M3, 448, std::exp2(-6), std::exp2(-9)},
                         {kE5M2, 57344, std::exp2(-14), std::exp2(-16)},
                         {kE3M2, 28, 0.25, 0.0625},
                         {kE2M3, 7.5, 1, 0.125},
                         {kE2M1, 6, 1, 0.5},
                         {kE4M3Fnuz, 240, std::exp2(-7), std::exp2(-10)},
                         {kE5M2Fnuz, 57344, std::exp2(-15), std::exp2(-17)}}) {
    EXPECT_EQ(decode(n.format, n.format.largest()), n.largest);
    EXPECT_EQ(decode(n.format, 1U << n.format.fraction_bits), n.smallest_normal);
    EXPECT_EQ(decode(n.format, 1), n.smallest_subnormal);
  }
  EXPECT_EQ(decode(kE5M2, 0xfc), -HUGE_VAL);
  EXPECT_EQ(kE5M2.nan(), 0x7eU);
  EXPECT_EQ(kE4M3.nan(), 0x7fU);
  EXPECT_EQ(kBfloat16.nan(), 0x7fc0U);
}

TEST(FloatFormat, EncodingUndoesDecodingForEveryCode) {
  for (const FloatFormat& format : kFormats) {
    for (std::uint32_t code = 0; code < 2 * format.sign_bit(); ++code) {
      const double value = decode(format, code);
      const std::uint32_t expected = std::isnan(value) ? format.nan() : code;
      ASSERT_EQ(encode(format, value, Overflow::special), expected) << format.bits() << " bits";
      if (!std::isinf(value)) {
        ASSERT_EQ(encode(format, value, Overflow::saturate), expected);
      }
    }
  }
}

// Between every two neighbouring codes: the tie goes to the even one, its double neighbours to the nearer
// one.
TEST(FloatFormat, RoundsToTheNearestAndTiesToEvenBetweenEveryTwoCodes) {
  for (const FloatFormat& format : kFormats) {
    for (std::uint32_t below = 0; below < format.largest(); ++below) {
      const double tie = (decode(format, below) + decode(format, below + 1)) / 2;
      const std::uint32_t even = below % 2 == 0 ? below : below + 1;
      const bool signless = format.specials == Specials::one_nan && even == 0;
      ASSERT_EQ(encode(format, tie, Overflow::saturate), even) << format.bits() << " bits, above " << below;
      ASSERT_EQ(encode(format, -tie, Overflow::saturate), signless ? 0 : even | format.sign_bit());
      ASSERT_EQ(encode(format, std::nextafter(tie, 0.0), Overflow::special), below);
      ASSERT_EQ(encode(format, std::nextafter(tie, HUGE_VAL), Overflow::special), below + 1);
    }
  }
}

// The number after the largest, had the format one: from the tie on a number is beyond, and the tie itself
// where the largest code is odd.
TEST(FloatFormat, BeyondTheLargest) {
  for (const FloatFormat& format : kFormats) {
    const double largest = decode(format, format.largest());
    const double step = largest - decode(format, format.largest() - 1);
    const double tie = largest + step / 2;
    const std::uint32_t sign = format.sign_bit();
    std::uint32_t special = format.largest() + 1;
    if (format.specials == Specials::none) special = format.largest();
    if (format.specials == Specials::one_nan) special = format.nan();
    for (const double beyond : {std::nextafter(tie, HUGE_VAL), 1e300, HUGE_VAL}) {
      EXPECT_EQ(encode(format, beyond, Overflow::saturate), format.largest());
      EXPECT_EQ(encode(format, -beyond, Overflow::saturate), sign | format.largest());
      EXPECT_EQ(encode(format, beyond, Overflow::special), special);
      EXPECT_EQ(encode(format, -beyond, Overflow::special), sign | special);
    }
    EXPECT_EQ(encode(format, std::nextafter(tie, 0.0), Overflow::special), format.largest());
    EXPECT_EQ(encode(format, tie, Overflow::special), format.largest() % 2 == 0 ? format.largest() : special);
  }
}

// Against the nearest of all codes, found by looking at each.
TEST(FloatFormat, RandomNumbersGetTheNearestCode) {
  std::mt19937_64 random(5);
  for (const FloatFormat& format : kFormats) {
    if (format.bits() > 8) continue;
    const double largest = decode(format, format.largest());
    for (int i = 0; i < 2000; ++i) {
      const double value =
          std::ldexp(std::uniform_real_distribution<double>(-largest, largest)(random), -(i % 20));
      const double found = decode(format, encode(format, value, Overflow::saturate));
      double smallest = HUGE_VAL;
      for (std::uint32_t code = 0; code < 2 * format.sign_bit(); ++code) {
        const double error = std::fabs(decode(format, code) - value);
        if (error < smallest) smallest = error;
      }
      ASSERT_EQ(std::fabs(found - value), smallest) << value;
    }
  }
}

}  // namespace
}  // namespace dpwa::num
