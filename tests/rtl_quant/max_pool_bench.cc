// SPDX-License-Identifier: Apache-2.0
// dpwa_max_pool: windows of several slices, interleaved. Sizes come from CMakeLists.txt.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <optional>
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
constexpr int kSlices = TB_SLICES;
constexpr int kValueW = TB_VALUE_W;
constexpr int kTagW = TB_TAG_W;
constexpr unsigned kSeed = 20240205;

using Values = std::array<std::int64_t, kWbLanes>;

struct Transfer {
  int slice = 0;
  bool first = true;
  bool last = true;
  std::uint64_t tag = 0;
  Values values{};
};

class MaxPool : public testing::Test {
 protected:
  void SetUp() override {
    dut_.rst_ni = 0;
    dut_.valid_i = 0;
    clock();
    dut_.rst_ni = 1;
  }
  void TearDown() override { dut_.final(); }

  /// One cycle; compares what the cycle before has promised.
  void cycle(const std::optional<Transfer>& transfer) {
    dut_.valid_i = transfer.has_value();
    if (transfer) {
      dut_.slice_i = transfer->slice;
      dut_.first_i = transfer->first;
      dut_.last_i = transfer->last;
      dut_.tag_i = transfer->tag;
      for (int l = 0; l < kWbLanes; ++l) set_field(dut_.y_i, l * kValueW, kValueW, transfer->values[l]);
    }
    dut_.eval();
    ASSERT_EQ(dut_.valid_o != 0, expected_.has_value());
    if (expected_) {
      ++checked_;
      ASSERT_EQ(dut_.tag_o, expected_->tag);
      for (int l = 0; l < kWbLanes; ++l) {
        ASSERT_EQ(sign_extend(get_field(dut_.y_o, l * kValueW, kValueW), kValueW), expected_->values[l])
            << "lane " << l;
      }
    }
    expected_.reset();
    if (transfer) pool(*transfer);
    clock();
  }

  Values random_values() {
    Values values{};
    for (std::int64_t& value : values) value = sign_extend(random_(), kValueW) >> (random_() % kValueW);
    return values;
  }

  Vdut dut_;
  std::mt19937_64 random_{kSeed};
  std::int64_t checked_ = 0;

 private:
  void pool(const Transfer& transfer) {
    Values& best = best_[transfer.slice];
    for (int l = 0; l < kWbLanes; ++l) {
      best[l] = transfer.first ? transfer.values[l] : std::max(best[l], transfer.values[l]);
    }
    if (transfer.last) {
      expected_ = transfer;
      expected_->values = best;
    }
  }

  void clock() {
    dut_.clk_i = 0;
    dut_.eval();
    dut_.clk_i = 1;
    dut_.eval();
  }

  std::array<Values, kSlices> best_{};
  std::optional<Transfer> expected_;
};

TEST_F(MaxPool, FirstAndLastTogetherPassTheValue) {
  for (int i = 0; i < 100; ++i) {
    ASSERT_NO_FATAL_FAILURE(cycle(Transfer{i % kSlices, true, true, i & low_mask(kTagW), random_values()}));
  }
  ASSERT_NO_FATAL_FAILURE(cycle(std::nullopt));
  EXPECT_EQ(checked_, 100);
}

TEST_F(MaxPool, ComparesAsSignedNumbers) {
  const auto low = -static_cast<std::int64_t>(low_mask(kValueW - 1)) - 1;
  Transfer transfer;
  transfer.last = false;
  for (const std::int64_t value : {low, std::int64_t{-1}, std::int64_t{-2}, low}) {
    transfer.values.fill(value);
    transfer.last = value == low && !transfer.first;
    ASSERT_NO_FATAL_FAILURE(cycle(transfer));
    transfer.first = false;
  }
  ASSERT_NO_FATAL_FAILURE(cycle(std::nullopt));
  EXPECT_EQ(checked_, 1);
  EXPECT_EQ(sign_extend(get_field(dut_.y_o, 0, kValueW), kValueW), -1);
}

TEST_F(MaxPool, SlicesInterleave) {
  std::array<int, kSlices> left{};
  for (int i = 0; i < 20000; ++i) {
    if (random_() % 4 == 0) {
      ASSERT_NO_FATAL_FAILURE(cycle(std::nullopt));
      continue;
    }
    Transfer transfer;
    transfer.slice = static_cast<int>(random_() % kSlices);
    int& more = left[transfer.slice];
    transfer.first = more == 0;
    if (transfer.first) more = 1 + static_cast<int>(random_() % 9);
    transfer.last = --more == 0;
    transfer.tag = random_() & low_mask(kTagW);
    transfer.values = random_values();
    ASSERT_NO_FATAL_FAILURE(cycle(transfer)) << "seed " << kSeed;
  }
  EXPECT_GT(checked_, 1000);
}

}  // namespace
}  // namespace dpwa::rtl_quant
