// SPDX-License-Identifier: Apache-2.0
// Drives lane_matrix (every style and cut count at once) and compares each cycle with plain integer
// arithmetic. TB_PRODUCTS, TB_ACC_W, TB_LEVEL_W, TB_STYLES come from the build
// (tests/rtl_arith/CMakeLists.txt).
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

constexpr int kProducts = TB_PRODUCTS;
constexpr int kAccW = TB_ACC_W;
constexpr int kLevels = 1 << TB_LEVEL_W;
constexpr int kStyles = TB_STYLES;
constexpr int kCuts = 4;
constexpr int kMaxLatency = kCuts - 1 + 3;
constexpr std::uint64_t kMask = ~std::uint64_t{0} >> (64 - kAccW);

using Digits = std::array<std::uint8_t, kProducts>;  // 4-bit digits, 0..15

/// The inputs of one clock cycle.
struct Cycle {
  bool reset = false;
  bool valid = false;
  bool last = false;
  int level = 0;
  bool a_signed = false;
  Digits a{};
  Digits w{};
};

int as_signed(int digit) { return digit >= 8 ? digit - 16 : digit; }

/// docs/architecture.md, dpwa_mac_lane: what one valid beat adds, modulo 2^ACC_W.
std::uint64_t beat_value(const Cycle& cycle) {
  std::int64_t dot = 0;
  for (int e = 0; e < kProducts; ++e) {
    const int a = cycle.a_signed ? as_signed(cycle.a[e]) : cycle.a[e];
    dot += a * as_signed(cycle.w[e]);
  }
  const unsigned __int128 wide = static_cast<unsigned __int128>(static_cast<__int128>(dot));
  return static_cast<std::uint64_t>(wide << (4 * cycle.level)) & kMask;
}

void set_digits(WData* words, const Digits& digits) {
  for (int i = 0; i < (4 * kProducts + 31) / 32; ++i) words[i] = 0;
  for (int e = 0; e < kProducts; ++e) words[e / 8] |= static_cast<WData>(digits[e]) << (4 * (e % 8));
}

// Verilator gives a port of up to 32, 64 or more bits a different type.
inline void set_port(IData& port, const Digits& digits) { set_digits(&port, digits); }
inline void set_port(QData& port, const Digits& digits) {
  std::array<WData, 2> words{};
  set_digits(words.data(), digits);
  port = (static_cast<QData>(words[1]) << 32) | words[0];
}
template <std::size_t kWords>
inline void set_port(VlWide<kWords>& port, const Digits& digits) {
  set_digits(port.m_storage, digits);
}

/// Runs cycles through the design and through the reference, and counts what was compared and what differed.
class Bench {
 public:
  Bench() { reset(); }

  void reset() {
    Cycle cycle;
    cycle.reset = true;
    run(cycle);
  }

  void run(const Cycle& cycle) {
    drive(cycle);
    dut_.clk_i = 0;
    dut_.eval();
    compare();
    dut_.clk_i = 1;
    dut_.eval();
    advance_reference(cycle);
  }

  void idle(int cycles) {
    for (int i = 0; i < cycles; ++i) run(Cycle{});
  }

  /// Lets everything in flight come out, and fails unless something was compared.
  void finish() {
    idle(kMaxLatency + 1);
    EXPECT_GT(checks_, 0);
    EXPECT_EQ(mismatches_, 0) << first_mismatch_;
  }

  /// Falsifies every expected value, to prove that the comparison can fail.
  void set_fault(std::uint64_t fault) { fault_ = fault; }

  long checks() const { return checks_; }
  long mismatches() const { return mismatches_; }

 private:
  void drive(const Cycle& cycle) {
    dut_.rst_ni = !cycle.reset;
    dut_.valid_i = cycle.valid;
    dut_.last_i = cycle.last;
    dut_.level_i = static_cast<CData>(cycle.level);
    dut_.a_signed_i = cycle.a_signed;
    set_port(dut_.a_i, cycle.a);
    set_port(dut_.w_i, cycle.w);
  }

  std::uint64_t dot(int style, int cuts) const {
    const int base = (kCuts * style + cuts) * kAccW;
    std::uint64_t value = 0;
    for (int bit = 0; bit < kAccW; ++bit) {
      const std::uint64_t one = (dut_.dot_o[(base + bit) / 32] >> ((base + bit) % 32)) & 1;
      value |= one << bit;
    }
    return value;
  }

  void compare() {
    for (int cuts = 0; cuts < kCuts; ++cuts) {
      const int latency = cuts + 3;
      if (static_cast<int>(expected_.size()) < latency) continue;
      const std::uint64_t want = (expected_[expected_.size() - latency] ^ fault_) & kMask;
      for (int style = 0; style < kStyles; ++style) compare_one(style, cuts, want);
    }
  }

  void compare_one(int style, int cuts, std::uint64_t want) {
    const std::uint64_t got = dot(style, cuts);
    ++checks_;
    if (got == want) return;
    if (mismatches_++ == 0) {
      first_mismatch_ = "style " + std::to_string(style) + ", cuts " + std::to_string(cuts) + ", cycle " +
                        std::to_string(expected_.size()) + " after reset: got " + std::to_string(got) +
                        ", expected " + std::to_string(want);
    }
  }

  void advance_reference(const Cycle& cycle) {
    if (cycle.reset) {
      expected_.clear();
      running_ = 0;
      return;
    }
    if (cycle.valid) running_ = (running_ + beat_value(cycle)) & kMask;
    expected_.push_back(running_);
    if (cycle.last) running_ = 0;
  }

