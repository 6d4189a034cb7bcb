// SPDX-License-Identifier: Apache-2.0
#include "tests/host/pseudo_terminal.h"

#include <fcntl.h>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <stdexcept>

namespace dpwa::host {

PseudoTerminal::PseudoTerminal(BoardModel& board, std::size_t unplug_after)
    : board_(board), unplug_after_(unplug_after), master_(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)) {
  std::array<char, 64> name{};
  if (master_ < 0 || ::grantpt(master_) != 0 || ::unlockpt(master_) != 0 ||
      ::ptsname_r(master_, name.data(), name.size()) != 0) {
    throw std::runtime_error("no pseudo-terminal");
  }
  path_ = name.data();
  termios settings{};
  ::tcgetattr(master_, &settings);
  ::cfmakeraw(&settings);
  ::tcsetattr(master_, TCSANOW, &settings);
  thread_ = std::thread([this] { serve(); });
}

PseudoTerminal::~PseudoTerminal() {
  stop_ = true;
  thread_.join();
  if (master_ >= 0) ::close(master_);
}

void PseudoTerminal::say(const std::string& bytes) const {
  if (::write(master_, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size())) {
    throw std::runtime_error("the pseudo-terminal takes nothing");
  }
}

void PseudoTerminal::serve() {
  while (!stop_) {
    pollfd ready{master_, POLLIN, 0};
    if (::poll(&ready, 1, 20) <= 0) continue;
    std::array<char, 256> block{};
    const ssize_t count = ::read(master_, block.data(), block.size());
    if (count <= 0) {  // nobody has it open
      ::poll(nullptr, 0, 5);
      continue;
    }
    for (ssize_t b = 0; b < count; ++b) {
      if (++heard_ > unplug_after_ && unplug_after_ != 0) {
        ::close(master_);
        master_ = -1;
        return;
      }
      const std::string answer = board_.take(block[static_cast<std::size_t>(b)]);
      if (!answer.empty()) say(answer);
    }
  }
}

}  // namespace dpwa::host
