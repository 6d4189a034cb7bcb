// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "model/num/border.h"
#include "model/num/float_format.h"

/// The formats in which numbers come from outside or are stored (docs/numerics.md N9).
namespace dpwa::num {

/// Two's complement, or floating point, alone or in MX blocks that share one E8M0 scale.
struct StorageFormat {
  std::string_view name;
  int bits = 0;                              ///< of a code
  std::optional<FloatFormat> floating = {};  ///< none: two's complement
  int lowest_bit = 0;                        ///< the power of two of the lowest bit (subnormal) of a code
  bool block_scaled = false;
};

constexpr StorageFormat integer_format(std::string_view name, int bits) { return {name, bits}; }
constexpr StorageFormat float_format(std::string_view name, FloatFormat f, bool block_scaled = false) {
  return {name, f.bits(), f, f.lowest_bit(), block_scaled};
}

enum class Format {
  int2,
  int4,
  int8,
  int12,
  int16,
  fp16,
  bf16,
  fp8e4m3,
  fp8e5m2,
  mxint8,
  mxfp8e4m3,
  mxfp8e5m2,
  mxfp6e2m3,
  mxfp6e3m2,
  mxfp4
};

/// By Format.
inline constexpr std::array<StorageFormat, 15> kStorageFormats{integer_format("int2", 2),
                                                               integer_format("int4", 4),
                                                               integer_format("int8", 8),
                                                               integer_format("int12", 12),
                                                               integer_format("int16", 16),
                                                               float_format("fp16", kBinary16),
                                                               float_format("bf16", kBfloat16),
                                                               float_format("fp8e4m3", kE4M3),
                                                               float_format("fp8e5m2", kE5M2),
                                                               StorageFormat{"mxint8", 8, {}, -6, true},
                                                               float_format("mxfp8e4m3", kE4M3, true),
                                                               float_format("mxfp8e5m2", kE5M2, true),
                                                               float_format("mxfp6e2m3", kE2M3, true),
                                                               float_format("mxfp6e3m2", kE3M2, true),
                                                               float_format("mxfp4", kE2M1, true)};

constexpr const StorageFormat& storage_format(Format format) {
  return kStorageFormats[static_cast<int>(format)];
}

inline constexpr int kMxBlock = 32;     ///< values that share a scale
inline constexpr int kScaleBias = 127;  ///< E8M0: code c is 2^(c - 127)
inline constexpr std::uint32_t kScaleNan = 255;

/// The code of two's complement integers is the integer.
constexpr Range code_range(const StorageFormat& format) {
  const std::int64_t half = std::int64_t{1} << (format.bits - 1);
  return {-half, half - 1};
}

/// The real number of a code, without its block's scale.
inline double decode(const StorageFormat& format, std::uint32_t code) {
  if (format.floating) return decode(*format.floating, code);
  const std::int64_t half = std::int64_t{1} << (format.bits - 1);
  return std::ldexp(static_cast<double>((static_cast<std::int64_t>(code) ^ half) - half), format.lowest_bit);
}

/// The code of the nearest number, ties to even, saturated at the largest and the smallest finite one. NaN
/// stays NaN in floating point (-0 where there is none) and is 0 in two's complement.
inline std::uint32_t encode(const StorageFormat& format, double value) {
  if (format.floating) return encode(*format.floating, value, Overflow::saturate);
  const std::int64_t q = saturate(round_even(std::ldexp(value, -format.lowest_bit)), code_range(format));
  return static_cast<std::uint32_t>(q) & ((1U << format.bits) - 1);
}

/// The largest finite number.
inline double largest(const StorageFormat& format) {
  if (format.floating) return decode(*format.floating, format.floating->largest());
  return std::ldexp(static_cast<double>(code_range(format).upper), format.lowest_bit);
}

/// The real number of an E8M0 code.
inline double decode_scale(std::uint32_t code) {
  return code == kScaleNan ? std::nan("") : std::ldexp(1.0, static_cast<int>(code) - kScaleBias);
}

/// The E8M0 code of the smallest power of two that is not below `value`, within 2^-127 .. 2^127; NaN of NaN.
/// Precondition: value >= 0.
inline std::uint32_t encode_scale_up(double value) {
  if (std::isnan(value)) return kScaleNan;
  std::uint32_t code = 0;
  while (code + 1 < kScaleNan && decode_scale(code) < value) ++code;
  return code;
}

/// The scale of an MX block whose largest magnitude is `peak`: the power of two of its leading bit over that
/// of the format's largest number, so that the block's largest values may saturate. 2^-127 for a block of
/// zeros.
inline std::uint32_t block_scale(const StorageFormat& format, double peak) {
  if (peak == 0) return 0;
  const int exponent = std::ilogb(peak) - std::ilogb(largest(format));
  return static_cast<std::uint32_t>(saturate(std::int64_t{exponent} + kScaleBias, {0, kScaleNan - 1}));
}

/// q = sat( RNE(number of the code * 2^-exponent) ): a code aligned to a window (N9.3). NaN, of the code or
/// of the scale, gives 0 and a flag; infinity saturates and sets a flag. `scale`: the block's E8M0 code.
/// Hardware twin: rtl/quant/dpwa_code_aligner.v.
inline Quantized align(const StorageFormat& format, std::uint32_t code, std::uint32_t scale, int exponent,
                       Range window) {
  const double value = decode(format, code) * (format.block_scaled ? decode_scale(scale) : 1.0);
  if (std::isnan(value)) return {0, true, false};
  const std::int64_t rounded = round_even(std::ldexp(value, -exponent));
  const std::int64_t q = saturate(rounded, window);
  return {static_cast<std::int32_t>(q), false, rounded != q || std::isinf(value)};
}

}  // namespace dpwa::num
