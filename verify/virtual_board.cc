// SPDX-License-Identifier: Apache-2.0
#include "verify/virtual_board.h"

#include <string>
#include <vector>

#include "model/base/error.h"
#include "verify/model_cache.h"

namespace dpwa::verify {
namespace fs = std::filesystem;

VirtualBoard::VirtualBoard(const fs::path& out_dir, const fs::path& flash, Progress& progress) {
  const fs::path executable = build_model(out_dir, Bench::board, progress);
  std::vector<std::string> command = {executable.string()};
  if (!flash.empty()) command.push_back(flash.string());
  board_ = std::make_unique<Child>(Process{command, {}, [this](const std::string& line) { port_ = line; }});
  board_->read_lines([this] { return !port_.empty(); });
  if (!fs::exists(port_)) {
    throw fail(ExitCode::io, "{}: the virtual board does not start: {}", executable.string(), port_.string());
  }
}

}  // namespace dpwa::verify
