// SPDX-License-Identifier: Apache-2.0
// Step classes in the whole machine: policy variance and pinned classes (docs/numerics.md N5).
#include <gmock/gmock.h>

#include "gen/lower/supported.h"
#include "model/base/error.h"
#include "tests/system/machine.h"
#include "tests/system/random_network.h"

namespace dpwa::system_test {
namespace {

constexpr int kImages = 3;
constexpr const char* kPolicies = "POLICIES=range,static,variance";
constexpr Machine kVarianceFour = {"variance_four", 4, 1, 1, 16, 2, 1, "axi", "parallel", {kPolicies}};
constexpr Machine kMachines[] = {
    {"variance_one", 1, 1, 1, 16, 0, 0, "none", "parallel", {kPolicies}},
    kVarianceFour,
    {"variance_eight", 8, 1, 2, 16, 2, 1, "axi", "parallel", {kPolicies, "SCAN_TILES=2"}},
    {"variance_two_groups", 16, 2, 2, 16, 3, 1, "axi", "parallel", {kPolicies}},
};

/// Rows of one tile and of several, pools, signed and unsigned tensors, a class that is pinned, a row of one
/// pixel.
RandomNetwork network() {
  RandomNetwork n({13, 9, 3}, true, 2, 31);
  n.add({20, 3, 3, 1, 1, 1, false, 3})
      .add({36, 2, 2, 1, 0, 1, true, 3})
      .add({24, 2, 2, 1, 0, 2, false, 2})
      .add({16, 1, 3, 1, 0, 1, false, 2})
      .add({33, 5, 1, 1, 0, 1, true, 4});
  n.finish();
  std::vector<plan::TensorPlan>& tensors = n.plan().tensors;
  tensors[1].pcu = {plan::Policy::variance, 0, 3, 0, 2, 600, 2};
  tensors[2].pcu = {plan::Policy::variance, 1, 3, 1, 1, 900, 3};
  tensors[3].pcu = {plan::Policy::static_, 2, 2, 1, 1};
  tensors[4].pcu = {plan::Policy::variance, 0, 2, 1, 1, 300, 1};
  return n;
}

class Variance : public testing::TestWithParam<Machine> {};

TEST_P(Variance, EqualsGoldenModelAndCycleModel) {
  RandomNetwork n = network();
  const verify::Simulation result = simulate(GetParam(), n, kImages);
  expect_equal(result, n, kImages);
  double changes = 0;
  for (const verify::NodeResult& node : result.nodes) {
    changes += node.counters[8];
    EXPECT_LE(node.cycles, static_cast<double>(node.worst_case));
  }
  EXPECT_GT(changes, 2);
}

INSTANTIATE_TEST_SUITE_P(System, Variance, testing::ValuesIn(kMachines),
                         [](const auto& each) { return std::string(each.param.name); });

/// Classes of tensor 1 of the first image.
std::vector<int> classes(RandomNetwork& n) {
  std::vector<int> result;
  const verify::Simulation simulation = simulate(kVarianceFour, n, 1);
  expect_equal(simulation, n, 1);
  for (const plan::TileDecision& tile : simulation.decisions[0][1]) result.push_back(tile.step_class);
  return result;
}

// The record is all that changes: same design, same weights, another precision.
TEST(VarianceRecord, EditingItChangesWhatTheHardwareDoes) {
  RandomNetwork n = network();
  const std::vector<int> before = classes(n);
  EXPECT_THAT(before, testing::AllOf(testing::Contains(0), testing::Contains(1)));
  n = network();
  n.plan().tensors[1].pcu = {plan::Policy::variance, 0, 3, 0, 2, 1e9, 0};
  EXPECT_THAT(classes(n), testing::Each(0));
  n = network();
  n.plan().tensors[1].pcu = {plan::Policy::static_, 3, 3, 2, 2};
  EXPECT_THAT(classes(n), testing::Each(2));
  n = network();
  n.plan().tensors[1].pcu = {plan::Policy::range, 0, 3};
  EXPECT_THAT(classes(n), testing::Each(0));
}

TEST(VariancePolicies, APlanThatNeedsAnotherPolicyIsRefused) {
  RandomNetwork n = network();
  const auto refusal = [&](const char* policies) {
    try {
      lower::lower(config::load("sim-4", {std::string("POLICIES=") + policies}), n.network(), n.plan());
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_THAT(refusal("range,static"),
              testing::AllOf(testing::HasSubstr("t1"), testing::HasSubstr("'variance'")));
  EXPECT_THAT(refusal("static,variance"),
              testing::AllOf(testing::HasSubstr("t0"), testing::HasSubstr("'range'")));
  EXPECT_EQ(refusal("range,static,variance"), "");
}

}  // namespace
}  // namespace dpwa::system_test
