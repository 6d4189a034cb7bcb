// SPDX-License-Identifier: Apache-2.0
//
// Whole runs on a board: over a line that fails at every byte, after a host that died at every byte, with a
// board that is reset at every byte. The outputs are right, or there is one error and no output.
#include "fpga/host/board.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gen/lower/packets.h"
#include "model/base/error.h"
#include "tests/host/board_model.h"
#include "tests/host/memory_line.h"

namespace dpwa::host {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using Words = BoardModel::Words;

constexpr std::size_t kOutputs = 65;  // more than one TAKE gives
const config::Config kConfig = config::load("sim-4");

/// Every output depends on every word and on its place.
Words mix(const Words& image, const Words& input) {
  std::uint32_t state = 1;
  for (const std::uint32_t word : image) state = state * 0x01000193 ^ word;
  for (const std::uint32_t word : input) state = state * 0x01000193 ^ word;
  Words output;
  for (std::size_t i = 0; i < kOutputs; ++i) output.push_back(state += 0x7e7d7e7d);
  return output;
}

const config::Config kBooting = config::load("icebreaker", {"BOOT=spi"});

Words image_of(const config::Config& config, std::uint32_t content) {
  lower::PacketWriter packets(config::config_hash(config));
  packets.load(static_cast<lower::Target>(1), 3, 100, 2, {content, 0x7e7e7e7e, 0, ~0U});
  packets.load(static_cast<lower::Target>(2), 0, 0, 1, Words(60, 0x7d));
  return packets.finish();
}

Words image(std::uint32_t content) { return image_of(kConfig, content); }

Words input(std::uint32_t content) { return {4U << 28, 3, content, 0x7d, 0x7e}; }

BoardModel make_board() {
  BoardModel board(mix, config::config_hash(kConfig));
  board.busy_takes = 2;
  board.counters = {{0, 7}, {1, 0x7e}, {2 | 10 << 16, 99}};
  return board;
}

struct Answers {
  bool loaded = false;
  std::vector<std::int32_t> outputs;
  std::vector<std::uint32_t> numbers;

  bool operator==(const Answers& other) const { return outputs == other.outputs && numbers == other.numbers; }
};

Answers run(Line& line, std::uint32_t content = 5) {
  Link link(line, {}, 0x1234567e);
  Board board(link, kConfig);
  SilentProgress silent;
  Answers result;
  result.loaded = board.load(image(content), silent);
  for (std::uint32_t i = 0; i < 2; ++i) {
    const Inference inference = board.infer(input(i), kOutputs, {2});
    result.outputs.insert(result.outputs.end(), inference.outputs.begin(), inference.outputs.end());
    result.numbers.insert(result.numbers.end(), inference.counters[0].begin(), inference.counters[0].end());
    result.numbers.push_back(inference.cycles - inference.transfer_cycles);
  }
  return result;
}

Answers good_run(std::uint32_t content = 5) {
  BoardModel board = make_board();
  MemoryLine line(board);
  return run(line, content);
}

std::string error_of(ExitCode code, BoardModel& board, Milliseconds delay = Milliseconds(0)) {
  MemoryLine line(board);
  line.delay = delay;
  try {
    run(line);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), code) << error.what();
    return error.what();
  }
  return "no error";
}

TEST(Board, OutputsAndCountersAreTheMachines) {
  const Answers result = good_run();
  Words entries = {5, 0x7e7e7e7e, 0, ~0U};
  entries.insert(entries.end(), 60, 0x7d);
  for (std::uint32_t i = 0; i < 2; ++i) {
    const Words expected = mix(entries, {i, 0x7d, 0x7e});
    for (std::size_t o = 0; o < kOutputs; ++o) {
      ASSERT_EQ(result.outputs[i * kOutputs + o], static_cast<std::int32_t>(expected[o]));
    }
  }
  EXPECT_EQ(result.numbers[10], 99U);
  EXPECT_EQ(result.numbers[11], 900U);
}

