// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "model/config/config.h"

namespace dpwa::cycles {

/// One job as the scanner meets it: beats of each tile (planes(a) * planes(w), 0 = skipped), two tiles per
/// step except at the end of a run.
struct Job {
  const std::vector<std::vector<std::uint8_t>>* runs = nullptr;  ///< [run][tile] beats
  bool flush = false;  ///< completes an output tile
  bool drains = true;  ///< its accumulators are taken: always, with PREMAX only a pool window's last job's
};

/// Replays scanner, queue and issue stage cycle by cycle (docs/architecture.md, "Timing").
/// Cycle 0 is the scanner's first step.
class Machine {
 public:
  /// `slot_planes`: words of an output slot.
  Machine(const config::Config& config, int slot_planes);

  /// Scans one job; issuing goes on alongside.
  void run(const Job& job);

  /// Issues what is left; the cycle of the last job's last beat.
  std::int64_t last_issue();
  std::int64_t beats() const { return beats_; }

 private:
  struct Entry {
    int beats = 0;  // 0: a null entry, one slot without a beat
    bool ends = false;
    bool flush = false;
    bool drains = false;
  };
  struct Step {
    bool valid = false;
    int beats[2] = {0, 0};
    bool ends = false;
    bool flush = false;
    bool drains = false;
  };

  void cycle(const Step* next);  // one clock; `next`: the step stage A would take, or none
  bool issue();                  // returns whether the head leaves
  void push(const Step& step, int kept);

  int slices_;
  int flush_cycles_;
  std::int64_t now_ = 0;
  std::int64_t last_ = 0;
  std::int64_t beats_ = 0;
  int done_beats_ = 0;  // of the head
  int wait_ = 0;
  Step stage_b_;
  bool taken_ = false;  // stage A moved in this cycle
  std::array<Entry, 4> queue_;
  int count_ = 0;
  bool job_waits_ = false;
};

/// First descriptor word asked for -> the scanner's first step.
inline constexpr std::int64_t kFetchCycles = 23;

/// First cycle of the next node's fetch, as far as one lane group is concerned, counted from the scanner's
/// first step. `last_issue`: cycle of the group's last beat; `last_tile_planes`: width of the last tile that
/// it stores.
std::int64_t end_cycle(const config::Config& config, int group, std::int64_t last_issue,
                       int last_tile_planes);

}  // namespace dpwa::cycles
