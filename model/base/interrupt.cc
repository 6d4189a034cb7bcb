// SPDX-License-Identifier: Apache-2.0
#include "model/base/interrupt.h"

#include <atomic>
#include <csignal>

#include "model/base/error.h"

namespace dpwa {
namespace {

std::atomic<bool> stop_requested{false};

void on_signal(int signal) {
  if (stop_requested.exchange(true)) {
    std::signal(signal, SIG_DFL);
    std::raise(signal);
  }
}

}  // namespace

void install_interrupt_handler() {
  std::signal(SIGINT, on_signal);
  std::signal(SIGTERM, on_signal);
}

void throw_if_interrupted() {
  if (stop_requested) throw fail(ExitCode::interrupted, "interrupted; nothing was left half-written");
}

}  // namespace dpwa
