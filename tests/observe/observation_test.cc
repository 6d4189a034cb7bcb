// SPDX-License-Identifier: Apache-2.0
#include "calib/observe/observation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "calib/float/executor.h"
#include "model/base/error.h"
#include "tests/float/small_networks.h"

namespace dpwa::observe {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

Objective objective_for(const net::Network& network, const std::vector<float>& samples, std::int64_t count) {
  const std::vector<float> outputs = floating::FloatExecutor(network, 1).outputs(samples.data(), count);
  return {Task::classify, Decision::argmax, outputs, static_cast<int>(outputs.size() / count)};
}

// For one dense layer the Fisher information is known: weights x_k^2 * sum_c w_c g_c[oc]^2, inputs (W' g)^2.
TEST(Observe, FisherOfADenseLayerIsExact) {
  const net::Network network = test::NetworkBuilder({1, 1, 6}, 3).dense(4, -kInfinity, kInfinity).build();
  const std::vector<float> sample = test::random_samples(6, 4, -1, 1);
  const Objective objective = objective_for(network, sample, 1);
  SilentProgress progress;
  const Observation observation = observe(network, objective, sample, {}, 1, progress);
  const std::vector<Head> heads = objective.heads(observation.tensors[1].values.data());
  const std::vector<float>& weight = network.nodes[0].weight;
  for (int k = 0; k < 6; ++k) {
    double input = 0;
    for (const Head& head : heads) {
      double gradient = 0;
      for (int oc = 0; oc < 4; ++oc) gradient += double{weight[oc * 6 + k]} * head.gradient[oc];
      input += head.weight * gradient * gradient;
    }
    EXPECT_NEAR(observation.tensors[0].fisher[k], input, 1e-6);
    for (int oc = 0; oc < 4; ++oc) {
      double expected = 0;
      for (const Head& head : heads) expected += head.weight * head.gradient[oc] * head.gradient[oc];
      expected *= sample[k] * sample[k];
      EXPECT_NEAR(observation.nodes[0].weight_fisher[oc * 6 + k], expected, 1e-6);
    }
  }
}

// One dense layer, so the gradient at its sums is that of the cross-entropy: probabilities less the
// label's 1.
TEST(Observe, SensitivityWithLabels) {
  const net::Network network = test::NetworkBuilder({1, 1, 6}, 3).dense(4, -kInfinity, kInfinity).build();
  const std::vector<float> sample = test::random_samples(6, 4, -1, 1);
  const Objective objective = objective_for(network, sample, 1);
  SilentProgress progress;
  EXPECT_FALSE(observe(network, objective, sample, {}, 1, progress).nodes[0].label_gradient_rms);
  const Observation observation = observe(network, objective, sample, {2}, 1, progress);
  const float* outputs = observation.tensors[1].values.data();
  double squares = 0;
  for (int k = 0; k < 4; ++k) {
    const double error = std::exp(-objective.cross_entropy(outputs, k)) - (k == 2 ? 1 : 0);
    squares += error * error;
  }
  ASSERT_TRUE(observation.nodes[0].label_gradient_rms);
  EXPECT_NEAR(*observation.nodes[0].label_gradient_rms, std::sqrt(squares / 4), 1e-6);
}

TEST(Observe, RangesMomentsAndHistogram) {
  const net::Network network = test::NetworkBuilder({1, 1, 3}, 3).dense(2, -kInfinity, kInfinity).build();
  const std::vector<float> samples{0, 1, -2, 0, 3, 4};
  SilentProgress progress;
  const Observation observation =
      observe(network, objective_for(network, samples, 2), samples, {}, 1, progress);
  const TensorObservation& input = observation.tensors[0];
  EXPECT_EQ(input.min, -2);
  EXPECT_EQ(input.max, 4);
  EXPECT_DOUBLE_EQ(input.mean, 1);
  EXPECT_DOUBLE_EQ(input.variance, 30.0 / 6 - 1);
  EXPECT_EQ(input.magnitudes.zeros, 2);
  EXPECT_EQ(input.magnitudes.counts[0 - MagnitudeHistogram::kLowest], 1);  // 1
  EXPECT_EQ(input.magnitudes.counts[1 - MagnitudeHistogram::kLowest], 2);  // -2, 3
  EXPECT_EQ(input.magnitudes.counts[2 - MagnitudeHistogram::kLowest], 1);  // 4
  EXPECT_THAT(input.channel_peak, testing::ElementsAre(0, 3, 4));
  EXPECT_EQ(observation.samples, 2);
}

// Of a tensor inside the network; the network's input and output keep the graph's order.
TEST(Observe, ChannelsAreOrderedByTheirStrength) {
  net::Network network = test::NetworkBuilder({1, 1, 3}, 3)
                             .dense(3, -kInfinity, kInfinity)
                             .dense(2, -kInfinity, kInfinity)
                             .build();
  network.nodes[0].weight = {1, 0, 0, 0, -3, 0, 0, 0, 2};
  network.nodes[0].bias = {0, 0, 0};
  const std::vector<float> samples{1, 1, 1, -1, -1, 1};
  SilentProgress progress;
  const Observation observation =
      observe(network, objective_for(network, samples, 2), samples, {}, 1, progress);
  EXPECT_THAT(observation.tensors[0].order, testing::ElementsAre(0, 1, 2));
  EXPECT_THAT(observation.tensors[1].order, testing::ElementsAre(1, 2, 0));
  EXPECT_THAT(observation.tensors[2].order, testing::ElementsAre(0, 1));
}

TEST(Observe, MeanPreactivationIsOverSamplesAndPositions) {
  const net::Network network = test::NetworkBuilder({3, 3, 2}, 5)
                                   .conv(3, {2, 2}, 0, kInfinity)
                                   .dense(2, -kInfinity, kInfinity)
                                   .build();
  const std::vector<float> samples = test::random_samples(18 * 4, 6);
  SilentProgress progress;
  const Observation observation =
      observe(network, objective_for(network, samples, 4), samples, {}, 1, progress);
  floating::Pass pass(network, 4);
  pass.forward(samples.data());
  for (int c = 0; c < 3; ++c) {
    double sum = 0;
    for (int i = c; i < 4 * 4 * 3; i += 3) sum += pass.preactivation(0)[i];
    EXPECT_NEAR(observation.nodes[0].mean_preactivation[c], sum / 16, 1e-6);
  }
  EXPECT_GT(observation.nodes[0].gradient_rms, 0);
  EXPECT_GT(observation.nodes[0].variance, 0);
}

TEST(Observe, BytesDoNotDependOnThreads) {
  const net::Network network = test::NetworkBuilder({5, 5, 3}, 5)
                                   .conv(7, {3, 3}, 0, kInfinity, net::Window{2, 2})
                                   .dense(4, -kInfinity, kInfinity)
                                   .build();
  const std::vector<float> samples = test::random_samples(75 * 9, 6);
  const Objective objective = objective_for(network, samples, 9);
  SilentProgress progress;
  const Observation one = observe(network, objective, samples, {}, 1, progress);
  const Observation three = observe(network, objective, samples, {}, 3, progress);
  for (std::size_t t = 0; t < one.tensors.size(); ++t) {
    EXPECT_EQ(one.tensors[t].values, three.tensors[t].values);
    EXPECT_EQ(one.tensors[t].fisher, three.tensors[t].fisher);
  }
  for (std::size_t n = 0; n < one.nodes.size(); ++n) {
    EXPECT_EQ(one.nodes[n].weight_fisher, three.nodes[n].weight_fisher);
    EXPECT_EQ(one.nodes[n].mean_preactivation, three.nodes[n].mean_preactivation);
    EXPECT_EQ(one.nodes[n].gradient_rms, three.nodes[n].gradient_rms);
  }
}

TEST(Observe, NamesTheTensorThatOverflows) {
  net::Network network =
      test::NetworkBuilder({1, 1, 2}, 5).dense(3, 0, kInfinity).dense(2, 0, kInfinity).build();
  const std::vector<float> samples{1, 1};
  const Objective objective = objective_for(network, samples, 1);
  network.nodes[0].weight.assign(6, 3e38F);
  SilentProgress progress;
  try {
    observe(network, objective, samples, {}, 1, progress);
    FAIL() << "an overflow was accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::bad_input);
    EXPECT_THAT(error.what(), testing::HasSubstr("tensor t1"));
  }
}

TEST(Rounded, KeepsTwelveBits) {
  EXPECT_EQ(rounded(0.0), 0.0);
  EXPECT_EQ(rounded(1.0), 1.0);
  EXPECT_EQ(rounded(1.0 + 1e-6), 1.0);
  EXPECT_NE(rounded(1.001), 1.0);
  EXPECT_NEAR(rounded(-123.456) / -123.456, 1, 1.0 / 4096);
}

}  // namespace
}  // namespace dpwa::observe
