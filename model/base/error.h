// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fmt/format.h>

#include <stdexcept>
#include <string>
#include <utility>

namespace dpwa {

/// Exit codes of every `dpwa` command (documented in docs/commands.md).
enum class ExitCode : int {
  ok = 0,
  mismatch = 1,      ///< the work was done and the answer is "no": values differ, design does not fit
  usage = 2,         ///< command line or configuration (unknown key, bad value)
  bad_input = 3,     ///< a file that is broken, unsupported, of the wrong shape, or not finite
  missing_tool = 4,  ///< verilator, yosys ... not found or failed to start
  io = 5,            ///< cannot read or write: permissions, full disk, directory in use
  internal = 70,     ///< a defect in dpwa itself
  interrupted = 130  ///< Ctrl-C
};

/// The one exception type of the suite. `what()` is one line that a user can act on: file, node or tensor,
/// expected, found, and what to do. Caught once, at the command's border.
class Error : public std::runtime_error {
 public:
  Error(ExitCode code, std::string message) : std::runtime_error(std::move(message)), code_(code) {}
  ExitCode code() const { return code_; }

 private:
  ExitCode code_;
};

/// throw fail(ExitCode::bad_input, "{}: expected {} values, found {}", file, want, got);
template <typename... Args>
Error fail(ExitCode code, fmt::format_string<Args...> format, Args&&... args) {
  return Error(code, fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace dpwa
