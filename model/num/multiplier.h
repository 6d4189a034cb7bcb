// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>

#include "model/num/integer.h"

namespace dpwa::num {

inline constexpr int kShiftMax = 63;  ///< the largest right shift any configuration has

/// factor = multiplier / 2^shift, nearly.
struct Multiplier {
  std::int64_t multiplier = 0;
  int shift = 0;
};

/// floor(log2 x), exact. Precondition: x > 0 and finite.
inline int floor_log2(double x) {
  int exponent = 0;
  std::frexp(x, &exponent);
  return exponent - 1;
}

/// A positive real factor as a multiplier of `bits` bits and a right shift (docs/numerics.md N4.1).
/// 2^(bits-1) <= multiplier < 2^bits, but smaller when the factor is so small that the shift would pass
/// shift_max. A factor of 2^bits or more gives a negative shift, which the caller refuses.
inline Multiplier normalise(double factor, int bits, int shift_max = kShiftMax) {
  int shift = bits - 1 - floor_log2(factor);
  if (shift > shift_max) shift = shift_max;
  std::int64_t multiplier = round_even(std::ldexp(factor, shift));
  if (multiplier == std::int64_t{1} << bits) {
    multiplier /= 2;
    --shift;
  }
  return {multiplier, shift};
}

}  // namespace dpwa::num
