// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>

#include "model/base/process.h"
#include "model/base/progress.h"

namespace dpwa::verify {

/// A board whose design runs in Verilator (tb/board/virtual_board.cc), as long as this object lives.
class VirtualBoard {
 public:
  /// Builds it (build_model) and powers it up. The design must have a serial line. `flash`: what the board's
  /// flash holds where the design looks for an image; empty: the flash is erased.
  VirtualBoard(const std::filesystem::path& out_dir, const std::filesystem::path& flash, Progress& progress);

  /// The pseudo-terminal where a host finds its serial line.
  const std::filesystem::path& port() const { return port_; }

 private:
  std::filesystem::path port_;
  std::unique_ptr<Child> board_;
};

}  // namespace dpwa::verify
