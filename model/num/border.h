// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>

#include "model/num/binary16.h"
#include "model/num/integer.h"
#include "model/num/round_shift.h"

/// The border of the accelerator: port words to stored values and back (docs/numerics.md N6).
namespace dpwa::num {

/// A stored value made from a port word, with the flags of N6.2.
struct Quantized {
  std::int32_t q = 0;
  bool nan = false;        ///< the word was a NaN; q is 0
  bool saturated = false;  ///< the rounded value lay outside the limits, or was infinite
};

/// q = sat( RNE((word * multiplier + addend) / 2^shift) ) for integer words. 0 <= shift <= 63; the sum fits
/// 96 bits. Hardware twin: rtl/quant/dpwa_quantizer.v, formats u8, s8 and s16.
constexpr Quantized quantize_integer(std::int32_t word, std::int64_t multiplier, std::int64_t addend,
                                     int shift, Range limits) {
  const Int128 rounded = round_shift(Int128{word} * multiplier + addend, shift);
  const std::int64_t q = saturate(rounded, limits);
  return {static_cast<std::int32_t>(q), false, rounded != q};
}

/// q = sat( RNE(x * 2^-exponent) ) for binary16 words. Hardware twin: rtl/quant/dpwa_quantizer.v, format
/// binary16.
inline Quantized quantize_binary16(std::uint16_t word, int exponent, Range limits) {
  if (is_binary16_nan(word)) return {0, true, false};
  const std::int64_t rounded = round_even(std::ldexp(decode_binary16(word), -exponent));
  const std::int64_t q = saturate(rounded, limits);
  return {static_cast<std::int32_t>(q), false, rounded != q || is_binary16_infinite(word)};
}

/// float32 = RNE(q * 2^exponent). Hardware twin: rtl/quant/dpwa_dequantizer.v, mode float32.
inline float dequantize_float32(std::int32_t q, int exponent) {
  return static_cast<float>(std::ldexp(static_cast<double>(q), exponent));
}

/// A binary16 word made from a stored value, with the flag of N6.3.
struct Dequantized16 {
  std::uint16_t word = 0;
  bool overflow = false;  ///< the value rounds beyond the largest finite code; the word is +-65504
};

/// binary16 = RNE(q * 2^exponent). Hardware twin: rtl/quant/dpwa_dequantizer.v, mode binary16.
inline Dequantized16 dequantize_binary16(std::int32_t q, int exponent) {
  const std::uint16_t word = encode_binary16(std::ldexp(static_cast<double>(q), exponent));
  if (!is_binary16_infinite(word)) return {word, false};
  return {static_cast<std::uint16_t>((word & 0x8000) | kBinary16Largest), true};
}

}  // namespace dpwa::num
