// SPDX-License-Identifier: Apache-2.0
#include "calib/search/close_decisions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>

#include "calib/float/executor.h"
#include "tests/float/small_networks.h"

namespace dpwa::search {
namespace {

using observe::Decision;

constexpr float kInfinity = std::numeric_limits<float>::infinity();

std::vector<double> one_to(int last) {
  std::vector<double> margins(last);
  std::iota(margins.begin(), margins.end(), 1.0);
  return margins;
}

// Of the margins 1 to 20, ten lie up to 10; below, the share grows in proportion.
TEST(ExpectedDisagreement, IsHalfTheShareOfMarginsUpToTheError) {
  EXPECT_DOUBLE_EQ(expected_disagreement(one_to(20), {15}), 15.0 / 20 / 2);
  EXPECT_DOUBLE_EQ(expected_disagreement(one_to(20), {-15}), 15.0 / 20 / 2);
  EXPECT_DOUBLE_EQ(expected_disagreement(one_to(20), {10}), 10.0 / 20 / 2);
  EXPECT_DOUBLE_EQ(expected_disagreement(one_to(20), {2.5}), 2.5 / 20 / 2);
  EXPECT_DOUBLE_EQ(expected_disagreement(one_to(20), {15, 2.5, 0}), 17.5 / 20 / 2 / 3);
  EXPECT_DOUBLE_EQ(expected_disagreement(one_to(20), {99}), 0.5);
  EXPECT_DOUBLE_EQ(expected_disagreement({0, 0}, {0}), 0.5);  // all tie
}

// The closest tenth of 200 margins are 20, all but the last far away.
TEST(ExpectedDisagreement, SeesCloseMarginsThatNoSampleHas) {
  std::vector<double> margins(200, 1000.0);
  std::fill_n(margins.begin(), 20, 8.0);
  EXPECT_DOUBLE_EQ(expected_disagreement(margins, {1}), 20.0 / 8 / 200 / 2);
  EXPECT_DOUBLE_EQ(expected_disagreement({2, 4}, {1}), 2 * 1.0 / 4 / 2 / 2);  // fewer than ten: all
}

// A hundred margins and errors against the share of a million: nearer than counting.
TEST(ExpectedDisagreement, AgreesWithTheShareOfManyDecisions) {
  std::mt19937 random(5);
  std::exponential_distribution<double> margin(1.0 / 6);
  std::normal_distribution<double> error(0, 0.4);
  double squares = 0, counted = 0, truth = 0;
  constexpr int kMany = 1000000, kTrials = 50;
  for (int i = 0; i < kMany; ++i) truth += margin(random) + error(random) < 0 ? 1.0 / kMany : 0;
  for (int trial = 0; trial < kTrials; ++trial) {
    std::vector<double> margins(100), errors(100);
    for (double& value : margins) value = margin(random);
    for (double& value : errors) value = error(random);
    double count = 0;
    for (int i = 0; i < 100; ++i) count += margins[i] + errors[i] < 0 ? 0.01 : 0;
    std::sort(margins.begin(), margins.end());
    squares += std::pow(expected_disagreement(margins, errors) - truth, 2) / kTrials;
    counted += std::pow(count - truth, 2) / kTrials;
  }
  EXPECT_GT(truth, 0.02);
  EXPECT_LT(std::sqrt(squares), 0.6 * std::sqrt(counted));
  EXPECT_LT(std::sqrt(squares), 0.5 * truth);
}

struct Case {
  net::Network network;
  std::vector<float> samples, outputs;
  observe::Objective objective;
};

Case case_of(Decision decision, int count) {
  const net::Network network =
      test::NetworkBuilder({1, 1, 6}, 4).dense(16, 0, kInfinity).dense(4, -kInfinity, kInfinity).build();
  std::vector<float> samples = test::random_samples(std::int64_t{count} * 6, 9, -128, 127);
  for (float& value : samples) value = std::round(value) / 128;
  std::vector<float> outputs = floating::FloatExecutor(network, 1).outputs(samples.data(), count);
  const observe::Objective objective(observe::Task::classify, decision, outputs, 4);
  return {network, std::move(samples), std::move(outputs), objective};
}

const plan::InputPort kPort{plan::PortFormat::s8, 1.0 / 128, 0};

CloseDecisions close_of(const Case& c) {
  return find_close_decisions(c.network, c.objective, kPort, c.samples, c.outputs, 2);
}

TEST(CloseDecisions, LieOnTheGridAndAreClose) {
  for (const Decision decision : {Decision::argmax, Decision::argmin}) {
    const Case c = case_of(decision, 60);
    const CloseDecisions close = close_of(c);
    ASSERT_EQ(close.count, kCloseDecisions);
    EXPECT_EQ(close.outputs,
              floating::FloatExecutor(c.network, 1).outputs(close.samples.data(), close.count));
    std::int64_t off_grid = 0;
    for (const float value : close.samples) plan::to_port_word(kPort, value, off_grid);
    EXPECT_EQ(off_grid, 0);
    const double median = sorted_margins(c.objective, c.outputs)[30];
    for (std::int64_t i = 0; i < close.count; ++i) {
      const float* outputs = &close.outputs[i * 4];
      EXPECT_LT(c.objective.margin(outputs, c.objective.lead(outputs)), median / 5) << i;
    }
  }
}

TEST(SortedMargins, AreThoseOfTheDecisions) {
  const std::vector<float> outputs{4, 9, 1, 7, 2, 2.5F, 0, 0.5F};
  const observe::Objective argmax(observe::Task::classify, Decision::argmax, outputs, 4);
  EXPECT_THAT(sorted_margins(argmax, outputs), testing::ElementsAre(0.5, 2));
  const observe::Objective argmin(observe::Task::classify, Decision::argmin, outputs, 4);
  EXPECT_THAT(sorted_margins(argmin, outputs), testing::ElementsAre(0.5, 3));
}

TEST(CloseDecisions, NeedTwoDecisions) {
  Case c = case_of(Decision::argmax, 30);
  for (std::size_t at = 0; at < c.outputs.size(); at += 4) c.outputs[at] = 1000;
  EXPECT_EQ(close_of(c).count, 0);
  c.outputs[0] = -1000;  // the first sample against each of the others
  EXPECT_EQ(close_of(c).count, 29);
}

}  // namespace
}  // namespace dpwa::search
