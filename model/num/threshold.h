// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>

#include "model/num/integer.h"
#include "model/num/multiplier.h"

namespace dpwa::num {

/// What a row's n^2 * variance is compared with: mantissa * 2^exponent (docs/numerics.md N5.4).
struct Threshold {
  int mantissa = 0;  ///< 0 .. 15
  int exponent = 0;  ///< 0 .. 63

  Int128 value() const { return Int128{mantissa} << exponent; }
};

inline constexpr int kThresholdExponentMax = 63;

/// The threshold nearest to `real`, ties to even; a mantissa of four bits unless the exponent is 0. Its
/// exponent passes kThresholdExponentMax when `real` is out of range, which the caller refuses. Precondition:
/// real >= 0.
inline Threshold make_threshold(double real) {
  constexpr int kMantissaBits = 4;
  const int exponent = real < (1 << kMantissaBits) ? 0 : floor_log2(real) - (kMantissaBits - 1);
  const auto mantissa = static_cast<int>(round_even(std::ldexp(real, -exponent)));
  if (mantissa == 1 << kMantissaBits) return {mantissa / 2, exponent + 1};
  return {mantissa, exponent};
}

}  // namespace dpwa::num
