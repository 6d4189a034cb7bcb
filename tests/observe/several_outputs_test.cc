// SPDX-License-Identifier: Apache-2.0
//
// The objective of a network with several outputs.
#include <gtest/gtest.h>

#include <limits>

#include "calib/observe/objective.h"
#include "calib/observe/observation.h"
#include "tests/float/small_networks.h"

namespace dpwa::observe {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

/// A vector of `size` values from 20, as these outputs.
net::Network network_of(int size, std::vector<net::Output> outputs) {
  net::Network network = test::NetworkBuilder({1, 1, 20}, 1).dense(size, -kInfinity, kInfinity).build();
  network.outputs = std::move(outputs);
  return network;
}

const std::vector<float> kReference{1, 2, 3, 100, -50, 2, 1, 0, 90, 50}, kOther{1.5F, 2, 3, 101, -50};

TEST(SeveralOutputs, TheLossIsTheSumOfEachOutputsOwn) {
  const OutputTask classes{0, 3, Task::classify}, numbers{3, 2, Task::regress, 6};
  const Objective both({classes, numbers}, Decision::argmax, kReference, 5);
  const OutputObjective first(Task::classify, Decision::argmax, {1, 2, 3, 2, 1, 0}, 3);
  const OutputObjective second(Task::regress, Decision::argmax, {100, -50, 90, 50}, 2);
  const float* const a = kReference.data();
  const float* const b = kOther.data();
  EXPECT_DOUBLE_EQ(both.divergence(a, b), first.divergence(a, b) + 6 * second.divergence(a + 3, b + 3));
  EXPECT_DOUBLE_EQ(both.softened(a, b), first.softened(a, b) + 6 * second.divergence(a + 3, b + 3));
  EXPECT_GT(second.divergence(a + 3, b + 3), 0);
  EXPECT_EQ(both.task(), Task::classify);
  EXPECT_EQ(both.classes(), 3);
  EXPECT_EQ(both.decide(a), 2) << "not the hundred of the other output";
  EXPECT_EQ(both.temperature(), first.temperature());
  double squares = 0;
  for (const Head& head : both.heads(a)) {
    ASSERT_EQ(head.gradient.size(), 5U);
    squares += head.weight * head.gradient[3] * head.gradient[3];
    EXPECT_TRUE(head.gradient[3] == 0 || head.gradient[0] == 0) << "each head is of one output";
  }
  EXPECT_DOUBLE_EQ(squares / 2, 6 * second.divergence(a + 3, b + 3)) << "the difference there is 1";
}

TEST(SeveralOutputs, TheDecidingOneMayBeBehindOthers) {
  const Objective both({{0, 2, Task::regress}, {2, 3, Task::classify}}, Decision::argmax, kReference, 5);
  EXPECT_EQ(both.task(), Task::classify);
  EXPECT_EQ(both.decide(kReference.data()), 1);
  EXPECT_EQ(both.label_gradient(kReference.data(), 1).size(), 5U);
  EXPECT_EQ(both.label_gradient(kReference.data(), 1)[0], 0);
}

TEST(SeveralOutputs, WhatEachIsFor) {
  const net::Softmax softmax{3, 1};
  const net::Network named = network_of(5, {{"box", {2}, 3, {}}, {"class", {3}, 0, softmax}});
  std::vector<OutputTask> tasks = output_tasks(named, std::nullopt, false, false, 6);
  ASSERT_EQ(tasks.size(), 2U);
  EXPECT_EQ(tasks[0].task, Task::regress) << "another output has a Softmax";
  EXPECT_EQ(tasks[0].weight, 6);
  EXPECT_EQ(tasks[1].task, Task::classify);
  EXPECT_EQ(tasks[1].weight, 1);
  EXPECT_EQ(deciding(tasks), 1U);
  for (const OutputTask& each : output_tasks(named, Task::regress, true, false, 6)) {
    EXPECT_EQ(each.task, Task::regress);
    EXPECT_EQ(each.weight, 1);
  }
  const net::Network twice = network_of(3, {{"logits", {3}, 0, {}}, {"class", {3}, 0, softmax}});
  tasks = output_tasks(twice, std::nullopt, false, false);
  ASSERT_EQ(tasks.size(), 1U) << "the same values count once";
  EXPECT_EQ(tasks[0].task, Task::classify);
  const net::Network maps = network_of(30, {{"a", {1, 5, 3}, 0, {}}, {"b", {15}, 15, {}}});
  EXPECT_EQ(automatic_task(maps, false, false), Task::classify) << "b is a vector smaller than the input";
  const net::Network scalars = network_of(2, {{"a", {1}, 0, {}}, {"b", {1}, 1, {}}});
  EXPECT_EQ(automatic_task(scalars, false, false), Task::regress);
}

TEST(SeveralOutputs, MapsAreTakenInOnnxOrder) {
  const Objective both({{0, 4, Task::regress}, {4, 4, Task::regress}}, Decision::argmax,
                       {1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 0, 0, 0, 0, 0}, 8);
  EXPECT_EQ(objective_order(both, {1, 5, 2, 6, 3, 7, 4, 8}, {2, 2, 2}),
            (std::vector<float>{1, 2, 3, 4, 5, 6, 7, 8}));
  const Objective one(Task::regress, Decision::argmax, {1, 2, 0, 0}, 2);
  EXPECT_EQ(objective_order(one, {1, 2}, {1, 2, 1}), (std::vector<float>{1, 2}));
}

}  // namespace
}  // namespace dpwa::observe
