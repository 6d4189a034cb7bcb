// SPDX-License-Identifier: Apache-2.0
// Groups of channels and dilation in Verilator: every stored value and every cycle on machines of every
// shape.
#include <gtest/gtest.h>

#include "model/golden/executor.h"
#include "tests/system/machine.h"
#include "tests/system/random_network.h"

namespace dpwa::system_test {
namespace {

constexpr Machine kMachines[] = {
    {"grouped_one", 1, 1, 1, 8, 0, 0, "none", "parallel", {"SCAN_TILES=2"}},
    {"grouped_four", 4, 1, 1, 16, 2, 1},
    {"grouped_serial", 2, 1, 1, 16, 3, 0, "axi", "serial", {"SCAN_TILES=2"}},
    kStreaming,
    {"grouped_two_groups", 32, 2, 4, 16, 2, 1},
    {"grouped_one_slice", 16, 1, 16, 16, 2, 1},
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

class Grouped : public testing::TestWithParam<Machine> {};

TEST_P(Grouped, DepthwiseEqualsTheGoldenModel) {
  RandomNetwork n = depthwise();
  expect_equal(simulate(GetParam(), n, 2), n, 2);
}

TEST_P(Grouped, GroupsAndDilationEqualTheGoldenModel) {
  RandomNetwork n = groups();
  expect_equal(simulate(GetParam(), n, 2), n, 2);
}

INSTANTIATE_TEST_SUITE_P(System, Grouped, testing::ValuesIn(kMachines),
                         [](const auto& each) { return std::string(each.param.name); });

}  // namespace
}  // namespace dpwa::system_test
