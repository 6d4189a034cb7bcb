// SPDX-License-Identifier: Apache-2.0
// dpwa_row_class: classes of rows against docs/numerics.md N5.4, computed here from all pairs of values.
#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

#include "Vdut.h"
#include "model/num/planes.h"
#include "model/num/threshold.h"
#include "tests/rtl_quant/ports.h"

namespace dpwa::rtl_pcu {
namespace {

constexpr int kWbLanes = TB_WB_LANES;
constexpr int kValueW = TB_VALUE_W;
constexpr int kDecision = kValueW + 16 + 3;
constexpr unsigned kSeed = 20240611;

struct Node {
  int columns = 1;
  int position_values = 1;
  bool varies = true;
  int step_class = 0, top_class = 3;
  num::Threshold coarser, finer;
};

class RowClass : public testing::Test {
 protected:
  void SetUp() override {
    dut_.rst_ni = 0;
    clock();
    dut_.rst_ni = 1;
  }
  void TearDown() override { dut_.final(); }

  void clock() {
    dut_.clk_i = 0;
    dut_.eval();
    dut_.clk_i = 1;
    dut_.eval();
    dut_.start_i = 0;
    dut_.valid_i = 0;
    dut_.position_i = 0;
    dut_.drained_i = 0;
  }

  static unsigned code(num::Threshold t) { return static_cast<unsigned>(t.exponent << 4 | t.mantissa); }

  void start(const Node& node) {
    dut_.start_i = 1;
    clock();
    dut_.columns_i = node.columns - 1;
    dut_.variance_i = node.varies;
    dut_.class_i = node.step_class;
    dut_.top_class_i = node.top_class;
    dut_.coarser_i = code(node.coarser);
    dut_.finer_i = code(node.finer);
    for (int i = 0; i < 2; ++i) clock();
  }

  /// The drain announces a row's positions, then the row's values come, in random pieces.
  void row(const Node& node, const std::vector<std::int64_t>& values, int k, bool changed) {
    for (int x = 0; x < node.columns; ++x) {
      dut_.eval();
      ASSERT_EQ(dut_.drain_class_o, static_cast<unsigned>(k));
      dut_.drained_i = 1;
      clock();
    }
    std::size_t next = 0;
    for (int x = 0; x < node.columns; ++x) {
      int left = node.position_values;
      while (left > 0) {
        const int count = std::min<int>(left, 1 + static_cast<int>(random_() % kWbLanes));
        if (random_() % 4 == 0) clock();
        dut_.valid_i = 1;
        dut_.mask_i = rtl_test::low_mask(count);
        for (int l = 0; l < kWbLanes; ++l) {
          const std::int64_t value = l < count ? values[next++] : static_cast<std::int64_t>(random_());
          rtl_test::set_field(dut_.values_i, l * kValueW, kValueW, value);
        }
        left -= count;
        dut_.position_i = left == 0;
        dut_.eval();
        ASSERT_EQ(dut_.class_o, static_cast<unsigned>(k));
        const bool last = left == 0 && x + 1 == node.columns;
        ASSERT_EQ(dut_.changed_o != 0, last && changed);
        clock();
      }
    }
    for (int i = 0; i < kDecision; ++i) clock();
  }

  std::vector<std::int64_t> random_row(const Node& node) {
    const int bits = 1 + static_cast<int>(random_() % (kValueW - 1));
    const std::int64_t offset = rtl_test::sign_extend(random_(), bits);
    std::vector<std::int64_t> values;
    const std::int64_t largest = (std::int64_t{1} << (kValueW - 1)) - 1;
    for (int i = 0; i < node.columns * node.position_values; ++i) {
      const std::int64_t value = offset + rtl_test::sign_extend(random_(), bits);
      values.push_back(num::saturate(value, {-largest - 1, largest}));
    }
    return values;
  }

