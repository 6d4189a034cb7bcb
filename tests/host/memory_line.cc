// SPDX-License-Identifier: Apache-2.0
#include "tests/host/memory_line.h"

#include <utility>

#include "model/base/error.h"

namespace dpwa::host {

std::string MemoryLine::pass(bool to_board, std::size_t frame, char byte) {
  std::size_t& count = to_board ? written : answered;
  const Place place{to_board, count++, frame};
  frames[to_board ? 0 : 1].push_back(frame);
  if (cut_after != 0 && written + answered > cut_after) throw fail(ExitCode::io, "memory: the port is gone");
  return fault ? fault(place, byte) : std::string(1, byte);
}

void MemoryLine::write(std::string_view bytes) {
  ++writes_;
  for (const char byte : bytes) {
    for (const char arrived : pass(true, writes_, byte)) {
      if (now_ < busy_until_) continue;
      const std::string answer = board_.take(arrived);
      if (answer.empty()) continue;
      ++answers_;
      for (const char b : answer) coming_ += pass(false, answers_, b);
      busy_until_ = now_ + delay;
    }
  }
}

std::string MemoryLine::read(Milliseconds limit) {
  if (!ahead.empty()) return std::exchange(ahead, "");
  if (!coming_.empty() && busy_until_ <= now_ + limit) {
    now_ = std::max(now_, busy_until_);
    constexpr std::size_t kPiece = 7;  // answers come in pieces
    const std::string piece = coming_.substr(0, kPiece);
    coming_.erase(0, piece.size());
    return piece;
  }
  now_ += limit;
  return "";
}

}  // namespace dpwa::host
