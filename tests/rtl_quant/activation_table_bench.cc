// SPDX-License-Identifier: Apache-2.0
// dpwa_activation_table: every code, with a table and without. Sizes come from CMakeLists.txt.
#include <gtest/gtest.h>

#include <deque>
#include <random>
#include <vector>

#include "Vdut.h"
#include "tests/rtl_quant/ports.h"

namespace dpwa::rtl_quant {
namespace {

using rtl_test::get_field;
using rtl_test::low_mask;
using rtl_test::set_field;
using rtl_test::sign_extend;

constexpr int kWbLanes = TB_WB_LANES;
constexpr int kValueW = TB_VALUE_W;
constexpr int kWords = TB_WORDS;
constexpr int kLatency = 2;
constexpr unsigned kSeed = 20260301;

int address_bits() {
  int bits = 0;
  while ((1 << bits) < kWords) ++bits;
  return bits;
}

struct Transfer {
  bool valid = false;
  int slice = 0;
  unsigned above = 0, below = 0;
  std::vector<std::int64_t> values = std::vector<std::int64_t>(kWbLanes, 0);
};

class ActivationTable : public testing::Test {
 protected:
  void SetUp() override {
    dut_.rst_ni = 0;
    dut_.valid_i = 0;
    dut_.we_i = 0;
    clock();
    clock();
    dut_.rst_ni = 1;
    dut_.we_i = 1;
    for (int i = 0; i < kWords; ++i) {
      memory_.push_back(sign_extend(random_(), kValueW));
      dut_.waddr_i = i;
      dut_.wdata_i = static_cast<std::uint64_t>(memory_.back()) & low_mask(kValueW);
      clock();
    }
    dut_.we_i = 0;
  }
  void TearDown() override { dut_.final(); }

  void clock() {
    dut_.clk_i = 0;
    dut_.eval();
    dut_.clk_i = 1;
    dut_.eval();
  }

  void node(bool table, int base) {
    table_ = table;
    base_ = base;
    dut_.table_i = table;
    dut_.base_i = base;
  }

  /// The address of a code, modulo the power of two that the address bits reach.
  int address(std::int64_t y0) const {
    return static_cast<int>((base_ + y0) & static_cast<std::int64_t>(low_mask(address_bits())));
  }

  /// One cycle: a transfer goes in, the one of kLatency cycles ago is compared.
  void cycle(const Transfer& transfer) {
    dut_.valid_i = transfer.valid;
    dut_.slice_i = transfer.slice;
    dut_.above_i = transfer.above;
    dut_.below_i = transfer.below;
    for (int l = 0; l < kWbLanes; ++l) set_field(dut_.values_i, l * kValueW, kValueW, transfer.values[l]);
    inside_.push_back(transfer);
    clock();
    if (inside_.size() < kLatency) return;
    const Transfer out = inside_.front();
    inside_.pop_front();
    ASSERT_EQ(dut_.valid_o != 0, out.valid);
    if (!out.valid) return;
    ASSERT_EQ(dut_.slice_o, out.slice);
    ASSERT_EQ(dut_.above_o, out.above);
    ASSERT_EQ(dut_.below_o, out.below);
    for (int l = 0; l < kWbLanes; ++l) {
      const std::int64_t expected = table_ ? memory_[address(out.values[l])] : out.values[l];
      ASSERT_EQ(sign_extend(get_field(dut_.values_o, l * kValueW, kValueW), kValueW), expected)
          << "lane " << l << " code " << out.values[l];
      ++checks_;
    }
  }

  /// Every code in every lane, at different times, with pauses; codes beyond the memory are left out.
  void every_code() {
    const std::int64_t codes = std::int64_t{1} << kValueW;
    for (std::int64_t i = 0; i < codes; ++i) {
      Transfer transfer;
      transfer.valid = random_() % 8 != 0;
      if (!transfer.valid) --i;
      transfer.slice = static_cast<int>(random_() % 32);
      transfer.above = random_() & low_mask(kWbLanes);
      transfer.below = random_() & low_mask(kWbLanes);
      for (int l = 0; l < kWbLanes; ++l) {
        std::int64_t code = sign_extend(static_cast<std::uint64_t>(i * (2 * l + 1)), kValueW);
        if (table_ && address(code) >= kWords) code = sign_extend(kWords - 1 - base_, kValueW);
        transfer.values[l] = code;
      }
      cycle(transfer);
      if (HasFatalFailure()) return;
    }
    for (int i = 0; i < kLatency; ++i) cycle({});
    EXPECT_GE(checks_, codes * kWbLanes - kLatency);
  }

  Vdut dut_;
  std::mt19937 random_{kSeed};
  std::vector<std::int64_t> memory_;
  std::deque<Transfer> inside_;
  bool table_ = false;
  std::int64_t base_ = 0;
  std::int64_t checks_ = 0;
};

TEST_F(ActivationTable, EveryCodeIsLookedUp) {
  node(true, kWords / 3);
  every_code();
}

TEST_F(ActivationTable, WithoutATableValuesPass) {
  node(false, 1);
  every_code();
}

}  // namespace
}  // namespace dpwa::rtl_quant
