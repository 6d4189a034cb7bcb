// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <random>
#include <vector>

#include "Vdut.h"
#include "model/num/planes.h"
#include "tests/rtl_quant/ports.h"

/// Drives dpwa_pcu; sizes come from CMakeLists.txt. Cycle by cycle it compares decisions and trace with
/// docs/numerics.md N1.3, and keeps the counters that each node must have.
namespace dpwa::rtl_pcu {

constexpr int kWbLanes = TB_WB_LANES;
constexpr int kPlanesMax = TB_PLANES_MAX;
constexpr int kValueW = TB_VALUE_W;
constexpr int kNodes = TB_NODES;
constexpr int kCounterW = TB_COUNTER_W;
constexpr bool kHasCounters = TB_COUNTERS != 0;
constexpr unsigned kSeed = 20240202;
constexpr std::int64_t kValueMax = (std::int64_t{1} << (kValueW - 1)) - 1;
constexpr bool kVariance = TB_VARIANCE != 0;
constexpr int kCounters = 11;
constexpr int kSaturations = 6;
constexpr int kViolations = 7;
constexpr int kBeats = 9;
constexpr int kStalls = 10;

struct Record {
  int policy = 0;  ///< 0 range, 1 static, 2 variance
  int min_planes = 0;
  int max_planes = kPlanesMax;
  int step_class = 0;
  std::uint32_t bits() const {
    const auto low = static_cast<std::uint32_t>(policy | (min_planes << 2) | (max_planes << 5));
    if (!kVariance) return low | 0xabcdef00U;  // bits 31..8 do not exist
    return low | static_cast<std::uint32_t>(step_class << 8 | step_class << 10);
  }
};

struct Node {
  int index = 0;
  bool is_signed = false;
};

struct Transfer {
  std::vector<std::int64_t> values = std::vector<std::int64_t>(kWbLanes, 0);
  std::uint64_t mask = rtl_test::low_mask(kWbLanes);
};

struct Decision {
  int node = 0;
  int planes = 0;
};

class Pcu : public testing::Test {
 protected:
  void SetUp() override { reset(); }
  void TearDown() override { dut_.final(); }

  void reset() {
    idle_inputs();
    dut_.rst_ni = 0;
    dut_.clk_i = 0;
    dut_.eval();
    dut_.clk_i = 1;
    dut_.eval();
    dut_.rst_ni = 1;
    trace_.reset();
    tile_.clear();
  }

  void write_record(int node, const Record& record) {
    records_[node] = record;
    idle_inputs();
    dut_.record_we_i = 1;
    dut_.record_addr_i = node;
    dut_.record_data_i = record.bits();
    clock();
    dut_.record_we_i = 0;
  }

  /// node_start_i, and the two cycles after it.
  void start(const Node& node) {
    settle();  // the node before ends a while before
    idle_inputs();
    dut_.node_start_i = 1;
    dut_.node_i = node.index;
    dut_.signed_i = node.is_signed;
    clock();
    // Sampled by node_start_i: other values must not matter afterwards.
    idle_inputs();
    dut_.node_i = 0;
    dut_.signed_i = !node.is_signed;
    for (int i = 0; i < 2; ++i) clock();
    count_violation();
    node_ = node;
    counters_[node.index] = {};
  }

  /// What the decision for the tile must be (N1.3), and whether it is lossless.
  int decision(bool& lossless) const {
    const Record& record = records_[node_.index];
    num::Range extremes{0, 0};
    for (const std::int64_t value : tile_) {
      extremes = {std::min(extremes.lower, value), std::max(extremes.upper, value)};
    }
    const int most = record.max_planes - record.step_class;
    const num::Range stored = num::activation_range(most, node_.is_signed);
    lossless = stored.contains(extremes.lower) && stored.contains(extremes.upper);
    if (record.policy == 1 || !lossless) return most;
    return num::tile_width(extremes, node_.is_signed, record.min_planes, most);
  }

