// SPDX-License-Identifier: Apache-2.0
#include "calib/search/calibrate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "calib/float/executor.h"
#include "calib/search/report.h"
#include "model/base/error.h"
#include "model/golden/executor.h"
#include "tests/float/small_networks.h"

namespace dpwa::search {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

net::Network small_cnn() {
  net::Window window{3, 3, 1, 1, 1, 1, 1, 1};
  return test::NetworkBuilder({8, 8, 1}, 21)
      .conv(8, window, 0, kInfinity, net::Window{2, 2, 2, 2})
      .conv(12, window, 0, kInfinity)
      .dense(5, -kInfinity, kInfinity)
      .build();
}

CalibrationData pixels(const net::Network& network, int count, unsigned seed = 31) {
  CalibrationData data;
  data.samples = test::random_samples(count * network.tensors[0].shape.size(), seed, -255, 255);
  for (float& value : data.samples) value = std::max(0.0F, std::round(value)) / 255;
  return data;
}

Calibration run(const net::Network& network, const CalibrationData& data, Options options = {}) {
  SilentProgress progress;
  options.threads = options.threads > 0 ? options.threads : 2;
  return calibrate(network, data, config::Config(), options, progress);
}

std::string bytes_of(const net::Network& network, const Calibration& calibration) {
  std::string text = report_json(network, calibration).dump();
  for (const plan::NodePlan& node : calibration.dynamic.best().plan.nodes) {
    for (std::int16_t q : node.q) text += std::to_string(q) + ",";
    for (double scale : node.scale) text += fmt::format("{:a} ", scale);
    for (double bias : node.bias) text += fmt::format("{:a} ", bias);
  }
  return text;
}

TEST(FitCount, HoldsOutTwoHundredWhenTwentyRemain) {
  EXPECT_EQ(fit_count(256), 56);
  EXPECT_EQ(fit_count(220), 20);
  EXPECT_EQ(fit_count(219), 109);
  EXPECT_EQ(fit_count(100), 50);
  EXPECT_EQ(fit_count(2), 1);
  EXPECT_EQ(fit_count(400), 128);
  EXPECT_EQ(fit_count(300), 100);
}

// An identity shortcut, and a projection that is only added; one tensor is read by two layers.
TEST(Calibrate, ResidualNetworks) {
  const net::Window window{3, 3, 1, 1, 1, 1, 1, 1}, half{3, 3, 2, 2, 1, 1, 1, 1};
  const net::Network network = test::NetworkBuilder({8, 8, 1}, 23)
                                   .conv(8, window, 0, kInfinity)
                                   .conv(8, window, -kInfinity, kInfinity)
                                   .add(1)
                                   .conv(12, half, -kInfinity, kInfinity)
                                   .from(2)
                                   .conv(12, net::Window{1, 1, 2, 2}, 0, kInfinity)
                                   .add(3)
                                   .dense(5, -kInfinity, kInfinity)
                                   .build();
  const Calibration calibration = run(network, pixels(network, 256));
  EXPECT_TRUE(calibration.budget_met);
  EXPECT_LT(calibration.dynamic.best().verdict.beats, calibration.int8.verdict.beats / 2);
  EXPECT_LT(calibration.int8.verdict.mean, 0.001);
  for (const plan::Plan* plan : {&calibration.dynamic.best().plan, &calibration.static_mix.best().plan,
                                 &calibration.int8.plan, &calibration.int4->plan}) {
    EXPECT_THAT(plan::check(network, *plan), testing::IsEmpty());
    EXPECT_EQ(plan->tensors[1].order, plan->tensors[2].order);
    EXPECT_EQ(plan->tensors[3].order, plan->tensors[4].order);
  }
}

// A squeeze-and-excitation block, whose gate is spread over the map, and a product of two maps.
TEST(Calibrate, Products) {
  const net::Window window{3, 3, 1, 1, 1, 1, 1, 1};
  const net::Network network = test::NetworkBuilder({8, 8, 1}, 25)
                                   .conv(8, window, 0, kInfinity)
                                   .conv(6, net::Window{8, 8}, 0, kInfinity)
                                   .conv(8, net::Window{1, 1}, -kInfinity, kInfinity)
                                   .activation({net::Function::hard_sigmoid, 0.2F, 0.5F})
                                   .conv(8, net::Window{1, 1}, -kInfinity, kInfinity, std::nullopt, 8)
                                   .multiply(1)
                                   .conv(8, window, -kInfinity, kInfinity)
                                   .from(4)
                                   .conv(8, window, -kInfinity, kInfinity)
                                   .multiply(5)
                                   .dense(5, -kInfinity, kInfinity)
                                   .build();
  ASSERT_TRUE(net::spreads(network.nodes[3].window));
  const Calibration calibration = run(network, pixels(network, 256));
  EXPECT_TRUE(calibration.budget_met);
  EXPECT_LT(calibration.dynamic.best().verdict.beats, calibration.int8.verdict.beats / 2);
  EXPECT_LT(calibration.int8.verdict.mean, 0.002);
  for (const plan::Plan* plan : {&calibration.dynamic.best().plan, &calibration.static_mix.best().plan,
                                 &calibration.int8.plan, &calibration.int4->plan}) {
    EXPECT_THAT(plan::check(network, *plan), testing::IsEmpty());
    EXPECT_EQ(plan->tensors[1].order, plan->tensors[4].order);
  }
}

TEST(Calibrate, MeetsTheBudgetWithLegalPlansAndFewerBeats) {
  const net::Network network = small_cnn();
  const Calibration calibration = run(network, pixels(network, 256));
  EXPECT_TRUE(calibration.budget_met);
  EXPECT_THAT(calibration.warnings, testing::IsEmpty());
  const Point& best = calibration.dynamic.best();
  EXPECT_LE(best.verdict.mean, 0.006);
  EXPECT_EQ(best.verdict.samples, 200);
  EXPECT_LT(best.verdict.beats, calibration.int8.verdict.beats / 2);
  EXPECT_LE(best.cost, 1.03 * calibration.static_mix.best().cost);
  EXPECT_LE(best.costs.cycles, calibration.static_mix.best().costs.cycles);
  for (const plan::Plan* plan :
       {&best.plan, &calibration.static_mix.best().plan, &calibration.int8.plan, &calibration.int4->plan}) {
    EXPECT_THAT(plan::check(network, *plan), testing::IsEmpty());
  }
  EXPECT_EQ(best.plan.input.format, plan::PortFormat::u8);
  EXPECT_FALSE(best.plan.tensors[0].is_signed);
}

// Functions that are unbounded, bounded on one side and on both; the tables stay within what there is.
TEST(Calibrate, ActivationFunctions) {
  const net::Window window{3, 3, 1, 1, 1, 1, 1, 1};
  const net::Network network = test::NetworkBuilder({8, 8, 1}, 22)
                                   .conv(8, window, -kInfinity, kInfinity, net::Window{2, 2, 2, 2})
                                   .activation({net::Function::hard_swish})
                                   .conv(12, window, -kInfinity, kInfinity)
                                   .activation({net::Function::leaky_relu, 0.1F})
                                   .dense(16, -kInfinity, kInfinity)
                                   .activation({net::Function::tanh})
                                   .dense(5, -kInfinity, kInfinity)
                                   .activation({net::Function::sigmoid})
                                   .build();
  Options options;
  options.task = observe::Task::regress;
  const Calibration calibration = run(network, pixels(network, 256), options);
  EXPECT_LT(calibration.dynamic.best().verdict.mean, 0.004);
  EXPECT_LT(calibration.int8.verdict.mean, 0.004);
  const plan::Plan& best = calibration.dynamic.best().plan;
  for (const plan::Plan* plan :
       {&best, &calibration.static_mix.best().plan, &calibration.int8.plan, &calibration.int4->plan}) {
    EXPECT_THAT(plan::check(network, *plan), testing::IsEmpty());
  }
  std::size_t words = 0;
  for (int n = 0; n < 4; ++n) words += plan::derive(network, best, n).table.size();
  EXPECT_GT(words, 100U);
  EXPECT_LE(words, 4096U);
}

TEST(Calibrate, BaselinesArePinned) {
  const net::Network network = small_cnn();
  const Calibration calibration = run(network, pixels(network, 60));
  const std::int64_t reads = static_cast<std::int64_t>(calibration.int4->verdict.beats);
  EXPECT_DOUBLE_EQ(calibration.int8.verdict.beats, 4.0 * reads);  // every tile at 2 x 2 planes, none skipped
  for (std::size_t t = 0; t + 1 < network.tensors.size(); ++t) {
    const plan::PcuRecord& pcu = calibration.int8.plan.tensors[t].pcu;
    EXPECT_EQ(pcu.policy, plan::Policy::static_);
    EXPECT_EQ(pcu.max_planes, 2);
  }
  for (const plan::NodePlan& node : calibration.int8.plan.nodes) {
    EXPECT_TRUE(node.pinned);
    EXPECT_THAT(node.planes, testing::Each(2));
  }
}

// Each search has the least of what it minimises, and reports what its point costs.
TEST(Calibrate, MinimisesWhatWasAskedFor) {
  const net::Network network = small_cnn();
  const CalibrationData data = pixels(network, 256);
  auto best_of = [&](Optimise optimise) {
    Options options;
    options.optimise = optimise;
    options.budget.kl = 1e-4;  // not every weight has one plane
    const Calibration calibration = run(network, data, options);
    EXPECT_TRUE(calibration.budget_met) << name_of(optimise);
    return calibration.dynamic.best().costs;
  };
  const Costs balanced = best_of(Optimise::balanced), bytes = best_of(Optimise::weights);
  EXPECT_LT(bytes.weight_bytes, balanced.weight_bytes);
  EXPECT_LE(best_of(Optimise::cycles).cycles, 1.03 * balanced.cycles);
  EXPECT_LE(best_of(Optimise::energy).energy, 1.03 * balanced.energy);
}

// Every weight is counted once, by what it needs and what it has.
TEST(Calibrate, SetsNeededPlanesBesideGrantedOnes) {
  net::Network network = small_cnn();
  network.nodes[1].weight[5] = 0;  // needs nothing
  const Calibration calibration = run(network, pixels(network, 60));
  for (std::size_t n = 0; n < network.nodes.size(); ++n) {
    std::size_t weights = 0;
    for (const auto& row : calibration.weights[n]) {
      for (std::int64_t count : row) weights += count;
    }
    EXPECT_EQ(weights, network.nodes[n].weight.size());
  }
  const nlohmann::ordered_json node = nodes_json(network, calibration)[1];
  EXPECT_GE(node["weight_planes_needed"][0].get<int>(), 1);
  int granted_one = 0;
  for (const auto& row : node["weight_planes"]) granted_one += row[1].get<int>();
  EXPECT_EQ(node["weight_planes_granted"][1], granted_one);
}

TEST(Calibrate, ChannelsAreStoredWidestFirstThenStrongestFirst) {
  const net::Network network = small_cnn();
  const Calibration calibration = run(network, pixels(network, 256));
  for (const Point& point : calibration.dynamic.points) {
    for (std::size_t n = 0; n + 1 < network.nodes.size(); ++n) {
      const int tensor = network.nodes[n].output;
      const std::vector<int>& order = point.plan.tensors[tensor].order;
      const std::vector<int>& planes = point.plan.nodes[n].planes;
      std::vector<double> strength(order.size(), 0.0);
      const std::vector<float>& values = calibration.observation.tensors[tensor].values;
      for (std::size_t i = 0; i < values.size(); ++i)
        strength[i % order.size()] += double{values[i]} * values[i];
      for (std::size_t k = 1; k < order.size(); ++k) {
        const int before = planes[order[k - 1]], after = planes[order[k]];
        EXPECT_TRUE(before > after || (before == after && strength[order[k - 1]] >= strength[order[k]]));
      }
    }
    EXPECT_THAT(point.plan.tensors[network.output].order, testing::ElementsAre(0, 1, 2, 3, 4));
  }
}

TEST(Calibrate, BytesDoNotDependOnThreads) {
  const net::Network network = small_cnn();
  const CalibrationData data = pixels(network, 80);
  Options one, three;
  one.threads = 1;
  three.threads = 3;
  EXPECT_EQ(bytes_of(network, run(network, data, one)), bytes_of(network, run(network, data, three)));
}

TEST(Calibrate, FewSamplesNeverMeetTheBudgetAndSaySo) {
  const net::Network network = small_cnn();
  const Calibration calibration = run(network, pixels(network, 40));
  EXPECT_FALSE(calibration.budget_met);
  EXPECT_THAT(calibration.warnings, testing::Contains(testing::HasSubstr("only 20 held-out samples")));
  EXPECT_THAT(plan::check(network, calibration.dynamic.best().plan), testing::IsEmpty());
}

TEST(Calibrate, AnImpossibleBudgetGivesTheBestPlanAndAWarning) {
  const net::Network network = small_cnn();
  Options options;
  options.budget.kl = 1e-12;
  const Calibration calibration = run(network, pixels(network, 256), options);
  EXPECT_FALSE(calibration.budget_met);
  EXPECT_THAT(calibration.warnings, testing::Contains(testing::HasSubstr("no plan is within the budget")));
  for (const Point& point : calibration.dynamic.points) {
    const Verdict& best = calibration.dynamic.best().verdict;
    EXPECT_LE(std::max(best.mean, best.softened), std::max(point.verdict.mean, point.verdict.softened));
  }
}

TEST(Calibrate, RegressionWithSixteenBitInputs) {
  const net::Network network =
      test::NetworkBuilder({1, 1, 9}, 3).dense(16, 0, kInfinity).dense(3, -kInfinity, kInfinity).build();
  CalibrationData data;
  data.samples = test::random_samples(256 * 9, 5, -1, 1);
  Options options;
  options.task = observe::Task::regress;
  const Calibration calibration = run(network, data, options);
  EXPECT_TRUE(calibration.budget_met);
  EXPECT_EQ(calibration.dynamic.best().plan.input.format, plan::PortFormat::s16);
  EXPECT_TRUE(calibration.dynamic.best().plan.tensors[0].is_signed);
  const nlohmann::ordered_json held_out = held_out_json(calibration);
  EXPECT_TRUE(held_out["mean_kl"].is_null());
  EXPECT_LE(held_out["mean_mse"].get<double>(), 0.001);
}

TEST(Calibrate, LabelsAreCheckedOnHeldOutSamples) {
  const net::Network network = small_cnn();
  CalibrationData data = pixels(network, 256);
  data.labels.assign(256, 2);
  const Calibration calibration = run(network, data);
  EXPECT_TRUE(calibration.dynamic.best().verdict.has_labels);
  EXPECT_FALSE(held_out_json(calibration)["accuracy_drop"].is_null());
  const Verdict& verdict = calibration.dynamic.best().verdict;
  EXPECT_NEAR(verdict.float_accuracy - verdict.accuracy, verdict.accuracy_drop, 1e-12);
  EXPECT_TRUE(nodes_json(network, calibration)[0]["sensitivity"]["gradient_magnitude_labels"].is_number());
}

/// Part of the decisions about samples that calibration never saw that the plan changes.
double changed_decisions(const net::Network& network, const plan::Plan& plan) {
  constexpr int kSamples = 2000;
  const CalibrationData unseen = pixels(network, kSamples, 77);
  const std::vector<float> outputs =
      floating::FloatExecutor(network, 2).outputs(unseen.samples.data(), kSamples);
  const observe::Objective objective(observe::Task::classify, observe::Decision::argmax, outputs, 5);
  const golden::Executor executor(network, plan, config::Config().products);
  int changed = 0;
  std::int64_t off_grid = 0;
  for (int i = 0; i < kSamples; ++i) {
    const std::vector<float> found =
        executor.outputs(executor.run(executor.port_words(&unseen.samples[i * 64], off_grid)));
    changed += objective.decide(found.data()) != objective.decide(&outputs[i * 5]) ? 1 : 0;
  }
  return static_cast<double>(changed) / kSamples;
}

// 200 held-out samples, and 30 of which close decisions are made.
TEST(Calibrate, KeepsDecisionsWhenToldHowOutputsDecide) {
  const net::Network network = small_cnn();
  for (const int count : {256, 60}) {
    const CalibrationData data = pixels(network, count);
    Options options;
    options.budget.kl = 1;  // decisions alone
    const Calibration free = run(network, data, options);
    EXPECT_FALSE(free.dynamic.best().verdict.disagreement.has_value());
    EXPECT_TRUE(held_out_json(free)["expected_disagreement"].is_null());
    options.decision = observe::Decision::argmax;
    const Calibration held = run(network, data, options);
    EXPECT_TRUE(held.dynamic.best().accepted);
    const double expected = held.dynamic.best().verdict.disagreement.value();
    EXPECT_LE(expected, 0.012);
    EXPECT_EQ(held_out_json(held)["expected_disagreement"], brief(expected));
    EXPECT_GT(held.dynamic.best().cost, free.dynamic.best().cost);
    const double changed = changed_decisions(network, held.dynamic.best().plan);
    EXPECT_LE(changed, 0.02) << count;
    EXPECT_GT(changed, expected / 3) << count;  // seeing everywhere changed decisions would be no use
    EXPECT_GT(changed_decisions(network, free.dynamic.best().plan), 0.02) << count;
  }
}

TEST(Calibrate, SaysThatOneDecisionTellsNothingOfCloseOnes) {
  const net::Network network = small_cnn();
  CalibrationData data = pixels(network, 40);
  std::fill(data.samples.begin(), data.samples.end(), 0.5F);
  Options options;
  options.decision = observe::Decision::argmax;
  const Calibration calibration = run(network, data, options);
  EXPECT_THAT(calibration.warnings, testing::Contains(testing::HasSubstr("have the same decision")));
  EXPECT_TRUE(calibration.dynamic.best().verdict.disagreement.has_value());
}

// ---- degenerate networks and data: a legal plan, or one clear refusal

void expect_legal(const net::Network& network, const CalibrationData& data) {
  const Calibration calibration = run(network, data);
  for (const plan::Plan* plan : {&calibration.dynamic.best().plan, &calibration.static_mix.best().plan,
                                 &calibration.int8.plan, &calibration.int4->plan}) {
    EXPECT_THAT(plan::check(network, *plan), testing::IsEmpty());
  }
  EXPECT_TRUE(std::isfinite(calibration.dynamic.best().verdict.mean));
}

TEST(Degenerate, AllZeroLayer) {
  net::Network network = small_cnn();
  std::fill(network.nodes[1].weight.begin(), network.nodes[1].weight.end(), 0.0F);
  expect_legal(network, pixels(network, 40));
  std::fill(network.nodes[1].bias.begin(), network.nodes[1].bias.end(), 0.0F);
  expect_legal(network, pixels(network, 40));
}

TEST(Degenerate, DeadChannelKeepsItsBias) {
  net::Network network = small_cnn();
  std::fill_n(network.nodes[1].weight.begin(), 9 * 8, 0.0F);
  network.nodes[1].bias[0] = 0.7F;
  const Calibration calibration = run(network, pixels(network, 256));
  EXPECT_TRUE(calibration.budget_met);
  EXPECT_EQ(calibration.dynamic.best().plan.nodes[1].planes[0], 0);
  EXPECT_NEAR(calibration.dynamic.best().plan.nodes[1].bias[0], 0.7, 1e-6);
}

TEST(Degenerate, ConstantInput) {
  const net::Network network = small_cnn();
  for (float value : {0.0F, 0.5F, 1.0F}) {
    CalibrationData data = pixels(network, 40);
    std::fill(data.samples.begin(), data.samples.end(), value);
    expect_legal(network, data);
  }
}

TEST(Degenerate, ChannelThatNeverFires) {
  net::Network network = small_cnn();
  network.nodes[0].bias[3] = -1000;
  expect_legal(network, pixels(network, 40));
}

std::string refusal(const net::Network& network, const CalibrationData& data) {
  try {
    run(network, data);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::bad_input);
    return error.what();
  }
  return "accepted";
}

TEST(Refused, EmptySet) {
  EXPECT_THAT(refusal(small_cnn(), {}), testing::HasSubstr("the calibration set is empty"));
}

TEST(Refused, NotANumber) {
  const net::Network network = small_cnn();
  CalibrationData data = pixels(network, 40);
  data.samples[3 * 64 + 7] = std::nanf("");
  EXPECT_THAT(refusal(network, data), testing::HasSubstr("sample 3, value 7 is nan"));
}

TEST(Refused, OneLabelTooFew) {
  const net::Network network = small_cnn();
  CalibrationData data = pixels(network, 40);
  data.labels.assign(39, 0);
  EXPECT_THAT(refusal(network, data), testing::HasSubstr("40 calibration samples but 39 labels"));
  data.labels.assign(40, 5);
  EXPECT_THAT(refusal(network, data), testing::HasSubstr("label 0 is 5, must be 0 to 4"));
}

}  // namespace
}  // namespace dpwa::search
