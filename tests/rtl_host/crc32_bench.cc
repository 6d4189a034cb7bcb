// SPDX-License-Identifier: Apache-2.0
// dpwa_crc32 against the CRC that the images are written with.
#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "Vdut.h"
#include "model/base/files.h"

namespace {

constexpr unsigned kSeed = 20240310;

class Crc32 : public testing::Test {
 protected:
  void TearDown() override { dut_.final(); }

  void step(bool clear, bool valid, std::uint32_t nibble) {
    dut_.clear_i = clear;
    dut_.valid_i = valid;
    dut_.bits_i = nibble;
    dut_.clk_i = 0;
    dut_.eval();
    whole_ = dut_.whole_o;
    dut_.clk_i = 1;
    dut_.eval();
  }

  void add(std::uint32_t word) {
    for (int n = 0; n < 8; ++n) step(false, true, word >> (4 * n) & 15);
  }

  /// Whether the unit takes `crc` for the CRC of the words.
  bool accepts(const std::vector<std::uint32_t>& words, std::uint32_t crc) {
    step(true, false, 0);
    for (const std::uint32_t word : words) add(word);
    add(crc);
    return whole_;
  }

  static std::uint32_t reference(const std::vector<std::uint32_t>& words) {
    std::string bytes;  // low byte first
    for (const std::uint32_t word : words) {
      for (int b = 0; b < 4; ++b) bytes.push_back(static_cast<char>(word >> (8 * b)));
    }
    return dpwa::crc32(bytes);
  }

  Vdut dut_;
  bool whole_ = false;
};

TEST_F(Crc32, PublishedValues) {
  EXPECT_TRUE(accepts({0}, 0x2144df1cU));                         // four zero bytes
  EXPECT_TRUE(accepts({0x34333231U, 0x38373635U}, 0x9ae0daafU));  // "12345678"
  EXPECT_TRUE(accepts({}, 0U));
}

TEST_F(Crc32, EverySingleBitInEveryWordOfThree) {
  for (int bit = -1; bit < 96; ++bit) {
    std::vector<std::uint32_t> words(3, 0);
    if (bit >= 0) words[bit / 32] = 1U << (bit % 32);
    ASSERT_TRUE(accepts(words, reference(words))) << "bit " << bit;
    ASSERT_EQ(accepts(words, reference({0, 0, 0})), bit < 0) << "bit " << bit;
  }
}

TEST_F(Crc32, RandomStreamsWithPauses) {
  std::mt19937 random(kSeed);
  for (int round = 0; round < 300; ++round) {
    std::vector<std::uint32_t> words(random() % 20);
    for (std::uint32_t& word : words) word = random();
    const bool damaged = random() % 2 != 0;
    words.push_back(reference(words) ^ (damaged ? 1U << (random() % 32) : 0U));
    step(true, random() % 2 != 0, random() & 15);  // clear_i wins over valid_i
    for (const std::uint32_t word : words) {
      for (int n = 0; n < 8; ++n) {
        while (random() % 3 == 0) step(false, false, random() & 15);
        step(false, true, word >> (4 * n) & 15);
      }
    }
    ASSERT_EQ(whole_, !damaged) << "round " << round << ", seed " << kSeed;
  }
}

}  // namespace
