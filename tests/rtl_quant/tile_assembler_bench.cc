// SPDX-License-Identifier: Apache-2.0
// dpwa_tile_assembler against a list of the writes each flush promises. Sizes come from CMakeLists.txt.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <random>
#include <vector>

#include "Vdut.h"
#include "model/num/planes.h"
#include "tests/rtl_quant/ports.h"

namespace dpwa::rtl_quant {
namespace {

using rtl_test::get_field;
using rtl_test::low_mask;
using rtl_test::set_field;

constexpr int kProducts = TB_PRODUCTS;
constexpr int kWbLanes = TB_WB_LANES;
constexpr int kPlanesMax = TB_PLANES_MAX;
constexpr int kValueW = TB_VALUE_W;
constexpr int kWordAddrW = TB_WORD_ADDR_W;
constexpr int kTileAddrW = TB_TILE_ADDR_W;
constexpr unsigned kSeed = 20240201;

using Tile = std::array<std::int64_t, kProducts>;

struct Transfer {
  int element = 0;
  std::vector<std::int64_t> values = std::vector<std::int64_t>(kWbLanes, 0);
  std::uint64_t mask = low_mask(kWbLanes);
};

struct Flush {
  int planes = 0;
  std::uint64_t tile = 0;
  std::uint64_t word = 0;
};

struct WordWrite {
  std::uint64_t address = 0;
  std::array<int, kProducts> digits{};
};

class TileAssembler : public testing::Test {
 protected:
  void SetUp() override { reset(); }
  void TearDown() override { dut_.final(); }

  void reset() {
    dut_.rst_ni = 0;
    dut_.valid_i = 0;
    dut_.flush_i = 0;
    clock();
    clock();
    dut_.rst_ni = 1;
    tile_ = {};
    words_.clear();
    tiles_.clear();
    busy_until_ = -1;
  }

  /// One cycle; compares every output, and notes what the design promises for later cycles.
  void cycle(const std::optional<Transfer>& transfer, const std::optional<Flush>& flush) {
    drive(transfer, flush);
    dut_.eval();
    ASSERT_NO_FATAL_FAILURE(compare());
    if (transfer) collect(*transfer);
    if (flush) promise(*flush);
    clock();
  }

  /// Writes a tile in the order of `elements`, the flush in the cycle of the last transfer.
  void write_tile(const Tile& values, const std::vector<int>& elements, const Flush& flush) {
    for (std::size_t i = 0; i < elements.size(); ++i) {
      const bool last = i + 1 == elements.size();
      ASSERT_NO_FATAL_FAILURE(
          cycle(transfer_of(values, elements[i]), last ? std::optional(flush) : std::nullopt));
    }
  }

  void drain() {
    for (int i = 0; i <= kPlanesMax; ++i) ASSERT_NO_FATAL_FAILURE(cycle(std::nullopt, std::nullopt));
    ASSERT_TRUE(words_.empty());
    ASSERT_TRUE(tiles_.empty());
  }

  Transfer transfer_of(const Tile& values, int element) const {
    Transfer transfer;
    transfer.element = element;
    for (int l = 0; l < kWbLanes; ++l) transfer.values[l] = values[element + l];
    return transfer;
  }

  std::int64_t random_value() { return rtl_test::sign_extend(random_(), kValueW) >> (random_() % kValueW); }

  Flush random_flush() {
    return {static_cast<int>(random_() % (kPlanesMax + 1)), random_() & low_mask(kTileAddrW),
            random_() & low_mask(kWordAddrW)};
  }

  std::vector<int> all_elements() const {
    std::vector<int> elements;
    for (int e = 0; e < kProducts; e += kWbLanes) elements.push_back(e);
    return elements;
  }

  Vdut dut_;
  std::mt19937_64 random_{kSeed};
  std::int64_t words_checked_ = 0;
  std::int64_t now_ = 0;

 private:
  void drive(const std::optional<Transfer>& transfer, const std::optional<Flush>& flush) {
    dut_.valid_i = transfer.has_value() ? 1 : 0;
    if (transfer) {
      dut_.element_i = transfer->element;
      dut_.mask_i = transfer->mask;
      for (int l = 0; l < kWbLanes; ++l) set_field(dut_.values_i, l * kValueW, kValueW, transfer->values[l]);
    }
    dut_.flush_i = flush.has_value() ? 1 : 0;
    if (flush) {
      dut_.planes_i = flush->planes;
      dut_.tile_i = flush->tile;
      dut_.word_i = flush->word;
    }
  }

