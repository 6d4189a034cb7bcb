// SPDX-License-Identifier: Apache-2.0
// Groups of channels and dilation in Verilator: every stored value and every cycle on machines of every
// shape.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/cycles/tap_window.h"
#include "model/golden/executor.h"
#include "tests/system/machine.h"
#include "tests/system/random_network.h"
#include "verify/self_test.h"

namespace dpwa::system_test {
namespace {

constexpr Machine kWindowsInTwoGroups = {"windows_two_groups",
                                         32,
                                         2,
                                         4,
                                         16,
                                         2,
                                         0,
                                         "axi",
                                         "parallel",
                                         {"WINDOW_PLANES=4", "STAGE_CUTS=1", "SCAN_TILES=2"}};
constexpr Machine kWindowsInOneSlice = {"windows_one_slice", 16, 1, 16, 16, 0, 1, "none", "parallel",
                                        {"WINDOW_PLANES=2"}};

constexpr Machine kMachines[] = {
    {"grouped_one", 1, 1, 1, 8, 0, 0, "none", "parallel", {"SCAN_TILES=2"}},
    {"grouped_four", 4, 1, 1, 16, 2, 1},
    {"grouped_serial", 2, 1, 1, 16, 3, 0, "axi", "serial", {"SCAN_TILES=2"}},
    kStreaming,
    kWindowsInTwoGroups,
    kWindowsInOneSlice,
    {"grouped_four_groups", 32, 4, 2, 8, 2, 0, "axi", "parallel", {"SCAN_TILES=2"}},
};

/// Depthwise nodes: of tiles that are not full, with a stride and a pool, pinned, dilated, on a vector.
RandomNetwork depthwise() {
  RandomNetwork n({10, 9, 1}, false, 2, 21);
  n.add({40, 3, 3, 1, 1})
      .add({40, 3, 3, 1, 1, 1, true, 2, false, -1, -1, 40})
      .add({40, 3, 3, 1, 1, 1, false, 2, true, -1, -1, 40})
      .add({20, 1, 1})
      .add({20, 2, 3, 2, 1, 2, false, 3, false, -1, -1, 20})
      .add({20, 2, 2, 1, 2, 1, false, 2, false, -1, -1, 20, 2})
      .add({36, 5, 4})
      .add({36, 1, 1, 1, 0, 1, true, 2, false, -1, -1, 36})
      .add({10, 1, 1, 1, 0, 1, true, 4});
  n.finish();
  return n;
}

/// Groups of several channels, in and out, over borders of tiles; on packed channels; dilation.
RandomNetwork groups() {
  RandomNetwork n({9, 8, 4}, true, 2, 22);
  n.add({36, 3, 2, 1, 2, 1, false, 2, false, -1, -1, 2, 2})
      .add({24, 3, 3, 1, 0, 1, true, 2, true, -1, -1, 3})
      .add({48, 1, 1, 1, 0, 1, false, 2, false, -1, -1, 24})
      .add({32, 2, 2, 1, 0, 1, false, 2, false, -1, -1, 2, 3})
      .add({10, 3, 2, 1, 0, 1, true, 4});
  n.finish();
  return n;
}

/// Depthwise nodes whose taps fit in tap windows: of one and of several tiles, kernels of a row, of a column
/// and with holes, strides, signed and unsigned inputs of every width, pinned.
RandomNetwork windowed() {
  RandomNetwork n({11, 9, 20}, true, 2, 23);
  const auto depthwise = [&](int rows, int columns, int stride, int pad, bool is_signed, int planes,
                             bool pinned = false, int dilation = 1) {
    const int channels = n.network().tensors.back().shape.c;
    n.add({channels, rows, columns, stride, pad, 1, is_signed, planes, pinned, -1, -1, channels, dilation});
  };
  depthwise(3, 3, 1, 1, false, 2);
  depthwise(3, 3, 1, 1, true, 2);
  depthwise(2, 3, 1, 1, true, 2, true);
  n.add({52, 1, 1, 1, 0, 1, false, 3});
  depthwise(1, 3, 1, 0, true, 4, false, 2);
  depthwise(3, 1, 1, 1, false, 2);  // no column of its window is read twice
  depthwise(3, 3, 2, 1, false, 1);
  depthwise(1, 2, 1, 0, false, 2);
  n.add({10, 2, 3, 1, 0, 1, true, 4});
  n.finish();
  return n;
}

class Grouped : public testing::TestWithParam<Machine> {};

TEST_P(Grouped, DepthwiseEqualsTheGoldenModel) {
  RandomNetwork n = depthwise();
  expect_equal(simulate(GetParam(), n, 2), n, 2);
}

TEST_P(Grouped, GroupsAndDilationEqualTheGoldenModel) {
  RandomNetwork n = groups();
  expect_equal(simulate(GetParam(), n, 2), n, 2);
}

TEST_P(Grouped, WindowedNodesEqualTheGoldenModel) {
  RandomNetwork n = windowed();
  expect_equal(simulate(GetParam(), n, 3), n, 3);
}

/// Nodes of `windowed` that have tap windows on the machine.
std::vector<int> nodes_with_windows(const Machine& machine) {
  const RandomNetwork n = windowed();
  std::vector<int> nodes;
  for (int node = 0; node < static_cast<int>(n.network().nodes.size()); ++node) {
    if (cycles::has_tap_windows(configure(machine), n.network(), n.plan(), node)) nodes.push_back(node);
  }
  return nodes;
}

TEST(TapWindows, AreThoseThatFit) {
  EXPECT_THAT(nodes_with_windows(kWindowsInTwoGroups), testing::ElementsAre(0, 1, 2, 4, 6, 7));
  EXPECT_THAT(nodes_with_windows(kWindowsInOneSlice), testing::ElementsAre(0, 1, 2, 6, 7));
  EXPECT_THAT(nodes_with_windows(kFour), testing::IsEmpty());
}

/// Samples in ONNX order of a self-test's input words [h][w][c].
std::vector<float> sample_of(const verify::SelfTest& test) {
  const net::Shape& shape = test.network.tensors[0].shape;
  std::vector<float> sample;
  for (int c = 0; c < shape.c; ++c) {
    for (int pixel = 0; pixel < shape.h * shape.w; ++pixel)
      sample.push_back(static_cast<float>(test.words[pixel * shape.c + c]));
  }
  return sample;
}

TEST(TapWindows, AreReachedByTheSelfTest) {
  for (const Machine& machine : {kWindowsInTwoGroups, kWindowsInOneSlice}) {
    std::vector<std::string> fills;
    for (const verify::SelfTest& test : verify::self_tests(configure(machine))) {
      if (!cycles::has_tap_windows(configure(machine), test.network, test.plan, 0)) continue;
      fills.push_back(test.name + ": " + test.fills);
      const auto run = simulate(machine, test.network, test.plan, {sample_of(test)});
      EXPECT_EQ(run.mismatches, 0) << machine.name << ", " << test.name;
      EXPECT_GE(run.values_checked, 16 * machine.groups);
    }
    const std::string filled = fmt::format("{0} of {0} planes of 9 taps", configure(machine).window_planes);
    EXPECT_THAT(fills, testing::ElementsAre("windows 1: " + filled, "windows 2: " + filled));
  }
}

INSTANTIATE_TEST_SUITE_P(System, Grouped, testing::ValuesIn(kMachines),
                         [](const auto& each) { return std::string(each.param.name); });

}  // namespace
}  // namespace dpwa::system_test
