// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <string>
#include <thread>

#include "tests/host/board_model.h"

namespace dpwa::host {

/// A board model behind a pseudo-terminal, served by a thread.
class PseudoTerminal {
 public:
  /// `unplug_after`: bytes from the host after which the terminal is closed; 0: never.
  explicit PseudoTerminal(BoardModel& board, std::size_t unplug_after = 0);
  ~PseudoTerminal();
  PseudoTerminal(const PseudoTerminal&) = delete;
  PseudoTerminal& operator=(const PseudoTerminal&) = delete;

  /// What the host opens.
  const std::string& path() const { return path_; }
  /// Bytes that the host has sent.
  std::size_t heard() const { return heard_; }
  /// Puts bytes on the line that no request asked for.
  void say(const std::string& bytes) const;

 private:
  void serve();

  BoardModel& board_;
  std::size_t unplug_after_;
  int master_ = -1;
  std::string path_;
  std::atomic<std::size_t> heard_{0};
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace dpwa::host
