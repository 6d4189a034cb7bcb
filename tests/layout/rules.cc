// SPDX-License-Identifier: Apache-2.0
#include "tests/layout/rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <regex>
#include <sstream>

#include "model/base/files.h"

namespace dpwa::layout {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kMaxBytes = std::size_t{1} << 20;
// The wish is 400 and 250; a tenth of grace spares a split for one line.
constexpr std::size_t kMaxCppLines = 440;
constexpr std::size_t kMaxVerilogLines = 275;

bool has_extension(const SourceFile& file, const std::set<std::string>& extensions) {
  return extensions.count(file.path.extension().string()) > 0;
}

bool is_cpp(const SourceFile& file) { return has_extension(file, {".cc", ".h"}); }
bool is_verilog(const SourceFile& file) { return has_extension(file, {".v"}); }
bool is_binary(const SourceFile& file) {
  return has_extension(file, {".onnx", ".npy", ".npz", ".bin", ".gz", ".png"});
}

bool is_source(const SourceFile& file) {
  const std::string name = file.path.filename().string();
  return is_cpp(file) || is_verilog(file) || name == "CMakeLists.txt" || name == "Makefile" ||
         has_extension(file, {".cmake", ".sh", ".py", ".toml", ".ys", ".tcl", ".pcf", ".lpf"});
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

/// One finding per line that matches.
Findings find_lines(const SourceFile& file, const std::regex& pattern, const std::string& what) {
  Findings findings;
  std::size_t number = 0;
  for (const std::string& line : lines_of(file.text)) {
    ++number;
    if (std::regex_search(line, pattern)) {
      findings.push_back(fmt::format("{}:{}: {}", file.path.string(), number, what));
    }
  }
  return findings;
}

std::string whole_file(const SourceFile& file, const std::string& what) {
  return fmt::format("{}: {}", file.path.string(), what);
}

bool starts_with(const std::string& text, const std::string& prefix) { return text.rfind(prefix, 0) == 0; }

}  // namespace

std::vector<SourceFile> all_files(const fs::path& root) {
  std::vector<SourceFile> files;
  for (auto it = fs::recursive_directory_iterator(root); it != fs::recursive_directory_iterator(); ++it) {
    const std::string name = it->path().filename().string();
    const bool skipped =
        name == ".git" || name == "__pycache__" || name == "build" || starts_with(name, "build-");
    if (skipped && it->is_directory()) it.disable_recursion_pending();
    if (skipped || !it->is_regular_file()) continue;
    files.push_back({fs::relative(it->path(), root), read_file(it->path())});
  }
  std::sort(files.begin(), files.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
  return files;
}

Findings check_licence(const SourceFile& file) {
  if (!is_source(file)) return {};
  const std::vector<std::string> lines = lines_of(file.text);
  for (std::size_t i = 0; i < std::min<std::size_t>(3, lines.size()); ++i) {
    if (lines[i].find("SPDX-License-Identifier: Apache-2.0") != std::string::npos) return {};
  }
  return {whole_file(file, "no SPDX licence line in the first three lines")};
}

Findings check_ascii(const SourceFile& file) {
  if (is_binary(file)) return {};
  Findings findings = find_lines(file, std::regex("[^\\x20-\\x7e\\t]"), "not printable ASCII");
  if (!file.text.empty() && file.text.back() != '\n')
    findings.push_back(whole_file(file, "no newline at the end"));
  if (is_cpp(file) || is_verilog(file)) {
    for (const auto& finding : find_lines(file, std::regex("\\t"), "tab")) findings.push_back(finding);
  }
  return findings;
}

Findings check_machine_paths(const SourceFile& file) {
  if (is_binary(file)) return {};
  // The class keeps this line from finding itself.
  return find_lines(file, std::regex("(^|[\\s\"'=(])[/](home|root|work|mnt|Users)[/]"),
                    "path of one machine");
}

Findings check_size(const SourceFile& file) {
  if (file.text.size() > kMaxBytes) return {whole_file(file, "larger than 1 MiB")};
  const std::size_t lines = lines_of(file.text).size();
  const std::size_t limit = is_cpp(file) ? kMaxCppLines : is_verilog(file) ? kMaxVerilogLines : lines;
  if (lines <= limit) return {};
  return {whole_file(file, fmt::format("{} lines, at most {}: split it by what it does", lines, limit))};
}

Findings check_words(const SourceFile& file) {
  if (is_binary(file)) return {};
  return find_lines(file, std::regex("\\b(TO[D]O|FIX[M]E|XX[X]|HAC[K])\\b"), "unfinished");
}

Findings check_macros(const SourceFile& file) {
  if (!is_cpp(file)) return {};
  return find_lines(file, std::regex("^\\s*#\\s*define\\b"),
                    "macro: use a constant, a function or a template");
}

Findings check_verilog(const SourceFile& file) {
  if (*file.path.begin() != "rtl") return {};
  const std::set<std::string> allowed{".v", ".sby", ".md"};
  if (!has_extension(file, allowed)) return {whole_file(file, "rtl/ holds Verilog only")};
  if (!is_verilog(file)) return {};
  Findings findings;
  const std::regex module("^\\s*module\\s+(\\w+)");
  std::vector<std::string> modules;
  for (const std::string& line : lines_of(file.text)) {
    std::smatch match;
    if (std::regex_search(line, match, module)) modules.push_back(match[1]);
  }
  if (modules != std::vector<std::string>{file.path.stem().string()}) {
    findings.push_back(whole_file(file, "must hold exactly one module, named like the file"));
  }
  const std::size_t none = file.text.find("`default_nettype none");
  const std::size_t wire = file.text.find("`default_nettype wire");
  if (none == std::string::npos || wire == std::string::npos || wire < none) {
    findings.push_back(whole_file(file, "`default_nettype none on top and wire at the end"));
  }
  return findings;
}

Dependencies read_dependencies(const std::vector<SourceFile>& files) {
  const std::regex library("dpwa_library\\(\\s*(\\w+)(\\s+DEPS\\s+([^)]*))?");
  std::map<std::string, std::string> folder_of;            // library -> folder
  std::map<std::string, std::vector<std::string>> linked;  // library -> libraries
  for (const SourceFile& file : files) {
    std::smatch match;
    if (file.path.filename() != "CMakeLists.txt" || !std::regex_search(file.text, match, library)) continue;
    folder_of[match[1]] = file.path.parent_path().string();
    std::istringstream words(match[3].str());
    for (std::string word; words >> word;) linked[match[1]].push_back(word);
  }
  Dependencies closure;
  for (const auto& [name, folder] : folder_of) {
    std::vector<std::string> open{name};
    while (!open.empty()) {
      const std::string next = open.back();
      open.pop_back();
      const auto found = folder_of.find(next);
      if (found == folder_of.end() || !closure[folder].insert(found->second).second) continue;
      for (const std::string& more : linked[next]) open.push_back(more);
    }
  }
  return closure;
}

Findings check_includes(const SourceFile& file, const Dependencies& dependencies) {
  const std::string folder = file.path.parent_path().string();
  const auto allowed = dependencies.find(folder);
  if (!is_cpp(file) || allowed == dependencies.end()) return {};
  Findings findings;
  const std::regex include("^\\s*#\\s*include\\s+\"([^\"]+)\"");
  std::size_t number = 0;
  for (const std::string& line : lines_of(file.text)) {
    ++number;
    std::smatch match;
    if (!std::regex_search(line, match, include)) continue;
    const std::string target = fs::path(match[1].str()).parent_path().string();
    if (allowed->second.count(target) == 0) {
      findings.push_back(fmt::format("{}:{}: includes {}, which the CMakeLists.txt of {} does not name",
                                     file.path.string(), number, match[1].str(), folder));
    }
  }
  return findings;
}

Findings check_layers(const Dependencies& dependencies) {
  // Who may reach what, by top folder. gen/ and model/golden are two readings of one specification.
  const std::vector<std::pair<std::string, std::vector<std::string>>> never{
      {"model/", {"calib/", "gen/", "cli", "fpga/"}},
      {"calib/", {"gen/", "cli", "fpga/"}},
      {"gen/", {"calib/", "model/golden", "cli", "fpga/"}},
      {"fpga/", {"calib/", "model/golden", "cli"}},
  };
  Findings findings;
  for (const auto& [folder, reached] : dependencies) {
    for (const auto& [layer, forbidden] : never) {
      if (!starts_with(folder, layer)) continue;
      for (const std::string& target : reached) {
        for (const std::string& prefix : forbidden) {
          if (starts_with(target, prefix))
            findings.push_back(fmt::format("{} must not reach {}", folder, target));
        }
      }
    }
  }
  return findings;
}

}  // namespace dpwa::layout
