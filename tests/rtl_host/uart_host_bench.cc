// SPDX-License-Identifier: Apache-2.0
// dpwa_uart_host at its pins: every request of docs/host-protocol.md, retries, damaged frames, lines that are
// a little fast or slow. The bench writes and reads the line bit by bit and plays streams and registers.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "Vdut.h"
#include "model/base/files.h"
#include "tb/common/serial_line.h"

namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr unsigned kSeed = 20261124;
constexpr int kClocks = TB_CLOCKS_PER_BIT;
constexpr std::uint8_t kFlag = 0x7e, kEscape = 0x7d;
constexpr std::uint8_t kHello = 0, kRead = 1, kWrite = 2, kSend = 3, kTake = 4, kReset = 5;
constexpr int kPatience = 4096;
constexpr std::uint32_t kNoRegister = 0x80;  // addresses from here on are refused

void append(Bytes& bytes, std::uint32_t word) {
  for (int b = 0; b < 4; ++b) bytes.push_back(static_cast<std::uint8_t>(word >> (8 * b)));
}

Bytes with_crc(Bytes content) {
  append(content, dpwa::crc32(std::string(content.begin(), content.end())));
  return content;
}

/// Flags and stuffing.
Bytes framed(const Bytes& content) {
  Bytes line = {kFlag};
  for (const std::uint8_t byte : content) {
    const bool special = byte == kFlag || byte == kEscape;
    if (special) line.push_back(kEscape);
    line.push_back(special ? byte ^ 0x20 : byte);
  }
  line.push_back(kFlag);
  return line;
}

Bytes request(std::uint8_t sequence, std::uint8_t code, const Bytes& payload = {}) {
  Bytes content = {sequence, code};
  content.insert(content.end(), payload.begin(), payload.end());
  return framed(with_crc(content));
}

Bytes words_payload(const std::vector<std::uint32_t>& words) {
  Bytes payload;
  for (const std::uint32_t word : words) append(payload, word);
  return payload;
}

class UartHost : public testing::Test {
 protected:
  void SetUp() override {
    dut_.uart_rx_i = 1;
    dut_.rst_ni = 0;
    for (int i = 0; i < 4; ++i) tick();
    dut_.rst_ni = 1;
  }
  void TearDown() override { dut_.final(); }

  /// One clock cycle: registers answer, streams move, the board's line is listened to.
  void tick() {
    dut_.clk_i = 0;
    dut_.eval();
    play_registers();
    play_streams();
    dut_.eval();
    note_streams();
    listen();
    dut_.clk_i = 1;
    dut_.eval();
    ++cycle_;
  }

  void play_registers() {
    dut_.m_axil_awready_i = dut_.m_axil_wready_i = dut_.m_axil_arready_i = random() % 4 == 0;
    // A response stays until it is taken.
    dut_.m_axil_bvalid_i = address_taken_ && data_taken_ && (dut_.m_axil_bvalid_i || random() % 2 == 0);
    dut_.m_axil_rvalid_i = read_taken_ && (dut_.m_axil_rvalid_i || random() % 2 == 0);
    const std::uint32_t address = dut_.m_axil_addr_o;
    dut_.m_axil_rdata_i = registers_[address % 256];
    dut_.m_axil_rresp_i = dut_.m_axil_bresp_i = address >= kNoRegister ? 2 : 0;
  }

  void play_streams() {
    dut_.packet_ready_i = accept_packets_ && random() % 3 == 0;
    dut_.output_valid_i = !outputs_.empty() && (offered_ || random() % 3 == 0);
    offered_ = dut_.output_valid_i;
    if (!outputs_.empty()) {
      dut_.output_data_i = outputs_.front().first;
      dut_.output_last_i = outputs_.front().second;
    }
  }

