// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Boards: each is one folder here, compiled in. Adding one touches nothing else.
namespace dpwa::boards {

/// A clock that a board's wrapper can make.
struct Clock {
  std::int64_t hz = 0;
  std::vector<std::pair<std::string, std::int64_t>> parameters;  ///< of the wrapper
};

/// A board: fpga/boards/<name>/board.toml and the files that it names.
struct Board {
  std::string name;
  std::string family;              ///< "ice40", "ecp5", "gw2a"
  std::string device;              ///< "up5k", "85k"
  std::string package;             ///< "sg48", "CABGA381"
  std::string wrapper;             ///< file of the Verilog around dpwa_board; its name is the module's
  std::string constraints;         ///< file of the pins, in the place-and-route tool's form
  std::vector<Clock> clocks;       ///< slowest first, at least one
  int baud = 0;                    ///< of the serial line, unless asked otherwise
  std::vector<std::string> tools;  ///< that make its bitstream, as dpwa doctor names them
  std::string loader_name;         ///< what openFPGALoader calls it
  std::int64_t flash_address = 0;  ///< byte address of an image in its flash, behind any bitstream
};

/// Reads one board.toml. Throws Error(bad_input) for an unknown, missing or wrong key.
Board parse_board(const std::string& name, std::string_view toml);

/// All boards, by name.
std::vector<Board> all_boards();

/// Throws Error(usage) with the names there are.
Board find_board(const std::string& name);

/// Verilog that every wrapper has inside: what does not depend on the board.
inline constexpr const char* kCommonFile = "dpwa_board.v";
std::string_view common_file();

/// Text of a file of the board's folder. Throws Error(internal) when it is not there.
std::string_view board_file(const Board& board, const std::string& file);

}  // namespace dpwa::boards
