// SPDX-License-Identifier: Apache-2.0
// dpwa_write_back_serial against exact integer arithmetic, cycle counts included. Small sizes are tried
// completely. Sizes come from CMakeLists.txt.
#include <gtest/gtest.h>

#include <algorithm>
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

constexpr int kPasses = kMultW + 1;
constexpr unsigned kSeed = 20240206;

/// docs/architecture.md: cycles from taking a value to ready_o, and to the result one cycle later.
int passes_of(int shift) { return shift >= kPasses ? shift : 2 * kPasses - shift; }

class WriteBackSerial : public testing::Test {
 protected:
  void SetUp() override { reset(); }
  void TearDown() override { dut_.final(); }

  void reset() {
    dut_.rst_ni = 0;
    dut_.valid_i = 0;
    clock();
    dut_.rst_ni = 1;
  }

  void set_limits(Range limits) {
    limits_ = limits;
    drive_limits(dut_, limits);
  }

  /// Takes one value and waits for its result; compares values, flags, tag and every cycle of valid_o and
  /// ready_o.
  void run(const Input& input) {
    drive(dut_, input);
    dut_.valid_i = 1;
    dut_.eval();
    ASSERT_EQ(dut_.ready_o, 1);
    clock();
    // What follows is not sampled any more.
    drive(dut_,
          Input{~input.accumulator, input.bias, ~input.bias, ~input.multiplier & low_mask(kMultW), 1, 0});
    dut_.valid_i = 0;
    const int passes = passes_of(input.shift);
    for (int cycle = 1; cycle < passes + 2; ++cycle) {
      dut_.eval();
      ASSERT_EQ(dut_.valid_o, 0) << "cycle " << cycle << " of " << passes << describe(input);
      ASSERT_EQ(dut_.ready_o != 0, cycle > passes)
          << "cycle " << cycle << " of " << passes << describe(input);
      clock();
    }
    const Output want = expected(input, limits_);
    ASSERT_EQ(dut_.valid_o, 1) << describe(input);
    ASSERT_EQ(sign_extend(dut_.y_o, kValueW), want.y) << describe(input);
    ASSERT_EQ(dut_.above_o != 0, want.above) << describe(input);
    ASSERT_EQ(dut_.below_o != 0, want.below) << describe(input);
    ASSERT_EQ(dut_.tag_o, want.tag) << describe(input);
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
          ASSERT_NO_FATAL_FAILURE(run({accumulator, 5, 0, multiplier, shift, 1}));
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
          ASSERT_NO_FATAL_FAILURE(run({accumulator, ~accumulator, 0, multiplier, shift, low_mask(kTagW)}));
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
    input.tag = random() & low_mask(kTagW);
    ASSERT_NO_FATAL_FAILURE(run(input)) << "seed " << kSeed;
    for (std::uint64_t gap = random() % 3; gap > 0; --gap) clock();
  }
}

TEST_F(WriteBackSerial, ResetDropsTheValue) {
  set_limits(kFormat);
  for (int wait = 0; wait < passes_of(kShiftMax) + 2; ++wait) {
    drive(dut_, of_product(3, kShiftMax));
    dut_.valid_i = 1;
    clock();
    dut_.valid_i = 0;
    for (int i = 0; i < wait; ++i) clock();
    reset();
    ASSERT_EQ(dut_.valid_o, 0);
    ASSERT_NO_FATAL_FAILURE(run(of_product(5, 1)));
  }
}

}  // namespace
}  // namespace dpwa::rtl_quant
