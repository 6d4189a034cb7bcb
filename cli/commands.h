// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>

#include "model/base/error.h"
#include "model/base/progress.h"

namespace dpwa::cli {

/// What a command gets from main and gives back to it.
struct Context {
  bool json = false;                   ///< --json: `result` goes to stdout as one object, all else to stderr
  std::unique_ptr<Progress> progress;  ///< bar on a terminal, plain lines otherwise; always stderr
  nlohmann::ordered_json result;       ///< the command's JSON object (docs/commands.md)
  std::string text;                    ///< the human-readable answer, printed on stdout without --json
  std::function<ExitCode()> run;       ///< set by the chosen subcommand
};

// One file per subcommand: command_<name>.cc. Each adds its subcommand and sets context.run when chosen.
void add_inspect(CLI::App& app, Context& context);
void add_calibrate(CLI::App& app, Context& context);
void add_evaluate(CLI::App& app, Context& context);
void add_generate(CLI::App& app, Context& context);
void add_simulate(CLI::App& app, Context& context);
void add_synth(CLI::App& app, Context& context);
void add_bitstream(CLI::App& app, Context& context);
void add_flash(CLI::App& app, Context& context);
void add_run(CLI::App& app, Context& context);
void add_doctor(CLI::App& app, Context& context);

}  // namespace dpwa::cli
