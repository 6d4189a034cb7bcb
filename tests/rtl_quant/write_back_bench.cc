// SPDX-License-Identifier: Apache-2.0
// dpwa_write_back against exact integer arithmetic, cycle by cycle. Sizes come from CMakeLists.txt.
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <optional>
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

constexpr int kLatency = 6;
constexpr int kTagW = TB_TAG_W;
constexpr unsigned kSeed = 20240131;

class WriteBack : public testing::Test {
 protected:
  void SetUp() override { reset(); }

  void TearDown() override { dut_.final(); }

  /// One cycle of reset: nothing that is inside comes out.
  void reset() {
    dut_.rst_ni = 0;
    clock();
    dut_.rst_ni = 1;
    in_flight_.assign(kLatency, std::nullopt);
  }

  void set_limits(Range limits) {
    limits_ = limits;
    drive_limits(dut_, limits);
  }

  /// One cycle with or without an input; compares every output of the cycle.
  void cycle(const std::optional<Input>& input) {
    dut_.valid_i = input.has_value() ? 1 : 0;
    if (input) drive(dut_, *input);
    dut_.eval();
    const std::optional<Output> want = in_flight_.front();
    in_flight_.pop_front();
    ASSERT_EQ(dut_.valid_o != 0, want.has_value()) << "cycle " << cycles_;
    if (want) {
      ++checked_;
      ASSERT_EQ(sign_extend(dut_.y_o, kValueW), want->y) << "cycle " << cycles_ << ", tag " << want->tag;
      ASSERT_EQ(dut_.above_o != 0, want->above) << "cycle " << cycles_;
      ASSERT_EQ(dut_.below_o != 0, want->below) << "cycle " << cycles_;
      ASSERT_EQ(dut_.tag_o, want->tag) << "cycle " << cycles_;
    }
    in_flight_.push_back(input ? std::optional(expected(*input, limits_)) : std::nullopt);
    clock();
  }

  /// One input after the other, then drains; expects `checks` outputs.
  void run(const std::vector<Input>& inputs) {
    const std::int64_t before = checked_;
    for (const Input& input : inputs) ASSERT_NO_FATAL_FAILURE(cycle(input));
    for (int i = 0; i < kLatency; ++i) ASSERT_NO_FATAL_FAILURE(cycle(std::nullopt));
    ASSERT_EQ(checked_ - before, static_cast<std::int64_t>(inputs.size()));
  }

  std::int64_t output_of(const Input& input) {
    run({input});
    return sign_extend(dut_.y_o, kValueW);
  }

  Vdut dut_;

 private:
  void clock() {
    dut_.clk_i = 0;
    dut_.eval();
    dut_.clk_i = 1;
    dut_.eval();
    ++cycles_;
  }

  Range limits_;
  std::deque<std::optional<Output>> in_flight_;
  std::int64_t checked_ = 0;
  std::int64_t cycles_ = 0;
};

TEST_F(WriteBack, TiesGoToEven) {
  set_limits(kFormat);
  for (int shift = 1; shift <= std::min(kShiftMax, kAccW - 4); ++shift) {
    const std::int64_t half = std::int64_t{1} << (shift - 1);
    ASSERT_NO_FATAL_FAILURE(
        run({of_product(half, shift), of_product(3 * half, shift), of_product(-half, shift),
             of_product(-3 * half, shift), of_product(half + 1, shift), of_product(half - 1, shift),
             of_product(-half - 1, shift), of_product(-half + 1, shift)}));
  }
  EXPECT_EQ(output_of(of_product(1, 1)), 0);
  EXPECT_EQ(output_of(of_product(3, 1)), 2);
  EXPECT_EQ(output_of(of_product(-1, 1)), 0);
  EXPECT_EQ(output_of(of_product(-3, 1)), -2);
}

TEST_F(WriteBack, ResultsNextToTheLimits) {
  for (const Range limits : {Range{0, 15}, Range{-8, 7}, Range{0, kValueMax}, kFormat, Range{0, 0}}) {
    set_limits(limits);
    ASSERT_NO_FATAL_FAILURE(run(next_to_limits(limits)));
  }
}

TEST_F(WriteBack, ExtremesOfEveryInput) {
  for (const Range limits : {kFormat, Range{0, 255}}) {
    set_limits(limits);
    std::vector<Input> inputs;
    for (int shift = 0; shift <= kShiftMax; ++shift) {
      for (const std::int64_t accumulator :
           {kAccMin, kAccMin + 1, std::int64_t{-1}, std::int64_t{0}, std::int64_t{1}, kAccMax - 1, kAccMax}) {
        for (const std::uint64_t multiplier :
             {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{1} << (kMultW - 1), low_mask(kMultW)}) {
          inputs.push_back({accumulator, ~accumulator, 0, multiplier, shift, 0});
          inputs.push_back({0, kAccMax, accumulator, multiplier, shift, low_mask(kTagW)});
        }
      }
    }
    ASSERT_NO_FATAL_FAILURE(run(inputs));
  }
}

TEST_F(WriteBack, ResetDropsWhatIsInside) {
  set_limits(kFormat);
  for (int i = 0; i < 3; ++i) ASSERT_NO_FATAL_FAILURE(cycle(of_product(i, 0)));
  reset();
  for (int i = 0; i < 2 * kLatency; ++i) ASSERT_NO_FATAL_FAILURE(cycle(std::nullopt));
}

TEST_F(WriteBack, RandomStreamWithGaps) {
  std::mt19937_64 random(kSeed);
  RecordProperty("seed", kSeed);
  for (int batch = 0; batch < 200; ++batch) {
    std::int64_t lower = sign_extend(random(), kValueW) >> (random() % kValueW);
    std::int64_t upper = sign_extend(random(), kValueW) >> (random() % kValueW);
    set_limits({std::min({lower, upper, std::int64_t{0}}), std::max({lower, upper, std::int64_t{0}})});
    for (int i = 0; i < 500; ++i) {
      Input input;
      input.accumulator = sign_extend(random(), kAccW) >> (1 + random() % (kAccW - 1));
      input.corrector = sign_extend(random(), kAccW);
      input.bias = sign_extend(random(), kAccW) >> (1 + random() % (kAccW - 1));
      input.multiplier = random() & low_mask(kMultW);
      input.shift = static_cast<int>(random() % (kShiftMax + 1));
      input.tag = random() & low_mask(kTagW);
      ASSERT_NO_FATAL_FAILURE(cycle(random() % 4 == 0 ? std::nullopt : std::optional(input)))
          << "seed " << kSeed;
    }
    for (int i = 0; i < kLatency; ++i) ASSERT_NO_FATAL_FAILURE(cycle(std::nullopt));
  }
}

}  // namespace
}  // namespace dpwa::rtl_quant
