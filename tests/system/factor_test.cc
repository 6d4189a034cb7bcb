// SPDX-License-Identifier: Apache-2.0
// Products of two computed tensors (docs/numerics.md N12) in Verilator: every stored value and every cycle on
// machines of every shape.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "gen/lower/lower.h"
#include "model/base/error.h"
#include "model/golden/executor.h"
#include "tests/system/machine.h"
#include "tests/system/random_network.h"

namespace dpwa::system_test {
namespace {

using net::Function;

constexpr const char* kMemory = "RESIDUAL_WORDS=4096";
constexpr const char* kTables = "TABLE_WORDS=8192";

constexpr Machine kMachines[] = {
    {"times_one", 1, 1, 1, 8, 0, 0, "none", "parallel", {kMemory, "FACTORS=1", kTables}},
    {"times_four", 4, 1, 2, 16, 2, 1, "axi", "parallel", {kMemory, "FACTORS=1", kTables}},
    {"times_groups", 16, 4, 2, 16, 3, 0, "axi", "parallel", {kMemory, "FACTORS=1", kTables, "STAGE_CUTS=1"}},
};

constexpr net::Activation kNone{};

/// A squeeze-and-excitation block; a product of two maps, of which one is added as well; a map times the
/// sigmoid of another one; the square of a vector. Channels fill no last group or tile; steps of products
/// differ.
RandomNetwork products() {
  RandomNetwork n({12, 12, 1}, false, 2, 7);
  n.add({20, 3, 3, 1, 1, 2});  // t1: 6 x 6
  n.add({12, 6, 6, 1, 0, 1});  // t2: 1 x 1
  n.add({20, 1, 1, 1, 0, 1, false, 2, false, -1, -1, 1, 1, {Function::hard_sigmoid, 0.2F, 0.5F}});  // t3
  n.add({20, 1, 1, 1, 0, 1, true, 3, false, 3, -1, 20, 1, kNone, false, {}, 1});     // t4 = f(t3) t1
  n.add({20, 3, 3, 1, 1, 1, true, 2});                                               // t5
  n.add({20, 1, 1, 1, 0, 1, true, 3, false, 4, -1, 1, 1, kNone, false, {}, 5});      // t6 = f(t4) t5
  n.add({20, 3, 3, 1, 1, 1, true, 2, false, -1, 5});                                 // t7 = f(t6) + t5
  n.add({20, 3, 3, 1, 1, 1, false, 2, false, -1, -1, 1, 1, {Function::sigmoid}});    // t8
  n.add({20, 1, 1, 1, 0, 1, true, 2, true, 8, -1, 20, 1, kNone, false, {}, 7});      // t9 = f(t8) t7
  n.add({40, 6, 6, 1, 0, 1, true, 3});                                               // t10: a vector
  n.add({40, 1, 1, 1, 0, 1, false, 4, false, -1, -1, 40, 1, kNone, false, {}, 10});  // t11 = f(t10) t10
  n.add({10, 1, 1, 1, 0, 1, true, 4});
  n.finish();
  n.plan().tensors[4].step_exponent = -5;
  n.plan().tensors[6].step_exponent = -2;
  n.plan().tensors[9].step_exponent = -6;
  n.plan().tensors[11].step_exponent = -9;
  return n;
}

class Products : public testing::TestWithParam<Machine> {};

TEST_P(Products, EqualTheGoldenModel) {
  RandomNetwork n = products();
  expect_equal(simulate(GetParam(), n, 3), n, 3);
}

INSTANTIATE_TEST_SUITE_P(System, Products, testing::ValuesIn(kMachines),
                         [](const auto& each) { return std::string(each.param.name); });

// What the machines are compared on must reach what it is there for.
TEST(ProductsNetwork, TheNetworkMultipliesAndSaturates) {
  RandomNetwork n = products();
  EXPECT_TRUE(net::spreads(n.network().nodes[3].window));
  const golden::Executor executor(n.network(), n.plan());
  std::int64_t off_grid = 0, saturated = 0;
  for (const std::vector<float>& sample : n.samples(3)) {
    const golden::Inference inference = executor.run(executor.port_words(sample.data(), off_grid));
    for (const int t : {4, 6, 9, 11}) {
      saturated += inference.nodes[t - 1].saturated;
      const std::vector<std::int32_t>& q = inference.tensors[t].q;
      const auto different = std::set<std::int32_t>(q.begin(), q.end()).size();
      EXPECT_GT(different, 8U) << "tensor " << t;
    }
    for (const int t : {1, 5, 7, 10}) {
      const std::vector<std::int32_t>& fine = inference.tensors[t].fine;
      EXPECT_GT(std::count_if(fine.begin(), fine.end(), [](int u) { return u != 0; }), 0) << t;
    }
  }
  EXPECT_GT(saturated, 0);
}

TEST(ProductsNetwork, AConfigurationWithoutThemNamesTheSetting) {
  const RandomNetwork n = products();
  const auto refusal = [&](const std::vector<std::string>& settings) -> std::string {
    try {
      lower::lower(config::load("sim-4", settings), n.network(), n.plan());
    } catch (const Error& problem) {
      EXPECT_EQ(problem.code(), ExitCode::mismatch);
      return problem.what();
    }
    return "";
  };
  EXPECT_THAT(refusal({kMemory, kTables}), testing::HasSubstr("FACTORS needs 1, has 0 (--set FACTORS=1)"));
  EXPECT_EQ(refusal({kMemory, kTables, "FACTORS=1"}), "");
}

}  // namespace
}  // namespace dpwa::system_test
