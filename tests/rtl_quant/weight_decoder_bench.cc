// SPDX-License-Identifier: Apache-2.0
// dpwa_weight_decoder against dpwa::num: every code of every format, tiles of all formats one after the
// other.
#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "Vdut.h"
#include "model/num/planes.h"
#include "model/num/storage_format.h"
#include "tests/rtl_quant/ports.h"
#include "tests/rtl_quant/stream.h"

namespace dpwa::rtl_quant {
namespace {

using num::kStorageFormats;
using num::StorageFormat;
using rtl_test::Pattern;
using rtl_test::Willing;

constexpr int kProducts = TB_PRODUCTS;
constexpr int kElements = TB_ELEMENTS;
constexpr int kSteps = kProducts / kElements;
constexpr int kHalfBits = 2 * kProducts;
constexpr unsigned kSeed = 20240611;

struct Tile {
  int format = 0;
  int planes = 1;
  int scale = 127;
  int exponent = 0;
  bool fresh = false;
  std::vector<std::uint32_t> codes;  ///< [kProducts]

  const StorageFormat& storage() const { return kStorageFormats[format]; }
  int halves() const { return storage().bits / 2; }
};

using Half = std::vector<int>;    ///< [kProducts] numbers of two bits
using Digits = std::vector<int>;  ///< [kProducts]

/// The storage words of tiles that follow each other: pairs of half words.
std::vector<Half> halves_of(const std::vector<Tile>& tiles) {
  std::vector<Half> halves;
  for (const Tile& tile : tiles) {
    if (tile.fresh && halves.size() % 2 != 0) halves.emplace_back(kProducts, 3);  // dropped
    for (int k = 0; k < tile.halves(); ++k) {
      halves.emplace_back();
      for (const std::uint32_t code : tile.codes)
        halves.back().push_back(static_cast<int>(code >> (2 * k) & 3));
    }
  }
  if (halves.size() % 2 != 0) halves.emplace_back(kProducts, 1);
  return halves;
}

struct Expected {
  std::vector<Digits> words;
  std::vector<bool> last;
  bool nan = false, saturated = false;
};

Expected expected_of(const std::vector<Tile>& tiles) {
  Expected expected;
  for (const Tile& tile : tiles) {
    std::vector<std::int32_t> values;
    for (const std::uint32_t code : tile.codes) {
      const num::Quantized value = num::align(tile.storage(), code, static_cast<std::uint32_t>(tile.scale),
                                              tile.exponent, num::weight_range(tile.planes));
      values.push_back(value.q);
      expected.nan |= value.nan;
      expected.saturated |= value.saturated;
    }
    for (int plane = 0; plane < tile.planes; ++plane) {
      expected.words.emplace_back();
      for (const std::int32_t q : values) expected.words.back().push_back(num::weight_digit(q, plane));
      expected.last.push_back(plane == tile.planes - 1);
    }
  }
  return expected;
}

class WeightDecoder : public testing::Test {
 protected:
  void SetUp() override { reset(); }
  void TearDown() override { dut_.final(); }

  void reset() {
    dut_.tile_valid_i = 0;
    dut_.clear_i = 0;
    rtl_test::reset_stream(dut_);
  }

  /// Sends tiles through a decoder that is empty, and compares every word. Returns the cycles.
  std::int64_t run(const std::vector<Tile>& tiles, Willing willing = Willing::always) {
    reset();
    return send(tiles, willing);
  }

