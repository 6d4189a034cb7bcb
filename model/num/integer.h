// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>

namespace dpwa::num {

/// 128-bit two's complement integer, for products that do not fit 64 bits.
__extension__ typedef __int128 Int128;

/// A closed range of integers.
struct Range {
  std::int64_t lower = 0;
  std::int64_t upper = 0;

  constexpr bool contains(std::int64_t value) const { return lower <= value && value <= upper; }
  constexpr bool operator==(const Range& o) const { return lower == o.lower && upper == o.upper; }
};

/// The values that both ranges hold. Precondition: they share at least one.
constexpr Range intersection(Range a, Range b) {
  return {a.lower > b.lower ? a.lower : b.lower, a.upper < b.upper ? a.upper : b.upper};
}

/// sat[lower,upper](value) of docs/numerics.md, for 64- and 128-bit values. Precondition: lower <= upper.
template <typename Int>
constexpr std::int64_t saturate(Int value, Range range) {
  if (value < range.lower) return range.lower;
  if (value > range.upper) return range.upper;
  return static_cast<std::int64_t>(value);
}

/// Bits of the shortest two's complement word that holds `value`: 1 for 0 and -1, 2 for 1 and -2, ...
constexpr int signed_bits(std::int64_t value) {
  int bits = 1;
  for (; value != 0 && value != -1; value >>= 1) ++bits;
  return bits;
}

/// Nearest integer of a real number, ties to even, whatever the rounding mode of the processor.
/// Values beyond +-2^62 give +-2^62, so that a following saturate() sees them; NaN gives 0.
inline std::int64_t round_even(double value) {
  constexpr double kFar = 4611686018427387904.0;  // 2^62
  if (std::isnan(value)) return 0;
  if (value >= kFar) return std::int64_t{1} << 62;
  if (value <= -kFar) return -(std::int64_t{1} << 62);
  const double floor = std::floor(value);
  const double part = value - floor;  // exact
  const auto kept = static_cast<std::int64_t>(floor);
  const bool up = part > 0.5 || (part == 0.5 && (kept & 1) != 0);
  return kept + (up ? 1 : 0);
}

}  // namespace dpwa::num
