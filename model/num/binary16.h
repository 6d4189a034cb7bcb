// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>

#include "model/num/integer.h"

/// IEEE 754 binary16 codes, exact in both directions.
namespace dpwa::num {

inline constexpr std::uint16_t kBinary16Infinity = 0x7c00;
inline constexpr std::uint16_t kBinary16Nan = 0x7e00;      ///< the quiet NaN that encoding a NaN gives
inline constexpr std::uint16_t kBinary16Largest = 0x7bff;  ///< 65504

constexpr bool is_binary16_nan(std::uint16_t code) { return (code & 0x7fff) > kBinary16Infinity; }
constexpr bool is_binary16_infinite(std::uint16_t code) { return (code & 0x7fff) == kBinary16Infinity; }

/// The real number of a code; subnormals, infinities and NaN included.
inline double decode_binary16(std::uint16_t code) {
  const int exponent = (code >> 10) & 31;
  const int fraction = code & 1023;
  double magnitude = 0;
  if (exponent == 31) {
    magnitude = fraction == 0 ? HUGE_VAL : std::nan("");
  } else if (exponent == 0) {
    magnitude = std::ldexp(fraction, -24);
  } else {
    magnitude = std::ldexp(1024 + fraction, exponent - 25);
  }
  return std::copysign(magnitude, (code & 0x8000) != 0 ? -1.0 : 1.0);
}

/// The nearest code, ties to even; subnormals kept; 65520 and above become infinity; the sign of zero stays.
inline std::uint16_t encode_binary16(double value) {
  const auto sign = static_cast<std::uint16_t>(std::signbit(value) ? 0x8000 : 0);
  if (std::isnan(value)) return kBinary16Nan;
  const double magnitude = std::fabs(value);
  if (magnitude == 0) return sign;
  if (magnitude >= 65520) return sign | kBinary16Infinity;
  int exponent = 0;  // magnitude = f * 2^exponent, 0.5 <= f < 1
  std::frexp(magnitude, &exponent);
  const int lowest_bit =
      exponent - 11 > -24 ? exponent - 11 : -24;  // weight of the last kept bit, as a power of 2
  const std::int64_t kept = round_even(std::ldexp(magnitude, -lowest_bit));
  // A carry out of the fraction (kept == 2048, or 1024 from the subnormals) moves into the exponent by
  // itself.
  return static_cast<std::uint16_t>(sign + ((lowest_bit + 24) << 10) + kept);
}

}  // namespace dpwa::num
