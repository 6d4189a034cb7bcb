// SPDX-License-Identifier: Apache-2.0
#include "cli/progress.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <mutex>

#include "model/base/interrupt.h"

namespace dpwa::cli {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kBarWidth = 24;
constexpr std::chrono::milliseconds kRedrawEvery{100};
constexpr std::chrono::seconds kLineEvery{10};
constexpr const char* kEraseLine = "\r\033[K";

/// Width of the terminal behind stderr; 0 when stderr is no terminal.
int terminal_columns() {
  if (::isatty(STDERR_FILENO) == 0) return 0;
  winsize size{};
  const bool known = ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return known ? size.ws_col : 80;
}

std::string rate_text(double rate) {
  if (rate >= 1e6) return fmt::format("{:.1f}M/s", rate / 1e6);
  if (rate >= 1e4) return fmt::format("{:.1f}k/s", rate / 1e3);
  return fmt::format(rate >= 100 ? "{:.0f}/s" : "{:.1f}/s", rate);
}

class StderrProgress : public Progress {
 public:
  explicit StderrProgress(bool terminal) : terminal_(terminal) {}
  ~StderrProgress() override { end_phase(); }

  void begin(const std::string& phase, std::int64_t total) override {
    const std::lock_guard<std::mutex> guard(mutex_);
    end_phase();
    state_ = PhaseState{phase, 0, total, 0};
    began_ = shown_ = Clock::now();
    active_ = true;
    if (terminal_) {
      show();
    } else {
      print(phase + "\n");
    }
  }

  void advance(std::int64_t steps) override {
    {
      const std::lock_guard<std::mutex> guard(mutex_);
      state_.done += steps;
      const Clock::duration since_shown = Clock::now() - shown_;
      const bool due = terminal_ ? since_shown >= kRedrawEvery : since_shown >= kLineEvery;
      if (active_ && due) show();
    }
    throw_if_interrupted();
  }

  void note(const std::string& line) override {
    const std::lock_guard<std::mutex> guard(mutex_);
    print((terminal_ && active_ ? kEraseLine : "") + line + "\n");
    if (terminal_ && active_) show();
  }

 private:
  static void print(const std::string& text) {
    std::fwrite(text.data(), 1, text.size(), stderr);
    std::fflush(stderr);
  }

  void show() {
    shown_ = Clock::now();
    state_.seconds = std::chrono::duration<double>(shown_ - began_).count();
    if (terminal_) {
      print(kEraseLine + progress_line(state_, std::max(terminal_columns(), 20) - 1));
    } else {
      print(progress_line(state_, 120) + "\n");
    }
  }

  /// The terminal keeps the last state of each phase; files keep only what was printed while it ran.
  void end_phase() {
    if (active_ && terminal_) {
      show();
      print("\n");
    }
    active_ = false;
  }

  const bool terminal_;
  std::mutex mutex_;
  PhaseState state_;
  Clock::time_point began_;
  Clock::time_point shown_;
  bool active_ = false;
};

}  // namespace

std::string duration_text(double seconds) {
  const auto whole = static_cast<std::int64_t>(seconds + 0.5);
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{} min {:02} s", whole / 60, whole % 60);
  return fmt::format("{} h {:02} min", whole / 3600, whole / 60 % 60);
}

std::string progress_line(const PhaseState& state, int columns) {
  std::string line = state.phase;
  if (state.total > 0) {
    const double part =
        std::clamp(static_cast<double>(state.done) / static_cast<double>(state.total), 0.0, 1.0);
    const int filled = static_cast<int>(part * kBarWidth);
    std::string bar(static_cast<std::size_t>(filled), '=');
    if (filled < kBarWidth) bar += '>';
    line += fmt::format("  [{:<{}}] {:3.0f} %  {}/{}", bar, kBarWidth, 100 * part, state.done, state.total);
  } else if (state.done > 0) {
    line += fmt::format("  {}", state.done);
  }
  if (state.done > 0 && state.seconds > 0) {
    const double rate = static_cast<double>(state.done) / state.seconds;
    line += "  " + rate_text(rate);
    if (state.total > state.done) {
      line += fmt::format("  {} left", duration_text(static_cast<double>(state.total - state.done) / rate));
    } else {
      line += fmt::format("  {}", duration_text(state.seconds));
    }
  }
  return line.substr(0, static_cast<std::size_t>(std::max(columns, 0)));
}

std::unique_ptr<Progress> make_progress() { return std::make_unique<StderrProgress>(terminal_columns() > 0); }

}  // namespace dpwa::cli
