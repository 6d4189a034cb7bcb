// SPDX-License-Identifier: Apache-2.0
//
// The host's software against the board's hardware: fpga/host over the pins of dpwa_uart_host, on a line on
// which every byte of a session goes wrong in every way. The answers stay the same, and the machine behind
// sees every word once.
#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "Vdut.h"
#include "fpga/host/link.h"
#include "model/base/error.h"
#include "tb/common/serial_line.h"

namespace {

using dpwa::host::Link;
using dpwa::host::little_endian;
using dpwa::host::Milliseconds;
using dpwa::host::Patience;
using dpwa::host::Request;

constexpr int kClocks = TB_CLOCKS_PER_BIT;
constexpr std::int64_t kCyclesPerMillisecond = 1000;
constexpr std::uint32_t kNonce = 0x7e7d5d01;

/// What arrives instead of a byte: to the board or from it, counted in each direction.
using Fault = std::function<std::string(bool to_board, std::size_t index, char byte)>;

/// Pins of the board, and behind them registers that hold what was written and a machine that gives back
/// every word plus one, two words per output.
class BoardLine : public dpwa::host::Line {
 public:
  explicit BoardLine(Fault fault) : fault_(std::move(fault)) {
    dut_.uart_rx_i = 1;
    dut_.rst_ni = 0;
    for (int i = 0; i < 4; ++i) tick();
    dut_.rst_ni = 1;
  }
  ~BoardLine() override { dut_.final(); }

  std::string name() const override { return "board"; }
  Milliseconds now() const override { return Milliseconds(cycle_ / kCyclesPerMillisecond); }
  void write(std::string_view bytes) override {
    for (const char byte : bytes) {
      for (const char arrives : fault_(true, sent++, byte)) send(static_cast<std::uint8_t>(arrives));
    }
  }
  std::string read(Milliseconds limit) override {
    const std::int64_t end = cycle_ + limit.count() * kCyclesPerMillisecond;
    while (heard_.empty() && cycle_ < end) tick();
    return std::exchange(heard_, "");
  }

  std::size_t sent = 0, answered = 0;
  std::vector<std::uint32_t> taken;  ///< words that reached the machine

 private:
  void send(std::uint8_t byte) {
    const std::uint32_t bits = dpwa::serial::bits_of(byte);
    for (int b = 0; b < dpwa::serial::kBits; ++b) {
      dut_.uart_rx_i = bits >> b & 1;
      for (int i = 0; i < kClocks; ++i) tick();
    }
  }

  void tick() {
    dut_.clk_i = 0;
    dut_.eval();
    dut_.packet_ready_i = cycle_ % 3 == 0;
    dut_.output_valid_i = !outputs_.empty();
    dut_.output_data_i = outputs_.empty() ? 0 : outputs_.front();
    dut_.output_last_i = outputs_.size() % 2;
    dut_.m_axil_awready_i = dut_.m_axil_wready_i = dut_.m_axil_arready_i = 1;
    dut_.m_axil_bvalid_i = written_;
    dut_.m_axil_rvalid_i = asked_;
    dut_.m_axil_rdata_i = value_;
    dut_.eval();
    if (dut_.packet_valid_o && dut_.packet_ready_i) {
      taken.push_back(dut_.packet_data_o);
      outputs_.push_back(dut_.packet_data_o + 1);
    }
    if (dut_.output_valid_i && dut_.output_ready_o) outputs_.pop_front();
    written_ = dut_.m_axil_wvalid_o || (written_ && !dut_.m_axil_ready_o);
    if (dut_.m_axil_wvalid_o) value_ = dut_.m_axil_wdata_o;
    asked_ = dut_.m_axil_arvalid_o || (asked_ && !dut_.m_axil_ready_o);
    listen();
    dut_.clk_i = 1;
    dut_.eval();
    ++cycle_;
  }

  void listen() {
    if (receiver_.take(dut_.uart_tx_o))
      heard_ += fault_(false, answered++, static_cast<char>(receiver_.byte()));
  }

