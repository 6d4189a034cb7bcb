// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "model/num/integer.h"

namespace dpwa::num {

/// Signed right shift, rounded to the nearest integer, ties to even.
///
///   round_shift(x, s) == RNE(x / 2^s)
///
/// Exact for every x. Precondition: 0 <= shift <= 62 (64-bit), 0 <= shift <= 126 (128-bit). Never overflows.
/// Source: docs/numerics.md N4. Hardware twin: the rounding stage of rtl/quant/dpwa_write_back.v.
template <typename Int>
constexpr Int round_shift(Int x, int shift) {
  if (shift == 0) return x;
  const Int kept = x >> shift;
  const Int lost = x - kept * (Int{1} << shift);
  const Int half = Int{1} << (shift - 1);
  const bool up = lost > half || (lost == half && (kept & 1) != 0);
  return kept + (up ? 1 : 0);
}

}  // namespace dpwa::num
