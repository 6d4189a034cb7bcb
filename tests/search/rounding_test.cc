// SPDX-License-Identifier: Apache-2.0
#include "calib/search/rounding.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "calib/search/compensate.h"
#include "model/num/planes.h"
#include "tests/float/small_networks.h"

namespace dpwa::search {
namespace {

/// A dense layer with given weights, and an observation that says how much each weight matters.
struct Layer {
  net::Network network;
  observe::Observation observation;

  Layer(std::vector<float> weights, int channels, float fisher) {
    constexpr float kInfinity = std::numeric_limits<float>::infinity();
    const int inputs = static_cast<int>(weights.size()) / channels;
    network = test::NetworkBuilder({1, 1, inputs}, 1).dense(channels, -kInfinity, kInfinity).build();
    network.nodes[0].weight = std::move(weights);
    observation.samples = 1;
    observation.nodes.resize(1);
    observation.nodes[0].weight_fisher.assign(network.nodes[0].weight.size(), fisher);
    observation.tensors.resize(2);
    observation.tensors[0].values.assign(inputs, 1.0F);
  }
  NodeOptions nearest() const { return round_nearest(network, 0, observation); }
  NodeOptions compensated() const { return round_compensated(network, 0, observation); }
};

TEST(RoundNearest, EveryOptionStaysInItsRangeAndLosesLessWithMorePlanes) {
  const std::vector<float> weights = test::random_samples(5 * 40, 3, -1, 1);
  const NodeOptions options = Layer(weights, 5, 1).nearest();
  for (int c = 0; c < 5; ++c) {
    for (int planes = 1; planes <= kWeightPlanes; ++planes) {
      const ChannelOption& option = options[c][planes - 1];
      double worst = 0;
      for (int k = 0; k < 40; ++k) {
        EXPECT_TRUE(num::weight_range(planes).contains(option.q[k]));
        worst = std::max(worst, std::abs(option.q[k] * option.scale - weights[c * 40 + k]));
      }
      if (planes == kWeightPlanes) {
        EXPECT_LE(worst, option.scale * 0.5001);  // three planes clip nothing
      }
      if (planes > 1) {
        EXPECT_LT(option.loss, options[c][planes - 2].loss / 16);
      }
    }
  }
}

TEST(RoundNearest, UsesTheWholeRangeOfBothSigns) {
  // With the scale 1/7 every weight is exact; -8/7 needs the extra negative code.
  const NodeOptions options = Layer({1.0F, -8.0F / 7, 3.0F / 7, -2.0F / 7}, 1, 1).nearest();
  EXPECT_NEAR(options[0][0].scale, 1.0 / 7, 1e-7);
  EXPECT_EQ(options[0][0].q, (std::vector<std::int16_t>{7, -8, 3, -2}));
}

TEST(RoundNearest, ClipsAnOutlierThatDoesNotMatter) {
  std::vector<float> weights = test::random_samples(40, 3, -0.1F, 0.1F);
  weights[7] = 1;
  Layer layer(weights, 1, 1);
  const double careful = layer.nearest()[0][0].scale;
  layer.observation.nodes[0].weight_fisher[7] = 0;
  EXPECT_LT(layer.nearest()[0][0].scale, careful / 2);
}

TEST(RoundNearest, WithoutInformationNothingIsClipped) {
  const NodeOptions options = Layer({1, -0.5F, 0.25F}, 1, 0).nearest();
  EXPECT_EQ(options[0][1].q[0], 119);
  EXPECT_EQ(options[0][1].loss, 0);
}

// A channel that no sample activated has no Fisher information of its own; its weights must not be clipped at
// will.
TEST(RoundNearest, AChannelThatWasNeverActiveKeepsItsRange) {
  std::vector<float> weights = test::random_samples(2 * 40, 3, -1, 1);
  Layer layer(weights, 2, 1);
  std::fill_n(layer.observation.nodes[0].weight_fisher.begin(), 40, 0.0F);
  layer.observation.nodes[0].weight_fisher[0] = 1e-6F;  // one weight happened to be seen
  const ChannelOption option = layer.nearest()[0][1];
  double worst = 0;
  for (int k = 0; k < 40; ++k) worst = std::max(worst, std::abs(option.q[k] * option.scale - weights[k]));
  EXPECT_LT(worst, 0.02);
}

TEST(RoundNearest, AChannelOfZeros) {
  const Layer layer({0, 0, 0, 1, 2, 3}, 2, 1);
  EXPECT_TRUE(is_zero_channel(layer.network.nodes[0], 0));
  EXPECT_FALSE(is_zero_channel(layer.network.nodes[0], 1));
  for (const NodeOptions& options : {layer.nearest(), layer.compensated()}) {
    for (const ChannelOption& option : options[0]) {
      EXPECT_EQ(option.loss, 0);
      EXPECT_GT(option.scale, 0);
      EXPECT_EQ(option.q, (std::vector<std::int16_t>{0, 0, 0}));
    }
  }
}

/// Mean squared error of the channel's output over the samples, its mean removed (bias correction does that).
double output_error(const Layer& layer, const ChannelOption& option) {
  const std::vector<float>& x = layer.observation.tensors[0].values;
  const std::size_t count = layer.network.nodes[0].weight.size();
  double sum = 0, squares = 0;
  for (int i = 0; i < layer.observation.samples; ++i) {
    double error = 0;
    for (std::size_t k = 0; k < count; ++k) {
      error += (option.q[k] * option.scale - layer.network.nodes[0].weight[k]) * x[i * count + k];
    }
    sum += error;
    squares += error * error;
  }
  const double n = layer.observation.samples;
  return squares / n - sum / n * sum / n;
}

// Strongly correlated inputs: the error of one weight can be made up by its neighbours.
TEST(RoundCompensated, LosesLessThanNearestWhereInputsAreCorrelated) {
  Layer layer(test::random_samples(24, 5, -1, 1), 1, 1);
  layer.observation.samples = 400;
  std::vector<float>& x = layer.observation.tensors[0].values;
  x = test::random_samples(400 * 24, 6, -0.1F, 0.1F);
  const std::vector<float> common = test::random_samples(400, 7, -1, 1);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] += common[i / 24];
  const NodeOptions nearest = layer.nearest(), compensated = layer.compensated();
  EXPECT_LT(output_error(layer, compensated[0][0]), output_error(layer, nearest[0][0]) / 4);
  for (int planes = 1; planes <= kWeightPlanes; ++planes) {
    for (std::int16_t q : compensated[0][planes - 1].q) EXPECT_TRUE(num::weight_range(planes).contains(q));
  }
}

TEST(RoundCompensated, IndependentInputsAreRoundedToNearest) {
  Layer layer(test::random_samples(6, 5, -1, 1), 1, 1);
  layer.observation.samples = 12;  // each input alone is on, once up and once down: no pair is correlated
  layer.observation.tensors[0].values.assign(12 * 6, 0.0F);
  for (int i = 0; i < 12; ++i) layer.observation.tensors[0].values[i * 6 + i / 2] = i % 2 == 0 ? 1.0F : -1.0F;
  for (int planes = 1; planes <= kWeightPlanes; ++planes) {
    EXPECT_EQ(layer.compensated()[0][planes - 1].q, layer.nearest()[0][planes - 1].q);
  }
}

TEST(RoundCompensated, ConstantInputsDoNotBreakTheFactorisation) {
  Layer layer(test::random_samples(6, 5, -1, 1), 1, 1);
  layer.observation.samples = 3;
  layer.observation.tensors[0].values.assign(18, 0.25F);
  for (const ChannelOption& option : layer.compensated()[0]) EXPECT_TRUE(std::isfinite(option.loss));
}

// More inputs than one block holds: every weight is rounded exactly once, in its own block.
TEST(RoundCompensated, BlocksCoverLongRows) {
  const int inputs = 2 * kCompensationBlock + 7;
  const std::vector<float> weights = test::random_samples(inputs, 5, -1, 1);
  Layer layer(weights, 1, 1);
  layer.observation.samples = 4;
  layer.observation.tensors[0].values = test::random_samples(4 * inputs, 8);
  const ChannelOption option = layer.compensated()[0][2];
  for (int k = 0; k < inputs; ++k) EXPECT_NEAR(option.q[k] * option.scale, weights[k], 8 * option.scale) << k;
}

/// Three planes of weights for stored inputs.
plan::NodePlan rounded_for(const Layer& layer, const std::vector<float>& stored) {
  const ChannelOption option = layer.compensated()[0][2];
  plan::NodePlan plan;
  plan.planes = {3};
  plan.scale = {option.scale};
  plan.q = option.q;
  round_for_stored_inputs(layer.network, 0, layer.observation.tensors[0].values, stored, plan);
  return plan;
}

/// A layer that reads the mean of a 3 x 2 map of 4 channels: the same weights at all positions.
Layer mean_reader(int samples) {
  constexpr int kTaps = 6;
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  const std::vector<float> weights = test::random_samples(2 * 4, 5, -1, 1);
  Layer layer(weights, 1, 1);
  layer.network = test::NetworkBuilder({3, 2, 4}, 1).dense(2, -kInfinity, kInfinity).build();
  std::vector<float>& repeated = layer.network.nodes[0].weight;
  for (std::size_t i = 0; i < repeated.size(); ++i) repeated[i] = weights[i / (kTaps * 4) * 4 + i % 4];
  layer.observation.nodes[0].weight_fisher = test::random_samples(2 * kTaps * 4, 7, 0, 1);
  layer.observation.samples = samples;
  layer.observation.tensors[0].values = test::random_samples(samples * kTaps * 4, 6, -1, 1);
  return layer;
}

void expect_shared(const std::vector<std::int16_t>& q) {
  ASSERT_EQ(q.size() % 24, 0U);
  for (std::size_t i = 0; i < q.size(); ++i) EXPECT_EQ(q[i], q[i / 24 * 24 + i % 4]) << i;
}

TEST(RoundSharedTaps, EveryTapKeepsTheSameWeights) {
  const Layer layer = mean_reader(40);
  for (const NodeOptions& options : {layer.nearest(), layer.compensated()}) {
    for (const auto& channel : options) {
      for (const ChannelOption& option : channel) expect_shared(option.q);
    }
  }
}

// The sum over the map is what a layer on one pixel would read.
TEST(RoundSharedTaps, AreRoundedLikeALayerThatReadsTheSum) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  constexpr int kSamples = 40;
  const Layer layer = mean_reader(kSamples);
  Layer sum = layer;
  sum.network = test::NetworkBuilder({1, 1, 4}, 1).dense(2, -kInfinity, kInfinity).build();
  std::vector<float>&x = sum.observation.tensors[0].values, &fisher = sum.observation.nodes[0].weight_fisher;
  x.assign(kSamples * 4, 0);
  fisher.assign(2 * 4, 0);
  for (int i = 0; i < kSamples * 24; ++i) x[i / 24 * 4 + i % 4] += layer.observation.tensors[0].values[i];
  for (int i = 0; i < 2 * 24; ++i) fisher[i / 24 * 4 + i % 4] += layer.observation.nodes[0].weight_fisher[i];
  for (int i = 0; i < 8; ++i)
    sum.network.nodes[0].weight[i] = layer.network.nodes[0].weight[i / 4 * 24 + i % 4];
  const NodeOptions shared = layer.compensated(), single = sum.compensated();
  for (int c = 0; c < 2; ++c) {
    for (int p = 0; p < kWeightPlanes; ++p) {
      EXPECT_EQ(shared[c][p].scale, single[c][p].scale);
      for (int i = 0; i < 4; ++i) EXPECT_EQ(shared[c][p].q[i], single[c][p].q[i]);
    }
  }
}

