// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "model/base/progress.h"

namespace dpwa::cli {

/// What is known about a running phase.
struct PhaseState {
  std::string phase;
  std::int64_t done = 0;
  std::int64_t total = 0;  ///< 0: unknown
  double seconds = 0;      ///< since the phase began
};

/// One line without newline, at most `columns` wide:
///   calibrate  [=======>        ]  45 %  115/256  12.3/s  11 s left
std::string progress_line(const PhaseState& state, int columns);

/// Seconds as "11 s", "2 min 05 s", "1 h 02 min".
std::string duration_text(double seconds);

/// Reports to stderr: a bar that redraws itself on a terminal, else a line when a phase begins and every ten
/// seconds of it. Thread-safe. `advance` throws Error(interrupted) after Ctrl-C.
std::unique_ptr<Progress> make_progress();

}  // namespace dpwa::cli
