// SPDX-License-Identifier: Apache-2.0
//
// The `dpwa` executable: registers the subcommands, runs the chosen one, and is the one border where errors
// become a line on stderr (or a JSON object) and an exit code.
#include <cstdio>
#include <filesystem>
#include <new>
#include <string>
#include <string_view>

#include "cli/commands.h"
#include "cli/progress.h"
#include "model/base/interrupt.h"

namespace {

using dpwa::Error;
using dpwa::ExitCode;
using dpwa::cli::Context;

void register_commands(CLI::App& app, Context& context) {
  dpwa::cli::add_inspect(app, context);
  dpwa::cli::add_calibrate(app, context);
  dpwa::cli::add_evaluate(app, context);
  dpwa::cli::add_generate(app, context);
  dpwa::cli::add_simulate(app, context);
  dpwa::cli::add_synth(app, context);
  dpwa::cli::add_bitstream(app, context);
  dpwa::cli::add_flash(app, context);
  dpwa::cli::add_run(app, context);
  dpwa::cli::add_doctor(app, context);
}

/// Whole text to stdout; a full disk behind it is an error like any other.
void print(const std::string& text) {
  const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  if (!written || std::fflush(stdout) != 0) {
    throw dpwa::fail(ExitCode::io, "standard output cannot be written (disk full?)");
  }
}

std::string json_text(const nlohmann::ordered_json& value) {
  return value.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

/// One line: an embedded newline would look like a second message.
std::string one_line(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  for (std::size_t at = text.find('\n'); at != std::string::npos; at = text.find('\n', at)) {
    text.replace(at, 1, "; ");
  }
  return text;
}

int report(const std::string& message, ExitCode code, bool json) {
  const std::string line = one_line(message);
  std::fprintf(stderr, "dpwa: error: %s\n", line.c_str());
  if (json) {
    const std::string text = json_text({{"error", line}, {"exit_code", static_cast<int>(code)}});
    std::fwrite(text.data(), 1, text.size(), stdout);
  }
  return static_cast<int>(code);
}

/// --json must hold for errors of the command line itself too, when parsing has not reached the flag.
bool asks_for_json(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    if (std::string_view(argv[i]) == "--json") return true;
  }
  return false;
}

int run(int argc, char** argv) {
  CLI::App app(
      "DPWA: trained ONNX network -> precision plan -> Verilog accelerator, simulated bit-exactly and sized",
      "dpwa");
  app.set_version_flag("--version", "dpwa " DPWA_VERSION);
  app.require_subcommand(1);
  Context context;
  register_commands(app, context);
  for (CLI::App* command : app.get_subcommands({})) {
    command->add_flag("--json", context.json,
                      "Print one JSON object on stdout; everything else goes to stderr");
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& request) {  // --help, --version
    return app.exit(request);
  } catch (const CLI::ParseError& error) {
    throw dpwa::fail(ExitCode::usage, "{} (see dpwa --help)", error.what());
  }
  context.progress = dpwa::cli::make_progress();
  const ExitCode code = context.run();
  context.progress.reset();
  print(context.json ? json_text(context.result) : context.text);
  return static_cast<int>(code);
}

}  // namespace

int main(int argc, char** argv) {
  const bool json = asks_for_json(argc, argv);
  try {
    dpwa::install_interrupt_handler();
    return run(argc, argv);
  } catch (const Error& error) {
    return report(error.what(), error.code(), json);
  } catch (const std::filesystem::filesystem_error& error) {
    return report(error.what(), ExitCode::io, json);
  } catch (const std::bad_alloc&) {
    return report("not enough memory", ExitCode::io, json);
  } catch (const std::exception& error) {
    return report(std::string("internal error: ") + error.what() + "; please report it", ExitCode::internal,
                  json);
  }
}