  void note_streams() {
    if (dut_.m_axil_awvalid_o && dut_.m_axil_awready_i) address_taken_ = true;
    if (dut_.m_axil_wvalid_o && dut_.m_axil_wready_i) {
      data_taken_ = true;
      written_ = dut_.m_axil_wdata_o;
    }
    if (dut_.m_axil_arvalid_o && dut_.m_axil_arready_i) read_taken_ = true;
    if (dut_.m_axil_bvalid_i && dut_.m_axil_ready_o) {
      if (dut_.m_axil_addr_o < kNoRegister) registers_[dut_.m_axil_addr_o] = written_;
      ++accesses_;
      address_taken_ = data_taken_ = false;
    }
    if (dut_.m_axil_rvalid_i && dut_.m_axil_ready_o) {
      ++accesses_;
      read_taken_ = false;
    }
    if (dut_.packet_valid_o && dut_.packet_ready_i) packets_.push_back(dut_.packet_data_o);
    if (dut_.output_valid_i && dut_.output_ready_o) {
      outputs_.pop_front();
      offered_ = false;
    }
    if (!dut_.machine_rst_no) ++reset_cycles_;
  }

  void listen() {
    if (!dut_.rst_ni || !receiver_.take(dut_.uart_tx_o)) return;
    EXPECT_TRUE(receiver_.whole()) << "start and stop bit";
    heard_.push_back(receiver_.byte());
  }

  /// Puts bytes on the line, one after the other without a gap; a bit lasts `clocks` cycles.
  void say(const Bytes& bytes, double clocks = kClocks) {
    for (const std::uint8_t byte : bytes) say_bits(dpwa::serial::bits_of(byte), clocks);
  }
  void say_bits(std::uint32_t bits, double clocks) {
    for (int b = 0; b < dpwa::serial::kBits; ++b) {
      dut_.uart_rx_i = bits >> b & 1;
      for (due_ += clocks; due_ >= 1; due_ -= 1) tick();
    }
  }

  /// The next whole frame of the board without its CRC; nothing when the line stays still.
  std::optional<Bytes> hear(int patience = 4 * kPatience + 3000 * kClocks) {
    const std::int64_t end = cycle_ + patience;
    while (cycle_ < end) {
      const auto open = std::find(heard_.begin(), heard_.end(), kFlag);
      const auto close = open == heard_.end() ? open : std::find(open + 1, heard_.end(), kFlag);
      if (close == heard_.end()) {
        tick();
        continue;
      }
      const Bytes stuffed(open + 1, close);
      heard_.erase(heard_.begin(), close + 1);
      return checked(stuffed);
    }
    return std::nullopt;
  }

  static Bytes checked(const Bytes& stuffed) {
    Bytes content;
    for (std::size_t i = 0; i < stuffed.size(); ++i) {
      const bool escape = stuffed[i] == kEscape;
      if (escape) ++i;
      content.push_back(escape ? stuffed.at(i) ^ 0x20 : stuffed[i]);
    }
    EXPECT_GE(content.size(), 7U);
    const Bytes inner(content.begin(), content.end() - 4);
    EXPECT_EQ(with_crc(inner), content) << "CRC of the answer";
    return inner;
  }

  /// The answer's payload; fails the test when it is not the answer with that status.
  Bytes ask(std::uint8_t code, const Bytes& payload, std::uint8_t status = 0) {
    const std::uint8_t sequence = ++sequence_;
    say(request(sequence, code, payload));
    const auto answer = hear();
    if (!answer || answer->size() < 3) {
      ADD_FAILURE() << "no answer to code " << int{code};
      return {};
    }
    EXPECT_EQ((*answer)[0], sequence);
    EXPECT_EQ((*answer)[1], code | 0x80);
    EXPECT_EQ((*answer)[2], status);
    return {answer->begin() + 3, answer->end()};
  }

  std::uint32_t random() { return static_cast<std::uint32_t>(rng_()); }

  Vdut dut_;
  std::mt19937 rng_{kSeed};
  std::int64_t cycle_ = 0;
  std::uint8_t sequence_ = 0x7c;  // 0x7d and 0x7e come soon
  std::uint32_t registers_[256] = {};
  std::vector<std::uint32_t> packets_;
  std::deque<std::pair<std::uint32_t, bool>> outputs_;  // word, last
  bool accept_packets_ = true;
  int accesses_ = 0, reset_cycles_ = 0;

