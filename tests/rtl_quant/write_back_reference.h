// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "model/num/integer.h"
#include "model/num/round_shift.h"
#include "tests/rtl_quant/ports.h"

/// What every write-back unit must do (docs/numerics.md N4); sizes come from CMakeLists.txt.
namespace dpwa::rtl_quant {

constexpr int kAccW = TB_ACC_W;
constexpr int kMultW = TB_MULT_W;
constexpr int kShiftMax = TB_SHIFT_MAX;
constexpr int kValueW = TB_VALUE_W;
constexpr std::int64_t kAccMax = static_cast<std::int64_t>(rtl_test::low_mask(kAccW - 1));
constexpr std::int64_t kAccMin = -kAccMax - 1;
constexpr std::int64_t kValueMax = static_cast<std::int64_t>(rtl_test::low_mask(kValueW - 1));
constexpr num::Range kFormat{-kValueMax - 1, kValueMax};

struct Input {
  std::int64_t accumulator = 0;  ///< what sum - corr is meant to be
  std::int64_t corrector = 0;
  std::int64_t bias = 0;
  std::uint64_t multiplier = 1;
  int shift = 0;
  std::uint64_t tag = 0;
};

struct Output {
  std::int64_t y = 0;
  bool above = false;
  bool below = false;
  std::uint64_t tag = 0;
};

/// N4, in 128 bits: no intermediate can overflow.
inline Output expected(const Input& input, num::Range limits) {
  const num::Int128 z = static_cast<num::Int128>(input.accumulator + input.bias) * input.multiplier;
  const num::Int128 rounded = num::round_shift(z, input.shift);
  return {num::saturate(rounded, limits), rounded > limits.upper, rounded < limits.lower, input.tag};
}

inline Input of_product(std::int64_t z, int shift) {
  Input input;
  input.accumulator = z;
  input.shift = shift;
  return input;
}

/// Results around each limit and each end of the format in quarters of a step, at every shift: where the bits
/// that are kept run out, and where a value just beyond the format still rounds into it.
inline std::vector<Input> next_to_limits(num::Range limits) {
  std::vector<Input> inputs;
  for (int shift = 0; shift <= std::min(kShiftMax, kAccW - 1); ++shift) {
    const num::Int128 step = num::Int128{1} << shift;
    for (const std::int64_t edge : {kFormat.lower, kFormat.upper, limits.lower, limits.upper}) {
      for (int quarters = -8; quarters <= 8; ++quarters) {
        const num::Int128 z = edge * step + quarters * step / 4;
        if (z >= kAccMin && z <= kAccMax) inputs.push_back(of_product(static_cast<std::int64_t>(z), shift));
      }
    }
  }
  return inputs;
}

template <typename Dut>
void drive(Dut& dut, const Input& input) {
  const auto corrector = static_cast<std::uint64_t>(input.corrector);
  dut.sum_i = (static_cast<std::uint64_t>(input.accumulator) + corrector) & rtl_test::low_mask(kAccW);
  dut.corr_i = corrector & rtl_test::low_mask(kAccW);
  dut.bias_i = static_cast<std::uint64_t>(input.bias) & rtl_test::low_mask(kAccW);
  dut.mult_i = input.multiplier;
  dut.shift_i = input.shift;
  dut.tag_i = input.tag;
}

template <typename Dut>
void drive_limits(Dut& dut, num::Range limits) {
  dut.lower_i = static_cast<std::uint64_t>(limits.lower) & rtl_test::low_mask(kValueW);
  dut.upper_i = static_cast<std::uint64_t>(limits.upper) & rtl_test::low_mask(kValueW);
}

}  // namespace dpwa::rtl_quant
