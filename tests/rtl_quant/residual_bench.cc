// SPDX-License-Identifier: Apache-2.0
// dpwa_residual against plain integers: nodes with and without a residual or a factor, pool windows, sums far
// beyond the limits, ties, sums written over what they add. Sizes come from CMakeLists.txt.
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <random>
#include <vector>

#include "Vdut.h"
#include "model/num/round_shift.h"
#include "tests/rtl_quant/ports.h"

namespace dpwa::rtl_quant {
namespace {

using rtl_test::get_field;
using rtl_test::set_field;
using rtl_test::sign_extend;

constexpr int kWbLanes = TB_WB_LANES, kSlices = TB_SLICES;
constexpr int kSumW = TB_SUM_W, kFineW = TB_FINE_W, kValueW = TB_VALUE_W, kWords = TB_WORDS;
constexpr int kPoolDelay = TB_POOL_DELAY;
constexpr bool kFactors = TB_FACTORS != 0;
constexpr int kLatency = TB_CUTS != 0 || kFactors ? 6 : 5;
constexpr unsigned kSeed = 20240311;

using Values = std::vector<std::int64_t>;  // one transfer

struct Node {
  bool adds = false, multiplies = false, kept = false;
  int shift = 0, read_base = 0, write_base = 0, window = 1, jobs = 1;
  std::int64_t lower = 0, upper = 0;
};

/// What a transfer must give.
struct Expected {
  int slice = 0;
  bool first = true, last = true;
  Values stored, above, below;
};

class Residual : public testing::Test {
 protected:
  void SetUp() override {
    dut_.rst_ni = 0;
    dut_.valid_i = 0;
    dut_.start_i = 0;
    step();
    dut_.rst_ni = 1;
    memory_.assign(kWords, Values(kWbLanes, 0));
  }
  void TearDown() override { dut_.final(); }

  std::int64_t below(std::int64_t limit) { return static_cast<std::int64_t>(random_() % limit); }
  bool chance(int percent) { return below(100) < percent; }

  /// Runs a node; `sum_of` gives the fine sums. Values come with gaps.
  template <typename SumOf>
  void run(const Node& node, SumOf sum_of) {
    dut_.add_i = node.adds;
    dut_.multiply_i = node.multiplies;
    dut_.keep_i = node.kept;
    dut_.shift_i = node.shift;
    dut_.read_base_i = node.read_base;
    dut_.write_base_i = node.write_base;
    set_field(dut_.lower_i, 0, kValueW, node.lower);
    set_field(dut_.upper_i, 0, kValueW, node.upper);
    dut_.start_i = 1;
    step();
    dut_.start_i = 0;
    step();
    const std::vector<Values> before = memory_;
    std::vector<Values> best(kSlices);
    int read = node.read_base, write = node.write_base;
    for (int job = 0; job < node.jobs; ++job) {
      for (int position = 0; position < node.window; ++position) {
        for (int slice = 0; slice < kSlices; ++slice) {
          while (chance(20)) cycle(nullptr, 0);
          Values sums;
          for (int l = 0; l < kWbLanes; ++l) sums.push_back(sum_of());
          Expected e{slice, position == 0, position + 1 == node.window, {}, {}, {}};
          Values fine;
          for (int l = 0; l < kWbLanes; ++l) {
            const std::int64_t r = node.adds || node.multiplies ? before[read][l] : 0;
            const std::int64_t u = node.multiplies ? sums[l] * r : sums[l] + r;
            if (node.multiplies) largest_ = std::max(largest_, std::abs(u));
            const std::int64_t y = num::round_shift(u, node.shift);
            e.stored.push_back(std::clamp(y, node.lower, node.upper));
            e.above.push_back(y > node.upper);
            e.below.push_back(y < node.lower);
            fine.push_back(std::clamp(u, node.lower << node.shift, node.upper << node.shift));
            if (position > 0) fine[l] = std::max(fine[l], best[slice][l]);
          }
          best[slice] = fine;
          if (node.adds || node.multiplies) ++read;
          if (node.kept && e.last) memory_.at(write++) = fine;
          cycle(&sums, slice);
          expected_.push_back({now_ - 1 + kLatency, e});
          windows_.push_back({now_ - 1 + kLatency + kPoolDelay, e});
        }
      }
    }
    for (int i = 0; i < kLatency + kPoolDelay + 3; ++i) cycle(nullptr, 0);
    EXPECT_TRUE(expected_.empty());
    if (node.kept) {
      for (int at = node.write_base; at < write; ++at) ASSERT_EQ(words_[at], memory_[at]) << "word " << at;
    }
  }

  /// A node that multiplies by what `kept` wrote.
  void multiply(const Node& kept) {
    Node node;
    node.multiplies = true;
    node.jobs = kept.jobs;
    node.read_base = kept.write_base;
    node.shift = static_cast<int>(below(2 * kFineW));
    node.upper = below(std::int64_t{1} << (kValueW - 1));
    node.lower = chance(50) ? 0 : -below((std::int64_t{1} << (kValueW - 1)) + 1);
    constexpr std::int64_t kMost = std::int64_t{1} << (kFineW - 1);
    run(node, [&]() -> std::int64_t {
      if (chance(20)) return chance(50) ? kMost - 1 : -kMost;
      const std::int64_t tie = std::int64_t{1} << below(kFineW);
      return (below(2 * kMost) - kMost) / tie * tie;
    });
  }