  Vdut dut_;
  Fault fault_;
  std::int64_t cycle_ = 0;
  std::deque<std::uint32_t> outputs_;
  std::uint32_t value_ = 0;
  bool written_ = false, asked_ = false;
  std::string heard_;
  dpwa::serial::Receiver receiver_{kClocks};
};

const std::vector<std::uint32_t> kWords = {0x7e7d0102, 0xffffff7c};

/// What a session heard, and what it made of the machine.
struct Outcome {
  std::string heard;
  std::vector<std::uint32_t> taken;
  std::size_t sent = 0, answered = 0;
};

Outcome session(const Fault& fault, Milliseconds answer = Milliseconds(4)) {
  BoardLine line(fault);
  Patience patience;
  patience.answer = answer;
  Link link(line, patience, kNonce);
  Outcome outcome;
  outcome.heard += link.request(Request::write, "\x24" + little_endian(0x7d007e01));
  outcome.heard += link.request(Request::read, "\x24");
  outcome.heard += link.request(Request::send, little_endian(kWords[0]) + little_endian(kWords[1]));
  outcome.heard += link.request(Request::take, "\x05");
  outcome.taken = line.taken;
  outcome.sent = line.sent;
  outcome.answered = line.answered;
  return outcome;
}

std::string unharmed(bool, std::size_t, char byte) { return std::string(1, byte); }

std::string expected() {
  return little_endian(0x7d007e01) + "\x02\x01" + little_endian(kWords[0] + 1) + little_endian(kWords[1] + 1);
}

const std::vector<std::function<std::string(char)>> kFaults = {
    [](char) { return std::string(); },
    [](char byte) { return std::string(2, byte); },
    [](char byte) { return std::string(1, static_cast<char>(byte ^ 0x10)); },
    [](char) { return std::string("\x7e"); },
    [](char) { return std::string("\x7d"); },
};

TEST(HostLink, AGoodLine) {
  const Outcome outcome = session(unharmed);
  EXPECT_EQ(outcome.heard, expected());
  EXPECT_EQ(outcome.taken, kWords);
}

TEST(HostLink, EveryFaultAtEveryByte) {
  const Outcome good = session(unharmed);
  for (const bool to_board : {true, false}) {
    for (std::size_t at = 0; at < (to_board ? good.sent : good.answered); ++at) {
      for (std::size_t kind = 0; kind < kFaults.size(); ++kind) {
        const Outcome outcome = session([&](bool to, std::size_t index, char byte) {
          return to == to_board && index == at ? kFaults[kind](byte) : std::string(1, byte);
        });
        ASSERT_EQ(outcome.heard, expected())
            << "fault " << kind << ", byte " << at << (to_board ? " to" : " from");
        ASSERT_EQ(outcome.taken, kWords)
            << "fault " << kind << ", byte " << at << (to_board ? " to" : " from");
      }
    }
  }
}

TEST(HostLink, ANoisyLineGivesTheAnswersOrAnError) {
  int whole = 0, errors = 0;
  for (unsigned seed = 0; seed < 400; ++seed) {
    std::mt19937 random(seed);
    try {
      const auto noise = [&](bool, std::size_t, char byte) {
        return random() % (16U << seed % 4) == 0 ? kFaults[random() % kFaults.size()](byte)
                                                 : std::string(1, byte);
      };
      // Some hosts ask again while the board still answers.
      const Outcome outcome = session(noise, Milliseconds(1 + seed % 3));
      ASSERT_EQ(outcome.heard, expected()) << "seed " << seed;
      ASSERT_EQ(outcome.taken, kWords) << "seed " << seed;
      ++whole;
    } catch (const dpwa::Error& error) {
      ASSERT_EQ(error.code(), dpwa::ExitCode::io) << "seed " << seed << ": " << error.what();
      ++errors;
    }
  }
  EXPECT_GT(whole, 40);
  EXPECT_GT(errors, 40);
}

}  // namespace
