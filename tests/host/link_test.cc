// SPDX-License-Identifier: Apache-2.0
//
// Requests over a line that fails in every way at every byte: the answers stay the same, or one error says
// why not.
#include "fpga/host/link.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "model/base/error.h"
#include "tests/host/board_model.h"
#include "tests/host/memory_line.h"

namespace dpwa::host {
namespace {

using testing::AllOf;
using testing::HasSubstr;

constexpr std::uint32_t kNonce = 0x7e7d0102;

BoardModel::Words sum(const BoardModel::Words&, const BoardModel::Words& input) {
  BoardModel::Words output = {0x7e, 0x7d7e7d7e, 0};
  for (const std::uint32_t word : input) output[2] += word;
  return output;
}

/// The packets of an image without entries and an input of 5 words.
std::string packets() {
  std::string text;
  for (const std::uint32_t word : {0x10000000U, 0x12345678U, 0x8beb1025U, 0x30000000U, 2U, 0x6e0aaf64U,
                                   0x40000000U, 5U, 1U, 2U, 3U, 0x7eU, 0x7d000000U}) {
    text += little_endian(word);
  }
  return text;
}

/// Every kind of request; their answers one after the other.
std::string session(Line& line, const Patience& patience = {}) {
  Link link(line, patience, kNonce);
  std::string heard = link.request(Request::read, std::string(1, '\0'));
  heard += link.request(Request::write, "\x24" + little_endian(0x7d));
  heard += link.request(Request::read, "\x24");
  heard += link.request(Request::send, packets());
  heard += link.request(Request::take, "\x02");
  heard += link.request(Request::take, "\x3e");
  heard += link.request(Request::read, "\x18");
  heard += link.request(Request::reset);
  heard += link.request(Request::read, "\x18");
  return heard;
}

std::string good_answers() {
  BoardModel board(sum);
  MemoryLine line(board);
  return session(line);
}

/// The answers over a faulty line, or the one error.
std::string answers_with(const Fault& fault) {
  BoardModel board(sum);
  MemoryLine line(board);
  line.fault = fault;
  return session(line);
}

std::string error_of(MemoryLine& line) {
  try {
    session(line);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::io);
    return error.what();
  }
  return "";
}

TEST(Link, AnswersAreThoseOfThePage) {
  EXPECT_EQ(good_answers(), little_endian(0x44505741) + little_endian(0x7d) + "\x0d" + std::string(1, '\0') +
                                little_endian(0x7e) + little_endian(0x7d7e7d7e) + "\x01" +
                                little_endian(0x7d000084) + little_endian(1) + little_endian(0));
}

/// Ways in which one byte goes wrong.
struct Kind {
  const char* name;
  std::function<std::string(char)> arrives;
};

const std::vector<Kind> kKinds = {
    {"lost", [](char) { return std::string(); }},
    {"doubled", [](char byte) { return std::string(2, byte); }},
    {"flipped", [](char byte) { return std::string(1, static_cast<char>(byte ^ 1)); }},
    {"inverted", [](char byte) { return std::string(1, static_cast<char>(~byte)); }},
    {"border", [](char) { return std::string("\x7e"); }},
    {"escape", [](char) { return std::string("\x7d"); }},
    {"preceded", [](char byte) { return std::string("\x55") + byte; }},
    {"between borders", [](char byte) { return std::string("\x7e") + byte + "\x7e"; }},
};

TEST(Link, RecoversFromEveryFaultAtEveryByte) {
  BoardModel board(sum);
  MemoryLine measured(board);
  session(measured);
  const std::string good = good_answers();
  int faults = 0;
  for (const bool to_board : {true, false}) {
    const std::size_t bytes = to_board ? measured.written : measured.answered;
    ASSERT_GT(bytes, 100U);
    for (std::size_t at = 0; at < bytes; ++at) {
      for (const Kind& kind : kKinds) {
        const std::string heard = answers_with([&](const Place& place, char byte) {
          const bool here = place.to_board == to_board && place.byte == at;
          return here ? kind.arrives(byte) : std::string(1, byte);
        });
        ASSERT_EQ(heard, good) << kind.name << (to_board ? " to" : " from") << " the board, byte " << at;
        ++faults;
      }
      const std::size_t frame = measured.frames[to_board ? 0 : 1][at];
      const std::string heard = answers_with([&](const Place& place, char byte) {
        const bool cut = place.to_board == to_board && place.frame == frame && place.byte >= at;
        return cut ? std::string() : std::string(1, byte);
      });
      ASSERT_EQ(heard, good) << "cut off" << (to_board ? " to" : " from") << " the board, byte " << at;
    }
  }
  EXPECT_GT(faults, 2000);
}

TEST(Link, ANoisyLineGivesTheAnswersOrAnError) {
  const std::string good = good_answers();
  int whole = 0, errors = 0;
  for (unsigned seed = 0; seed < 2000; ++seed) {
    std::mt19937 random(seed);
    const unsigned one_in = 1U << (2 + seed % 9);
    try {
      const std::string heard = answers_with([&](const Place&, char byte) {
        if (random() % one_in != 0) return std::string(1, byte);
        return kKinds[random() % kKinds.size()].arrives(byte);
      });
      ASSERT_EQ(heard, good) << "seed " << seed;
      ++whole;
    } catch (const Error& error) {
      ASSERT_EQ(error.code(), ExitCode::io) << "seed " << seed << ": " << error.what();
      ++errors;
    }
  }
  EXPECT_GT(whole, 500);
  EXPECT_GT(errors, 100);
}

TEST(Link, EveryRequestIsExecutedOnce) {
  for (const bool to_board : {true, false}) {
    BoardModel board(sum);
    MemoryLine line(board);
    // The first byte of every second frame is lost: every request, or every answer, has to come twice.
    line.fault = [&](const Place& place, char byte) {
      const bool lost = place.to_board == to_board && place.frame > 1 && place.frame % 2 == 0;
      return lost ? std::string() : std::string(1, byte);
    };
    EXPECT_EQ(session(line), good_answers());
    EXPECT_EQ(board.executed, 10);
  }
}

TEST(Link, ABoardThatTakesLongIsAskedAgainAndAnswersOnce) {
  BoardModel board(sum);
  MemoryLine line(board);
  line.delay = Milliseconds(2500);
  EXPECT_EQ(session(line), good_answers());
  EXPECT_EQ(board.executed, 10);
}

TEST(Link, SilenceIsOneError) {
  BoardModel board(sum);
  MemoryLine line(board);
  line.fault = [](const Place&, char) { return std::string(); };
  EXPECT_THAT(error_of(line), AllOf(HasSubstr("memory"), HasSubstr("HELLO"), HasSubstr("nothing came"),
                                    HasSubstr("5 tries of 1000 ms"), HasSubstr("--baud")));
  EXPECT_EQ(line.now(), Milliseconds(5000));
}

TEST(Link, AnotherSpeedIsOneError) {
  BoardModel board(sum);
  MemoryLine line(board);
  std::mt19937 random(7);
  line.fault = [&](const Place& place, char byte) {  // what is heard of a faster sender
    return place.to_board ? std::string(1, byte) : std::string(1, static_cast<char>(random() | 0x80));
  };
  EXPECT_THAT(error_of(line), AllOf(HasSubstr("bytes came that are no answer"), HasSubstr("--baud")));
}

TEST(Link, EndlessNoiseDoesNotHoldTheHost) {
  class Noise : public Line {
   public:
    std::string name() const override { return "noise"; }
    void write(std::string_view) override {}
    std::string read(Milliseconds) override {
      now_ += Milliseconds(1);
      return "noise";
    }
    Milliseconds now() const override { return now_; }

   private:
    Milliseconds now_{0};
  };
  Noise line;
  EXPECT_THROW(Link(line, {}, kNonce), Error);
}

TEST(Link, AnUnpluggedLineIsOneErrorAtEveryByte) {
  BoardModel first(sum);
  MemoryLine measured(first);
  session(measured);
  for (std::size_t bytes = 1; bytes < measured.written + measured.answered; ++bytes) {
    BoardModel board(sum);
    MemoryLine line(board);
    line.cut_after = bytes;
    ASSERT_THAT(error_of(line), HasSubstr("the port is gone")) << bytes;
  }
}

TEST(Link, WhatAnEarlierHostLeftIsNoAnswer) {
  // The board's side of the line still holds answers of a host that chose the same sequence numbers.
  BoardModel board(sum);
  std::string stale;
  for (int sequence = 0; sequence < 256; ++sequence) {
    const auto number = static_cast<std::uint8_t>(sequence);
    stale += encode({number, 0x80, std::string(1, '\0') + little_endian(kNonce + 1) + "\x01"});
    stale += encode({number, 0x81, std::string(1, '\0') + little_endian(0xbad)});
  }
  MemoryLine line(board);
  line.ahead = "garbage\x7e" + stale + "\x7e\x02\x81 half a fra";
  EXPECT_EQ(session(line), good_answers());
}

TEST(Link, AHostThatDiedInAFrameDoesNotHarmTheNext) {
  const std::string frame = encode({static_cast<std::uint8_t>(kNonce + 2), 3, packets()});
  for (std::size_t bytes = 0; bytes <= frame.size(); ++bytes) {
    BoardModel board(sum);
    for (std::size_t b = 0; b < bytes; ++b) board.take(frame[b]);
    MemoryLine line(board);
    Link link(line, {}, kNonce);
    link.request(Request::reset);
    EXPECT_EQ(session(line), good_answers()) << bytes;
  }
}

TEST(Link, ARefusedRequestSaysWhy) {
  BoardModel board(sum);
  MemoryLine line(board);
  Link link(line, {}, kNonce);
  const auto refusal = [&](Request request, const std::string& payload) {
    try {
      link.request(request, payload);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::bad_input);
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_THAT(refusal(Request::read, "\xfc"), HasSubstr("refuses READ: no such register"));
  EXPECT_THAT(refusal(Request::write, std::string(5, '\0')), HasSubstr("refuses WRITE: no such register"));
  EXPECT_THAT(refusal(Request::take, std::string(1, '\0')),
              HasSubstr("refuses TAKE: payload of a wrong length"));
}

}  // namespace
}  // namespace dpwa::host
