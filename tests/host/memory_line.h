// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <string>

#include "fpga/host/line.h"
#include "tests/host/board_model.h"

namespace dpwa::host {

/// A byte on its way.
struct Place {
  bool to_board = true;
  std::size_t byte = 0;   ///< since the line was made, of this direction
  std::size_t frame = 0;  ///< written by the host, or answered by the board
};

/// What arrives instead of a byte.
using Fault = std::function<std::string(const Place& place, char byte)>;

/// A line to a board in memory, with a clock that only waiting moves.
class MemoryLine : public Line {
 public:
  explicit MemoryLine(BoardModel& board) : board_(board) {}

  std::string name() const override { return "memory"; }
  void write(std::string_view bytes) override;
  std::string read(Milliseconds limit) override;
  Milliseconds now() const override { return now_; }

  Fault fault;                ///< empty: a good line
  Milliseconds delay{0};      ///< from request to answer; bytes that come meanwhile are lost
  std::size_t cut_after = 0;  ///< the line is gone after so many bytes in both directions; 0: never
  std::string ahead;          ///< is in the line before anything else comes
  std::size_t written = 0, answered = 0;  ///< bytes of each direction
  std::vector<std::size_t> frames[2];     ///< frame of each byte: to the board, from it

 private:
  std::string pass(bool to_board, std::size_t frame, char byte);

  BoardModel& board_;
  Milliseconds now_{0}, busy_until_{0};
  std::string coming_;
  std::size_t writes_ = 0, answers_ = 0;
};

}  // namespace dpwa::host
