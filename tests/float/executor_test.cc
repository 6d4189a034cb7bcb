// SPDX-License-Identifier: Apache-2.0
#include "calib/float/executor.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>

#include "calib/float/parallel.h"
#include "model/base/error.h"
#include "tests/float/naive.h"
#include "tests/float/small_networks.h"

namespace dpwa::floating {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

net::Window window(int kh, int kw, int sy = 1, int sx = 1, int top = 0, int left = 0, int bottom = 0,
                   int right = 0) {
  return {kh, kw, sy, sx, top, left, bottom, right};
}

/// Asymmetric pads and strides, a padded pool, an upper limit, a dense layer over a map, an input affine; a
/// tensor that two layers multiply and one adds, and one that is only added.
net::Network awkward_network() {
  return test::NetworkBuilder({7, 6, 3}, 11)
      .affine({2.0, 1.0, 0.5}, {-1.0, 0.25, 0.0})
      .conv(5, window(3, 2, 1, 2, 1, 0, 2, 1), 0, 0.7F, window(3, 2, 2, 1, 1, 1, 0, 0))
      .conv(5, window(3, 3, 1, 1, 1, 1, 1, 1), -kInfinity, kInfinity)
      .add(1)
      .from(1)
      .conv(5, window(1, 1), 0, kInfinity)
      .add(2)
      .conv(4, window(1, 1), -kInfinity, kInfinity)
      .activation({net::Function::swish})
      .conv(4, window(2, 2), -kInfinity, kInfinity)
      .activation({net::Function::elu, 0.5F})
      .dense(6, -kInfinity, kInfinity)
      .build();
}

/// Groups of several channels, with a stride and dilation; depthwise layers, one of them with a dilated
/// kernel and an addition; a channel multiplier.
net::Network grouped_network() {
  net::Window dilated = window(3, 2, 1, 1, 2, 1, 2, 2);
  dilated.dilation_y = 2;
  dilated.dilation_x = 3;
  net::Window wide = window(2, 2, 2, 1, 0, 2, 1, 0);
  wide.dilation_x = 2;
  return test::NetworkBuilder({7, 6, 4}, 12)
      .conv(6, wide, 0, kInfinity, std::nullopt, 2)
      .conv(6, window(3, 3, 1, 1, 1, 1, 1, 1), 0, 0.9F, std::nullopt, 6)
      .conv(6, dilated, -kInfinity, kInfinity, std::nullopt, 6)
      .add(2)
      .conv(12, window(2, 1), 0, kInfinity, window(2, 2), 6)
      .dense(6, -kInfinity, kInfinity)
      .build();
}

/// Products: of a map and a gate, which a depthwise layer spreads over it; of two maps, one of them convolved
/// and added as well, with limits; two with the same factor; of vectors.
net::Network multiplying_network() {
  return test::NetworkBuilder({7, 6, 3}, 13)
      .affine({2.0, 1.0, 0.5}, {-1.0, 0.25, 0.0})
      .conv(5, window(3, 2, 1, 2, 1, 0, 2, 1), -kInfinity, 0.9F)  // t1
      .conv(4, window(8, 3), 0, kInfinity)                        // t2: 1 x 1
      .conv(5, window(1, 1), -kInfinity, kInfinity)
      .activation({net::Function::hard_sigmoid, 0.4F, 0.5F})          // t3
      .conv(5, window(1, 1), -kInfinity, kInfinity, std::nullopt, 5)  // t4 = gate * t1
      .multiply(1)
      .conv(5, window(3, 3, 1, 1, 1, 1, 1, 1), -kInfinity, kInfinity)  // t5
      .add(1)
      .from(4)
      .conv(5, window(1, 1), -0.2F, 0.7F)  // t6
      .multiply(5)
      .conv(5, window(1, 1), -kInfinity, kInfinity, std::nullopt, 5)  // t7
      .multiply(1)
      .dense(1, -kInfinity, kInfinity)               // t8
      .conv(1, window(1, 1), -kInfinity, kInfinity)  // t9
      .multiply(8)
      .conv(6, window(1, 1), -kInfinity, kInfinity)
      .build();
}

class PassOf : public ::testing::TestWithParam<net::Network (*)()> {
 protected:
  const net::Network network = GetParam()();
};
INSTANTIATE_TEST_SUITE_P(Networks, PassOf,
                         ::testing::Values(awkward_network, grouped_network, multiplying_network));

TEST_P(PassOf, MatchesNaiveLoopsInEveryTensor) {
  constexpr int kCount = 3;
  const std::int64_t size = network.tensors[0].shape.size();
  const std::vector<float> samples = test::random_samples(kCount * size, 5, -1, 1);
  Pass pass(network, kCount);
  pass.forward(samples.data());
  for (int i = 0; i < kCount; ++i) {
    const test::NaiveRun naive = test::naive_run(network, samples.data() + i * size);
    for (std::size_t t = 0; t < network.tensors.size(); ++t) {
      const std::int64_t values = network.tensors[t].shape.size();
      ASSERT_EQ(naive.tensors[t].size(), static_cast<std::size_t>(values));
      for (std::int64_t k = 0; k < values; ++k) {
        ASSERT_NEAR(pass.tensor(t)[i * values + k], naive.tensors[t][k], 1e-5) << "tensor " << t << " " << k;
      }
    }
  }
}

/// loss = sum over outputs of coefficient * output, for one sample, in double.
double loss_of(const net::Network& network, const std::vector<float>& sample,
               const std::vector<float>& coefficients) {
  const test::NaiveRun run = test::naive_run(network, sample.data());
  double loss = 0;
  for (std::size_t k = 0; k < coefficients.size(); ++k) {
    loss += coefficients[k] * run.tensors[network.output][k];
  }
  return loss;
}

TEST_P(PassOf, WeightAndInputGradientsMatchFiniteDifferences) {
  const std::vector<float> sample = test::random_samples(network.tensors[0].shape.size(), 6, -1, 1);
  const std::vector<float> coefficients = test::random_samples(6, 7, -1, 1);
  Pass pass(network, 1);
  pass.forward(sample.data());
  pass.backward(coefficients.data(), true);
  constexpr float kStep = 1.0F / 4096;  // small enough to stay on one side of nearly every kink
  for (std::size_t n = 0; n < network.nodes.size(); ++n) {
    net::Network moved = network;
    for (std::size_t k = 0; k < network.nodes[n].weight.size(); ++k) {
      float& weight = moved.nodes[n].weight[k];
      const float value = weight;
      weight = value + kStep;
      const double above = loss_of(moved, sample, coefficients);
      weight = value - kStep;
      const double below = loss_of(moved, sample, coefficients);
      weight = value;
      ASSERT_NEAR(pass.weight_gradient(n)[k], (above - below) / (2 * kStep), 2e-3)
          << "node " << n << " " << k;
    }
  }
  // The gradient at the input tensor is after the affine: d loss / d sample = gradient * scale[c].
  const int pixels = 7 * 6;
  for (std::size_t k = 0; k < sample.size(); ++k) {
    std::vector<float> moved = sample;
    moved[k] = sample[k] + kStep;
    const double above = loss_of(network, moved, coefficients);
    moved[k] = sample[k] - kStep;
    const double below = loss_of(network, moved, coefficients);
    const int c = static_cast<int>(k) / pixels, p = static_cast<int>(k) % pixels;
    ASSERT_NEAR(pass.tensor_gradient(0)[p * network.tensors[0].shape.c + c] * network.input_affine.scale[c],
                (above - below) / (2 * kStep), 2e-3)
        << "value " << k;
  }
}

TEST(Pass, PreactivationGradientIsZeroWhereTheClampHolds) {
  const net::Network network = awkward_network();
  const std::vector<float> sample = test::random_samples(network.tensors[0].shape.size(), 8, -1, 1);
  Pass pass(network, 1);
  pass.forward(sample.data());
  pass.backward(std::vector<float>(6, 1.0F).data(), false);
  int held = 0;
  for (std::size_t k = 0; k < pass.preactivation(0).size(); ++k) {
    const float value = pass.preactivation(0)[k];
    if (value > 0 && value < 0.7F) continue;
    ++held;
    EXPECT_EQ(pass.preactivation_gradient(0)[k], 0) << k;
  }
  EXPECT_GT(held, 0);
}

TEST(Pass, HooksMayChangeValuesInPlace) {
  const net::Network network = awkward_network();
  const std::vector<float> sample = test::random_samples(network.tensors[0].shape.size(), 9);
  Pass pass(network, 1);
  Pass::Hooks hooks;
  hooks.preactivation = [](int node, float* values) {
    if (node == 5) values[0] = 42;
  };
  pass.forward(sample.data(), hooks);
  EXPECT_EQ(pass.tensor(network.output)[0], 42);
}

TEST(FloatExecutor, BytesDoNotDependOnThreadsOrPlace) {
  const net::Network network = awkward_network();
  constexpr int kCount = 37;  // not a multiple of any batch
  const std::int64_t size = network.tensors[0].shape.size();
  const std::vector<float> samples = test::random_samples(kCount * size, 10, -1, 1);
  const std::vector<float> one = FloatExecutor(network, 1).outputs(samples.data(), kCount);
  EXPECT_EQ(one, FloatExecutor(network, 3).outputs(samples.data(), kCount));
  const std::vector<float> last = FloatExecutor(network, 1).outputs(samples.data() + 36 * size, 1);
  EXPECT_EQ(std::vector<float>(one.end() - 6, one.end()), last);
}

TEST(FloatExecutor, OutputsAreInOnnxOrder) {
  net::Network network =
      test::NetworkBuilder({3, 3, 2}, 12).conv(2, window(2, 2), -kInfinity, kInfinity).build();
  std::vector<float> sample = test::random_samples(18, 13);
  const test::NaiveRun naive = test::naive_run(network, sample.data());
  const std::vector<float> outputs = FloatExecutor(network, 1).outputs(sample.data(), 1);
  for (int c = 0; c < 2; ++c) {
    for (int p = 0; p < 4; ++p) EXPECT_NEAR(outputs[c * 4 + p], naive.tensors[1][p * 2 + c], 1e-6);
  }
  // A channel-last network takes and gives the stored order.
  sample = net::to_channel_last(sample.data(), network.tensors[0].shape);
  network.input_order = net::Transposition{{3, 3, 2}, {2, 0, 1}};
  network.output_order = net::Transposition{{2, 2, 2}, {1, 2, 0}};
  const std::vector<float> last = FloatExecutor(network, 1).outputs(sample.data(), 1);
  EXPECT_EQ(net::to_channel_first(last.data(), {2, 2, 2}), outputs);
}

TEST(OrderedParallel, MergesInOrderAndPassesOnTheFirstFailure) {
  std::vector<std::int64_t> order;
  ordered_parallel(
      50, 4, [] { return 0; }, [](int, std::int64_t item) { return item * item; },
      [&](std::int64_t item, std::int64_t square) {
        EXPECT_EQ(square, item * item);
        order.push_back(item);
      });
  ASSERT_EQ(order.size(), 50U);
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
  EXPECT_THROW(ordered_parallel(
                   50, 4, [] { return 0; },
                   [](int, std::int64_t item) {
                     if (item == 7) throw fail(ExitCode::bad_input, "item 7");
                     return item;
                   },
                   [](std::int64_t, std::int64_t) {}),
               Error);
}

}  // namespace
}  // namespace dpwa::floating
