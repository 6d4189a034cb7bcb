// SPDX-License-Identifier: Apache-2.0
#include "model/base/interrupt.h"

#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>

#include "model/base/error.h"
#include "model/base/process.h"
#include "model/base/progress.h"

namespace dpwa {
namespace {

/// Ends the (death test) process with the exit code of the error that `work` throws.
template <typename Work>
[[noreturn]] void exit_with_error_of(Work work) {
  try {
    work();
  } catch (const Error& error) {
    std::_Exit(static_cast<int>(error.code()));
  }
  std::_Exit(99);
}

// The stop request is for good, so every test of it runs in a process of its own.
TEST(InterruptDeathTest, FirstSignalStopsAtTheNextStepOfWork) {
  EXPECT_EXIT(
      {
        install_interrupt_handler();
        std::raise(SIGINT);
        SilentProgress progress;
        exit_with_error_of([&] { progress.advance(1); });
      },
      testing::ExitedWithCode(130), "");
}

TEST(InterruptDeathTest, SecondSignalKills) {
  EXPECT_EXIT(
      {
        install_interrupt_handler();
        std::raise(SIGINT);
        std::raise(SIGINT);
        std::_Exit(99);
      },
      testing::KilledBySignal(SIGINT), "");
}

TEST(InterruptDeathTest, RunningToolIsEnded) {
  EXPECT_EXIT(
      {
        install_interrupt_handler();
        exit_with_error_of([] {
          run({{"sh", "-c", "echo started; sleep 100"}, {}, [](const std::string&) { std::raise(SIGTERM); }});
        });
      },
      testing::ExitedWithCode(130), "");
}

TEST(Interrupt, NothingHappensWithoutASignal) { EXPECT_NO_THROW(throw_if_interrupted()); }

}  // namespace
}  // namespace dpwa