  Vdut dut_;
  std::vector<std::uint64_t> expected_;  // of every cycle since the last reset
  std::uint64_t running_ = 0;
  std::uint64_t fault_ = 0;
  long checks_ = 0;
  long mismatches_ = 0;
  std::string first_mismatch_;
};

/// A reproducible source of beats. The seed is printed with every failure.
class Source {
 public:
  explicit Source(std::uint32_t seed) : random_(seed) {}

  int below(int n) { return static_cast<int>(random_() % static_cast<std::uint32_t>(n)); }

  Digits digits() {
    static constexpr std::array<std::uint8_t, 4> kCorners = {0x0, 0x7, 0x8, 0xF};
    Digits out{};
    const int kind = below(4);  // 0: one corner everywhere, 1: corners mixed, else random
    const std::uint8_t same = kCorners[below(4)];
    for (auto& digit : out) {
      digit = static_cast<std::uint8_t>(below(16));
      if (kind == 0) digit = same;
      if (kind == 1) digit = kCorners[below(4)];
    }
    return out;
  }

  Cycle cycle(int valid_percent, int last_percent) {
    Cycle out;
    out.valid = below(100) < valid_percent;
    out.last = below(100) < last_percent;
    out.level = below(kLevels);
    out.a_signed = below(2) == 1;
    out.a = digits();
    out.w = digits();
    return out;
  }

 private:
  std::mt19937 random_;
};

constexpr std::uint32_t kSeed = 20240917;

class MacLane : public ::testing::Test {
 protected:
  Bench bench_;
  Source source_{kSeed};
  ::testing::ScopedTrace trace_{__FILE__, __LINE__, "seed " + std::to_string(kSeed)};
};

TEST_F(MacLane, RandomStreams) {
  for (int stream = 0; stream < 200; ++stream) {
    const int valid_percent = 10 + source_.below(91);
    const int last_percent = source_.below(40);
    for (int i = 0; i < 40; ++i) bench_.run(source_.cycle(valid_percent, last_percent));
  }
  bench_.finish();
}

TEST_F(MacLane, CornerDigitsInEverySignAndLevel) {
  for (const int a : {0x0, 0x7, 0x8, 0xF}) {
    for (const int w : {0x0, 0x7, 0x8, 0xF}) {
      for (int choice = 0; choice < 2 * kLevels; ++choice) {
        Cycle cycle;
        cycle.valid = true;
        cycle.a_signed = choice % 2 == 1;
        cycle.level = choice / 2;
        cycle.last = source_.below(3) == 0;
        cycle.a.fill(static_cast<std::uint8_t>(a));
        cycle.w.fill(static_cast<std::uint8_t>(w));
        bench_.run(cycle);
      }
    }
  }
  bench_.finish();
}

TEST_F(MacLane, EveryProductExhaustivelyInBothSigns) {
  for (int e = 0; e < kProducts; ++e) {
    for (int code = 0; code < 512; ++code) {
      Cycle cycle;
      cycle.valid = true;
      cycle.last = true;
      cycle.a[e] = code & 15;
      cycle.w[e] = (code >> 4) & 15;
      cycle.a_signed = (code >> 8) == 1;
      bench_.run(cycle);
    }
  }
  bench_.finish();
}

TEST_F(MacLane, JobsOfOneBeatFollowWithoutABubble) {
  for (int i = 0; i < 500; ++i) bench_.run(source_.cycle(100, 100));
  bench_.finish();
}

TEST_F(MacLane, LastWithoutABeatEndsTheJob) {
  for (int i = 0; i < 500; ++i) {
    Cycle cycle = source_.cycle(100, 0);
    if (source_.below(3) == 0) {
      cycle.valid = false;
      cycle.last = true;
    }
    bench_.run(cycle);
  }
  bench_.finish();
}

TEST_F(MacLane, IdleGapsAddNothing) {
  for (int i = 0; i < 200; ++i) {
    bench_.run(source_.cycle(100, 30));
    Cycle gap = source_.cycle(0, 0);  // digits, sign and level still toggle
    for (int k = source_.below(8); k > 0; --k) bench_.run(gap);
  }
  bench_.finish();
}

TEST_F(MacLane, LongJobWrapsModuloTheAccumulator) {
  Cycle cycle;
  cycle.valid = true;
  cycle.a.fill(0xF);
  cycle.w.fill(0x8);
  for (int i = 0; i < 3000; ++i) {
    cycle.level = i % kLevels;
    bench_.run(cycle);
  }
  bench_.finish();
}

TEST_F(MacLane, ResetInMidStreamForgetsWhatIsInFlight) {
  for (int round = 0; round < 50; ++round) {
    for (int i = source_.below(12); i >= 0; --i) bench_.run(source_.cycle(90, 5));
    Cycle cycle = source_.cycle(90, 50);
    cycle.reset = true;
    bench_.run(cycle);
    for (int i = 0; i < 20; ++i) bench_.run(source_.cycle(90, 5));
  }
  bench_.finish();
}

TEST_F(MacLane, TheComparisonCanFail) {
  bench_.set_fault(1);
  for (int i = 0; i < 20; ++i) bench_.run(source_.cycle(100, 10));
  EXPECT_GT(bench_.checks(), 0);
  EXPECT_EQ(bench_.mismatches(), bench_.checks());
}

}  // namespace
}  // namespace dpwa::rtl_arith
