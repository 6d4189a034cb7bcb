// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <optional>
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

/// Path of an executable on PATH; none when there is none.
std::optional<std::filesystem::path> look_for_tool(const std::string& name);

/// The same, needed. Throws Error(missing_tool) with `advice` (how to install it).
std::filesystem::path find_tool(const std::string& name, const std::string& advice);

/// A started process in a group of its own, ended with its whole group when it goes out of scope.
class Child {
 public:
  /// Throws Error(missing_tool) when it cannot be started.
  explicit Child(const Process& process);
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  /// Hands out the lines of its output until `stop` says so or the output ends. Ctrl-C ends it by exception.
  void read_lines(const std::function<bool()>& stop);
  /// Waits for the end; returns the exit status (128 + n for signal n).
  int wait();

 private:
  std::function<void(const std::string&)> on_line_;
  pid_t pid_ = -1;
  int output_ = -1;
};

/// Runs to the end and returns the exit status (128 + n for signal n). On Ctrl-C, or when on_line throws, the
/// process and all its children are ended first. Throws Error(missing_tool) when it cannot be started.
int run(const Process& process);

}  // namespace dpwa