 private:
  bool address_taken_ = false, data_taken_ = false, read_taken_ = false, offered_ = false;
  std::uint32_t written_ = 0;
  double due_ = 0;
  dpwa::serial::Receiver receiver_{kClocks};
  Bytes heard_;
};

TEST_F(UartHost, HelloRepeatsTheNonce) {
  EXPECT_EQ(ask(kHello, {0x7e, 0x7d, 0x20, 0x00}), (Bytes{0x7e, 0x7d, 0x20, 0x00, 1}));
}

TEST_F(UartHost, RegistersAreReadAndWritten) {
  registers_[0x1c] = 0x7e7d017e;
  EXPECT_EQ(ask(kRead, {0x1c}), words_payload({0x7e7d017e}));
  EXPECT_EQ(ask(kWrite, {0x24, 1, 2, 3, 4}), Bytes{});
  EXPECT_EQ(registers_[0x24], 0x04030201U);
  EXPECT_EQ(ask(kRead, {0x24}), words_payload({0x04030201}));
  EXPECT_EQ(ask(kRead, {kNoRegister}, 3), Bytes{});
  EXPECT_EQ(ask(kWrite, {kNoRegister + 4, 1, 2, 3, 4}, 3), Bytes{});
  EXPECT_EQ(accesses_, 5);
}

TEST_F(UartHost, PacketsOfEveryLengthArrive) {
  std::vector<std::uint32_t> sent;
  for (std::size_t count : {1U, 2U, 31U, 61U, 62U}) {
    std::vector<std::uint32_t> words(count);
    for (std::uint32_t& word : words) word = random();
    EXPECT_EQ(ask(kSend, words_payload(words)), Bytes{static_cast<std::uint8_t>(count)});
    sent.insert(sent.end(), words.begin(), words.end());
  }
  EXPECT_EQ(packets_, sent);
}

TEST_F(UartHost, WordsThatTheMachineDoesNotTakeAreNotTaken) {
  accept_packets_ = false;
  EXPECT_EQ(ask(kSend, words_payload({5, 6, 7})), Bytes{0});
  accept_packets_ = true;
  EXPECT_EQ(ask(kSend, words_payload({5, 6, 7})), Bytes{3});
  EXPECT_EQ(packets_, (std::vector<std::uint32_t>{5, 6, 7}));
}

TEST_F(UartHost, OutputsEndWhereTheMachineEndsThem) {
  for (std::uint32_t i = 0; i < 70; ++i) outputs_.emplace_back(0x01000000U * i + i, i == 2 || i == 69);
  const auto expected = [](std::uint8_t last, std::uint32_t first, std::uint32_t end) {
    Bytes payload = {last};
    for (std::uint32_t i = first; i < end; ++i) append(payload, 0x01000000U * i + i);
    return payload;
  };
  EXPECT_EQ(ask(kTake, {62}), expected(1, 0, 3));
  EXPECT_EQ(ask(kTake, {1}), expected(0, 3, 4));
  EXPECT_EQ(ask(kTake, {62}), expected(0, 4, 66));
  EXPECT_EQ(ask(kTake, {5}), expected(1, 66, 70));
  EXPECT_EQ(ask(kTake, {5}), Bytes{0});
}

TEST_F(UartHost, ResetReachesTheMachineOnly) {
  const int before = reset_cycles_;
  EXPECT_EQ(ask(kReset, {}), Bytes{});
  EXPECT_GE(reset_cycles_ - before, 16);
  EXPECT_LE(reset_cycles_ - before, 20);
}

TEST_F(UartHost, WrongRequestsSayWhy) {
  for (std::uint8_t code : {6, 0x7d, 0xff}) {
    say(request(++sequence_, code, {1}));
    const auto answer = hear();
    ASSERT_TRUE(answer);
    EXPECT_EQ(*answer, (Bytes{sequence_, static_cast<std::uint8_t>(code | 0x80), 1}));
  }
  const std::vector<std::pair<std::uint8_t, std::size_t>> lengths = {
      {kHello, 3}, {kHello, 5}, {kRead, 0},   {kRead, 2}, {kWrite, 4}, {kWrite, 6}, {kSend, 0},
      {kSend, 3},  {kSend, 5},  {kSend, 250}, {kTake, 0}, {kTake, 2},  {kReset, 1}};
  for (const auto& [code, length] : lengths)
    EXPECT_EQ(ask(code, Bytes(length, 1), 2), Bytes{}) << int{code} << " " << length;
  for (std::uint8_t count : {0, 63, 255}) EXPECT_EQ(ask(kTake, {count}, 2), Bytes{});
  EXPECT_TRUE(packets_.empty());
  EXPECT_EQ(accesses_, 0);
}

