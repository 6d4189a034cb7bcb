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
#include "cli/commands.h"
#include "gen/emit/emission.h"
#include "gen/lower/lower.h"
#include "gen/lower/packets.h"
#include "gen/top/top.h"
#include "model/base/files.h"

namespace dpwa::cli {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::string plan;
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

/// The images of a plan for this configuration, and a copy of the plan.
std::map<std::string, std::string> plan_files(const fs::path& plan_dir, const config::Config& config) {
  if (!fs::exists(plan_dir / "plan.json")) {
    throw fail(ExitCode::bad_input, "{}: no plan.json; make a plan with dpwa calibrate", plan_dir.string());
  }
  const net::Network network = onnx::import_onnx(plan_dir / "model.onnx");
  const plan::Plan plan = plan::load(plan_dir, network);
  std::map<std::string, std::string> files;
  files["images/image.bin"] = lower::to_bytes(lower::lower(config, network, plan).words);
  files["plan/plan.json"] = read_file(plan_dir / "plan.json");
  files["plan/model.onnx"] = read_file(plan_dir / "model.onnx");
  for (const auto& entry : fs::directory_iterator(plan_dir / "weights")) {
    files["plan/weights/" + entry.path().filename().string()] = read_file(entry.path());
  }
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
  if (!options.plan.empty()) files = plan_files(options.plan, config);
  files.merge(gen::host_files(config));
  return gen::emit_design(config, gen::build_top(config), gen::system_bench(), files);
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
  command->add_option("--config", options->config, "Preset or TOML file")->capture_default_str();
  command->add_option("--set", options->overrides, "KEY=VALUE, over the configuration")->take_all();
  command->add_option("--unit", options->unit, "Only this unit, with its bench: " + known_units());
  command->add_option("-o,--output", options->output, "Directory to write; replaced if dpwa made it")
      ->required();
  command->callback(
      [options, &context] { context.run = [options, &context] { return generate(*options, context); }; });
}

}  // namespace dpwa::cli
