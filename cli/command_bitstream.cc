// SPDX-License-Identifier: Apache-2.0
//
// dpwa bitstream OUT --board B: a generated design, synthesised, placed, routed and packed for a board.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "cli/commands.h"
#include "cli/design.h"
#include "fpga/bitstream/bitstream.h"
#include "model/base/error.h"

namespace dpwa::cli {
namespace {

struct Options {
  std::filesystem::path out;
  std::string board;
  int baud = 0;
  double clock = 0;  // MHz; 0: the board's fastest
};

/// The board without the clocks above the one that was asked for: each attempt takes a run of place and
/// route.
boards::Board slowed(boards::Board board, double megahertz) {
  std::vector<boards::Clock>& clocks = board.clocks;
  const double slowest = static_cast<double>(clocks.front().hz) / 1e6;
  clocks.erase(std::remove_if(clocks.begin(), clocks.end(),
                              [&](const boards::Clock& clock) {
                                return static_cast<double>(clock.hz) > megahertz * 1e6;
                              }),
               clocks.end());
  if (!clocks.empty()) return board;
  throw fail(ExitCode::usage, "--clock {:g}: the slowest clock of {} is {:g} MHz", megahertz, board.name,
             slowest);
}

ExitCode make(const Options& options, Context& context) {
  boards::Board board = boards::find_board(options.board);
  if (options.clock != 0) board = slowed(std::move(board), options.clock);
  const config::Config config = design_config(options.out);
  require_serial_line(options.out, config);
  const auto began = std::chrono::steady_clock::now();
  const int baud = options.baud != 0 ? options.baud : board.baud;
  const bitstream::Report report = bitstream::make(options.out, config, board, baud, *context.progress);
  context.result = to_json(report);
  context.result["seconds"] = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  context.text = to_text(report);
  return ExitCode::ok;
}

}  // namespace

void add_bitstream(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("bitstream", "Make the bitstream of a generated design for a board");
  const auto options = std::make_shared<Options>();
  command->add_option("OUT", options->out, "Directory written by dpwa generate with HOST_PORT=uart")
      ->required();
  command->add_option("--board", options->board, "Board, as dpwa doctor lists them")->required();
  command->add_option("--baud", options->baud, "Speed of the serial line (default: the board's)")
      ->check(CLI::PositiveNumber);
  command->add_option("--clock", options->clock, "Fastest clock to try, in MHz (default: the board's)")
      ->check(CLI::PositiveNumber);
  command->callback(
      [options, &context] { context.run = [options, &context] { return make(*options, context); }; });
}

}  // namespace dpwa::cli
