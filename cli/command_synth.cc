// SPDX-License-Identifier: Apache-2.0
//
// dpwa synth OUT --target T: cells and area of a generated design, estimated with Yosys.
#include <fmt/format.h>

#include "cli/commands.h"
#include "fpga/synth/synth.h"

namespace dpwa::cli {
namespace {

struct Options {
  std::string out;
  std::string target;
  std::string liberty;
};

ExitCode estimate(const Options& options, Context& context) {
  const synth::Target target = synth::parse_target(options.target);
  std::filesystem::path liberty = options.liberty;
  if (target != synth::Target::asic && !options.liberty.empty()) {
    throw fail(ExitCode::usage, "--liberty: only --target asic uses a cell library");
  }
  if (target == synth::Target::asic && liberty.empty()) liberty = synth::default_liberty();
  const synth::Report report = synth::synthesise(options.out, target, liberty, *context.progress);
  context.result = to_json(report);
  context.result["seconds"] = report.seconds;
  context.text = to_text(report);
  return ExitCode::ok;
}

}  // namespace

void add_synth(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("synth", "Estimate cells and area of a generated design with Yosys");
  const auto options = std::make_shared<Options>();
  command->add_option("OUT", options->out, "Directory written by dpwa generate")->required();
  command->add_option("--target", options->target, fmt::format("{}", fmt::join(synth::target_names(), ", ")))
      ->required();
  command->add_option("--liberty", options->liberty, "Cell library for asic (default: OSU 0.18 um)");
  command->callback(
      [options, &context] { context.run = [options, &context] { return estimate(*options, context); }; });
}

}  // namespace dpwa::cli