TEST(RoundSharedTaps, FittingAFinishedPlanKeepsThemShared) {
  const Layer layer = mean_reader(40);
  const NodeOptions options = layer.compensated();
  plan::NodePlan plan;
  for (const auto& channel : options) {
    plan.planes.push_back(3);
    plan.scale.push_back(channel[2].scale);
    plan.q.insert(plan.q.end(), channel[2].q.begin(), channel[2].q.end());
  }
  std::vector<float> stored = layer.observation.tensors[0].values;
  for (std::size_t i = 0; i < stored.size(); i += 2) stored[i] *= 0.75F;
  round_for_stored_inputs(layer.network, 0, layer.observation.tensors[0].values, stored, plan);
  expect_shared(plan.q);
  EXPECT_NE(plan.q[0], options[0][2].q[0]);
}

TEST(RoundForStoredInputs, NothingLostChangesNothing) {
  Layer layer(test::random_samples(24, 5, -1, 1), 1, 1);
  layer.observation.samples = 400;
  layer.observation.tensors[0].values = test::random_samples(400 * 24, 6, -1, 1);
  EXPECT_EQ(rounded_for(layer, layer.observation.tensors[0].values).q, layer.compensated()[0][2].q);
}

// Every second input is rounded away; the one before it is nearly the same and takes over its weight. The
// largest weight leaves the scale room for that.
TEST(RoundForStoredInputs, NeighboursMakeUpForLostInputs) {
  constexpr int kInputs = 8, kSamples = 400;
  Layer layer({0.2F, 0.3F, 0.25F, 0.2F, 0.3F, 0.1F, 1, 0}, 1, 1);
  layer.observation.samples = kSamples;
  std::vector<float>& x = layer.observation.tensors[0].values;
  x = test::random_samples(kSamples * kInputs, 6, -1, 1);
  for (std::size_t i = 1; i < x.size(); i += 2) x[i] = x[i - 1] + 0.05F * x[i];
  std::vector<float> stored = x;
  for (std::size_t i = 1; i < x.size(); i += 2) stored[i] = 0;
  const auto error = [&](const std::vector<std::int16_t>& q, double scale) {
    double sum = 0;
    for (int r = 0; r < kSamples; ++r) {
      double difference = 0;
      for (int i = 0; i < kInputs; ++i) {
        const std::size_t at = std::size_t{kInputs} * r + i;
        difference += double{x[at]} * layer.network.nodes[0].weight[i] - q[i] * scale * stored[at];
      }
      sum += difference * difference;
    }
    return sum;
  };
  const ChannelOption before = layer.compensated()[0][2];
  const plan::NodePlan after = rounded_for(layer, stored);
  EXPECT_LT(error(after.q, after.scale[0]), error(before.q, before.scale) / 20);
}

}  // namespace
}  // namespace dpwa::search
