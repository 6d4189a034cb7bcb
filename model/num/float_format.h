// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "model/num/integer.h"

/// Binary floating-point codes of 16 bits or fewer: sign, exponent, fraction (docs/numerics.md N9.1).
namespace dpwa::num {

/// What codes stand for beside finite numbers.
enum class Specials {
  none,    ///< nothing: every code is finite
  nan,     ///< exponent and fraction all ones is NaN, of either sign; no infinity (OFP8 E4M3)
  ieee,    ///< the largest exponent is infinity (fraction 0) or NaN
  one_nan  ///< the code of -0 is the only NaN, and zero has no sign (the FNUZ formats)
};

struct FloatFormat {
  int exponent_bits = 0;
  int fraction_bits = 0;
  int bias = 0;
  Specials specials = Specials::none;

  constexpr int bits() const { return 1 + exponent_bits + fraction_bits; }
  constexpr std::uint32_t sign_bit() const { return 1U << (exponent_bits + fraction_bits); }
  /// Codes without their sign, from here to the largest finite number's, are in the order of their numbers.
  constexpr std::uint32_t largest() const {
    if (specials == Specials::ieee) return sign_bit() - (1U << fraction_bits) - 1;
    return sign_bit() - 1 - (specials == Specials::nan ? 1 : 0);
  }
  /// The quiet NaN that encoding a NaN gives. A format without one has -0 for it, as the ONNX operator Cast.
  constexpr std::uint32_t nan() const {
    switch (specials) {
      case Specials::none:
      case Specials::one_nan:
        return sign_bit();
      case Specials::nan:
        return sign_bit() - 1;
      case Specials::ieee:
        break;
    }
    return largest() + 1 + (1U << (fraction_bits - 1));
  }
  /// The power of two of the lowest bit of a subnormal number.
  constexpr int lowest_bit() const { return 1 - bias - fraction_bits; }
};

inline constexpr FloatFormat kBinary16{5, 10, 15, Specials::ieee};
inline constexpr FloatFormat kBfloat16{8, 7, 127, Specials::ieee};
inline constexpr FloatFormat kE4M3{4, 3, 7, Specials::nan};
inline constexpr FloatFormat kE5M2{5, 2, 15, Specials::ieee};
inline constexpr FloatFormat kE3M2{3, 2, 3, Specials::none};
inline constexpr FloatFormat kE2M3{2, 3, 1, Specials::none};
inline constexpr FloatFormat kE2M1{2, 1, 1, Specials::none};

/// The real number of a code; subnormals, infinities and NaN included.
inline double decode(const FloatFormat& format, std::uint32_t code) {
  const std::uint32_t magnitude = code & (format.sign_bit() - 1);
  const bool negative = (code & format.sign_bit()) != 0;
  double value = 0;
  if (format.specials == Specials::one_nan && code == format.sign_bit()) {
    value = std::nan("");
  } else if (magnitude > format.largest()) {
    const bool infinite = format.specials == Specials::ieee && magnitude == format.largest() + 1;
    value = infinite ? HUGE_VAL : std::nan("");
  } else {
    const std::uint32_t hidden = 1U << format.fraction_bits;
    const auto exponent = static_cast<int>(magnitude >> format.fraction_bits);
    const std::uint32_t fraction = magnitude & (hidden - 1);
    value = std::ldexp(exponent == 0 ? fraction : hidden + fraction,
                       format.lowest_bit() + std::max(exponent, 1) - 1);
  }
  return std::copysign(value, negative ? -1.0 : 1.0);
}

/// What becomes of a number that rounds beyond the largest finite one, infinity included: that one, or what
/// the format has for it (infinity, else NaN, else the largest).
enum class Overflow { saturate, special };

/// The nearest code, ties to even; subnormals kept; the sign of zero stays where the format has one.
inline std::uint32_t encode(const FloatFormat& format, double value, Overflow overflow) {
  if (std::isnan(value)) return format.nan();
  const std::uint32_t sign = std::signbit(value) ? format.sign_bit() : 0;
  const double magnitude = std::fabs(value);
  std::uint32_t code = magnitude == 0 ? 0 : format.largest() + 1;
  if (magnitude != 0 && std::isfinite(magnitude)) {
    int exponent = 0;  // magnitude = f * 2^exponent, 0.5 <= f < 1
    std::frexp(magnitude, &exponent);
    const int lowest = std::max(exponent - 1 - format.fraction_bits, format.lowest_bit());
    // A carry out of the fraction moves into the exponent by itself.
    code = (static_cast<std::uint32_t>(lowest - format.lowest_bit()) << format.fraction_bits) +
           static_cast<std::uint32_t>(round_even(std::ldexp(magnitude, -lowest)));
  }
  if (code == 0 && format.specials == Specials::one_nan) return 0;
  if (code <= format.largest()) return sign | code;
  if (overflow == Overflow::saturate || format.specials == Specials::none) return sign | format.largest();
  return format.specials == Specials::one_nan ? format.nan() : sign | (format.largest() + 1);
}

}  // namespace dpwa::num
