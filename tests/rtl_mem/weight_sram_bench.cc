// SPDX-License-Identifier: Apache-2.0
// dpwa_weight_sram: banks, skewed reads, width table. Sizes come from the build.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <random>
#include <vector>

#include "Vdut.h"
#include "tests/rtl_quant/ports.h"

namespace dpwa::rtl_mem {
namespace {

using rtl_test::get_field;
using rtl_test::set_field;

constexpr int kLanes = TB_LANES;
constexpr int kWbLanes = TB_WB_LANES;
constexpr int kSlices = kLanes / kWbLanes;
constexpr int kWordBits = TB_WORD_BITS;
constexpr int kWords = TB_WORDS;
constexpr int kTiles = TB_TILES;
constexpr int kReads = TB_READS;
constexpr int kFirstBank = TB_FIRST_BANK;
constexpr int kTableBank = TB_TABLE_BANK;
constexpr int kPartBits = 32;
constexpr int kParts = kWordBits / kPartBits;
constexpr unsigned kSeed = 20240206;

using Word = std::array<std::uint32_t, kParts>;

class WeightSram : public testing::Test {
 protected:
  WeightSram() : banks_(kLanes, std::vector<Word>(kWords)), planes_(kTiles) {}

  void SetUp() override {
    for (int lane = 0; lane < kLanes; ++lane) {
      for (int address = 0; address < kWords; ++address) {
        banks_[lane][address] = random_word();
        write(kFirstBank + lane, address, banks_[lane][address]);
      }
    }
    for (int tile = 0; tile < kTiles; ++tile) {
      planes_[tile] = static_cast<int>(random_() % 6);
      write_planes(kTableBank, tile, planes_[tile]);
    }
  }
  void TearDown() override { dut_.final(); }

  void clock() {
    dut_.clk_i = 0;
    dut_.eval();
    dut_.clk_i = 1;
    dut_.eval();
  }

  Word random_word() {
    Word word;
    for (std::uint32_t& part : word) part = static_cast<std::uint32_t>(random_());
    return word;
  }

  void write(int bank, int address, const Word& word) {
    dut_.word_we_i = 1;
    dut_.bank_i = static_cast<std::uint8_t>(bank);
    dut_.word_waddr_i = address;
    for (int i = 0; i < kParts; ++i) set_field(dut_.word_wdata_i, i * kPartBits, kPartBits, word[i]);
    clock();
    dut_.word_we_i = 0;
  }

  void write_planes(int bank, int tile, int planes) {
    dut_.tile_we_i = 1;
    dut_.bank_i = static_cast<std::uint8_t>(bank);
    dut_.tile_waddr_i = tile;
    dut_.tile_wdata_i = planes;
    clock();
    dut_.tile_we_i = 0;
  }

  /// One cycle with this read (or none); then compares every lane whose slice has read before with the
  /// address that its slice read last.
  void read_and_compare(const std::optional<int>& address) {
    dut_.word_re_i = address.has_value();
    dut_.word_raddr_i = address.value_or(0);
    clock();
    commands_.push_front(address);
    commands_.resize(std::min<std::size_t>(commands_.size(), kSlices));
    for (int lane = 0; lane < kLanes; ++lane) {
      const std::size_t slice = lane / kWbLanes;
      if (slice < commands_.size() && commands_[slice]) shown_[lane] = commands_[slice];
      if (!shown_[lane]) continue;
      const Word& want = banks_[lane][*shown_[lane]];
      for (int i = 0; i < kParts; ++i) {
        const std::uint64_t got = get_field(dut_.words_o, lane * kWordBits + i * kPartBits, kPartBits);
        ++compared_;
        if (got == (want[i] ^ fault_)) continue;
        ++mismatches_;
        if (fault_ == 0) {
          ADD_FAILURE() << "lane " << lane << " address " << *shown_[lane] << " part " << i << ": got 0x"
                        << std::hex << got << ", expected 0x" << want[i] << " (seed " << std::dec << kSeed
                        << ")";
        }
      }
    }
  }

  /// Plane count of the k-th neighbour.
  int shown_planes(int k) const { return (dut_.tile_planes_o >> (3 * k)) & 7; }

  void drain() {
    for (int i = 0; i < kSlices; ++i) read_and_compare(std::nullopt);
  }

  Vdut dut_;
  std::mt19937 random_{kSeed};
  std::vector<std::vector<Word>> banks_;  // [lane][address]
  std::vector<int> planes_;               // [tile]
  std::deque<std::optional<int>> commands_;
  std::array<std::optional<int>, kLanes> shown_{};
  std::uint32_t fault_ = 0;
  std::int64_t compared_ = 0;
  std::int64_t mismatches_ = 0;
};

TEST_F(WeightSram, EveryWordOfEveryLaneBackToBackInSkew) {
  for (int address = 0; address < kWords; ++address) read_and_compare(address);
  drain();
  EXPECT_GE(compared_, std::int64_t{kWords} * kLanes * kParts);
}

TEST_F(WeightSram, FirstAndLastAddressAlternate) {
  for (int i = 0; i < 8; ++i) read_and_compare(i % 2 == 0 ? 0 : kWords - 1);
  drain();
}

TEST_F(WeightSram, AWordIsHeldUntilTheNextReadOfItsSlice) {
  for (int i = 0; i < 2000; ++i) {
    const bool reads = random_() % 3 == 0;
    read_and_compare(reads ? std::optional<int>(static_cast<int>(random_() % kWords)) : std::nullopt);
  }
  drain();
}

TEST_F(WeightSram, BanksOfOtherGroupsChangeNothing) {
  for (const int bank : {kFirstBank - 1, kFirstBank + kLanes, 255}) {
    if (bank < 0) continue;
    for (int address = 0; address < std::min(kWords, 16); ++address) write(bank, address, random_word());
  }
  write_planes(kTableBank + 1, 0, 7);
  for (int address = 0; address < std::min(kWords, 16); ++address) read_and_compare(address);
  drain();
  dut_.tile_re_i = 1;
  dut_.tile_raddr_i = 0;
  clock();
  EXPECT_EQ(shown_planes(0), planes_[0]);
}

TEST_F(WeightSram, NeighboursStartAnywhere) {
  for (int tile = 0; tile + kReads <= kTiles; ++tile) {
    dut_.tile_re_i = 1;
    dut_.tile_raddr_i = tile;
    clock();
    for (int k = 0; k < kReads; ++k)
      ASSERT_EQ(shown_planes(k), planes_[tile + k]) << "tile " << tile << " + " << k;
    dut_.tile_re_i = 0;
    dut_.tile_raddr_i = 0;
    clock();
    ASSERT_EQ(shown_planes(0), planes_[tile]) << "held, tile " << tile;
  }
}

TEST_F(WeightSram, TheComparisonCanFail) {
  fault_ = 1;
  for (int address = 0; address < kWords; ++address) read_and_compare(address);
  EXPECT_EQ(mismatches_, compared_);
  EXPECT_GT(compared_, 0);
}

}  // namespace
}  // namespace dpwa::rtl_mem
