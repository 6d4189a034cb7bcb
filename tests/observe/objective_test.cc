// SPDX-License-Identifier: Apache-2.0
#include "calib/observe/objective.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "tests/float/small_networks.h"

namespace dpwa::observe {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

std::vector<double> softmax(const std::vector<double>& z) {
  double sum = 0;
  std::vector<double> p;
  for (double value : z) sum += std::exp(value);
  for (double value : z) p.push_back(std::exp(value) / sum);
  return p;
}

double naive_kl(const std::vector<double>& a, const std::vector<double>& b) {
  const std::vector<double> p = softmax(a), q = softmax(b);
  double kl = 0;
  for (std::size_t k = 0; k < p.size(); ++k) kl += p[k] * std::log(p[k] / q[k]);
  return kl;
}

TEST(Objective, ClassifierDivergenceIsTheKullbackLeiblerDivergence) {
  const std::vector<float> reference{1.0F, -0.5F, 2.0F}, other{0.5F, 0.0F, 1.5F};
  const Objective objective(Task::classify, Decision::argmax, reference, 3);
  EXPECT_NEAR(objective.divergence(reference.data(), other.data()), naive_kl({1, -0.5, 2}, {0.5, 0, 1.5}),
              1e-12);
  EXPECT_NEAR(objective.softened(reference.data(), other.data()),
              naive_kl({0.25, -0.125, 0.5}, {0.125, 0, 0.375}), 1e-12);
  EXPECT_EQ(objective.divergence(reference.data(), reference.data()), 0);
}

TEST(Objective, HugeLogitsStayFinite) {
  const std::vector<float> reference{1e4F, 0, 0}, other{0, 1e4F, 0};
  const Objective objective(Task::classify, Decision::argmax, reference, 3);
  EXPECT_NEAR(objective.divergence(reference.data(), other.data()), 1e4, 1e-6);
  // At the temperature p has one large and two equal probabilities: the divergence is their difference times
  // the gap.
  const double gap = 1e4 / objective.temperature(), top = std::exp(gap) / (std::exp(gap) + 2);
  EXPECT_NEAR(objective.softened(reference.data(), other.data()), gap * (top - (1 - top) / 2), 1e-6);
}

TEST(Objective, TheSurerTheNetworkTheSofterItIsJudged) {
  std::vector<float> outputs{6, 0, 0, 0, 2, 8, 0, 1, 1};
  const Objective usual(Task::classify, Decision::argmax, outputs, 3);
  EXPECT_EQ(usual.temperature(), 4);
  for (float& output : outputs) output *= 20;
  const Objective sure(Task::classify, Decision::argmax, outputs, 3);
  double top = 0, top_a_step_before = 0;
  for (std::size_t at = 0; at < outputs.size(); at += 3) {
    const std::vector<double> z(outputs.begin() + at, outputs.begin() + at + 3);
    auto largest = [&](double temperature) {
      const std::vector<double> p = softmax({z[0] / temperature, z[1] / temperature, z[2] / temperature});
      return *std::max_element(p.begin(), p.end());
    };
    top += largest(sure.temperature()) / 3;
    top_a_step_before += largest(sure.temperature() / 1.25) / 3;
  }
  EXPECT_LE(top, 0.75);
  EXPECT_GT(top_a_step_before, 0.75);
  EXPECT_EQ(Objective(Task::regress, Decision::argmax, outputs, 3).temperature(), 4);
}

TEST(Objective, ConstantAndEndlessLogitsHaveATemperature) {
  const std::vector<float> one{3};
  EXPECT_TRUE(std::isfinite(Objective(Task::classify, Decision::argmax, one, 1).temperature()));
  const std::vector<float> endless{1e30F, -1e30F};
  EXPECT_TRUE(std::isfinite(Objective(Task::classify, Decision::argmax, endless, 2).temperature()));
}

TEST(Objective, ArgminNegatesOutputsOverAThirdOfTheMedianMargin) {
  const std::vector<float> outputs{0, 3, 9, /* margin 3 */ 1, 7, 7, /* margin 6 */ 5, 6, 8 /* margin 1 */};
  const Objective objective(Task::classify, Decision::argmin, outputs, 3);
  // Median margin 3, so logits are the negated outputs over 1.
  const std::vector<float> other{1, 3, 9};
  EXPECT_NEAR(objective.divergence(outputs.data(), other.data()), naive_kl({0, -3, -9}, {-1, -3, -9}), 1e-12);
  EXPECT_EQ(objective.decide(other.data()), 0);
  EXPECT_EQ(objective.decide(outputs.data() + 3), 0);
}

TEST(Objective, DecisionTiesGoToTheLowerIndex) {
  const std::vector<float> outputs{2, 5, 5};
  EXPECT_EQ(Objective(Task::classify, Decision::argmax, outputs, 3).decide(outputs.data()), 1);
  const std::vector<float> low{2, 1, 1};
  EXPECT_EQ(Objective(Task::classify, Decision::argmin, low, 3).decide(low.data()), 1);
}

TEST(Objective, TheLeadIsOverTheRunnerUp) {
  const std::vector<float> outputs{4, 9, 1, 7}, other{4, 6, 1, 7};
  const Objective argmax(Task::classify, Decision::argmax, outputs, 4);
  const Lead high = argmax.lead(outputs.data());
  EXPECT_EQ(high.best, 1);
  EXPECT_EQ(high.second, 3);
  EXPECT_EQ(argmax.margin(outputs.data(), high), 2);
  EXPECT_EQ(argmax.margin(other.data(), high), -1);
  const Objective argmin(Task::classify, Decision::argmin, outputs, 4);
  const Lead low = argmin.lead(outputs.data());
  EXPECT_EQ(low.best, 2);
  EXPECT_EQ(low.second, 0);
  EXPECT_EQ(argmin.margin(outputs.data(), low), 3);
  const std::vector<float> tied{5, 5, 5};
  const Lead tie = Objective(Task::classify, Decision::argmax, tied, 3).lead(tied.data());
  EXPECT_EQ(tie.best, 0);
  EXPECT_EQ(tie.second, 1);
}

TEST(Objective, RegressionIsRelativeToTheOutputsVariance) {
  const std::vector<float> outputs{0, 10, 4, 20};  // two samples of two values: variances 4 and 25
  const Objective objective(Task::regress, Decision::argmax, outputs, 2);
  const std::vector<float> other{1, 12};
  EXPECT_NEAR(objective.divergence(outputs.data(), other.data()), (1 + 4) / 2.0 / 14.5, 1e-12);
  EXPECT_EQ(objective.softened(outputs.data(), other.data()),
            objective.divergence(outputs.data(), other.data()));
}

TEST(Objective, ConstantOutputsDoNotDivideByZero) {
  const std::vector<float> outputs{3, 3, 3, 3};
  const Objective regress(Task::regress, Decision::argmax, outputs, 2);
  EXPECT_TRUE(std::isfinite(regress.divergence(outputs.data(), outputs.data())));
  const Objective argmin(Task::classify, Decision::argmin, outputs, 2);
  EXPECT_EQ(argmin.divergence(outputs.data(), outputs.data()), 0);
}

/// 1/2 * sum of weight * (gradient . d)^2
double second_order(const std::vector<Head>& heads, const std::vector<float>& d) {
  double sum = 0;
  for (const Head& head : heads) {
    double dot = 0;
    for (std::size_t k = 0; k < d.size(); ++k) dot += double{head.gradient[k]} * d[k];
    sum += head.weight * dot * dot;
  }
  return sum / 2;
}

TEST(Objective, HeadsAreTheSecondOrderOfTheDivergences) {
  const std::vector<float> reference{0.3F, -1.2F, 0.9F, 0.1F}, d{0.01F, -0.02F, 0.005F, 0.013F};
  std::vector<float> other = reference;
  for (int k = 0; k < 4; ++k) other[k] += d[k];
  for (Decision decision : {Decision::argmax, Decision::argmin}) {
    const Objective objective(Task::classify, decision, reference, 4);
    const double exact = objective.divergence(reference.data(), other.data()) +
                         objective.softened(reference.data(), other.data());
    EXPECT_NEAR(second_order(objective.heads(reference.data()), d) / exact, 1, 0.02);
  }
  const std::vector<float> outputs{0, 10, 5, 5, 4, 20, 7, 9};
  const Objective regress(Task::regress, Decision::argmax, outputs, 4);
  EXPECT_NEAR(second_order(regress.heads(reference.data()), d),
              regress.divergence(reference.data(), other.data()), 1e-9);
}

TEST(Objective, ManyOutputsAreProjectedOnRandomSigns) {
  std::vector<float> outputs(2 * 100), d(100), other(100);
  for (int k = 0; k < 100; ++k) {
    outputs[100 + k] = 2;  // variance 1
    d[k] = k % 3 == 0 ? 0.1F : 0.0F;
    other[k] = outputs[k] + d[k];
  }
  const Objective objective(Task::regress, Decision::argmax, outputs, 100);
  const std::vector<Head> heads = objective.heads(outputs.data());
  EXPECT_EQ(heads.size(), 16U);
  // 16 projections of 34 equal components: the estimate has a relative deviation of about sqrt(2 / 16).
  EXPECT_NEAR(second_order(heads, d) / objective.divergence(outputs.data(), other.data()), 1, 0.8);
}

TEST(AutomaticTask, FollowsItsFourClues) {
  const net::Network vector = test::NetworkBuilder({1, 1, 20}, 1).dense(4, -kInfinity, kInfinity).build();
  EXPECT_EQ(automatic_task(vector, false, false), Task::classify);
  net::Network expanding = test::NetworkBuilder({1, 1, 3}, 1).dense(4, -kInfinity, kInfinity).build();
  EXPECT_EQ(automatic_task(expanding, false, false), Task::regress);
  EXPECT_EQ(automatic_task(expanding, true, false), Task::classify);
  EXPECT_EQ(automatic_task(expanding, false, true), Task::classify);
  expanding.outputs[0].softmax = net::Softmax{2, 1};
  EXPECT_EQ(automatic_task(expanding, false, false), Task::regress) << "two decisions, not one";
  expanding.outputs[0].softmax = net::Softmax{4, 1};
  EXPECT_EQ(automatic_task(expanding, false, false), Task::classify);
  const net::Network scalar = test::NetworkBuilder({1, 1, 20}, 1).dense(1, -kInfinity, kInfinity).build();
  EXPECT_EQ(automatic_task(scalar, false, false), Task::regress);
}

}  // namespace
}  // namespace dpwa::observe
