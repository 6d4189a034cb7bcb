// SPDX-License-Identifier: Apache-2.0
// Activation tables (docs/numerics.md N11) in Verilog: every stored value and every cycle on machines of
// every shape.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "gen/lower/lower.h"
#include "gen/top/top.h"
#include "model/base/error.h"
#include "model/golden/executor.h"
#include "tests/system/machine.h"
#include "tests/system/random_network.h"

namespace dpwa::system_test {
namespace {

using net::Function;

/// Just enough, and no power of two.
constexpr const char* kMemory = "TABLE_WORDS=5190";

constexpr Machine kMachines[] = {
    {"table_one", 1, 1, 1, 8, 0, 0, "none", "parallel", {kMemory}},
    {"table_four", 4, 1, 2, 16, 2, 1, "axi", "parallel", {kMemory, "STAGE_CUTS=1"}},
    {"table_groups", 16, 4, 2, 16, 3, 0, "axi", "parallel", {kMemory}},
    {"table_residual", 8, 2, 4, 16, 2, 1, "axi", "parallel", {kMemory, "RESIDUAL_WORDS=1440"}},
};

/// Every function, pooled where it is monotone; nodes without one between them; two with the same table.
RandomNetwork functions() {
  RandomNetwork n({12, 12, 1}, false, 2, 5);
  n.add({20, 3, 3, 1, 1, 2, true, 2, false, -1, -1, 1, 1, {Function::leaky_relu, 0.125F}});  // 6 x 6
  n.add({18, 3, 3, 1, 1, 1, false, 2, false, -1, -1, 1, 1, {Function::sigmoid}});
  n.add({20, 3, 3, 1, 1, 1, true, 2, false, -1, -1, 1, 1, {Function::hard_swish}});
  n.add({16, 3, 3, 1, 1, 1, true, 2});
  n.add({20, 1, 1, 1, 0, 2, true, 2, false, -1, -1, 1, 1, {Function::tanh}});  // 3 x 3
  n.add({20, 1, 1, 1, 0, 1, true, 2, false, -1, -1, 1, 1, {Function::gelu}});
  n.add({20, 1, 1, 1, 0, 1, true, 3, false, -1, -1, 1, 1, {Function::elu, 1}});
  n.add({40, 3, 3, 1, 0, 1, true, 2, false, -1, -1, 1, 1, {Function::swish}});  // a vector
  n.add({40, 1, 1, 1, 0, 1, true, 2, false, -1, -1, 1, 1, {Function::hard_swish}});
  n.add({10, 1, 1, 1, 0, 1, false, 2, false, -1, -1, 1, 1, {Function::hard_sigmoid, 0.25F, 0.5F}});
  n.finish();
  return n;
}

/// Additions beside tables, pooled sums' operands among them.
RandomNetwork beside_additions() {
  RandomNetwork n({12, 12, 1}, false, 2, 6);
  n.add({20, 3, 3, 1, 1, 2});  // t1: 6 x 6, pooled and added
  n.add({20, 3, 3, 1, 1, 1, true, 2, false, -1, -1, 1, 1, {Function::hard_swish}});  // t2
  n.add({20, 1, 1, 1, 0, 1, true, 3, false, -1, 1});                                 // t3 = f(t2) + t1
  n.add({20, 3, 3, 1, 1, 1, true, 2, false, -1, -1, 1, 1, {Function::sigmoid}});
  n.add({10, 3, 3, 2, 0, 1, true, 4});
  n.finish();
  return n;
}

class Tables : public testing::TestWithParam<Machine> {};

TEST_P(Tables, EqualTheGoldenModel) {
  RandomNetwork n = functions();
  expect_equal(simulate(GetParam(), n, 3), n, 3);
}

INSTANTIATE_TEST_SUITE_P(System, Tables, testing::ValuesIn(kMachines),
                         [](const auto& each) { return std::string(each.param.name); });

TEST(TablesBesideAdditions, EqualTheGoldenModel) {
  RandomNetwork n = beside_additions();
  expect_equal(simulate(kMachines[3], n, 3), n, 3);
}

// What the machines are compared on must reach what it is there for.
TEST(TablesNetwork, UsesItsTables) {
  RandomNetwork n = functions();
  const golden::Executor executor(n.network(), n.plan());
  std::int64_t off_grid = 0, saturated = 0;
  std::vector<std::set<std::int32_t>> found(n.network().tensors.size());
  for (const std::vector<float>& sample : n.samples(3)) {
    const golden::Inference inference = executor.run(executor.port_words(sample.data(), off_grid));
    for (std::size_t t = 1; t < found.size(); ++t) {
      found[t].insert(inference.tensors[t].q.begin(), inference.tensors[t].q.end());
      saturated += inference.nodes[t - 1].saturated;
    }
  }
  for (std::size_t t = 1; t < found.size(); ++t) EXPECT_GT(found[t].size(), 8U) << "tensor " << t;
  EXPECT_GT(saturated, 0);
}

TEST(TablesNetwork, WhatAConfigurationCannotDoIsRefused) {
  const RandomNetwork n = functions();
  const auto refusal = [&](const net::Network& network, const std::vector<std::string>& settings) {
    try {
      lower::lower(config::load("sim-4", settings), network, n.plan());
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string("taken");
  };
  EXPECT_EQ(refusal(n.network(), {"TABLE_WORDS=8192"}), "taken");
  EXPECT_THAT(refusal(n.network(), {}), testing::HasSubstr("TABLE_WORDS needs "));
  net::Network pooled = n.network();
  pooled.nodes[0].activation = {Function::swish};
  EXPECT_THAT(refusal(pooled, {"TABLE_WORDS=8192", "PREMAX=1"}), testing::HasSubstr("--set PREMAX=0"));
}

}  // namespace
}  // namespace dpwa::system_test
