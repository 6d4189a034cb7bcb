// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "model/num/integer.h"

/// Planes: the base-16 digits that activations and weights are made of (docs/numerics.md N1.2, N1.3, N2.2).
namespace dpwa::num {

inline constexpr int kPlaneBits = 4;
inline constexpr int kPlanesMax = 5;  ///< the most planes any configuration has, for activations and weights

/// 16^planes.
constexpr std::int64_t plane_weight(int planes) { return std::int64_t{1} << (kPlaneBits * planes); }

/// Activations that `planes` planes hold (N1.3): 0..16^n - 1 or -8*16^(n-1)..8*16^(n-1) - 1; only 0 for n =
/// 0.
constexpr Range activation_range(int planes, bool is_signed) {
  if (planes == 0) return {0, 0};
  if (!is_signed) return {0, plane_weight(planes) - 1};
  const std::int64_t half = plane_weight(planes) / 2;
  return {-half, half - 1};
}

/// Weights that `planes` planes hold (N2.2): -8*(16^n - 1)/15 .. 7*(16^n - 1)/15.
constexpr Range weight_range(int planes) {
  const std::int64_t ones = (plane_weight(planes) - 1) / 15;
  return {-8 * ones, 7 * ones};
}

/// Fewest planes that hold every activation of a range which includes zero.
/// Precondition: it fits kPlanesMax planes; lower >= 0 when unsigned.
constexpr int activation_planes(Range values, bool is_signed) {
  int planes = 0;
  while (!activation_range(planes, is_signed).contains(values.lower) ||
         !activation_range(planes, is_signed).contains(values.upper)) {
    ++planes;
  }
  return planes;
}

/// Fewest planes that hold one weight. Precondition: |q| < 2^31.
constexpr int weight_planes(std::int64_t q) {
  int planes = 0;
  while (!weight_range(planes).contains(q)) ++planes;
  return planes;
}

/// Stored width of a tile (N1.3): the fewest planes that hold its values, clamped to the PCU record.
/// `values`: smallest and largest value of the tile, the zeros that fill it included.
constexpr int tile_width(Range values, bool is_signed, int min_planes, int max_planes) {
  return static_cast<int>(saturate(activation_planes(values, is_signed), {min_planes, max_planes}));
}

/// Digit `plane` (0 = lowest) of an activation stored with `planes` planes (N1.2): 0..15, but -8..7 for the
/// top plane of a signed tensor. The sum of digit * 16^plane is q when q fits.
constexpr int activation_digit(std::int64_t q, int plane, int planes, bool is_signed) {
  const int digit = static_cast<int>((q >> (kPlaneBits * plane)) & 15);
  const bool top = plane == planes - 1;
  return is_signed && top && digit >= 8 ? digit - 16 : digit;
}

/// Digit `plane` of a weight (N2.2): -8..7. The sum of digit * 16^plane over weight_planes(q) planes is q.
constexpr int weight_digit(std::int64_t q, int plane) {
  for (int below = 0; below < plane; ++below) q = (q + 8) >> kPlaneBits;
  return static_cast<int>((q + 8) & 15) - 8;
}

/// The bits of an activation that decide its width. The bitwise OR over a tile, given to planes_of_bits(), is
/// the fewest planes that hold the tile: the form the inner loops and the hardware use.
constexpr std::uint32_t width_bits(std::int32_t q, bool is_signed) {
  if (!is_signed) return static_cast<std::uint32_t>(q);
  const auto magnitude = static_cast<std::uint32_t>(q < 0 ? ~q : q);
  return 2 * magnitude + (q != 0 ? 1 : 0);
}

/// Planes that hold `bits`: a quarter of the position of the highest one, rounded up; 0 for no bit.
constexpr int planes_of_bits(std::uint32_t bits) {
  int planes = 0;
  for (; bits != 0; bits >>= kPlaneBits) ++planes;
  return planes;
}

}  // namespace dpwa::num
