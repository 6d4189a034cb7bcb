// SPDX-License-Identifier: Apache-2.0
//
// dpwa flash OUT --board B: the bitstream of a generated design into the flash of a board, and its image
// behind it where the design reads one from there.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <filesystem>

#include "cli/commands.h"
#include "cli/design.h"
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
  const boards::Board board = boards::find_board(options.board);
  const config::Config config = design_config(options.out);
  const bool image = config.boots() && std::filesystem::exists(options.out / "images");
  if (image) generated_file(options.out, bitstream::flash_file(config));
  const std::vector<std::vector<std::string>> commands =
      bitstream::flash_commands(options.out, config, board);
  context.result = {{"command", commands.front()},
                    {"image_command", image ? nlohmann::ordered_json(commands.back()) : nullptr},
                    {"done", !options.dry_run}};
  for (const std::vector<std::string>& command : commands) {
    if (!options.dry_run) write(command, context);
    context.text += fmt::format("{}\n", fmt::join(command, " "));
  }
  return ExitCode::ok;
}

}  // namespace

void add_flash(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand(
      "flash", "Write a bitstream, and the image that it boots, into the flash of a board");
  const auto options = std::make_shared<Options>();
  command->add_option("OUT", options->out, "Directory in which dpwa bitstream made it")->required();
  command->add_option("--board", options->board, "Board, as dpwa doctor lists them")->required();
  command->add_flag("--dry-run", options->dry_run, "Only print the command line of openFPGALoader");
  command->callback(
      [options, &context] { context.run = [options, &context] { return flash(*options, context); }; });
}

}  // namespace dpwa::cli
