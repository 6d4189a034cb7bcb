// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "Vdut.h"
#include "model/base/files.h"

/// Packets for dpwa_loader, and the memories and the machine behind it.
namespace dpwa::rtl_host {

using Words = std::vector<std::uint32_t>;

constexpr std::uint32_t kConfigHash = TB_CONFIG_HASH;
constexpr std::uint32_t kBegin = 1, kLoad = 2, kEnd = 3, kInput = 4;  // opcodes
constexpr std::uint32_t kCrc = 1, kHash = 2, kCount = 4, kOpcode = 8, kRefused = 16,
                        kLength = 32;  // error flags

inline Words with_crc(Words words) {
  std::string bytes;
  for (const std::uint32_t word : words) {
    for (int b = 0; b < 4; ++b) bytes.push_back(static_cast<char>(word >> (8 * b)));
  }
  words.push_back(crc32(bytes));
  return words;
}

/// One entry as it is written to a memory.
struct Entry {
  std::uint32_t target = 0, bank = 0, address = 0;
  Words words;
  bool operator==(const Entry& other) const {
    return target == other.target && bank == other.bank && address == other.address && words == other.words;
  }
};

inline Words begin_packet(std::uint32_t hash = kConfigHash) { return with_crc({kBegin << 28, hash}); }
inline Words end_packet(std::uint32_t packets) { return with_crc({kEnd << 28, packets}); }

/// Entries of equal target, bank and size at consecutive addresses; `entry_words` matters when there are
/// none.
inline Words load_packet(const std::vector<Entry>& entries, std::uint32_t entry_words = 1) {
  const Entry first = entries.empty() ? Entry{0, 0, 0, Words(entry_words)} : entries.front();
  const auto size = static_cast<std::uint32_t>(first.words.size());
  Words words = {kLoad << 28 | first.target << 24 | first.bank << 16 | (size - 1) << 12, first.address,
                 static_cast<std::uint32_t>(entries.size())};
  for (const Entry& entry : entries) words.insert(words.end(), entry.words.begin(), entry.words.end());
  return with_crc(words);
}

inline Words input_packet(const Words& data) {
  Words words = {kInput << 28, static_cast<std::uint32_t>(data.size())};
  words.insert(words.end(), data.begin(), data.end());
  return words;
}

inline Words joined(const std::vector<Words>& packets) {
  Words words;
  for (const Words& packet : packets) words.insert(words.end(), packet.begin(), packet.end());
  return words;
}

class Loader : public testing::Test {
 protected:
  void SetUp() override { reset(); }
  void TearDown() override { dut_.final(); }

  void reset() {
    dut_.rst_ni = 0;
    dut_.valid_i = 0;
    dut_.idle_i = 1;
    dut_.receive_i = 0;
    dut_.input_ready_i = 1;
    expect_inputs_of(2);
    step();
    dut_.rst_ni = 1;
    entries_.clear();
    inputs_.clear();
    ever_valid_ = false;
  }

  /// Offers the words in order until all are taken, or for `patience` cycles without one. Returns how many
  /// were taken. With stalls, neither side is always willing.
  std::size_t send(const Words& words, bool stalls = false, int patience = 100) {
    std::size_t taken = 0;
    for (int waited = 0; taken < words.size() && waited < patience; ++waited) {
      dut_.valid_i = !stalls || random_() % 2 != 0;
      dut_.word_i = dut_.valid_i ? words[taken] : static_cast<std::uint32_t>(random_());
      dut_.input_ready_i = !stalls || random_() % 2 != 0;
      if (cycle()) {
        ++taken;
        waited = 0;
      }
    }
    dut_.valid_i = 0;
    cycle();  // the last entry is written one cycle after its last word
    return taken;
  }

  /// From now on the image's inputs have that many data words.
  void expect_inputs_of(std::uint32_t words) { dut_.input_words_i = words - 1; }

  std::uint32_t errors() const { return dut_.errors_o; }
  bool in_packet() const { return dut_.packet_o != 0; }
  bool image_valid() const { return dut_.image_valid_o != 0; }

  /// One clock cycle; records what comes out. True when the word was taken.
  bool cycle() {
    dut_.clk_i = 0;
    dut_.eval();
    // The machine behind: a moment after input_begin_o it takes words, one input at a time.
    if (machine_runs_) {
      begun_ = dut_.input_begin_o ? begun_ + 1 : 0;
      dut_.receive_i = begun_ > 3;
      dut_.eval();
    }
    const bool taken = dut_.valid_i && dut_.ready_o;
    if (dut_.input_valid_o && dut_.input_ready_i) inputs_.push_back(dut_.input_word_o);
    const std::uint32_t size = (entry_head_ >> 12 & 15) + 1;
    if (dut_.we_o) {
      Entry entry{dut_.target_o, dut_.bank_o, dut_.addr_o, {}};
      for (std::uint32_t i = 0; i < size && i < TB_ENTRY_WORDS; ++i) entry.words.push_back(dut_.data_o[i]);
      entries_.push_back(entry);
    }
    dut_.clk_i = 1;
    dut_.eval();
    ever_valid_ |= image_valid();
    return taken;
  }

  void step() {
    dut_.clk_i = 0;
    dut_.eval();
    dut_.clk_i = 1;
    dut_.eval();
  }

  /// Sends one LOAD packet and returns the entries that were written.
  std::vector<Entry> send_load(const Words& packet, bool stalls = false) {
    entries_.clear();
    entry_head_ = packet.front();
    EXPECT_EQ(send(packet, stalls), packet.size());
    return entries_;
  }

  static constexpr unsigned kSeed = 20240312;
  Vdut dut_;
  std::mt19937 random_{kSeed};
  std::vector<Entry> entries_;
  Words inputs_;
  bool ever_valid_ = false;
  bool machine_runs_ = true;

 private:
  std::uint32_t entry_head_ = 0;
  int begun_ = 0;
};

}  // namespace dpwa::rtl_host
