// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace dpwa::layout {

/// One file of the repository: path relative to its root, and its bytes.
struct SourceFile {
  std::filesystem::path path;
  std::string text;
};

/// Every file under `root` except build directories and the version control's own.
std::vector<SourceFile> all_files(const std::filesystem::path& root);

/// What a file breaks, one sentence per finding ("path:line: what"); empty: nothing.
using Findings = std::vector<std::string>;

Findings check_licence(const SourceFile& file);  ///< SPDX line at the top of every source file
Findings check_ascii(const SourceFile& file);    ///< ASCII text, newline at the end, no tabs outside Makefile
Findings check_machine_paths(const SourceFile& file);  ///< no path of one machine
Findings check_size(const SourceFile& file);           ///< 1 MiB; lines of C++ and Verilog files
Findings check_words(const SourceFile& file);          ///< nothing unfinished
Findings check_macros(const SourceFile& file);         ///< no #define in C++
Findings check_verilog(const SourceFile& file);        ///< one module per file, named after it; nettype rules

/// Folder -> folders it may include, itself and everything reachable included: the transitive closure of
/// `dpwa_library(... DEPS ...)` in the folders' CMakeLists.txt.
using Dependencies = std::map<std::string, std::set<std::string>>;
Dependencies read_dependencies(const std::vector<SourceFile>& files);

/// Includes of a library's file that its CMakeLists.txt does not name (directly or through others).
Findings check_includes(const SourceFile& file, const Dependencies& dependencies);

/// The layers: what must never reach what, however the libraries are linked.
Findings check_layers(const Dependencies& dependencies);

}  // namespace dpwa::layout
