// SPDX-License-Identifier: Apache-2.0
//
// dpwa flash OUT --board B: the bitstream of a generated design into the flash of a board.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/commands.h"
#include "fpga/bitstream/bitstream.h"
#include "fpga/tools/survey.h"
#include "model/base/process.h"

namespace dpwa::cli {
namespace {

struct Options {
  std::filesystem::path out;
  std::string board;
  bool dry_run = false;
};

void write(const std::vector<std::string>& command, Context& context) {
  std::vector<std::string> arguments = command;
  arguments[0] = tools::find(command[0]).string();
  context.progress->begin("flash", 1);
  std::string last;
  const int status = dpwa::run({arguments, {}, [&](const std::string& line) {
                                  context.progress->note(line);
                                  context.progress->advance(0);
                                  if (!line.empty()) last = line;
                                }});
  if (status != 0) throw fail(ExitCode::io, "openFPGALoader failed (status {}): {}", status, last);
  context.progress->advance();
}

ExitCode flash(const Options& options, Context& context) {
  const std::vector<std::string> command =
      bitstream::flash_command(options.out, boards::find_board(options.board));
  if (!options.dry_run) write(command, context);
  context.result = {{"command", command}, {"done", !options.dry_run}};
  context.text = fmt::format("{}\n", fmt::join(command, " "));
  return ExitCode::ok;
}

}  // namespace

void add_flash(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("flash", "Write a bitstream into the flash of a board");
  const auto options = std::make_shared<Options>();
  command->add_option("OUT", options->out, "Directory in which dpwa bitstream made it")->required();
  command->add_option("--board", options->board, "Board, as dpwa doctor lists them")->required();
  command->add_flag("--dry-run", options->dry_run, "Only print the command line of openFPGALoader");
  command->callback(
      [options, &context] { context.run = [options, &context] { return flash(*options, context); }; });
}

}  // namespace dpwa::cli
