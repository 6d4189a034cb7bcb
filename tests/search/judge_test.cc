// SPDX-License-Identifier: Apache-2.0
#include "calib/search/judge.h"

#include <gtest/gtest.h>

namespace dpwa::search {
namespace {

using observe::Task;

Verdict good() {
  Verdict verdict;
  verdict.samples = 200;
  verdict.mean = verdict.softened = 0.005;
  verdict.folds.fill(0.005);
  verdict.standard_error = 0.001;
  return verdict;
}

TEST(WithinBudget, AcceptsAtTheBudget) {
  Verdict verdict = good();
  EXPECT_TRUE(within_budget(verdict, {}, Task::classify));
  verdict.mean = 0.0055;  // and half a standard error of 0.001
  verdict.softened = 0.006;
  verdict.folds.fill(0.006);
  EXPECT_TRUE(within_budget(verdict, {}, Task::classify));
}

TEST(WithinBudget, RejectsAMeanAboveTheBudget) {
  Verdict verdict = good();
  verdict.mean = 0.0056;
  EXPECT_FALSE(within_budget(verdict, {}, Task::classify));
}

TEST(WithinBudget, RejectsAnUncertainMean) {
  Verdict verdict = good();
  verdict.mean = 0.0025;
  verdict.standard_error = 0.006;  // 0.0025 + 1.645 * 0.006 > 0.012
  EXPECT_FALSE(within_budget(verdict, {}, Task::classify));
  verdict.standard_error = 0.0057;
  EXPECT_TRUE(within_budget(verdict, {}, Task::classify));
}

TEST(WithinBudget, RejectsTheTrapOfOverConfidence) {
  Verdict verdict = good();
  verdict.mean = 0;
  verdict.folds.fill(0);
  verdict.standard_error = 0;
  verdict.softened = 0.007;
  EXPECT_FALSE(within_budget(verdict, {}, Task::classify));
}

TEST(WithinBudget, LabelsRejectOnlyAClearDrop) {
  Verdict verdict = good();
  verdict.has_labels = true;
  verdict.accuracy_drop = 0.01;
  verdict.accuracy_error = 0.005;  // 0.01 - 0.005 is not above 0.005
  EXPECT_TRUE(within_budget(verdict, {}, Task::classify));
  verdict.accuracy_error = 0.004;
  EXPECT_FALSE(within_budget(verdict, {}, Task::classify));
  verdict.has_labels = false;
  EXPECT_TRUE(within_budget(verdict, {}, Task::classify));
}

TEST(WithinBudget, RejectsTooManyChangedDecisions) {
  Verdict verdict = good();
  verdict.disagreement = 0.012;
  EXPECT_TRUE(within_budget(verdict, {}, Task::classify));
  verdict.disagreement = 0.0121;
  EXPECT_FALSE(within_budget(verdict, {}, Task::classify));
  Budget budget;
  budget.disagreement = 0.02;
  EXPECT_TRUE(within_budget(verdict, budget, Task::classify));
}

TEST(BudgetUsed, IsThatOfTheLargestLoss) {
  Verdict verdict = good();
  verdict.mean = 0.0015;
  verdict.softened = 0.003;
  EXPECT_DOUBLE_EQ(budget_used(verdict, {}, Task::classify), 0.5);
  verdict.disagreement = 0.009;
  EXPECT_DOUBLE_EQ(budget_used(verdict, {}, Task::classify), 0.75);
}

TEST(WithinBudget, RegressionHasItsOwnBudget) {
  EXPECT_FALSE(within_budget(good(), {}, Task::regress));
  Budget budget;
  budget.mse = 0.01;
  EXPECT_TRUE(within_budget(good(), budget, Task::regress));
}

}  // namespace
}  // namespace dpwa::search