  Vdut dut_;
  std::mt19937_64 random_{kSeed};
};

/// N5.4 by definition: n * S2 - S1^2 is the sum of squared differences of all pairs.
int later_class(const Node& node, const std::vector<std::int64_t>& values, int k) {
  num::Int128 spread = 0;
  for (std::size_t a = 0; a < values.size(); ++a) {
    for (std::size_t b = 0; b < a; ++b) {
      spread += num::Int128{values[a] - values[b]} * (values[a] - values[b]);
    }
  }
  if (!node.varies) return k;
  if (spread > node.coarser.value() && k < node.top_class) return k + 1;
  if (spread < node.finer.value() && k > 0) return k - 1;
  return k;
}

TEST_F(RowClass, FollowsTheVarianceOfTheRowTwoBefore) {
  int changes = 0;
  for (int round = 0; round < 60; ++round) {
    Node node;
    node.columns = 1 + static_cast<int>(random_() % 5);
    node.position_values = 1 + static_cast<int>(random_() % 20);
    node.varies = random_() % 8 != 0;
    node.top_class = static_cast<int>(random_() % 4);
    node.step_class = static_cast<int>(random_() % (node.top_class + 1));
    node.coarser = num::make_threshold(std::ldexp(1.0, static_cast<int>(random_() % (2 * kValueW + 8))));
    node.finer = num::make_threshold(static_cast<double>(node.coarser.value()) / 256);
    start(node);
    std::vector<int> classes(2, node.step_class);
    for (int y = 0; y < 12; ++y) {
      const std::vector<std::int64_t> values = random_row(node);
      const bool changed = y >= 2 && classes[y] != classes[y - 2];
      changes += changed ? 1 : 0;
      ASSERT_NO_FATAL_FAILURE(row(node, values, classes[y], changed)) << "round " << round << ", row " << y;
      classes.push_back(later_class(node, values, classes[y]));
    }
  }
  EXPECT_GT(changes, 100);
}

// A threshold is passed by one, on either side; and the largest row there is.
TEST_F(RowClass, ThresholdsAreStrict) {
  Node node;
  node.columns = 2;
  node.position_values = 1;
  node.step_class = 1;
  const auto class_after = [&](std::int64_t a, std::int64_t b) {  // spread (a - b)^2
    start(node);
    for (int y = 0; y < 2; ++y) row(node, {a, b}, 1, false);
    dut_.eval();
    return static_cast<int>(dut_.class_o);
  };
  node.coarser = {9, 0};
  node.finer = {4, 0};
  EXPECT_EQ(class_after(0, 3), 1);
  EXPECT_EQ(class_after(0, 4), 2);
  EXPECT_EQ(class_after(-1, 1), 1);
  EXPECT_EQ(class_after(1, 0), 0);
  const std::int64_t most = (std::int64_t{1} << (kValueW - 1)) - 1;
  node.coarser = num::make_threshold(static_cast<double>(most) * static_cast<double>(most) * 4);
  EXPECT_EQ(class_after(-most, most), 1);
  node.coarser = {15, node.coarser.exponent - 2};
  EXPECT_EQ(class_after(-most, most), 2);
}

TEST_F(RowClass, TheLongestRowIsCounted) {
  Node node;
  node.columns = 4369;
  node.position_values = 15;
  const std::int64_t most = (std::int64_t{1} << std::min(kValueW - 1, 17)) - 1;  // threshold below 2^67
  const double spread = 32767.0 * 32768.0 * static_cast<double>(most) * static_cast<double>(most);
  std::vector<std::int64_t> values(65535, 0);
  for (std::size_t i = 0; i < values.size(); i += 2) values[i] = most;
  for (const double factor : {0.9, 1.2}) {
    node.coarser = num::make_threshold(factor * spread);
    start(node);
    ASSERT_NO_FATAL_FAILURE(row(node, values, 0, false));
    ASSERT_NO_FATAL_FAILURE(row(node, values, 0, false));
    dut_.eval();
    EXPECT_EQ(dut_.class_o, factor < 1 ? 1U : 0U);
  }
}

}  // namespace
}  // namespace dpwa::rtl_pcu
