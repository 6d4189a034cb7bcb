// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "model/config/config.h"
#include "model/config/descriptor.h"
#include "model/cycles/refill.h"
#include "model/cycles/store_queue.h"

namespace dpwa::cycles {

/// SCAN_TILES at most.
inline constexpr int kMostScanTiles = 4;

/// One job as the scanner meets it: beats of each tile (planes(a) * planes(w), 0 = skipped), SCAN_TILES
/// tiles per step, fewer at the end of a run.
struct Job {
  const std::vector<std::vector<std::uint8_t>>* runs = nullptr;  ///< [run][tile] beats
  int tile = -1;                                                 ///< output tile that it completes; -1: none
  bool drains = true;  ///< its accumulators are taken: always, with PREMAX only a pool window's last job's
  const std::vector<std::uint8_t>* weight_planes = nullptr;  ///< of each tile, all runs in a row,
                                                             ///< or of a run that all share
  bool shared = false;                                       ///< the runs share their weights
  bool window_last = true;                                   ///< last position of its pool window
  bool group_last = false;                                   ///< last channel group
  /// Tap windows: cycles in which each run's one tile is gathered, before its beats; empty without.
  std::vector<std::uint8_t> gathers = {};
};

/// Replays scanner, queue and issue stage cycle by cycle (docs/architecture.md, "Timing").
/// Cycle 0 is the scanner's first step.
class Machine {
 public:
  /// `slot_planes`, `flush_cycles`: of the descriptor. `stream`: where the weights come from; resident
  /// without one.
  Machine(const config::Config& config, int group, int slot_planes, int flush_cycles,
          const std::optional<WeightStream>& stream);

  /// Scans one job; issuing goes on alongside. `planes`: width of the tile that it completes.
  void run(const Job& job, int planes);

  /// Issues and stores what is left; the first cycle of the next node's fetch, as far as this lane group is
  /// concerned.
  std::int64_t end();
  std::int64_t beats() const { return beats_; }

  /// Lets the weight stream run on to the end of the node, which other lane groups may set.
  void finish(std::int64_t end);
  std::int64_t refill_words() const { return refill_ ? refill_->words() : 0; }
  std::int64_t weight_stalls() const { return weight_stalls_; }
  std::int64_t stalls() const { return stalls_; }  ///< cycles in which the queue's head waited

 private:
  struct Entry {
    int beats = 0;  // 0 and nothing to gather: a null entry, one slot without a beat
    int gathers = 0;
    bool ends = false;
    int stores = 0;  // entries of the tile that its job completes, 0: none
    bool drains = false;
    int planes = 1;         // of the weights
    std::int64_t word = 0;  // first weight word
    bool window_last = true;
  };
  struct Step {
    bool valid = false;
    std::array<int, kMostScanTiles> beats{};
    std::array<int, kMostScanTiles> planes{};
    int gathers = 0;  // of the first tile
    bool ends = false;
    bool restarts = false;  // the next step's weights are the channel group's first, though the job goes on
    int stores = 0;
    bool drains = false;
    bool window_last = true;
    bool group_last = false;
  };

  void cycle(const Step* next);  // one clock; `next`: the step stage A would take, or none
  bool issue();                  // returns whether the head leaves
  void push(const Step& step, int kept);
  void count_words(const Step& step);
  std::int64_t scan_word() const { return stage_b_.window_last ? word_ : group_word_; }
  std::int64_t oldest_word() const;

  const config::Config config_;
  int scan_tiles_;
  bool has_stage_t_;  // STAGE_CUTS
  int slot_;
  int flush_slot_;
  std::int64_t now_ = 0;
  std::int64_t last_ = 0;  // cycle of the last job's last beat
  int last_entries_ = 1;   // of its tile
  std::int64_t beats_ = 0;
  int done_beats_ = 0;  // of the head, gathering included
  int wait_ = 0;
  Step stage_t_;  // between A and B
  Step stage_b_;
  bool taken_ = false;  // stage A moved in this cycle
  std::array<Entry, 2 * kMostScanTiles> queue_;
  int count_ = 0;
  bool job_waits_ = false;
  std::optional<Refill> refill_;
  std::optional<StoreQueue> store_;  // of several lane groups
  std::int64_t word_ = 0;            // weight word of stage B's first tile
  std::int64_t group_word_ = 0;      // of its channel group
  std::int64_t weight_stalls_ = 0;
  std::int64_t stalls_ = 0;
};

/// Cycles from a drained job's last beat to the next one's at the earliest: the drain slot, with a serial
/// write-back the time in which the job's values are stored.
std::int64_t drain_slot(const config::Config& config);

/// First descriptor word asked for -> the scanner's first step.
inline std::int64_t fetch_cycles(const config::Config& config) {
  return config::descriptor_words(config) + 1;
}

/// Cycles from a job's last beat to the one in which its tile enters the assembler; parallel write-back.
std::int64_t store_latency(const config::Config& config);

/// First cycle of the next node's fetch, counted from the scanner's first step, with one lane group.
/// `last_issue`: cycle of the last beat; `entries`: of the last tile that is stored, its planes or 1.
std::int64_t end_cycle(const config::Config& config, std::int64_t last_issue, int entries);

}  // namespace dpwa::cycles
