// SPDX-License-Identifier: Apache-2.0
#include "model/cycles/estimate.h"

#include <algorithm>
#include <iterator>

#include "model/cycles/machine.h"
#include "model/cycles/tap_window.h"

namespace dpwa::cycles {
namespace {

/// Cycles of the first scan step, in which nothing is issued: once per node.
std::int64_t first_step(const config::Config& config) { return 1 + config.stage_cuts; }

/// Scanner and issue stage, job after job of one channel group: the rules of docs/architecture.md, "Timing",
/// tile by tile instead of cycle by cycle.
class Jobs {
 public:
  Jobs(int weight_planes, int drain_cycles, int scan_tiles)
      : weight_planes_(weight_planes), drain_cycles_(drain_cycles), scan_tiles_(scan_tiles) {}

  /// `tiles`: planes of the activations, run by run.
  void run(const std::vector<std::uint8_t>& tiles, std::size_t run_length, bool drains) {
    bool waits = false;
    for (std::size_t run = 0; run < tiles.size(); run += run_length) {
      const std::size_t end = run + run_length;
      for (std::size_t t = run; t < end; t += scan_tiles_) {
        scan_step();
        waits = waits && backlog_ > 0;
        for (std::size_t i = t; i < std::min(end, t + scan_tiles_); ++i)
          waits |= push(tiles[i] * weight_planes_);
      }
    }
    if (!waits) push(1);  // a null entry
    if (drains) drain();
  }

  void tap_window(const TapWindow& window) {
    for (std::size_t tap = 0; tap < window.gathers.size(); ++tap) {
      const bool last = tap + 1 == window.gathers.size();
      scan_step();
      push(window.gathers[tap] + (last ? window.planes * std::max(1, weight_planes_) : 0));
    }
    drain();
  }

  std::int64_t cycles() const { return now_ + backlog_; }

 private:
  void drain() {
    backlog_ = std::max(backlog_, drained_ + drain_cycles_ - now_);
    drained_ = now_ + backlog_;
  }

  /// The scanner goes on while at most SCAN_TILES entries wait.
  void scan_step() {
    const std::int64_t cycles = std::max<std::int64_t>(backlog_ - newest_beats_, 0) + 1;
    now_ += cycles;
    backlog_ = std::max<std::int64_t>(backlog_ - cycles, 0);
  }

  bool push(int beats) {
    if (beats == 0) return false;
    backlog_ += beats;
    newest_beats_ += beats - newest_[oldest_];
    newest_[oldest_] = beats;
    oldest_ = (oldest_ + 1) % scan_tiles_;
    return true;
  }

