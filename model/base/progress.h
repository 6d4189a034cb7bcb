// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace dpwa {

/// Receives the progress of long work. The command line implements it (bar on a terminal, plain lines
/// otherwise); libraries only call it. `advance` also stops the work on Ctrl-C (throws Error).
class Progress {
 public:
  virtual ~Progress() = default;
  /// Begins a phase of `total` steps; ends the phase before it.
  virtual void begin(const std::string& phase, std::int64_t total) = 0;
  virtual void advance(std::int64_t steps = 1) = 0;
  /// One line of information for the reader (stderr).
  virtual void note(const std::string& line) = 0;
};

/// Reports nothing; still stops on Ctrl-C.
class SilentProgress : public Progress {
 public:
  void begin(const std::string&, std::int64_t) override {}
  void advance(std::int64_t) override;
  void note(const std::string&) override {}
};

}  // namespace dpwa
