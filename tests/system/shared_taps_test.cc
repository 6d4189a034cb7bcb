// SPDX-License-Identifier: Apache-2.0
// Nodes whose taps share their weights in Verilator: every stored value and every cycle, with weights stored
// once.
#include <gtest/gtest.h>

#include "tests/system/machine.h"
#include "tests/system/random_network.h"

namespace dpwa::system_test {
namespace {

constexpr Machine kMachines[] = {
    {"shared_one", 1, 1, 1, 8, 0, 0, "none", "parallel", {"SCAN_TILES=2"}},
    {"shared_four", 4, 1, 1, 16, 2, 1},
    {"shared_serial", 2, 1, 1, 16, 3, 0, "axi", "serial", {"SCAN_TILES=2"}},
    {"shared_sixteen", 16, 1, 4, 16, 2, 1},
    {"shared_two_groups", 32, 2, 4, 16, 2, 0},
    {"shared_dense", 4, 1, 2, 16, 2, 0, "axi", "parallel", {"DENSE_WORDS=16384", "WEIGHT_WORDS=128"}},
};

/// A node that weighs all positions of a map of 5 x 3 alike.
RandomNetwork mean_of_map(int channels, bool shared, bool pinned = false) {
  RandomNetwork n({9, 7, 2}, false, 2, 31);
  n.add({24, 3, 3, 2, 1})
      .add({channels, 1, 2, 1, 0, 1, true, 2, pinned})
      .add({37, 5, 3, 1, 0, 1, false, 2, pinned, -1, -1, 1, 1, {}, shared})
      .add({10, 1, 1, 1, 0, 1, true, 4});
  n.finish();
  return n;
}

class SharedTaps : public testing::TestWithParam<Machine> {};

TEST_P(SharedTaps, EqualTheGoldenModel) {
  for (const int channels : {8, 24, 40}) {
    RandomNetwork n = mean_of_map(channels, true);
    expect_equal(simulate(GetParam(), n, 2), n, 2);
  }
}

TEST_P(SharedTaps, PinnedEqualTheGoldenModel) {
  RandomNetwork n = mean_of_map(40, true, true);
  expect_equal(simulate(GetParam(), n, 2), n, 2);
}

/// The whole input map, packed or not, under one kernel.
TEST_P(SharedTaps, OfTheInputEqualTheGoldenModel) {
  for (const int channels : {3, 20}) {
    RandomNetwork n({4, 4, channels}, true, 2, 33);
    n.add({20, 4, 4, 1, 0, 1, true, 3, false, -1, -1, 1, 1, {}, true});
    n.finish();
    expect_equal(simulate(GetParam(), n, 2), n, 2);
  }
}

INSTANTIATE_TEST_SUITE_P(System, SharedTaps, testing::ValuesIn(kMachines),
                         [](const auto& each) { return std::string(each.param.name); });

TEST(SharedTapsWeights, AreStoredOnce) {
  constexpr int kTaps = 5 * 3;
  RandomNetwork once = mean_of_map(40, true), other = mean_of_map(40, false);
  const std::int64_t shared = simulate(kFour, once, 1).nodes[2].weight_bytes;
  const std::int64_t repeated = simulate(kFour, other, 1).nodes[2].weight_bytes;
  EXPECT_GT(shared, 0);
  EXPECT_GE(repeated, shared * kTaps * 3 / 4);
}

}  // namespace
}  // namespace dpwa::system_test
