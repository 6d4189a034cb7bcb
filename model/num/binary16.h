// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "model/num/float_format.h"

/// IEEE 754 binary16 codes, exact in both directions.
namespace dpwa::num {

inline constexpr std::uint16_t kBinary16Largest = kBinary16.largest();  ///< 65504
inline constexpr std::uint16_t kBinary16Infinity = kBinary16Largest + 1;
inline constexpr std::uint16_t kBinary16Nan = kBinary16.nan();

constexpr bool is_binary16_nan(std::uint16_t code) { return (code & 0x7fff) > kBinary16Infinity; }
constexpr bool is_binary16_infinite(std::uint16_t code) { return (code & 0x7fff) == kBinary16Infinity; }

/// The real number of a code; subnormals, infinities and NaN included.
inline double decode_binary16(std::uint16_t code) { return decode(kBinary16, code); }

/// The nearest code, ties to even; subnormals kept; 65520 and above become infinity; the sign of zero stays.
inline std::uint16_t encode_binary16(double value) {
  return static_cast<std::uint16_t>(encode(kBinary16, value, Overflow::special));
}

}  // namespace dpwa::num