  std::int64_t checked_ = 0, largest_ = 0;  // values, product

 private:
  /// One cycle: drives, compares what leaves, serves the memory.
  void cycle(const Values* sums, int slice) {
    dut_.valid_i = sums != nullptr;
    dut_.slice_i = slice;
    for (int l = 0; sums && l < kWbLanes; ++l) set_field(dut_.fine_i, l * kSumW, kSumW, (*sums)[l]);
    const bool due = !expected_.empty() && expected_.front().first == now_;
    const bool pooled = !windows_.empty() && windows_.front().first == now_;
    dut_.window_first_i = pooled && windows_.front().second.first;
    dut_.window_last_i = pooled && windows_.front().second.last;
    if (pooled) windows_.pop_front();
    dut_.eval();
    ASSERT_EQ(dut_.valid_o != 0, due) << "cycle " << now_;
    if (due) {
      const Expected& e = expected_.front().second;
      ASSERT_EQ(dut_.slice_o, e.slice);
      for (int l = 0; l < kWbLanes; ++l) {
        ASSERT_EQ(sign_extend(get_field(dut_.values_o, l * kValueW, kValueW), kValueW), e.stored[l]);
        ASSERT_EQ(get_field(dut_.above_o, l, 1), static_cast<std::uint64_t>(e.above[l]));
        ASSERT_EQ(get_field(dut_.below_o, l, 1), static_cast<std::uint64_t>(e.below[l]));
        ++checked_;
      }
      expected_.pop_front();
    }
    step();
  }

  /// A clock edge, with the fine memory.
  void step() {
    dut_.eval();
    const bool read = dut_.re_o != 0, write = dut_.we_o != 0;
    const int raddr = dut_.raddr_o, waddr = dut_.waddr_o;
    Values written;
    for (int l = 0; l < kWbLanes; ++l) {
      written.push_back(sign_extend(get_field(dut_.wdata_o, l * kFineW, kFineW), kFineW));
    }
    dut_.clk_i = 1;
    dut_.eval();
    if (words_.empty()) words_.assign(kWords, Values(kWbLanes, 0));
    for (int l = 0; read && l < kWbLanes; ++l)
      set_field(dut_.rdata_i, l * kFineW, kFineW, words_.at(raddr)[l]);
    if (write) words_.at(waddr) = written;
    dut_.clk_i = 0;
    dut_.eval();
    ++now_;
  }

  Vdut dut_;
  std::mt19937_64 random_{kSeed};
  std::int64_t now_ = 0;
  std::deque<std::pair<std::int64_t, Expected>> expected_, windows_;
  std::vector<Values> memory_, words_;
};

TEST_F(Residual, ChainsOfNodes) {
  constexpr std::int64_t kLargest = (std::int64_t{1} << (kFineW - 1)) - 1;
  constexpr std::int64_t kSum = std::int64_t{1} << (kSumW - 1);
  for (int chain = 0; chain < 200; ++chain) {
    const int jobs = 1 + static_cast<int>(below(3)), words = jobs * kSlices;
    Node node;
    node.jobs = jobs;
    node.kept = true;
    node.window = 1 + static_cast<int>(below(3));
    for (int n = 0; n < 4; ++n) {
      node.shift = static_cast<int>(below(16));
      const std::int64_t most = std::min(kLargest >> node.shift, (std::int64_t{1} << (kValueW - 1)) - 1);
      node.upper = below(most + 1);
      node.lower = chance(50) ? 0 : -below(most + 1);
      const std::int64_t near = ((node.upper - node.lower + 2) << node.shift) * 2;
      run(node, [&]() -> std::int64_t {
        if (chance(10)) return chance(50) ? kSum - 1 : -kSum;  // cut by the write-back lanes
        const std::int64_t tie =
            chance(30) ? std::max<std::int64_t>(1, (std::int64_t{1} << node.shift) / 2) : 1;
        return std::clamp((below(near) - near / 2) / tie * tie, -kSum, kSum - 1);
      });
      if (HasFatalFailure()) return;
      if (kFactors) multiply(node);
      if (HasFatalFailure()) return;
      node.window = 1;  // a node that adds has no pool
      node.adds = chance(80);
      node.read_base = node.write_base;
      if (chance(60)) node.write_base = static_cast<int>(below(node.read_base + 1));
      if (!node.adds || chance(30)) node.write_base = static_cast<int>(below(kWords - words + 1));
      const bool overlaps = node.write_base > node.read_base && node.write_base < node.read_base + words;
      if (node.adds && overlaps) node.write_base = node.read_base;
    }
  }
  EXPECT_GT(checked_, 1000);
  EXPECT_GE(largest_, kFactors ? std::int64_t{1} << (2 * kFineW - 3) : 0);
}

}  // namespace
}  // namespace dpwa::rtl_quant
