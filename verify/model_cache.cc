// SPDX-License-Identifier: Apache-2.0
#include "verify/model_cache.h"

#include <algorithm>
#include <cstdlib>
#include <random>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "model/base/error.h"
#include "model/base/files.h"
#include "model/base/process.h"

namespace dpwa::verify {
namespace {

namespace fs = std::filesystem;

fs::path cache_root() {
  const auto variable = [](const char* name) -> std::string {
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
  };
  if (const std::string own = variable("DPWA_CACHE"); !own.empty()) return own;
  if (const std::string xdg = variable("XDG_CACHE_HOME"); !xdg.empty()) return fs::path(xdg) / "dpwa";
  if (const std::string home = variable("HOME"); !home.empty()) return fs::path(home) / ".cache" / "dpwa";
  throw fail(ExitCode::io, "no place for compiled models: set DPWA_CACHE to a directory");
}

/// Files of sources.f, relative to `out_dir`.
std::vector<std::string> source_list(const fs::path& out_dir) {
  std::istringstream lines(read_file(out_dir / "sources.f"));
  std::vector<std::string> files;
  for (std::string line; std::getline(lines, line);) {
    if (!line.empty() && line[0] != '#') files.push_back(line);
  }
  if (files.empty())
    throw fail(ExitCode::bad_input, "{}: names no source file", (out_dir / "sources.f").string());
  return files;
}

std::string verilator_version() {
  std::string version;
  find_tool("verilator", "install it with: apt-get install verilator");
  run({{"verilator", "--version"}, {}, [&](const std::string& line) { version += line; }});
  return version;
}

struct Recipe {
  std::string top, source;                      ///< module, tb/<source>.cc
  std::vector<std::string> headers, arguments;  ///< in OUT; of Verilator
};

Recipe recipe_of(Bench bench) {
  if (bench == Bench::board)
    return {"dpwa_uart_top", "virtual_board", {"tb/serial_line.h", "tb/spi_flash.h"}, {"-GCLOCKS_PER_BIT=4"}};
  Recipe recipe{
      "dpwa_top", "network_tb", {"tb/dump_format.h", "tb/register_port.h", "dpwa_registers.h"}, {"--assert"}};
  if (bench == Bench::network_trace) recipe.arguments.push_back("--trace-fst");
  return recipe;
}

std::vector<std::string> verilator_arguments(const fs::path& out_dir, const std::vector<std::string>& sources,
                                             const fs::path& build_dir, const Recipe& recipe) {
  // -O1 simulates as fast as -Os; what runs once, at the start, is not optimized: half the time to compile.
  std::vector<std::string> arguments = {"verilator",
                                        "--cc",
                                        "--exe",
                                        "--build",
                                        "--build-jobs",
                                        std::to_string(std::max(1U, std::thread::hardware_concurrency())),
                                        "-O3",
                                        "--x-assign",
                                        "fast",
                                        "-CFLAGS",
                                        "-I" + fs::absolute(out_dir / "tb").string(),
                                        "-MAKEFLAGS",
                                        "OPT_FAST=-O1 OPT_GLOBAL=-O1 OPT_SLOW=-O0",
                                        "-Mdir",
                                        build_dir.string(),
                                        "-o",
                                        recipe.source,
                                        "--top-module",
                                        recipe.top};
  arguments.insert(arguments.end(), recipe.arguments.begin(), recipe.arguments.end());
  for (const std::string& source : sources) arguments.push_back(fs::absolute(out_dir / source).string());
  arguments.push_back(fs::absolute(out_dir / "tb" / (recipe.source + ".cc")).string());
  return arguments;
}

/// All that the executable follows from.
std::string content_of(const fs::path& out_dir, const std::vector<std::string>& sources,
                       const Recipe& recipe) {
  std::string content = verilator_version();
  for (const std::string& argument : recipe.arguments) content += argument + '\0';
  for (const std::string& source : sources) content += source + '\0' + read_file(out_dir / source);
  content += read_file(out_dir / "tb" / (recipe.source + ".cc"));
  for (const std::string& header : recipe.headers) {
    if (fs::exists(out_dir / header)) content += read_file(out_dir / header);
  }
  return content;
}

}  // namespace

fs::path build_model(const fs::path& out_dir, Bench bench, Progress& progress) {
  const std::vector<std::string> sources = source_list(out_dir);
  const Recipe recipe = recipe_of(bench);
  const fs::path directory = cache_root() / content_hash(content_of(out_dir, sources, recipe));
  const fs::path executable = directory / recipe.source;
  if (fs::exists(executable)) return executable;

  progress.begin("compile the design with Verilator (once per configuration)", 0);
  std::random_device random;
  const fs::path partial = fs::path(directory).concat(fmt::format(".{:08x}.partial", random()));
  std::error_code error;
  fs::create_directories(partial, error);
  if (error)
    throw fail(ExitCode::io, "{}: {}; set DPWA_CACHE to a writable directory", partial.string(),
               error.message());
  std::string first_error;
  bool disk_full = false;
  const auto clean_up = [&] { fs::remove_all(partial, error); };
  try {
    const int status =
        run({verilator_arguments(out_dir, sources, partial, recipe), {}, [&](const std::string& line) {
               if (first_error.empty() &&
                   (line.find("%Error") != std::string::npos || line.find("error:") != std::string::npos)) {
                 first_error = line;
               }
               disk_full = disk_full || line.find("No space left on device") != std::string::npos;
               progress.advance(0);
             }});
    if (status != 0 && disk_full) {
      throw fail(ExitCode::io, "{}: No space left on device; set DPWA_CACHE to another directory",
                 cache_root().string());
    }
    if (status != 0) {
      throw fail(ExitCode::bad_input, "{}: the design does not build with Verilator: {}", out_dir.string(),
                 first_error.empty() ? fmt::format("exit status {}", status) : first_error);
    }
  } catch (...) {
    clean_up();
    throw;
  }
  fs::rename(partial, directory, error);
  if (error && !fs::exists(executable)) {
    clean_up();
    throw fail(ExitCode::io, "{}: {}", directory.string(), error.message());
  }
  clean_up();
  return executable;
}

}  // namespace dpwa::verify