  std::int64_t send(const std::vector<Tile>& tiles, Willing willing = Willing::always) {
    const std::vector<Half> halves = halves_of(tiles);
    const Expected expected = expected_of(tiles);
    Pattern tile_offers(willing, kSeed), word_offers(willing, kSeed + 1), reads(willing, kSeed + 2);
    std::size_t tile = 0, word = 0, received = 0;
    bool tile_offered = false, word_offered = false;
    std::int64_t cycles = 0;
    const auto patience =
        static_cast<std::int64_t>(200 + 20 * halves.size() + 20 * kSteps * expected.words.size());
    for (; received < expected.words.size(); ++cycles) {
      if (cycles == patience) {
        ADD_FAILURE() << received << " of " << expected.words.size() << " words";
        break;
      }
      tile_offered = tile < tiles.size() && (tile_offered || tile_offers.next());
      word_offered = 2 * word < halves.size() && (word_offered || word_offers.next());
      dut_.tile_valid_i = tile_offered;
      dut_.valid_i = word_offered;
      dut_.ready_i = reads.next();
      if (tile_offered) drive(tiles[tile]);
      if (word_offered) {
        for (int i = 0; i < 2 * kProducts; ++i) {
          rtl_test::set_field(dut_.word_i, 2 * i, 2, halves[2 * word + i / kProducts][i % kProducts]);
        }
      }
      dut_.clk_i = 0;
      dut_.eval();
      if (dut_.valid_o != 0) {
        for (int e = 0; e < kProducts; ++e) {
          const auto digit = rtl_test::sign_extend(rtl_test::get_field(dut_.digits_o, 4 * e, 4), 4);
          if (digit != expected.words[received][e]) {
            ADD_FAILURE() << "word " << received << ", element " << e << ": expected "
                          << expected.words[received][e] << ", found " << digit;
            return cycles;
          }
        }
        EXPECT_EQ(dut_.last_o != 0, expected.last[received]) << "word " << received;
        if (dut_.ready_i != 0) ++received;
      }
      if (tile_offered && dut_.tile_ready_o != 0) {
        ++tile;
        tile_offered = false;
      }
      if (word_offered && dut_.ready_o != 0) {
        ++word;
        word_offered = false;
      }
      dut_.clk_i = 1;
      dut_.eval();
    }
    dut_.tile_valid_i = 0;
    dut_.valid_i = 0;
    rtl_test::tick(dut_);
    EXPECT_EQ(dut_.flags_o & 1, expected.nan ? 1 : 0);
    EXPECT_EQ(dut_.flags_o >> 1 & 1, expected.saturated ? 1 : 0);
    EXPECT_EQ(tile, tiles.size());
    EXPECT_EQ(2 * word, halves.size());
    return cycles;
  }

  void clear(int flags) {
    dut_.clear_i = flags;
    rtl_test::tick(dut_);
    dut_.clear_i = 0;
  }

  Tile random_tile(int format) {
    Tile tile;
    tile.format = format;
    tile.planes = 1 + static_cast<int>(random_() % 4);
    tile.scale = static_cast<int>(random_() % 16 == 0 ? random_() % 256 : 120 + random_() % 16);
    tile.exponent = tile.storage().lowest_bit + (tile.storage().block_scaled ? tile.scale - 127 : 0) +
                    static_cast<int>(random_() % 24) - 12;
    tile.exponent = std::clamp(tile.exponent, -256, 255);
    for (int i = 0; i < kProducts; ++i) {
      tile.codes.push_back(static_cast<std::uint32_t>(random_()) & ((1U << tile.storage().bits) - 1));
    }
    return tile;
  }

  void drive(const Tile& tile) {
    dut_.tile_fresh_i = tile.fresh;
    dut_.tile_format_i = tile.format;
    dut_.tile_planes_i = tile.planes;
    dut_.tile_scale_i = tile.scale;
    dut_.tile_exponent_i = tile.exponent & 0x1ff;
  }