  void compare() {
    const auto word = words_.find(now_);
    ASSERT_EQ(dut_.word_we_o != 0, word != words_.end()) << "cycle " << now_;
    if (word != words_.end()) {
      ASSERT_EQ(dut_.word_addr_o, word->second.address) << "cycle " << now_;
      for (int e = 0; e < kProducts; ++e) {
        ASSERT_EQ(get_field(dut_.word_data_o, 4 * e, 4), static_cast<std::uint64_t>(word->second.digits[e]))
            << "cycle " << now_ << ", element " << e << ", address " << word->second.address;
      }
      ++words_checked_;
      words_.erase(word);
    }
    const auto tile = tiles_.find(now_);
    ASSERT_EQ(dut_.tile_we_o != 0, tile != tiles_.end()) << "cycle " << now_;
    if (tile != tiles_.end()) {
      ASSERT_EQ(dut_.tile_addr_o, tile->second.tile) << "cycle " << now_;
      ASSERT_EQ(dut_.tile_planes_o, static_cast<unsigned>(tile->second.planes)) << "cycle " << now_;
      tiles_.erase(tile);
    }
    ASSERT_EQ(dut_.busy_o != 0, now_ <= busy_until_) << "cycle " << now_;
  }

  void collect(const Transfer& transfer) {
    for (int l = 0; l < kWbLanes; ++l) {
      if ((transfer.mask >> l) & 1) tile_[transfer.element + l] = transfer.values[l];
    }
  }

  void promise(const Flush& flush) {
    for (int p = 0; p < flush.planes; ++p) {
      WordWrite write;
      write.address = (flush.word + p) & low_mask(kWordAddrW);
      for (int e = 0; e < kProducts; ++e) {
        write.digits[e] = num::activation_digit(tile_[e], p, kPlanesMax, false);
      }
      words_[now_ + 1 + p] = write;
    }
    tiles_[now_ + 1] = flush;
    busy_until_ = now_ + std::max(1, flush.planes);
    tile_ = {};
  }

  void clock() {
    dut_.clk_i = 0;
    dut_.eval();
    dut_.clk_i = 1;
    dut_.eval();
    ++now_;
  }

