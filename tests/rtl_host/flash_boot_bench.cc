// SPDX-License-Identifier: Apache-2.0
// dpwa_flash_boot between a flash, a host that sends words and a machine that takes them.
#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "Vdut.h"
#include "tb/common/spi_flash.h"

namespace {

using Words = std::vector<std::uint32_t>;

constexpr unsigned kSeed = 20261130;
constexpr int kSlot = 128;  // clock cycles of 32 bits
constexpr int kFirst = 8;   // slot of the first word
constexpr int kMostWords = (1 << TB_WORDS_W) - kFirst;

std::string bytes_of(const Words& words) {
  std::string bytes;
  for (const std::uint32_t word : words) {
    for (int b = 0; b < 4; ++b) bytes.push_back(static_cast<char>(word >> (8 * b)));
  }
  return bytes;
}

Words some_words(int count) {
  std::mt19937 random(kSeed);
  Words words;
  for (int i = 0; i < count; ++i) words.push_back(static_cast<std::uint32_t>(random()));
  return words;
}

class FlashBoot : public testing::Test {
 protected:
  void power_up(const Words& content, std::uint32_t address = TB_FLASH_ADDRESS) {
    flash_ = dpwa::flash::SpiFlash(bytes_of(content), address);
    dut_.rst_ni = dut_.machine_rst_ni = 0;
    dut_.packet_valid_i = dut_.image_valid_i = dut_.refused_i = 0;
    dut_.flash_miso_i = 1;
    for (int i = 0; i < 4; ++i) tick();
    dut_.rst_ni = 1;
    tick();
    dut_.machine_rst_ni = 1;
  }
  void TearDown() override { dut_.final(); }

  void tick() {
    dut_.clk_i = 0;
    dut_.machine_ready_i = random_() % static_cast<unsigned>(slowness_) == 0;
    dut_.eval();
    if (dut_.machine_valid_o && dut_.machine_ready_i) taken_.push_back(dut_.machine_data_o);
    if (dut_.packet_valid_i && dut_.packet_ready_o) ++sent_;
    dut_.clk_i = 1;
    dut_.eval();
    dut_.flash_miso_i = flash_.pins(dut_.flash_cs_no, dut_.flash_sck_o, dut_.flash_mosi_o);
    sck_edges_ += dut_.flash_sck_o != sck_ ? 1 : 0;
    sck_ = dut_.flash_sck_o;
  }
  /// Until the machine has taken so many words; false when it does not.
  bool until(std::size_t words) {
    for (int i = 0; i < (kFirst + static_cast<int>(words)) * (kSlot + slowness_) * 2; ++i) {
      if (taken_.size() == words) return true;
      tick();
    }
    return false;
  }
  /// The loader has stopped: nothing happens at the flash any more, and the host's words pass.
  void stopped() {
    for (int i = 0; i < 4; ++i) tick();
    EXPECT_FALSE(dut_.boot_o);
    EXPECT_TRUE(dut_.flash_cs_no);
    const int edges = sck_edges_;
    const Words before = taken_;
    for (int i = 0; i < 3 * kSlot; ++i) tick();
    EXPECT_EQ(sck_edges_, edges);
    EXPECT_EQ(taken_, before);
    host_sends(before, {0x89abcdef, 1, 0xffffffff});
  }
  void host_sends(Words expected, const Words& words) {
    for (const std::uint32_t word : words) {
      dut_.packet_data_i = word;
      dut_.packet_valid_i = 1;
      const int sent = sent_;
      while (sent_ == sent) tick();
      dut_.packet_valid_i = 0;
      expected.push_back(word);
      EXPECT_TRUE(until(expected.size()));
    }
    EXPECT_EQ(taken_, expected);
  }

  Vdut dut_;
  dpwa::flash::SpiFlash flash_{"", 0};
  std::mt19937 random_{kSeed};
  int slowness_ = 1;  // the machine takes a word in one cycle of so many
  Words taken_;
  int sent_ = 0, sck_edges_ = 0;
  bool sck_ = false;
};

TEST_F(FlashBoot, WordsComeInOrderUntilTheImageIsWhole) {
  const Words words = some_words(20);
  power_up(words);
  EXPECT_TRUE(dut_.boot_o);
  ASSERT_TRUE(until(words.size()));
  EXPECT_EQ(taken_, words);
  dut_.image_valid_i = 1;
  stopped();
}

TEST_F(FlashBoot, ASlowMachineLosesNoWord) {
  slowness_ = 400;
  const Words words = some_words(30);
  power_up(words);
  ASSERT_TRUE(until(words.size()));
  EXPECT_EQ(taken_, words);
}

TEST_F(FlashBoot, WhatLiesBehindTheImageAndElsewhereIsErased) {
  power_up({0x12345678});
  ASSERT_TRUE(until(2));
  EXPECT_EQ(taken_, (Words{0x12345678, 0xffffffff}));
  taken_.clear();
  power_up(some_words(4), TB_FLASH_ADDRESS + 8);
  ASSERT_TRUE(until(3));
  EXPECT_EQ(taken_, (Words{0xffffffff, 0xffffffff, some_words(1)[0]}));
}

TEST_F(FlashBoot, AWordPerSlotFromTheEighthOn) {
  power_up(some_words(4));
  for (int word = 0; word < 4; ++word) {
    int cycles = 0;
    while (taken_.size() == static_cast<std::size_t>(word)) {
      tick();
      ++cycles;
    }
    // The cycle in which the machine takes a word is the one more.
    EXPECT_NEAR(cycles, (word == 0 ? kFirst + 1 : 1) * kSlot + 1, 1);
  }
}

TEST_F(FlashBoot, ARefusedPacketStopsIt) {
  power_up({0xffffffff, 0xffffffff});
  ASSERT_TRUE(until(1));
  dut_.refused_i = 1;
  stopped();
}

TEST_F(FlashBoot, TheHostsResetStopsIt) {
  power_up(some_words(20));
  ASSERT_TRUE(until(5));
  for (int i = 0; i < kSlot / 2; ++i) tick();
  dut_.machine_rst_ni = 0;
  tick();
  dut_.machine_rst_ni = 1;
  stopped();
}

TEST_F(FlashBoot, AnImageWithoutEndIsGivenUp) {
  power_up(some_words(kMostWords + 20));
  ASSERT_TRUE(until(kMostWords));
  stopped();
  EXPECT_EQ(taken_[kMostWords - 1], some_words(kMostWords).back());
}

TEST_F(FlashBoot, TheHostsWordsWaitUntilItStops) {
  power_up(some_words(8));
  dut_.packet_data_i = 77;
  dut_.packet_valid_i = 1;
  ASSERT_TRUE(until(8));
  EXPECT_EQ(sent_, 0);
  dut_.image_valid_i = 1;
  while (sent_ == 0) tick();
  dut_.packet_valid_i = 0;
  ASSERT_TRUE(until(9));
  EXPECT_EQ(taken_.back(), 77U);
}

TEST_F(FlashBoot, AMachineResetDropsAWaitingWord) {
  power_up({});
  ASSERT_TRUE(until(1));
  dut_.refused_i = 1;
  stopped();
  slowness_ = 1 << 30;
  random_.seed(1);
  dut_.packet_data_i = 5;
  dut_.packet_valid_i = 1;
  while (!dut_.machine_valid_o) tick();
  dut_.packet_valid_i = 0;
  dut_.machine_rst_ni = 0;
  tick();
  dut_.machine_rst_ni = 1;
  EXPECT_FALSE(dut_.machine_valid_o);
}

}  // namespace
