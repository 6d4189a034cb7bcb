// SPDX-License-Identifier: Apache-2.0
// dpwa_write_back_serial against exact integer arithmetic and the largest of each pool window, cycle counts
// included. Small sizes are tried completely. Sizes come from CMakeLists.txt.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>
#include <vector>

#include "Vdut.h"
#include "tests/rtl_quant/ports.h"
#include "tests/rtl_quant/write_back_reference.h"

namespace dpwa::rtl_quant {
namespace {

using num::Range;
using rtl_test::low_mask;
using rtl_test::sign_extend;

constexpr int kSlices = TB_SLICES;
constexpr int kRun = std::max(kAccW + kMultW + 1, kShiftMax + kValueW);
constexpr int kLatency = kRun + kValueW + 1;  // docs/architecture.md
constexpr unsigned kSeed = 20240206;

class WriteBackSerial : public testing::Test {
 protected:
  void SetUp() override { reset(); }
  void TearDown() override { dut_.final(); }

  void reset() {
    dut_.rst_ni = 0;
    dut_.start_i = 0;
    clock();
    dut_.rst_ni = 1;
  }

  void set_limits(Range limits) {
    limits_ = limits;
    drive_limits(dut_, limits);
  }

  void drive_constants(const Input& input, bool first) {
    dut_.bias_i = static_cast<std::uint64_t>(input.bias) & low_mask(kAccW);
    dut_.mult_i = input.multiplier;
    dut_.shift_i = input.shift;
    dut_.first_i = first;
  }

  /// One value; compares values, flags and every cycle of take_o and valid_o.
  void run(const Input& input, bool first = true) {
    drive_constants({0, 0, ~input.bias, ~input.multiplier & low_mask(kMultW), 1, 0}, !first);
    dut_.start_i = 1;
    clock();
    dut_.start_i = 0;
    drive_constants(input, first);
    const auto sum =
        static_cast<std::uint64_t>(input.accumulator) + static_cast<std::uint64_t>(input.corrector);
    for (int cycle = 1; cycle < kLatency; ++cycle) {
      dut_.eval();
      ASSERT_EQ(dut_.valid_o, 0) << "cycle " << cycle << describe(input);
      ASSERT_EQ(dut_.take_o != 0, cycle <= kAccW) << "cycle " << cycle << describe(input);
      const int bit = cycle - 1;
      dut_.sum_i = bit < kAccW ? sum >> bit & 1 : cycle & 1;
      dut_.corr_i = bit < kAccW ? static_cast<std::uint64_t>(input.corrector) >> bit & 1 : cycle >> 1 & 1;
      clock();
    }
    const Output want = expected(input, limits_);
    std::int64_t& best = best_.at(slice_);
    best = first ? want.y : std::max(best, want.y);
    slice_ = (slice_ + 1) % kSlices;
    for (int cycle = 0; cycle < 2; ++cycle) {  // y_o stays
      dut_.eval();
      ASSERT_EQ(dut_.valid_o != 0, cycle == 0) << describe(input);
      ASSERT_EQ(sign_extend(dut_.y_o, kValueW), best) << describe(input);
      if (cycle == 0) {
        ASSERT_EQ(dut_.above_o != 0, want.above) << describe(input);
        ASSERT_EQ(dut_.below_o != 0, want.below) << describe(input);
        clock();
      }
    }
    ++checked_;
  }

  void run_all(const std::vector<Input>& inputs) {
    for (const Input& input : inputs) ASSERT_NO_FATAL_FAILURE(run(input));
  }

  void clock() {
    dut_.clk_i = 0;
    dut_.eval();
    dut_.clk_i = 1;
    dut_.eval();
  }

  Vdut dut_;
  std::int64_t checked_ = 0;

 private:
  static std::string describe(const Input& input) {
    return ", accumulator " + std::to_string(input.accumulator) + ", bias " + std::to_string(input.bias) +
           ", multiplier " + std::to_string(input.multiplier) + ", shift " + std::to_string(input.shift);
  }

