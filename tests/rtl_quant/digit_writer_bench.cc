// SPDX-License-Identifier: Apache-2.0
// dpwa_digit_writer: what a memory holds after random tiles, cycle by cycle. Sizes come from CMakeLists.txt.
#include <gtest/gtest.h>

#include <array>
#include <random>
#include <vector>

#include "Vdut.h"
#include "tests/rtl_quant/ports.h"

namespace dpwa::rtl_quant {
namespace {

using rtl_test::low_mask;

constexpr int kProducts = TB_PRODUCTS;
constexpr int kPlanesMax = TB_PLANES_MAX;
constexpr int kValueW = TB_VALUE_W;
constexpr int kWords = 1 << TB_WORD_ADDR_W;
constexpr unsigned kSeed = 20240311;

using Memory = std::array<std::array<int, kProducts>, kWords>;  // [word][element] digits

class DigitWriter : public testing::Test {
 protected:
  void SetUp() override {
    for (auto& word : memory_) word.fill(9);  // what was there before
    want_ = memory_;
    reset();
  }
  void TearDown() override { dut_.final(); }

  void reset() {
    dut_.valid_i = 0;
    dut_.rst_ni = 0;
    clock();
    dut_.rst_ni = 1;
    fresh_ = true;
  }

  /// One value from its valid_i until the writer is ready again.
  void value(int element, std::int64_t value, bool exists, bool flush, int word, int planes, int slot) {
    dut_.element_i = element;
    dut_.mask_i = exists;
    dut_.value_i = static_cast<std::uint64_t>(value) & low_mask(kValueW);
    dut_.flush_i = flush;
    dut_.tile_i = word & 31;
    dut_.word_i = word;
    dut_.planes_i = planes;
    dut_.slot_planes_i = slot;
    dut_.valid_i = 0;
    dut_.eval();
    ASSERT_EQ(dut_.ready_o, 1);
    dut_.valid_i = 1;
    dut_.eval();
    ASSERT_EQ(dut_.ready_o, 0);
    ASSERT_EQ(dut_.tile_we_o != 0, flush);
    if (flush) {
      ASSERT_EQ(dut_.tile_addr_o, static_cast<unsigned>(word & 31));
      ASSERT_EQ(dut_.tile_planes_o, static_cast<unsigned>(planes));
    }
    clock();
    dut_.valid_i = 0;
    for (int p = 0; p < slot; ++p) {
      if (fresh_) want_[word + p].fill(0);
      if (exists) want_[word + p][element] = static_cast<int>(value >> (4 * p) & 15);
    }
    for (int cycle = 0; cycle < (fresh_ ? 2 : 1) * slot; ++cycle) {
      dut_.eval();
      ASSERT_EQ(dut_.busy_o, 1);
      ASSERT_EQ(dut_.ready_o, 0);
      ASSERT_EQ(dut_.tile_we_o, 0);
      clock();
    }
    dut_.eval();
    ASSERT_EQ(dut_.busy_o, 0);
    ASSERT_EQ(memory_, want_);
    fresh_ = flush;
  }

  void clock() {
    dut_.clk_i = 0;
    dut_.eval();
    if (dut_.rst_ni) {
      for (int e = 0; e < kProducts; ++e) {
        if ((dut_.digit_we_o >> e & 1U) == 0) continue;
        memory_.at(dut_.word_addr_o)[e] = static_cast<int>(rtl_test::get_field(dut_.word_data_o, 4 * e, 4));
      }
    }
    dut_.clk_i = 1;
    dut_.eval();
  }

  std::int64_t below(std::int64_t limit) {
    return static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(limit));
  }

  Vdut dut_;
  Memory memory_{}, want_{};
  std::mt19937_64 random_{kSeed};

 private:
  bool fresh_ = true;
};

TEST_F(DigitWriter, RandomTiles) {
  for (int tile = 0; tile < 500; ++tile) {
    const int slot = 1 + static_cast<int>(below(kPlanesMax));
    const int word = static_cast<int>(below(kWords - slot + 1));
    const int values = 1 + static_cast<int>(below(kProducts));
    for (int e = 0; e < values; ++e) {
      const std::int64_t v =
          below(std::int64_t{1} << (4 * kPlanesMax + 1)) - (std::int64_t{1} << (4 * kPlanesMax));
      ASSERT_NO_FATAL_FAILURE(
          value(e, v, below(8) != 0, e + 1 == values, word, static_cast<int>(below(slot + 1)), slot))
          << "tile " << tile << ", element " << e << ", seed " << kSeed;
      for (std::int64_t gap = below(3); gap > 0; --gap) clock();
    }
  }
}

TEST_F(DigitWriter, ResetBeginsANewTile) {
  ASSERT_NO_FATAL_FAILURE(value(1, 3, true, false, 4, 0, 2));
  reset();
  ASSERT_NO_FATAL_FAILURE(value(0, 5, true, true, 4, 1, 2));
}

}  // namespace
}  // namespace dpwa::rtl_quant
