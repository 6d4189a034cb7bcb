// SPDX-License-Identifier: Apache-2.0
// The fixed baselines of bench/lanes against plain integer arithmetic: a comparison is honest only between
// lanes that compute what they claim.
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "Vdut.h"
#include "verilated.h"

namespace dpwa::rtl_arith {
namespace {

constexpr std::uint32_t kSeed = 20240918;

struct Beat {
  bool valid = false;
  bool last = false;
  int format = 0;  // of base_naive: 0 INT4, 1 INT8, 2 INT16
  std::uint64_t a = 0;
  std::uint64_t w = 0;
};

/// One output of base_matrix: its operand bits (0: the beat's format), latency and constant per beat
/// (base_lane.v).
struct Lane {
  const char* name;
  int operand_bits;
  int latency;
  std::int64_t constant;
};

constexpr std::array<Lane, 7> kLanes = {{
    {"INT8x4 iCE40", 8, 4, 0},
    {"INT4x16 iCE40", 4, 4, -16},
    {"INT8x4 ECP5", 8, 3, -256},
    {"INT4x16 ECP5", 4, 3, -64},
    {"INT8x4 ASIC", 8, 1, 130048},
    {"INT4x16 ASIC", 4, 1, 1792},
    {"naive", 0, 2, 0},
}};

/// Dot product of the signed fields of `bits` bits in a and w.
std::int64_t dot(const Beat& beat, int bits) {
  const int fields = bits == 16 ? 1 : 256 / bits / bits;
  std::int64_t sum = 0;
  for (int e = 0; e < fields; ++e) {
    const auto field = [&](std::uint64_t word) {
      return static_cast<std::int64_t>(word << (64 - bits * (e + 1))) >> (64 - bits);
    };
    sum += field(beat.a) * field(beat.w);
  }
  return sum;
}

class BaseLane : public ::testing::Test {
 protected:
  void SetUp() override {
    dut_.rst_ni = 0;
    clock(Beat{});
    dut_.rst_ni = 1;
  }

  void clock(const Beat& beat) {
    dut_.valid_i = beat.valid;
    dut_.last_i = beat.last;
    dut_.format_i = static_cast<CData>(beat.format);
    dut_.a_i = beat.a;
    dut_.w_i = beat.w;
    dut_.clk_i = 0;
    dut_.eval();
    dut_.clk_i = 1;
    dut_.eval();
  }

  void run(const Beat& beat) {
    clock(beat);
    for (std::size_t k = 0; k < kLanes.size(); ++k) {
      auto& sums = expected_[k];
      const int bits = kLanes[k].operand_bits != 0 ? kLanes[k].operand_bits : 4 << beat.format;
      std::int64_t sum = sums.empty() || was_last_ ? 0 : sums.back();
      if (beat.valid) sum += dot(beat, bits) + kLanes[k].constant;
      sums.push_back(sum);
    }
    was_last_ = beat.last;
    check();
  }

  // After the clock edge the outputs belong to the next cycle: latency L shows the beat before L - 1 others.
  void check() {
    dut_.clk_i = 0;
    dut_.eval();
    for (std::size_t k = 0; k < kLanes.size(); ++k) {
      const auto& sums = expected_[k];
      if (sums.size() < static_cast<std::size_t>(kLanes[k].latency)) continue;
      const auto want = static_cast<std::uint32_t>(sums[sums.size() - kLanes[k].latency]) ^ fault_;
      ++checks_;
      if (dut_.sum_o[k] == want) continue;
      if (mismatches_++ == 0) first_ = std::string(kLanes[k].name) + ", beat " + std::to_string(sums.size());
    }
  }

  Beat random_beat() {
    static constexpr std::array<std::uint64_t, 6> kCorners = {
        0x8888888888888888, 0x8080808080808080, 0x7f7f7f7f7f7f7f7f, 0x7777777777777777, ~std::uint64_t{0}, 0};
    Beat beat;
    beat.valid = random_() % 8 != 0;
    beat.last = random_() % 16 == 0;
    beat.format = static_cast<int>(random_() % 3);
    beat.a = random_() % 4 == 0 ? kCorners[random_() % 6] : random_();
    beat.w = random_() % 4 == 0 ? kCorners[random_() % 6] : random_();
    return beat;
  }

  Vdut dut_;
  std::array<std::vector<std::int64_t>, kLanes.size()> expected_;
  bool was_last_ = false;
  std::uint32_t fault_ = 0;
  long checks_ = 0;
  long mismatches_ = 0;
  std::string first_;
  std::mt19937_64 random_{kSeed};
};

TEST_F(BaseLane, RandomAndCornerBeatsAreExact) {
  for (int i = 0; i < 20000; ++i) run(random_beat());
  EXPECT_GT(checks_, 0);
  EXPECT_EQ(mismatches_, 0) << "first: " << first_ << ", seed " << kSeed;
}

TEST_F(BaseLane, TheComparisonCanFail) {
  fault_ = 1;
  for (int i = 0; i < 20; ++i) run(random_beat());
  EXPECT_EQ(mismatches_, checks_);
}

}  // namespace
}  // namespace dpwa::rtl_arith