  Range limits_;
  int slice_ = 0;
  std::array<std::int64_t, kSlices> best_{};
};

// Complete for units of up to 10 and 4 bits; a corner around zero of larger ones.
TEST_F(WriteBackSerial, EveryInputOfASmallUnit) {
  constexpr int kBits = kAccW > 10 ? 6 : kAccW;
  constexpr std::int64_t kEnd = std::int64_t{1} << (kBits - 1);
  const std::uint64_t multipliers = low_mask(std::min(kMultW, 4)) + 1;
  for (const Range limits : {kFormat, Range{0, kValueMax}, Range{-1, 2}}) {
    set_limits(limits);
    for (std::int64_t accumulator = -kEnd; accumulator < kEnd; ++accumulator) {
      for (std::uint64_t multiplier = 0; multiplier < multipliers; ++multiplier) {
        for (int shift = 0; shift <= kShiftMax; ++shift) {
          ASSERT_NO_FATAL_FAILURE(run({accumulator, 5, 0, multiplier, shift, 0}));
        }
      }
    }
  }
  EXPECT_EQ(checked_, 3 * 2 * kEnd * static_cast<std::int64_t>(multipliers) * (kShiftMax + 1));
}

TEST_F(WriteBackSerial, TiesGoToEven) {
  set_limits(kFormat);
  for (int shift = 1; shift <= std::min(kShiftMax, kAccW - 4); ++shift) {
    const std::int64_t half = std::int64_t{1} << (shift - 1);
    ASSERT_NO_FATAL_FAILURE(
        run_all({of_product(half, shift), of_product(3 * half, shift), of_product(-half, shift),
                 of_product(-3 * half, shift), of_product(half + 1, shift), of_product(half - 1, shift),
                 of_product(-half - 1, shift), of_product(-half + 1, shift)}));
  }
}

TEST_F(WriteBackSerial, ExtremesOfEveryInput) {
  for (const Range limits : {kFormat, Range{0, kValueMax / 2}}) {
    set_limits(limits);
    for (int shift = 0; shift <= kShiftMax; ++shift) {
      for (const std::int64_t accumulator :
           {kAccMin, kAccMin + 1, std::int64_t{-1}, std::int64_t{0}, std::int64_t{1}, kAccMax - 1, kAccMax}) {
        for (const std::uint64_t multiplier :
             {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{1} << (kMultW - 1), low_mask(kMultW)}) {
          ASSERT_NO_FATAL_FAILURE(run({accumulator, ~accumulator, 0, multiplier, shift, 0}));
          ASSERT_NO_FATAL_FAILURE(run({0, kAccMax, accumulator, multiplier, shift, 0}));
        }
      }
    }
  }
}

TEST_F(WriteBackSerial, ResultsNextToTheLimits) {
  for (const Range limits : {kFormat, Range{-3, kValueMax - 1}}) {
    set_limits(limits);
    ASSERT_NO_FATAL_FAILURE(run_all(next_to_limits(limits)));
  }
}

TEST_F(WriteBackSerial, Random) {
  std::mt19937_64 random(kSeed);
  for (int i = 0; i < 20000; ++i) {
    if (i % 100 == 0) {
      const std::int64_t lower = sign_extend(random(), kValueW) >> (random() % kValueW);
      const std::int64_t upper = sign_extend(random(), kValueW) >> (random() % kValueW);
      set_limits({std::min({lower, upper, std::int64_t{0}}), std::max({lower, upper, std::int64_t{0}})});
    }
    Input input;
    input.accumulator = sign_extend(random(), kAccW) >> (1 + random() % (kAccW - 1));
    input.corrector = sign_extend(random(), kAccW);
    input.bias = sign_extend(random(), kAccW) >> (1 + random() % (kAccW - 1));
    input.multiplier = (random() & low_mask(kMultW)) >> (random() % kMultW);
    input.shift = static_cast<int>(random() % (kShiftMax + 1));
    ASSERT_NO_FATAL_FAILURE(run(input, i < kSlices || random() % 3 == 0)) << "seed " << kSeed;
    for (std::uint64_t gap = random() % 3; gap > 0; --gap) clock();
  }
}

TEST_F(WriteBackSerial, ResetDropsTheValue) {
  set_limits(kFormat);
  for (int wait = 0; wait < kLatency; wait += 3) {
    dut_.start_i = 1;
    clock();
    dut_.start_i = 0;
    for (int i = 0; i < wait; ++i) clock();
    reset();
    for (int i = 0; i < kLatency; ++i) {
      clock();
      ASSERT_EQ(dut_.valid_o, 0);
    }
    ASSERT_NO_FATAL_FAILURE(run(of_product(5, 1)));
  }
}

}  // namespace
}  // namespace dpwa::rtl_quant