  int weight_planes_, drain_cycles_, scan_tiles_;
  std::int64_t now_ = 0;                      // of the scanner
  std::int64_t backlog_ = 0;                  // cycles until the issue stage is idle
  std::int64_t drained_ = 0;                  // last beat of the last drained job
  std::array<int, kMostScanTiles> newest_{};  // beats of the SCAN_TILES entries pushed last
  std::int64_t newest_beats_ = 0;             // their sum
  int oldest_ = 0;                            // of them
};

/// By the planes of the weights.
std::array<Jobs, 4> each_width(int drain_cycles, int scan_tiles) {
  return {Jobs(0, drain_cycles, scan_tiles), Jobs(1, drain_cycles, scan_tiles),
          Jobs(2, drain_cycles, scan_tiles), Jobs(3, drain_cycles, scan_tiles)};
}

}  // namespace

Estimate::Estimate(const config::Config& config, const net::Network& network, int node)
    : ScanGeometry(config, network, node),
      lanes_(config.lanes_per_group()),
      lane_groups_(config.groups),
      scan_tiles_(config.scan_tiles),
      window_planes_(fits_tap_windows(config, network, node_) ? config.window_planes : 0),
      drain_cycles_(static_cast<int>(drain_slot(config))),
      premax_(config.premax != 0),
      fixed_cycles_(static_cast<double>(fetch_cycles(config) + end_cycle(config, first_step(config), 1))) {
  const std::vector<TileRange> all = group_reads(lanes_);
  std::unique_copy(all.begin(), all.end(), std::back_inserter(reads_));
  counted_ = reads_.size();
  // Groups that read alike: the second one finds the queue as all later ones do.
  if (reads_.size() == 1 && all.size() > 1) reads_.push_back(reads_[0]);
}

void Estimate::read_window(const std::vector<std::uint8_t>& widths, int y, int x, TileRange read,
                           std::vector<std::uint8_t>& tiles) const {
  std::size_t at = 0;
  for (int ky = 0; ky < kernel.kh; ++ky) {
    const int row = y * kernel.stride_y + ky - kernel.pad_top;
    for (int kx = 0; kx < kernel.kw; ++kx) {
      const int column = x * kernel.stride_x + kx - kernel.pad_left;
      const bool inside = row >= 0 && row < rows && column >= 0 && column < columns &&
                          (packed_ || net::is_tap(node_.window, ky, kx));
      const std::size_t from = (static_cast<std::size_t>(row) * columns + column) * pixel_tiles;
      for (int t = 0; t < pixel_tiles; ++t)
        tiles[at++] = inside && t >= read.begin && t < read.end ? widths[from + t] : 0;
    }
  }
}

Estimate::GroupCycles Estimate::tap_windows(const std::vector<std::uint8_t>& widths) const {
  std::array<Jobs, 4> jobs = each_width(drain_cycles_, scan_tiles_);
  visit_tap_windows(kernel, {rows, columns, pixel_values}, stored, pixel_tiles, 0, stored.h, widths,
                    [&](const TapWindow& window) {
                      for (Jobs& each : jobs) each.tap_window(window);
                    });
  // Whole rows are dealt, so the group with most of them counts.
  const double longest = static_cast<double>((stored.h + lane_groups_ - 1) / lane_groups_) / stored.h;
  GroupCycles result{};
  for (std::size_t w = 0; w < jobs.size(); ++w)
    result[w] = static_cast<double>(jobs[w].cycles()) * longest / pixel_tiles;
  return result;
}

Estimate::GroupCycles Estimate::group(const std::vector<std::uint8_t>& widths) const {
  const int widest = *std::max_element(widths.begin(), widths.end());
  if (window_planes_ > 0 && widest <= window_planes_) return tap_windows(widths);
  std::array<Jobs, 4> jobs = each_width(drain_cycles_, scan_tiles_);
  const std::size_t run_length = static_cast<std::size_t>(kernel.kw) * pixel_tiles;
  const int window = pool.kh * pool.kw;
  const std::size_t uncounted = reads_.size() - counted_;
  std::vector<std::vector<std::uint8_t>> tiles(reads_.size() * window,
                                               std::vector<std::uint8_t>(run_length * kernel.kh));
  GroupCycles result{};
  for (int y = 0; y < stored.h; ++y) {
    for (int x = 0; x < stored.w; ++x) {
      for (std::size_t i = 0; i < tiles.size(); ++i) {
        const auto p = static_cast<int>(i) % window;
        read_window(widths, conv_row(y, p / pool.kw), conv_column(x, p % pool.kw), reads_[i / window],
                    tiles[i]);
      }
      for (std::size_t w = 0; w < jobs.size(); ++w) {
        std::int64_t before = 0;
        for (std::size_t i = 0; i < tiles.size(); ++i) {
          if (i == uncounted * window) before = jobs[w].cycles();
          jobs[w].run(tiles[i], run_length, (i + 1) % window == 0 || !premax_);
        }
        result[w] +=
            static_cast<double>(jobs[w].cycles() - before) / (static_cast<double>(counted_) * lane_groups_);
      }
    }
  }
  return result;
}

double Estimate::node(const GroupCycles& group, const std::vector<int>& channel_planes) const {
  // A map is dealt to the lane groups by positions, a vector by output tiles.
  const bool by_tiles = stored.h * stored.w == 1;
  std::vector<double> shares(by_tiles ? lane_groups_ : 1, 0.0);
  for (std::size_t first = 0; first < channel_planes.size(); first += lanes_) {
    shares[first / products_ % shares.size()] += group[channel_planes[first]];
  }
  const double longest = *std::max_element(shares.begin(), shares.end());
  return fixed_cycles_ + longest * static_cast<double>(shares.size());
}

}  // namespace dpwa::cycles