  Vdut dut_;
  std::mt19937_64 random_{kSeed};
};

/// Every code of one format, in tiles with these fields.
std::vector<Tile> every_code(int format, int planes, int scale, int exponent) {
  std::vector<Tile> tiles;
  Tile tile;
  tile.format = format;
  tile.planes = planes;
  tile.scale = scale;
  tile.exponent = exponent;
  const std::uint32_t count = 1U << tile.storage().bits;
  for (std::uint32_t first = 0; first < count; first += kProducts) {
    tile.codes.clear();
    for (std::uint32_t i = 0; i < kProducts; ++i) tile.codes.push_back((first + i) % count);
    tiles.push_back(tile);
  }
  return tiles;
}

class EveryFormat : public WeightDecoder, public testing::WithParamInterface<int> {};

// From where all but zero saturates to where everything is rounded away, in windows of every size.
TEST_P(EveryFormat, EveryCodeInEveryWindow) {
  const StorageFormat& format = kStorageFormats[GetParam()];
  const int span = !format.floating ? format.bits : 1 << format.floating->exponent_bits;
  const int step = format.bits == 16 ? (span > 32 ? 37 : 5) : 1;
  int windows = 0;
  for (int up = -18; up <= span + format.bits; up += step, ++windows) {
    run(every_code(GetParam(), 1 + (windows % 4), 127, std::clamp(format.lowest_bit + up, -256, 255)));
    if (HasFailure()) return;
  }
  EXPECT_GE(windows, 8);
}

TEST_P(EveryFormat, EveryScale) {
  std::vector<Tile> tiles;
  for (int scale = 0; scale < 256; ++scale) {
    for (int i = 0; i < 3; ++i) {
      Tile tile = random_tile(GetParam());
      tile.scale = scale;
      if (i == 0) tile.exponent = std::clamp(tile.exponent + scale - 127, -256, 255);
      tiles.push_back(tile);
    }
  }
  run(tiles);
}

INSTANTIATE_TEST_SUITE_P(Formats, EveryFormat, testing::Range(0, static_cast<int>(kStorageFormats.size())),
                         [](const auto& each) { return std::string(kStorageFormats[each.param].name); });

// Formats of odd lengths share words; a fresh tile does not.
TEST_F(WeightDecoder, TilesOfAllFormatsFollowEachOther) {
  for (const Willing willing : rtl_test::every_willing()) {
    std::vector<Tile> tiles;
    for (int i = 0; i < 2000; ++i) {
      tiles.push_back(random_tile(static_cast<int>(random_() % kStorageFormats.size())));
      tiles.back().fresh = random_() % 4 == 0;
    }
    run(tiles, willing);
  }
}

TEST_F(WeightDecoder, FlagsStayUntilCleared) {
  const int fp16 = static_cast<int>(num::Format::fp16), mxfp4 = static_cast<int>(num::Format::mxfp4);
  Tile tile;
  tile.format = fp16;
  tile.planes = 4;
  tile.exponent = -10;
  tile.codes.assign(kProducts, 0x3c00);
  send({tile});
  EXPECT_EQ(dut_.flags_o, 0);
  tile.codes[kProducts - 1] = num::kBinary16Nan;
  send({tile});
  EXPECT_EQ(dut_.flags_o, 1);
  clear(1);
  EXPECT_EQ(dut_.flags_o, 0);
  tile.codes[kProducts - 1] = num::kBinary16Infinity;
  send({tile});
  EXPECT_EQ(dut_.flags_o, 2);
  clear(1);
  EXPECT_EQ(dut_.flags_o, 2) << "not asked for";
  clear(2);
  Tile block;
  block.format = mxfp4;
  block.codes.assign(kProducts, 3);
  send({block});
  EXPECT_EQ(dut_.flags_o, 0);
  block.scale = 255;
  send({block});
  EXPECT_EQ(dut_.flags_o, 1);
}

TEST_F(WeightDecoder, TakesTheCyclesItPromises) {
  constexpr int kTiles = 100;
  for (int format = 0; format < static_cast<int>(kStorageFormats.size()); ++format) {
    for (int planes = 1; planes <= 4; ++planes) {
      std::vector<Tile> tiles;
      for (int i = 0; i < kTiles; ++i) {
        tiles.push_back(random_tile(format));
        tiles.back().planes = planes;
      }
      const int halves = tiles[0].halves();
      const std::int64_t words = (kTiles * halves + 1) / 2;
      const std::int64_t in = words + std::int64_t{kTiles} * kSteps,
                         out = std::int64_t{kTiles} * (planes + kSteps - 1);
      EXPECT_LE(run(tiles), std::max(in, out) + 8)
          << kStorageFormats[format].name << ", " << planes << " planes";
    }
  }
}

}  // namespace
}  // namespace dpwa::rtl_quant
