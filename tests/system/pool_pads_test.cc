// SPDX-License-Identifier: Apache-2.0
// Max pools with padding (docs/numerics.md N4.3) in Verilog: every stored value, width, counter and cycle on
// machines of every shape.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gen/lower/lower.h"
#include "model/base/error.h"
#include "tests/system/machine.h"
#include "tests/system/random_network.h"

namespace dpwa::system_test {
namespace {

using testing::HasSubstr;
using Layer = RandomNetwork::Layer;

/// Signed values, of which a position of zeros would be the largest: a pool behind a packed input, behind
/// strides and dilation, with pads on one side only (ceil_mode), with the most pads there can be, of a map
/// that is smaller than the window.
RandomNetwork padded() {
  RandomNetwork n({15, 13, 1}, false, 2, 41);
  Layer stem{20, 5, 3, 1, 2, 1, true};
  stem.pool_window = {3, 3, 2, 2, 1, 1, 1, 1};
  Layer strided{18, 3, 3, 2, 1, 1, true, 3};
  strided.pool_window = {2, 3, 1, 1, 1, 2, 0, 2};
  Layer dilated{33, 3, 2, 1, 1, 1, true};
  dilated.dilation = 2;
  dilated.pool_window = {3, 2, 2, 3, 0, 0, 2, 1};
  Layer tiny{24, 1, 1, 1, 0, 1, true};
  tiny.pool_window = {4, 4, 1, 2, 2, 3, 3, 3};
  n.add(stem).add(strided).add(dilated).add(tiny);
  const net::Shape last = n.network().tensors.back().shape;
  n.add({10, last.h, last.w, 1, 0, 1, true, 4});
  n.finish();
  for (plan::NodePlan& node : n.plan().nodes) {
    for (double& bias : node.bias) bias -= 0.8;
  }
  return n;
}

/// A pool of grouped channels, and additions beside it: what a pool stores is added.
RandomNetwork padded_beside_additions() {
  RandomNetwork n({9, 10, 3}, true, 2, 42);
  Layer first{20, 3, 3, 1, 1, 1, true};
  first.pool_window = {3, 3, 2, 2, 1, 1, 1, 0};
  Layer grouped{20, 3, 3, 1, 1, 1, true};
  grouped.groups = 20;
  grouped.pool_window = {3, 3, 1, 1, 1, 1, 1, 1};
  n.add(first);                                       // t1
  n.add(grouped);                                     // t2
  n.add({20, 1, 1, 1, 0, 1, true, 3, false, -1, 2});  // t3 = f(t2) + t2
  const net::Shape last = n.network().tensors.back().shape;
  n.add({10, last.h, last.w, 1, 0, 1, true, 4});
  n.finish();
  return n;
}

/// A pool of which two channel groups fit in a ring, beside nodes whose weights stream otherwise.
RandomNetwork padded_and_streamed() {
  RandomNetwork n({12, 12, 1}, false, 2, 43);
  Layer stem{16, 3, 3, 1, 1, 1, true};
  stem.pool_window = {3, 3, 2, 2, 1, 1, 1, 1};
  Layer wide{20, 3, 3, 1, 1, 1, true};
  Layer pooled{16, 3, 2, 1, 0, 1, true, 3};
  pooled.pool_window = {2, 3, 2, 1, 1, 2, 1, 1};
  n.add(stem).add(wide).add(pooled);
  const net::Shape last = n.network().tensors.back().shape;
  n.add({10, last.h, last.w, 1, 0, 1, true, 4});
  n.finish();
  return n;
}

class PoolPads : public testing::TestWithParam<Machine> {};

TEST_P(PoolPads, EqualTheGoldenModel) {
  RandomNetwork n = padded();
  const verify::Simulation result = simulate(GetParam(), n, 3);
  expect_equal(result, n, 3);
  for (const verify::NodeResult& node : result.nodes)
    EXPECT_LE(node.cycles, static_cast<double>(node.worst_case));
}

INSTANTIATE_TEST_SUITE_P(System, PoolPads,
                         testing::Values(kFour, kOne, kTwoGroups, kFourGroups, kSerialOne, kSerialTwo),
                         [](const auto& each) { return std::string(each.param.name); });

TEST(PoolPadsBesideAdditions, EqualTheGoldenModel) {
  RandomNetwork n = padded_beside_additions();
  expect_equal(simulate(kFourGroups, n, 3), n, 3);
}

TEST(PoolPadsStreamed, EqualTheGoldenModel) {
  RandomNetwork n = padded_and_streamed();
  const verify::Simulation result = simulate(kStreaming, n, 3);
  expect_equal(result, n, 3);
  EXPECT_GT(result.nodes[2].refill_words, 0);
}

/// What lower() says to the network on sim-4 with these settings.
std::string refusal(const RandomNetwork& n, const std::vector<std::string>& settings) {
  try {
    lower::lower(config::load("sim-4", settings), n.network(), n.plan());
  } catch (const Error& error) {
    return error.what();
  }
  return "taken";
}

TEST(PoolPadsNetwork, IsRefusedByAMachineWithoutThem) {
  EXPECT_EQ(refusal(padded(), {}), "taken");
  EXPECT_THAT(
      refusal(padded(), {"POOL_PADS=0"}),
      HasSubstr("node n0: a max pool with padding, and configuration sim-4 has POOL_PADS = 0; use --set "
                "POOL_PADS=1"));
}

/// A map of 8 rows of 30 tiles, 15 rows from a position in the padding to the other end.
TEST(PoolPadsNetwork, BeyondTheCoordinatesIsRefused) {
  RandomNetwork n({8, 30, 16}, false, 2, 6);
  Layer layer{16};
  layer.pool_window = {9, 9, 16, 16, 8, 8, 8, 8};
  n.add(layer);
  n.finish();
  EXPECT_EQ(refusal(n, {"ACTIVATION_TILES=452"}), "taken");
  EXPECT_THAT(refusal(n, {"ACTIVATION_TILES=448"}), HasSubstr("ACTIVATION_TILES needs 451, has 448"));
}

}  // namespace
}  // namespace dpwa::system_test
