// SPDX-License-Identifier: Apache-2.0
// dpwa_run_start: the walk of random nodes, run by run, against the coordinates of their loops. Sizes come
// from CMakeLists.txt.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "Vdut.h"

namespace dpwa::rtl_ctrl {
namespace {

constexpr int kTileW = TB_TILE_W;
constexpr bool kPads = TB_POOL_PADS != 0;
constexpr unsigned kSeed = 20240611;

/// One direction of a node: what it reads lies `unit` tiles apart.
struct Axis {
  int unit = 1;
  int map = 1, kernel = 1, stride = 1, pad = 0;
  int conv = 1;  ///< positions of the kernel
  int pool = 1, pool_stride = 1, pool_pad = 0;
  int stored = 1;

  int step() const { return stride * unit; }
  int low() const { return -pad * unit; }
  int high() const { return low() + (conv - 1) * step(); }
  /// First tile under the kernel at position `inner` of the pool window at `outer`.
  int at(int outer, int inner) const {
    const int position = outer * pool_stride - pool_pad + inner;
    return low() + std::clamp(position, 0, conv - 1) * step();
  }
  int first() const { return low() - pool_pad * step(); }
  int last_inner() const { return (pool - 1) * step(); }
};

class RunStart : public testing::Test {
 protected:
  void TearDown() override { dut_.final(); }

  int between(int low, int high) { return std::uniform_int_distribution<int>(low, high)(random_); }

  /// A direction of which a machine can number the tiles.
  Axis axis(int unit, int largest_map) {
    Axis a;
    a.unit = unit;
    a.map = between(1, largest_map);
    a.kernel = between(1, std::min(3, a.map));
    a.stride = between(1, 2);
    a.pad = between(0, a.kernel - 1);
    a.conv = (a.map + 2 * a.pad - a.kernel) / a.stride + 1;
    a.pool = between(1, std::min(3, a.conv + (kPads ? 1 : 0)));
    a.pool_stride = between(1, 3);
    a.pool_pad = kPads ? between(0, a.pool - 1) : 0;
    const int end =
        kPads ? between(a.pool > a.conv + a.pool_pad ? a.pool - a.conv - a.pool_pad : 0, a.pool - 1) : 0;
    a.stored = (a.conv + a.pool_pad + end - a.pool) / a.pool_stride + 1;
    return a;
  }

  void set_fields(const Axis& y, const Axis& x) {
    const int last_run = (y.kernel - 1) * y.unit;
    const auto modulo = [](int value) { return static_cast<unsigned>(value) & ((2U << kTileW) - 1); };
    dut_.row_tiles_i = static_cast<unsigned>(y.unit - 1);
    dut_.t_first_i = modulo(y.first());
    dut_.t_column_i = modulo(-last_run);
    dut_.t_window_i = modulo(y.step() - last_run);
    dut_.t_group_i = modulo(-y.last_inner() - last_run);
    dut_.t_line_i = modulo(y.pool_stride * y.step() - y.last_inner() - last_run);
    dut_.x_first_i = modulo(x.first());
    dut_.x_column_i = modulo(x.step());
    dut_.x_group_i = modulo(-x.last_inner());
    dut_.x_position_i = modulo(x.pool_stride * x.step() - x.last_inner());
    dut_.x_line_i = modulo(-(x.stored - 1) * x.pool_stride * x.step() - x.last_inner());
    dut_.pool_pads_i = kPads;
    dut_.t_low_i = modulo(y.low());
    dut_.t_high_i = modulo(y.high());
    dut_.x_low_i = modulo(x.low());
    dut_.x_high_i = modulo(x.high());
  }

  void clock() {
    dut_.clk_i = 0;
    dut_.eval();
    dut_.clk_i = 1;
    dut_.eval();
  }

  void start() {
    dut_.start_i = 1;
    dut_.move_i = 0;
    clock();
    dut_.start_i = 0;
  }

  /// All runs of one job. The flags say which loops end with its last run.
  void job(const Axis& y, int row, int column) {
    constexpr unsigned kNumbers = 2U << kTileW;
    for (int ky = 0; ky < y.kernel; ++ky) {
      dut_.later_row_i = ky > 0;
      dut_.job_end_i = ky + 1 == y.kernel;
      dut_.move_i = 0;
      clock();  // a run may last for several steps
      ASSERT_EQ(dut_.t_o, static_cast<unsigned>(row + ky * y.unit) % kNumbers);
      ASSERT_EQ(dut_.x_o, static_cast<unsigned>(column) % kNumbers);
      ++checked_;
      dut_.move_i = 1;
      clock();
    }
  }

  void walk(const Axis& y, const Axis& x, int groups) {
    set_fields(y, x);
    start();
    for (int oy = 0; oy < y.stored; ++oy) {
      for (int ox = 0; ox < x.stored; ++ox) {
        for (int g = 0; g < groups; ++g) {
          for (int p = 0; p < y.pool * x.pool; ++p) {
            dut_.column_end_i = p % x.pool + 1 == x.pool;
            dut_.window_last_i = p + 1 == y.pool * x.pool;
            dut_.group_last_i = g + 1 == groups;
            dut_.line_end_i = ox + 1 == x.stored;
            ASSERT_NO_FATAL_FAILURE(job(y, y.at(oy, p / x.pool), x.at(ox, p % x.pool)));
          }
        }
      }
    }
  }

  Vdut dut_;
  std::mt19937 random_{kSeed};
  std::int64_t checked_ = 0;
};

TEST_F(RunStart, EqualsTheLoopsOfRandomNodes) {
  int largest = 0;
  for (int node = 0; node < 4000; ++node) {
    SCOPED_TRACE(node);
    const Axis x = axis(between(1, 3), 6);
    const Axis y = axis(x.unit * x.map, 5);
    const int farthest = (y.conv - 1 + y.pool - 1) * y.step();
    if (farthest >= 1 << kTileW) continue;  // no image has such a node
    largest = std::max(largest, farthest);
    ASSERT_NO_FATAL_FAILURE(walk(y, x, between(1, 2)));
  }
  EXPECT_GT(checked_, 20000);
  EXPECT_GE(largest, (1 << kTileW) - 4);
}

}  // namespace
}  // namespace dpwa::rtl_ctrl
