// SPDX-License-Identifier: Apache-2.0
//
// dpwa generate: a hardware configuration becomes one self-contained directory of Verilog, bench and file
// lists.
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "gen/emit/emission.h"

namespace dpwa::cli {
namespace {

struct Options {
  std::string config = "sim-4";
  std::vector<std::string> overrides;
  std::string unit;
  std::string output;
};

std::string known_units() {
  std::string names;
  for (const auto& unit : gen::units()) names += (names.empty() ? "" : "|") + unit->name();
  return names;
}

ExitCode generate(const Options& options, Context& context) {
  const auto start = std::chrono::steady_clock::now();
  const config::Config config = config::load(options.config, options.overrides);
  const gen::Emission emission = gen::emit_unit(config, gen::find_unit(options.unit));
  gen::write(emission, options.output);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  context.result = {{"output", options.output},
                    {"top", emission.top},
                    {"config", config.name},
                    {"files", nlohmann::ordered_json::array()},
                    {"seconds", seconds}};
  for (const auto& [path, text] : emission.files) context.result["files"].push_back(path);
  context.text = fmt::format("{}: {} files, top module {}, configuration {} ({:.2f} s)\n", options.output,
                             emission.files.size(), emission.top, config.name, seconds);
  return ExitCode::ok;
}

}  // namespace

void add_generate(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("generate", "Write the Verilog of a hardware configuration");
  const auto options = std::make_shared<Options>();
  command->add_option("--config", options->config, "Preset or TOML file")->capture_default_str();
  command->add_option("--set", options->overrides, "KEY=VALUE, over the configuration")->take_all();
  command->add_option("--unit", options->unit, "Only this unit, with its bench: " + known_units())
      ->required();
  command->add_option("-o,--output", options->output, "Directory to write; replaced if dpwa made it")
      ->required();
  command->callback(
      [options, &context] { context.run = [options, &context] { return generate(*options, context); }; });
}

}  // namespace dpwa::cli
