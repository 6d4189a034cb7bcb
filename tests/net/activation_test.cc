// SPDX-License-Identifier: Apache-2.0
#include "model/net/activation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace dpwa::net {
namespace {

const std::vector<Activation> kAll = {{Function::identity},
                                      {Function::leaky_relu, 0.1F},
                                      {Function::leaky_relu, 1.5F},
                                      {Function::sigmoid},
                                      {Function::hard_sigmoid, 0.2F, 0.5F},
                                      {Function::tanh},
                                      {Function::hard_swish},
                                      {Function::swish},
                                      {Function::gelu},
                                      {Function::gelu_tanh},
                                      {Function::elu, 1.5F},
                                      {Function::selu, 1.67326319F, 1.05070102F},
                                      {Function::selu, 0.5F, 2},
                                      {Function::softplus},
                                      {Function::mish}};

/// Calls visit(x) on a fine grid around zero.
template <typename Visit>
void sweep(Visit visit) {
  for (int i = -20 * 512; i <= 20 * 512; ++i) visit(i / 512.0);
}

TEST(Activation, ValuesOfTheDefinitions) {
  EXPECT_DOUBLE_EQ(value({Function::leaky_relu, 0.25F}, -2), -0.5);
  EXPECT_DOUBLE_EQ(value({Function::leaky_relu, 0.25F}, 2), 2);
  EXPECT_DOUBLE_EQ(value({Function::sigmoid}, 0), 0.5);
  EXPECT_NEAR(value({Function::sigmoid}, 1), 0.7310585786300049, 1e-15);
  EXPECT_DOUBLE_EQ(value({Function::hard_sigmoid, 0.25F, 0.5F}, 1), 0.75);
  EXPECT_DOUBLE_EQ(value({Function::hard_sigmoid, 0.25F, 0.5F}, 3), 1);
  EXPECT_NEAR(value({Function::tanh}, 0.5), 0.46211715726000975, 1e-15);
  EXPECT_DOUBLE_EQ(value({Function::hard_swish}, 1), 4.0 / 6);
  EXPECT_NEAR(value({Function::swish}, 1), 0.7310585786300049, 1e-15);
  EXPECT_NEAR(value({Function::gelu}, 1), 0.8413447460685429, 1e-15);
  EXPECT_NEAR(value({Function::gelu_tanh}, 1), 0.8411919906082768, 1e-15);
  EXPECT_NEAR(value({Function::elu, 2}, -1), 2 * (std::exp(-1.0) - 1), 1e-15);
  EXPECT_NEAR(value({Function::selu, 2, 3}, -1), 6 * (std::exp(-1.0) - 1), 1e-15);
  EXPECT_DOUBLE_EQ(value({Function::selu, 2, 3}, 2), 6);
  EXPECT_NEAR(value({Function::softplus}, 1), 1.3132616875182228, 1e-15);
  EXPECT_DOUBLE_EQ(value({Function::softplus}, 1000), 1000);
  EXPECT_NEAR(value({Function::mish}, 1), 0.8650983882673103, 1e-15);
}

TEST(Activation, SlopeIsTheDerivativeAndBounded) {
  constexpr double kStep = 1e-6;
  for (const Activation& a : kAll) {
    double steep = 0;
    sweep([&](double x) {
      x += 1.0 / 1024;  // beside every kink
      const double difference = (value(a, x + kStep) - value(a, x - kStep)) / (2 * kStep);
      ASSERT_NEAR(slope(a, x), difference, 1e-7) << to_string(a.function) << " " << x;
      steep = std::max(steep, std::fabs(slope(a, x)));
    });
    EXPECT_LE(steep, steepest(a) + 1e-12) << to_string(a.function);
    EXPECT_GE(steep, steepest(a) * 0.99) << to_string(a.function);
  }
}

TEST(Activation, RangeIsTightAndMonotoneMeansMonotone) {
  for (const Activation& a : kAll) {
    double lowest = 0, highest = 0, before = value(a, -21);
    bool falls = false;
    sweep([&](double x) {
      const double y = value(a, x);
      lowest = std::min(lowest, y);
      highest = std::max(highest, y);
      falls = falls || y < before;
      before = y;
    });
    const FunctionRange limits = range(a);
    EXPECT_GE(lowest, limits.lower) << to_string(a.function);
    EXPECT_LE(highest, limits.upper) << to_string(a.function);
    const bool low = std::isinf(limits.lower) || lowest - limits.lower < 1e-6;
    const bool high = std::isinf(limits.upper) || limits.upper - highest < 1e-6;
    EXPECT_TRUE(low && high) << to_string(a.function) << " " << lowest << " " << highest;
    EXPECT_EQ(falls, !is_monotone(a)) << to_string(a.function);
  }
}

TEST(Activation, FlatMeansThatValuesTendToOne) {
  for (const Activation& a : kAll) {
    EXPECT_EQ(std::fabs(value(a, -20) - value(a, -kFar)) < 1e-6, is_flat_below(a)) << to_string(a.function);
    EXPECT_EQ(std::fabs(value(a, 20) - value(a, kFar)) < 1e-6, is_flat_above(a)) << to_string(a.function);
  }
}

}  // namespace
}  // namespace dpwa::net
