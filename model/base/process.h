// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace dpwa {

/// A tool to run: no shell, standard input empty, standard output and error joined.
struct Process {
  std::vector<std::string> arguments;  ///< [0]: name (looked up on PATH) or path of the executable
  std::filesystem::path directory;     ///< working directory; empty: the caller's
  std::function<void(const std::string&)>
      on_line;  ///< every line of output as it comes, without newline; may be empty
};

/// Path of an executable found on PATH. Throws Error(missing_tool) with `advice` (how to install it).
std::filesystem::path find_tool(const std::string& name, const std::string& advice);

/// Runs to the end and returns the exit status (128 + n for signal n). On Ctrl-C, or when on_line throws, the
/// process and all its children are ended first. Throws Error(missing_tool) when it cannot be started.
int run(const Process& process);

}  // namespace dpwa
