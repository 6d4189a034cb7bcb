// SPDX-License-Identifier: Apache-2.0
#include "model/cycles/machine.h"

#include <algorithm>
#include <numeric>

namespace dpwa::cycles {

namespace {

int address_bits(int words) {
  int bits = 0;
  while ((1 << bits) < words) ++bits;
  return bits;
}

}  // namespace

Machine::Machine(const config::Config& config, int group, int slot_planes, int flush_cycles,
                 const std::optional<WeightStream>& stream)
    : config_(config),
      scan_tiles_(config.scan_tiles),
      has_stage_t_(config.stage_cuts != 0),
      slot_(static_cast<int>(drain_slot(config))),
      flush_slot_(std::max(slot_, flush_cycles)) {
  if (config.groups > 1) store_.emplace(config.groups, group, slot_planes, store_latency(config) + 1);
  if (stream) refill_.emplace(*stream, config.lanes_per_group(), address_bits(config.weight_words));
}

void Machine::run(const Job& job, int planes) {
  const std::size_t runs = job.runs->size();
  std::size_t tile = 0;
  for (std::size_t r = 0; r < runs; ++r) {
    const std::vector<std::uint8_t>& tiles = (*job.runs)[r];
    for (std::size_t t = 0; t < tiles.size(); t += scan_tiles_) {
      Step step;
      step.valid = true;
      const std::size_t count = std::min<std::size_t>(scan_tiles_, tiles.size() - t);
      for (std::size_t i = 0; i < count; ++i) {
        step.beats[i] = tiles[t + i];
        step.planes[i] = (*job.weight_planes)[tile + t + i];
      }
      if (!job.gathers.empty()) step.gathers = job.gathers[r];
      step.window_last = job.window_last;
      step.group_last = job.group_last;
      const bool run_ends = t + scan_tiles_ >= tiles.size();
      step.ends = r + 1 == runs && run_ends;
      step.restarts = job.shared && run_ends && !step.ends;
      if (job.tile >= 0) step.stores = std::max(1, planes);
      step.drains = job.drains;
      do cycle(&step);
      while (!taken_);
    }
    if (!job.shared) tile += tiles.size();
  }
}

std::int64_t Machine::end() {
  while (stage_t_.valid || stage_b_.valid || count_ > 0) cycle(nullptr);
  if (!store_) return end_cycle(config_, last_, last_entries_);
  while (!store_->empty()) cycle(nullptr);
  return store_->last() + 2;
}

void Machine::finish(std::int64_t end) {
  while (refill_ && now_ < end) cycle(nullptr);
}

std::int64_t Machine::oldest_word() const {
  if (count_ == 0) return scan_word();
  return queue_[0].window_last ? queue_[0].word : -1;
}

void Machine::cycle(const Step* next) {
  const bool space = count_ <= scan_tiles_ && !(refill_ && refill_->too_far(scan_word()));
  const std::int64_t oldest = oldest_word();
  const bool leaves = issue();
  const int kept = count_ - (leaves ? 1 : 0);
  if (leaves) std::rotate(queue_.begin(), queue_.begin() + 1, queue_.end());
  const bool b_moves = stage_b_.valid && space;
  const bool b_takes = !stage_b_.valid || space;
  taken_ = b_takes || (has_stage_t_ && !stage_t_.valid);
  count_ = kept;
  if (b_moves) push(stage_b_, kept);
  const Step scanned = next ? *next : Step{};
  if (b_takes) stage_b_ = has_stage_t_ ? stage_t_ : scanned;
  if (taken_ && has_stage_t_) stage_t_ = scanned;
  if (refill_) refill_->cycle(oldest);
  if (store_) store_->cycle(now_);
  ++now_;
}

bool Machine::issue() {
  bool leaves = false;
  int next_wait = std::max(0, wait_ - 1);
  if (count_ > 0) {
    Entry& head = queue_[0];
    const bool gathers = done_beats_ < head.gathers;
    const bool last_beat = done_beats_ + 1 >= head.gathers + head.beats;
    const bool ends = last_beat && head.ends;
    const bool drains = ends && head.drains;
    const bool stores = ends && head.stores > 0;
    const bool free = !(drains && wait_ > 0) && !(stores && store_ && !store_->room());
    const bool starved =
        free && refill_ && head.beats > 0 && !refill_->ready(head.word + done_beats_ % head.planes);
    if (starved) ++weight_stalls_;
    if (!free || starved) ++stalls_;
    if (free && !starved) {
      if (head.beats > 0 && !gathers) ++beats_;
      ++done_beats_;
      if (last_beat) {
        leaves = true;
        done_beats_ = 0;
      }
      if (ends) {
        last_ = now_;
        if (drains) next_wait = (stores ? flush_slot_ : slot_) - 1;
        if (stores) last_entries_ = head.stores;
        if (stores && store_) store_->reserve(now_, head.stores);
      }
    }
  }
  wait_ = next_wait;
  return leaves;
}

void Machine::push(const Step& step, int kept) {
  int pushed = 0;
  std::int64_t word = word_;  // at the end: of the step's last tile
  for (int i = 0; i < scan_tiles_; ++i) {
    word += i > 0 ? step.planes[i - 1] : 0;
    const int gathers = i == 0 ? step.gathers : 0;
    if (step.beats[i] + gathers == 0) continue;
    queue_[count_++] = {step.beats[i], gathers, false, 0, false, step.planes[i], word, step.window_last};
    ++pushed;
  }
  if (step.ends) {
    const bool marks = pushed > 0 || (job_waits_ && kept > 0);
    if (!marks) queue_[count_++] = {0, 0, false, 0, false, 1, word, step.window_last};
    queue_[count_ - 1].ends = true;
    queue_[count_ - 1].stores = step.stores;
    queue_[count_ - 1].drains = step.drains;
  }
  job_waits_ = !step.ends && (job_waits_ || pushed > 0);
  count_words(step);
}

void Machine::count_words(const Step& step) {
  word_ += std::accumulate(step.planes.begin(), step.planes.end(), 0);
  if (!step.ends && !step.restarts) return;
  if (step.restarts || !step.window_last) {
    word_ = group_word_;
    return;
  }
  if (step.group_last && refill_ && refill_->keep()) word_ = 0;
  group_word_ = word_;
}

std::int64_t drain_slot(const config::Config& config) {
  if (!config.serial_write_back()) return config.slices();
  const int lane_latency = config.lane_cuts + 3;
  const int run = std::max(config.acc_w + config.mult_w + 1, config.shift_max + config.value_w());
  const int period = run + config.value_w() + 1 + 2 * config.planes_max;
  return 1 + lane_latency + std::int64_t{config.lanes} * period + 1;
}

std::int64_t store_latency(const config::Config& config) {
  const int lane_latency = config.lane_cuts + 3;
  // STAGE_CUTS: registers before and behind the memories, before the write-back lanes and before the tile
  // assembler, and where there is one, in the pool of accumulators.
  const int cuts = config.stage_cuts * (4 + config.premax);
  const int write_back_latency =
      6 + config::fine_latency(config) + (config.has_tables() ? config::kTableLatency : 0);
  return 1 + lane_latency + cuts + (config.slices() - 1) + write_back_latency + 1;
}

std::int64_t end_cycle(const config::Config& config, std::int64_t last_issue, int entries) {
  if (config.serial_write_back()) return last_issue + drain_slot(config) + 1;
  return last_issue + store_latency(config) + entries + 2;
}

}  // namespace dpwa::cycles
