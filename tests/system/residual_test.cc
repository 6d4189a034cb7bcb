// SPDX-License-Identifier: Apache-2.0
// Additions (docs/numerics.md N10) in Verilator: every stored value and every cycle on machines of every
// shape.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/golden/executor.h"
#include "tests/system/machine.h"
#include "tests/system/random_network.h"

namespace dpwa::system_test {
namespace {

/// The smallest memory that holds the network on one lane of one group.
constexpr const char* kMemory = "RESIDUAL_WORDS=1440";

constexpr Machine kMachines[] = {
    {"add_one", 1, 1, 1, 16, 2, 1, "axi", "parallel", {kMemory}},
    {"add_two", 2, 1, 1, 8, 0, 0, "none", "parallel", {kMemory}},
    {"add_four", 4, 1, 2, 16, 3, 0, "axi", "parallel", {kMemory}},
    {"add_eight", 8, 1, 2, 16, 2, 1, "axi", "parallel", {kMemory, "PLANES_MAX=4", "STAGE_CUTS=1"}},
    {"add_two_groups", 16, 2, 4, 16, 2, 0, "axi", "parallel", {kMemory}},
};

/// A pooled tensor that is multiplied and added; a sum that is added again, to a sum with limits; a
/// projection with a stride that is only added; vectors. Channels fill no last group or tile; steps of a
/// class differ.
RandomNetwork residual() {
  RandomNetwork n({12, 12, 1}, false, 2, 5);
  n.add({20, 3, 3, 1, 1, 2});                         // t1: 6 x 6
  n.add({20, 3, 3, 1, 1, 1, true, 2});                // t2
  n.add({20, 1, 1, 1, 0, 1, true, 3, false, -1, 1});  // t3 = f(t2) + t1
  n.add({20, 3, 3, 1, 1, 1, false, 2, true, -1, 3});  // t4 = f(t3) + t3
  n.add({12, 1, 1, 2, 0, 1, true, 4});                // t5: 3 x 3, only added
  n.add({12, 3, 3, 2, 1, 1, false, 2, false, 4, 5});  // t6 = f(t4) + t5
  n.add({40, 3, 3, 1, 0, 1, false, 3});               // t7: a vector
  n.add({40, 1, 1, 1, 0, 1, true, 2, false, -1, 7});  // t8 = f(t7) + t7
  n.add({10, 1, 1, 1, 0, 1, true, 4});
  n.finish();
  n.plan().tensors[3].step_exponent = -5;
  n.plan().tensors[6].step_exponent = -2;
  return n;
}

class Additions : public testing::TestWithParam<Machine> {};

TEST_P(Additions, EqualTheGoldenModel) {
  RandomNetwork n = residual();
  expect_equal(simulate(GetParam(), n, 3), n, 3);
}

INSTANTIATE_TEST_SUITE_P(System, Additions, testing::ValuesIn(kMachines),
                         [](const auto& each) { return std::string(each.param.name); });

// What the machines are compared on must reach what it is there for.
TEST(AdditionsNetwork, TheNetworkAddsAndSaturates) {
  RandomNetwork n = residual();
  const golden::Executor executor(n.network(), n.plan());
  std::int64_t off_grid = 0, saturated = 0;
  for (const std::vector<float>& sample : n.samples(3)) {
    const golden::Inference inference = executor.run(executor.port_words(sample.data(), off_grid));
    for (const int n_added : {2, 3, 5, 7}) saturated += inference.nodes[n_added].saturated;
    for (const int t : {1, 3, 4, 5, 6, 7, 8}) {
      const std::vector<std::int32_t>& fine = inference.tensors[t].fine;
      EXPECT_GT(std::count_if(fine.begin(), fine.end(), [](int u) { return u != 0; }), 0) << t;
    }
  }
  EXPECT_GT(saturated, 0);
  EXPECT_GT(plan::derive(n.network(), n.plan(), 0).fine_shift, 0);
  EXPECT_NE(plan::derive(n.network(), n.plan(), 2).fine_shift,
            plan::derive(n.network(), n.plan(), 3).fine_shift);
}

}  // namespace
}  // namespace dpwa::system_test