TEST(Board, TheImageIsLoadedOnlyIfNeeded) {
  BoardModel board = make_board();
  MemoryLine line(board);
  EXPECT_TRUE(run(line, 5).loaded);
  EXPECT_FALSE(run(line, 5).loaded);
  EXPECT_EQ(run(line, 5), good_run(5));
  EXPECT_TRUE(run(line, 6).loaded) << "the image of another network";
  EXPECT_EQ(run(line, 6), good_run(6));
  board.restart();
  EXPECT_TRUE(run(line, 6).loaded);
  EXPECT_EQ(board.images_loaded, 3);
}

TEST(Board, AnEarlierHostsOutputFormatDoesNotStay) {
  BoardModel board = make_board();
  MemoryLine line(board);
  run(line);
  Link(line, {}, 2).request(Request::write, "\x14" + little_endian(1));
  EXPECT_EQ(run(line), good_run());
}

TEST(Board, AMachineThatTakesFewWordsGetsThemAll) {
  BoardModel board = make_board();
  board.words_at_once = 1;
  MemoryLine line(board);
  EXPECT_EQ(run(line), good_run());
}

TEST(Board, EveryFaultAtEveryByteOfARun) {
  BoardModel first = make_board();
  MemoryLine measured(first);
  const Answers good = run(measured);
  for (const bool to_board : {true, false}) {
    const std::size_t bytes = to_board ? measured.written : measured.answered;
    for (std::size_t at = 0; at < bytes; ++at) {
      for (const char* arrives : {"", "twice", "\x7e", "\x7d", "\x01"}) {
        BoardModel board = make_board();
        MemoryLine line(board);
        line.fault = [&](const Place& place, char byte) {
          const bool here = place.to_board == to_board && place.byte == at;
          if (!here) return std::string(1, byte);
          return arrives == std::string("twice") ? std::string(2, byte) : std::string(arrives);
        };
        ASSERT_EQ(run(line), good) << "'" << arrives << (to_board ? "' to" : "' from") << " the board, byte "
                                   << at;
        ASSERT_EQ(board.images_loaded, 1);
      }
    }
  }
}

TEST(Board, AHostThatDiedAtAnyByteDoesNotHarmTheNext) {
  BoardModel first = make_board();
  MemoryLine measured(first);
  const Answers good = run(measured);
  for (std::size_t bytes = 1; bytes < measured.written + measured.answered; ++bytes) {
    BoardModel board = make_board();
    {
      MemoryLine line(board);
      line.cut_after = bytes;
      ASSERT_THROW(run(line), Error) << bytes;
    }
    MemoryLine line(board);
    ASSERT_EQ(run(line), good) << bytes;
  }
}

TEST(Board, ABoardThatIsResetAtAnyByteGivesTheAnswersOrAnError) {
  BoardModel first = make_board();
  MemoryLine measured(first);
  const Answers good = run(measured);
  int errors = 0;
  for (std::size_t at = 0; at < measured.written; ++at) {
    BoardModel board = make_board();
    MemoryLine line(board);
    line.fault = [&](const Place& place, char byte) {
      if (place.to_board && place.byte == at) board.restart();
      return std::string(1, byte);
    };
    try {
      ASSERT_EQ(run(line), good) << at;
    } catch (const Error& error) {
      ++errors;
      ASSERT_THAT(error.what(), testing::AnyOf(HasSubstr("was it reset?"), HasSubstr("refuses the image")))
          << at;
    }
  }
  EXPECT_GT(errors, 100);
}

TEST(Board, WrongBitstream) {
  BoardModel board(mix, 0x0badcafe);
  EXPECT_THAT(error_of(ExitCode::bad_input, board),
              AllOf(HasSubstr("wrong bitstream"), HasSubstr("0badcafe"),
                    HasSubstr(fmt::format("{:08x}", config::config_hash(kConfig)))));
  EXPECT_EQ(board.images_loaded, 0);
}

