// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace dpwa::host {

using Milliseconds = std::chrono::milliseconds;

/// Bytes to and from a board, with the clock that time limits are measured with.
class Line {
 public:
  virtual ~Line() = default;
  /// For error messages: the port, and its speed where it has one.
  virtual std::string name() const = 0;
  /// Throws Error(io) when the line is gone.
  virtual void write(std::string_view bytes) = 0;
  /// What has come; waits at most `limit` for a first byte. Empty: none came. Throws Error(io) when the line
  /// is gone.
  virtual std::string read(Milliseconds limit) = 0;
  virtual Milliseconds now() const = 0;
};

}  // namespace dpwa::host
