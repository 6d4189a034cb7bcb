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

  void step(bool clear, bool valid, std::uint32_t word) {
    dut_.clear_i = clear;
    dut_.valid_i = valid;
    dut_.word_i = word;
    dut_.clk_i = 0;
    dut_.eval();
    dut_.clk_i = 1;
    dut_.eval();
  }

  std::uint32_t of(const std::vector<std::uint32_t>& words) {
    step(true, false, 0);
    for (const std::uint32_t word : words) step(false, true, word);
    return dut_.crc_o;
  }

  static std::uint32_t reference(const std::vector<std::uint32_t>& words) {
    std::string bytes;  // low byte first
    for (const std::uint32_t word : words) {
      for (int b = 0; b < 4; ++b) bytes.push_back(static_cast<char>(word >> (8 * b)));
    }
    return dpwa::crc32(bytes);
  }

  Vdut dut_;
};

TEST_F(Crc32, PublishedValues) {
  EXPECT_EQ(of({0}), 0x2144df1cU);                         // four zero bytes
  EXPECT_EQ(of({0x34333231U, 0x38373635U}), 0x9ae0daafU);  // "12345678"
  EXPECT_EQ(of({}), 0U);
}

TEST_F(Crc32, EverySingleBitInEveryWordOfThree) {
  for (int bit = -1; bit < 96; ++bit) {
    std::vector<std::uint32_t> words(3, 0);
    if (bit >= 0) words[bit / 32] = 1U << (bit % 32);
    ASSERT_EQ(of(words), reference(words)) << "bit " << bit;
  }
}

TEST_F(Crc32, RandomStreamsWithPauses) {
  std::mt19937 random(kSeed);
  for (int round = 0; round < 300; ++round) {
    std::vector<std::uint32_t> words(random() % 20);
    for (std::uint32_t& word : words) word = random();
    step(true, random() % 2 != 0, random());  // clear_i wins over valid_i
    for (const std::uint32_t word : words) {
      while (random() % 3 == 0) step(false, false, random());
      step(false, true, word);
    }
    ASSERT_EQ(dut_.crc_o, reference(words)) << "round " << round << ", seed " << kSeed;
  }
}

}  // namespace