TEST(Board, OtherRegisters) {
  for (const std::uint32_t version : {0x00010001U, 0x00030000U, 0x00000007U}) {
    BoardModel board = make_board();
    board.version = version;
    EXPECT_THAT(error_of(ExitCode::bad_input, board), HasSubstr("registers of version"));
  }
  BoardModel newer = make_board();
  newer.version = 0x00020005;
  EXPECT_EQ(error_of(ExitCode::ok, newer), "no error");
  BoardModel other = make_board();
  other.id = 0x12345678;
  EXPECT_THAT(error_of(ExitCode::bad_input, other), HasSubstr("not a DPWA board"));
}

TEST(Board, ARefusedImage) {
  BoardModel board = make_board();
  MemoryLine line(board);
  Link link(line, {}, 1);
  Board host(link, kConfig);
  SilentProgress silent;
  Words damaged = image(5);
  damaged[4] ^= 1;
  try {
    host.load(damaged, silent);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::bad_input);
    EXPECT_THAT(error.what(), AllOf(HasSubstr("refuses the image"), HasSubstr("CRC")));
  }
}

/// A host's load of an image into a board that reads its flash; what it says.
std::string load_behind_flash(BoardModel& board, Milliseconds delay = Milliseconds(0)) {
  class Notes : public SilentProgress {
   public:
    void note(const std::string& line) override { text += line + "\n"; }
    std::string text;
  } notes;
  MemoryLine line(board);
  line.delay = delay;
  Link link(line, {}, 1);
  EXPECT_TRUE(Board(link, kBooting).load(image_of(kBooting, 5), notes));
  EXPECT_EQ(board.images_loaded, 1);
  return notes.text;
}

TEST(Board, WaitsUntilTheFlashIsRead) {
  BoardModel board(mix, config::config_hash(kBooting));
  board.boot_reads = 20;
  EXPECT_EQ(load_behind_flash(board), "");
}

TEST(Board, AFlashWithoutEndIsGivenUp) {
  BoardModel board(mix, config::config_hash(kBooting));
  board.boot_reads = 1 << 30;
  EXPECT_EQ(load_behind_flash(board, Milliseconds(100)), "");
}

TEST(Board, ARefusedFlashIsSaid) {
  BoardModel board(mix, config::config_hash(kBooting));
  {
    MemoryLine line(board);
    Link link(line, {}, 1);
    link.request(Request::send, lower::to_bytes({~0U}));
  }
  EXPECT_EQ(
      load_behind_flash(board),
      "memory: no image on the board (the newest one was refused: OPCODE): it is loaded over the line\n");
  {
    MemoryLine line(board);
    Link link(line, {}, 1);
    link.request(Request::send, lower::to_bytes({2U << 28}));
  }
  board.images_loaded = 0;
  EXPECT_EQ(load_behind_flash(board),
            "memory: no image on the board (the newest one has no end): it is loaded over the line\n");
}

TEST(Board, AMachineThatForgetsItsInput) {
  BoardModel board = make_board();
  board.drops_inputs = true;
  EXPECT_THAT(error_of(ExitCode::io, board), AllOf(HasSubstr("gives no output"), HasSubstr("FLAGS: none")));
}

TEST(Board, AMachineThatNeverEnds) {
  BoardModel board = make_board();
  board.busy_takes = 1 << 30;
  EXPECT_THAT(error_of(ExitCode::io, board, Milliseconds(100)), HasSubstr("does not become ready"));
}

TEST(Board, AMachineThatTakesNothing) {
  BoardModel board = make_board();
  board.words_at_once = 0;
  EXPECT_THAT(error_of(ExitCode::io, board, Milliseconds(100)), HasSubstr("takes no words"));
}

TEST(Board, OutputsOfAnotherLength) {
  for (const std::size_t words : {kOutputs - 1, kOutputs + 1, std::size_t{1}}) {
    BoardModel board([=](const Words&, const Words&) { return Words(words, 1); },
                     config::config_hash(kConfig));
    EXPECT_THAT(error_of(ExitCode::io, board), AllOf(HasSubstr("its output"), HasSubstr("of 65"))) << words;
  }
}

}  // namespace
}  // namespace dpwa::host
