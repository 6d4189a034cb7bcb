// SPDX-License-Identifier: Apache-2.0
//
// dpwa generate: a hardware configuration becomes one self-contained directory of Verilog, bench and file
// lists.
#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "calib/onnx/import.h"
#include "calib/search/pins.h"
#include "cli/commands.h"
#include "fpga/bitstream/bitstream.h"
#include "gen/emit/emission.h"
#include "gen/lower/lower.h"
#include "gen/lower/packets.h"
#include "gen/top/top.h"
#include "model/base/files.h"
#include "verify/self_test.h"

namespace dpwa::cli {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::string plan;
  std::vector<std::string> pins;
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

/// The images of a plan for this configuration, and the plan itself.
std::map<std::string, std::string> plan_files(const Options& options, const config::Config& config) {
  const fs::path directory = options.plan;
  if (!fs::exists(directory / "plan.json")) {
    throw fail(ExitCode::bad_input, "{}: no plan.json; make a plan with dpwa calibrate", directory.string());
  }
  const net::Network network = onnx::import_onnx(directory / "model.onnx");
  std::vector<search::Pin> pins;
  for (const std::string& text : options.pins) pins.push_back(search::parse_pin(text));
  const plan::Plan plan =
      search::apply_pins(directory, network, config, pins, plan::load(directory, network));
  std::map<std::string, std::string> files;
  const std::string image = lower::to_bytes(lower::lower(config, network, plan).words);
  files["images/image.bin"] = image;
  if (config.tests_at_boot())
    files[bitstream::flash_file(config)] = lower::to_bytes(verify::boot_tests(config)) + image;
  files["plan/model.onnx"] = read_file(directory / "model.onnx");
  for (const auto& [name, bytes] : plan::files(network, plan)) files["plan/" + name] = bytes;
  return files;
}

gen::Emission emit(const Options& options, const config::Config& config) {
  if (!options.unit.empty()) {
    if (!options.plan.empty()) {
      throw fail(ExitCode::usage, "--unit {}: a unit alone takes no plan; leave out {}", options.unit,
                 options.plan);
    }
    return gen::emit_unit(config, gen::find_unit(options.unit));
  }
  std::map<std::string, std::string> files;
  if (options.plan.empty() && !options.pins.empty()) {
    throw fail(ExitCode::usage, "--pin {}: give the PLANDIR that it changes", options.pins.front());
  }
  if (!options.plan.empty()) files = plan_files(options, config);
  files.merge(gen::host_files(config));
  return gen::emit_design(config, gen::build_top(config), gen::system_bench(config), files);
}

ExitCode generate(const Options& options, Context& context) {
  const auto start = std::chrono::steady_clock::now();
  const config::Config config = config::load(options.config, options.overrides);
  const gen::Emission emission = emit(options, config);
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
  command->add_option("PLANDIR", options->plan,
                      "Plan made by dpwa calibrate: its images and a copy come along");
  command->add_option("--pin", options->pins, "NODE=FORMAT or all=FORMAT: " + search::pin_formats())
      ->allow_extra_args(false);
  command->add_option("--config", options->config, "Preset or TOML file")->capture_default_str();
  command->add_option("--set", options->overrides, "KEY=VALUE, over the configuration")->take_all();
  command->add_option("--unit", options->unit, "Only this unit, with its bench: " + known_units());
  command->add_option("-o,--output", options->output, "Directory to write; replaced if dpwa made it")
      ->required();
  command->callback(
      [options, &context] { context.run = [options, &context] { return generate(*options, context); }; });
}

}  // namespace dpwa::cli
