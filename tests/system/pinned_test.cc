// SPDX-License-Identifier: Apache-2.0
// Cycles that data cannot change, and the most that they can take.
#include <gtest/gtest.h>

#include <algorithm>

#include "model/num/planes.h"
#include "tests/system/machine.h"
#include "tests/system/random_network.h"

namespace dpwa::system_test {
namespace {

/// A packed image, padding, a pool, a stride, dense layers; pinned everywhere or nowhere.
RandomNetwork network(bool pinned) {
  RandomNetwork n({8, 8, 2}, false, 2, 9);
  n.add({20, 3, 3, 1, 1, 2, false, 2, pinned})
      .add({18, 3, 3, 2, 1, 1, false, 3, pinned})
      .add({24, 2, 2, 1, 0, 1, false, 2, pinned})
      .add({10, 1, 1, 1, 0, 1, true, 4, pinned});
  n.finish();
  if (pinned) n.plan().tensors[0].pcu = {plan::Policy::static_, 2, 2};
  return n;
}

std::vector<std::vector<float>> constant(const RandomNetwork& n, float value) {
  return {std::vector<float>(n.network().tensors[0].shape.size(), value)};
}

class Cycles : public testing::TestWithParam<Machine> {};

TEST_P(Cycles, OfAPinnedPlanDoNotDependOnData) {
  RandomNetwork n = network(true);
  std::vector<std::vector<std::vector<float>>> inputs = {constant(n, 0), constant(n, 1), constant(n, 255)};
  for (const std::vector<float>& sample : n.samples(2)) inputs.push_back({sample});
  for (const auto& samples : inputs) {
    const verify::Simulation result = simulate(GetParam(), n.network(), n.plan(), samples);
    expect_equal(result, n, 1);
    EXPECT_EQ(result.cycles, result.worst_case);
    for (const verify::NodeResult& node : result.nodes) EXPECT_EQ(node.cycles, node.worst_case);
  }
}

TEST_P(Cycles, OfAnUnpinnedPlanStayBelowTheWorstCase) {
  RandomNetwork n = network(false);
  const verify::Simulation zeros = simulate(GetParam(), n.network(), n.plan(), constant(n, 0));
  const verify::Simulation random = simulate(GetParam(), n, 2);
  expect_equal(random, n, 2);
  EXPECT_LT(zeros.cycles, random.cycles / 2);
  EXPECT_LT(random.cycles / 2, random.worst_case);
}

TEST_P(Cycles, OfInputsBuiltForItAreTheWorstCase) {
  RandomNetwork n = network(false);
  for (plan::NodePlan& node : n.plan().nodes) {  // sums so large that every value saturates
    const std::size_t fan_in = node.q.size() / node.planes.size();
    for (std::size_t i = 0; i < node.q.size(); ++i) {
      node.q[i] = static_cast<std::int16_t>(num::weight_range(node.planes[i / fan_in]).upper);
    }
    std::fill(node.scale.begin(), node.scale.end(), 1.0);
    std::fill(node.bias.begin(), node.bias.end(), 0.0);
  }
  const verify::Simulation result = simulate(GetParam(), n.network(), n.plan(), constant(n, 255));
  expect_equal(result, n, 1);
  EXPECT_EQ(result.cycles, result.worst_case);
  for (const verify::NodeResult& node : result.nodes) EXPECT_EQ(node.cycles, node.worst_case);
}

INSTANTIATE_TEST_SUITE_P(System, Cycles, testing::Values(kFour, kOne, kTwoGroups, kSerialOne, kSerialTwo),
                         [](const auto& each) { return std::string(each.param.name); });

}  // namespace
}  // namespace dpwa::system_test