TEST_F(UartHost, ARepeatedRequestIsAnsweredButNotExecuted) {
  for (std::uint32_t i = 0; i < 8; ++i) outputs_.emplace_back(i, false);
  const Bytes frame = request(++sequence_, kTake, {3});
  say(frame);
  const auto first = hear();
  say(frame);
  const auto second = hear();
  ASSERT_TRUE(first && second);
  EXPECT_EQ(*first, *second);
  EXPECT_EQ(outputs_.size(), 5U);
  const Bytes send = request(++sequence_, kSend, words_payload({1, 2}));
  for (int i = 0; i < 3; ++i) {
    say(send);
    ASSERT_TRUE(hear());
  }
  EXPECT_EQ(packets_.size(), 2U);
  // HELLO is executed whatever its number.
  --sequence_;
  EXPECT_EQ(ask(kHello, {1, 2, 3, 4}), (Bytes{1, 2, 3, 4, 1}));
}

TEST_F(UartHost, DamagedFramesAreNeitherExecutedNorAnswered) {
  const Bytes good = request(++sequence_, kSend, words_payload({0x12345678}));
  const int silence = 2000 * kClocks / 10;
  int damaged = 0;
  for (std::size_t at = 1; at + 1 < good.size(); ++at) {
    // The sequence number is 0x7d: its escape too is lost, doubled, changed.
    Bytes lost = good, doubled = good, flipped = good,
          cut(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(at));
    lost.erase(lost.begin() + static_cast<std::ptrdiff_t>(at));
    doubled.insert(doubled.begin() + static_cast<std::ptrdiff_t>(at), good[at]);
    flipped[at] ^= static_cast<std::uint8_t>(1 << random() % 8);
    cut.push_back(kFlag);
    for (const Bytes& bytes : {lost, doubled, flipped, cut}) {
      say(bytes);
      EXPECT_FALSE(hear(silence)) << "position " << at;
      ++damaged;
    }
  }
  EXPECT_GT(damaged, 40);
  EXPECT_TRUE(packets_.empty());
  // The next whole frame is understood, whatever came before it.
  for (const Bytes& noise : {Bytes{}, Bytes{0x00}, Bytes{kEscape}, Bytes{kFlag, kFlag}, Bytes(300, 0x55)}) {
    say(noise);
    EXPECT_EQ(ask(kSend, words_payload({7})), Bytes{1});
  }
}

TEST_F(UartHost, ABrokenLineIsNoFrame) {
  const Bytes good = request(++sequence_, kReset);
  Bytes front(good.begin(), good.begin() + 3), back(good.begin() + 3, good.end());
  say(front);
  say_bits(0, kClocks);  // a byte without stop bit
  say_bits(0x3ff, kClocks);
  say(back);
  EXPECT_FALSE(hear(2000));
  dut_.uart_rx_i = 0;
  for (int i = 0; i < 100 * kClocks; ++i) tick();  // a break
  dut_.uart_rx_i = 1;
  for (int i = 0; i < 2 * kClocks; ++i) tick();
  EXPECT_EQ(ask(kReset, {}), Bytes{});
}

TEST_F(UartHost, TheLineMayBeFastOrSlow) {
  const double tolerance = kClocks < 8 ? 0.005 : 0.02;  // the start of a byte is seen to within a cycle
  for (double rate : {1 - tolerance, 1 + tolerance}) {
    std::vector<std::uint32_t> words(62);
    for (std::uint32_t& word : words) word = random();
    packets_.clear();
    say(request(++sequence_, kSend, words_payload(words)), kClocks * rate);
    ASSERT_TRUE(hear());
    EXPECT_EQ(packets_, words);
  }
}

}  // namespace