  Tile tile_{};
  std::map<std::int64_t, WordWrite> words_;  ///< by cycle
  std::map<std::int64_t, Flush> tiles_;      ///< by cycle
  std::int64_t busy_until_ = -1;
};

TEST_F(TileAssembler, WritesEveryPlaneOfAFullTile) {
  Tile values{};
  for (int e = 0; e < kProducts; ++e) values[e] = (e % 2 != 0 ? -1 : 1) * (e * 4099 + 1);
  for (int planes = 0; planes <= kPlanesMax; ++planes) {
    ASSERT_NO_FATAL_FAILURE(write_tile(values, all_elements(), {planes, 3, 9}));
    ASSERT_NO_FATAL_FAILURE(drain());
  }
  EXPECT_EQ(words_checked_, kPlanesMax * (kPlanesMax + 1) / 2);
}

TEST_F(TileAssembler, ShortTileIsFilledWithZeros) {
  Tile ones{};
  ones.fill(-1);
  ASSERT_NO_FATAL_FAILURE(write_tile(ones, all_elements(), {kPlanesMax, 1, 0}));
  ASSERT_NO_FATAL_FAILURE(drain());
  for (const int element : all_elements()) {
    Transfer transfer = transfer_of(ones, element);
    transfer.mask = 1;
    ASSERT_NO_FATAL_FAILURE(cycle(transfer, Flush{kPlanesMax, 2, 20}));
    ASSERT_NO_FATAL_FAILURE(drain());
  }
}

TEST_F(TileAssembler, FlushWithoutTransferCompletesTheTile) {
  Tile values{};
  values.fill(5);
  ASSERT_NO_FATAL_FAILURE(cycle(transfer_of(values, 0), std::nullopt));
  ASSERT_NO_FATAL_FAILURE(cycle(std::nullopt, Flush{1, 7, 30}));
  ASSERT_NO_FATAL_FAILURE(drain());
  EXPECT_EQ(words_checked_, 1);
}

TEST_F(TileAssembler, ElementsInAnyOrder) {
  for (int round = 0; round < 50; ++round) {
    Tile values{};
    for (std::int64_t& value : values) value = random_value();
    std::vector<int> elements = all_elements();
    std::shuffle(elements.begin(), elements.end(), random_);
    ASSERT_NO_FATAL_FAILURE(write_tile(values, elements, random_flush()));
    ASSERT_NO_FATAL_FAILURE(drain());
  }
}

// The next flush in t + max(1, planes), with as many transfers in between as there are cycles.
TEST_F(TileAssembler, FlushAtTheShortestDistance) {
  for (int round = 0; round < 2000; ++round) {
    const Flush flush = random_flush();
    for (int c = std::max(1, flush.planes); c > 0; --c) {
      Transfer transfer;
      transfer.element = kWbLanes * static_cast<int>(random_() % (kProducts / kWbLanes));
      transfer.mask = random_() & low_mask(kWbLanes);
      for (std::int64_t& value : transfer.values) value = random_value();
      const bool now = c == std::max(1, flush.planes);
      ASSERT_NO_FATAL_FAILURE(cycle(transfer, now ? std::optional(flush) : std::nullopt)) << "seed " << kSeed;
    }
  }
  ASSERT_NO_FATAL_FAILURE(drain());
  EXPECT_GT(words_checked_, 2000);
}

TEST_F(TileAssembler, RandomTransfersAndGaps) {
  std::int64_t flush_allowed = 0;
  for (int i = 0; i < 20000; ++i) {
    std::optional<Transfer> transfer;
    if (random_() % 3 != 0) {
      transfer.emplace();
      transfer->element = kWbLanes * static_cast<int>(random_() % (kProducts / kWbLanes));
      transfer->mask = random_() & low_mask(kWbLanes);
      for (std::int64_t& value : transfer->values) value = random_value();
    }
    std::optional<Flush> flush;
    if (now_ >= flush_allowed && random_() % 4 == 0) {
      flush = random_flush();
      flush_allowed = now_ + std::max(1, flush->planes);
    }
    ASSERT_NO_FATAL_FAILURE(cycle(transfer, flush)) << "seed " << kSeed;
  }
  ASSERT_NO_FATAL_FAILURE(drain());
  EXPECT_GT(words_checked_, 1000);
}

TEST_F(TileAssembler, ResetDropsTileAndWords) {
  Tile ones{};
  ones.fill(-1);
  ASSERT_NO_FATAL_FAILURE(write_tile(ones, all_elements(), {kPlanesMax, 1, 0}));
  ASSERT_NO_FATAL_FAILURE(cycle(transfer_of(ones, 0), std::nullopt));
  reset();
  ASSERT_NO_FATAL_FAILURE(drain());
  ASSERT_NO_FATAL_FAILURE(cycle(std::nullopt, Flush{kPlanesMax, 4, 8}));
  ASSERT_NO_FATAL_FAILURE(drain());
}

/// The design's own check of the sequencer's duty must fire, and only when the duty is broken.
class TileAssemblerDuty : public TileAssembler {
 protected:
  void SetUp() override {
    Verilated::threadContextp()->fatalOnError(false);
    TileAssembler::SetUp();
  }
  void TearDown() override {
    Verilated::threadContextp()->gotError(false);
    Verilated::threadContextp()->gotFinish(false);
    Verilated::threadContextp()->fatalOnError(true);
    TileAssembler::TearDown();
  }
  bool stopped() const { return Verilated::threadContextp()->gotError(); }
};

TEST_F(TileAssemblerDuty, EarlyFlushStopsTheSimulation) {
  ASSERT_NO_FATAL_FAILURE(cycle(std::nullopt, Flush{kPlanesMax, 1, 0}));
  for (int i = 0; i < kPlanesMax - 2; ++i) ASSERT_NO_FATAL_FAILURE(cycle(std::nullopt, std::nullopt));
  EXPECT_FALSE(stopped());
  ASSERT_NO_FATAL_FAILURE(cycle(std::nullopt, Flush{1, 2, 8}));
  EXPECT_TRUE(stopped());
}

TEST_F(TileAssemblerDuty, ElementOffTheGridStopsTheSimulation) {
  Transfer transfer;
  ASSERT_NO_FATAL_FAILURE(cycle(transfer, std::nullopt));
  EXPECT_FALSE(stopped());
  dut_.valid_i = 1;
  dut_.element_i = 1;
  dut_.clk_i = 0;
  dut_.eval();
  dut_.clk_i = 1;
  dut_.eval();
  EXPECT_EQ(stopped(), kWbLanes > 1);  // every element is a multiple of one
}

}  // namespace
}  // namespace dpwa::rtl_quant