  /// One cycle of a node: a transfer or none, with or without flush. Checks decision and trace; counts.
  void cycle(const std::optional<Transfer>& transfer, bool flush, int saturated = 0) {
    idle_inputs();
    if (transfer) {
      dut_.valid_i = 1;
      dut_.mask_i = transfer->mask;
      for (int l = 0; l < kWbLanes; ++l) {
        rtl_test::set_field(dut_.values_i, l * kValueW, kValueW, transfer->values[l]);
        if ((transfer->mask >> l) & 1) tile_.push_back(transfer->values[l]);
      }
    }
    dut_.flush_i = flush;
    dut_.saturated_i = saturated;
    dut_.beat_i = random_() % 2;
    dut_.stall_i = random_() % 3 == 0;
    counters_[node_.index][kBeats] += dut_.beat_i;
    counters_[node_.index][kStalls] += dut_.stall_i;
    counters_[node_.index][kSaturations] += saturated;
    dut_.eval();
    std::optional<Decision> decided;
    if (flush) {
      bool lossless = true;
      const int planes = decision(lossless);
      ASSERT_EQ(dut_.class_o, static_cast<unsigned>(records_[node_.index].step_class));
      ASSERT_EQ(dut_.planes_o, static_cast<unsigned>(planes)) << "node " << node_.index;
      ++decisions_;
      ++counters_[node_.index][planes];
      violation_ = violation_ || !lossless;
      decided = Decision{node_.index, planes};
      tile_.clear();
    } else {
      count_violation();
    }
    clock(decided);
  }

  void one_value(std::int64_t value) {
    Transfer transfer;
    transfer.values.assign(kWbLanes, 0);
    transfer.values.back() = value;
    cycle(transfer, true);
  }

  /// flush_i alone, whatever is decided. Returns the planes.
  int flush_unchecked() {
    idle_inputs();
    dut_.flush_i = 1;
    dut_.eval();
    const int planes = dut_.planes_o;
    clock(Decision{node_.index, planes});
    return planes;
  }

  void idle(int cycles) {
    for (int i = 0; i < cycles; ++i) ASSERT_NO_FATAL_FAILURE(cycle(std::nullopt, false));
  }

  /// Cycles without any event.
  void settle() {
    for (int i = 0; i < 18; ++i) {
      idle_inputs();
      count_violation();
      clock();
    }
  }

  /// What a counter reads that has counted so much.
  static std::uint64_t counted(std::uint64_t events) { return kHasCounters ? events : 0; }

  /// Reads a counter: address in one cycle, value two cycles later.
  std::uint64_t counter(int node, int index) {
    idle_inputs();
    dut_.counter_node_i = node;
    dut_.counter_index_i = index;
    clock();
    dut_.counter_node_i = 0;
    dut_.counter_index_i = 10 - index;
    clock();
    return dut_.counter_o;
  }

  void expect_counters(const std::vector<int>& nodes) {
    ASSERT_NO_FATAL_FAILURE(idle(16));
    settle();
    for (const int node : nodes) {
      for (int index = 0; index < kCounters; ++index) {
        if (index > kPlanesMax && index < kSaturations) continue;
        const std::uint64_t want =
            counted(static_cast<std::uint64_t>(counters_[node][index]) & rtl_test::low_mask(kCounterW));
        ASSERT_EQ(counter(node, index), want) << "node " << node << ", index " << index;
      }
    }
  }

  std::int64_t random_value(const num::Range& range) {
    const std::int64_t value = rtl_test::sign_extend(random_(), kValueW) >> (random_() % kValueW);
    return num::saturate(value, range);
  }

  Vdut dut_;
  std::mt19937_64 random_{kSeed};
  std::array<Record, kNodes> records_{};
  std::array<std::array<std::int64_t, kCounters>, kNodes> counters_{};
  std::int64_t decisions_ = 0;

 private:
  void idle_inputs() {
    dut_.record_we_i = 0;
    dut_.node_start_i = 0;
    dut_.valid_i = 0;
    dut_.flush_i = 0;
    dut_.position_i = 0;
    dut_.drained_i = 0;
    dut_.saturated_i = 0;
    dut_.beat_i = 0;
    dut_.stall_i = 0;
  }

  /// Violations of tiles in consecutive cycles count as one.
  void count_violation() {
    if (violation_) ++counters_[node_.index][kViolations];
    violation_ = false;
  }

  /// Ends the cycle. `decided`: the decision of this cycle, to be traced in the next.
  void clock(std::optional<Decision> decided = std::nullopt) {
    dut_.clk_i = 0;
    dut_.eval();
    ASSERT_EQ(dut_.trace_valid_o != 0, trace_.has_value());
    if (trace_) {
      ASSERT_EQ(dut_.trace_planes_o, static_cast<unsigned>(trace_->planes));
      ASSERT_EQ(dut_.trace_node_o, static_cast<unsigned>(trace_->node));
    }
    trace_ = decided;
    dut_.clk_i = 1;
    dut_.eval();
  }

  Node node_;
  std::vector<std::int64_t> tile_;
  bool violation_ = false;         ///< not yet counted
  std::optional<Decision> trace_;  ///< of the cycle before
};

}  // namespace dpwa::rtl_pcu
