// SPDX-License-Identifier: Apache-2.0
#include "calib/search/stored_weights.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <random>
#include <set>

#include "model/base/error.h"
#include "tests/float/small_networks.h"

namespace dpwa::search {
namespace {

using num::Format;
constexpr float kInfinity = std::numeric_limits<float>::infinity();

/// Weights that span many binades, with a channel of zeros and zeros elsewhere.
net::Network network(int channels) {
  const net::Window window{3, 3, 1, 1, 1, 1, 1, 1};
  net::Network net = test::NetworkBuilder({4, 4, channels}, 5).conv(5, window, 0, kInfinity).build();
  std::mt19937 random(9);
  std::vector<float>& weight = net.nodes[0].weight;
  for (float& w : weight) {
    w = std::ldexp(std::normal_distribution<float>(0, 1)(random), -static_cast<int>(random() % 12));
    if (random() % 8 == 0) w = 0;
  }
  std::fill_n(weight.begin() + static_cast<std::ptrdiff_t>(2 * weight.size() / 5), weight.size() / 5, 0.0F);
  return net;
}

plan::NodePlan stored(const net::Network& net, Format format, const std::vector<int>& order, int planes = 0,
                      int planes_max = 5) {
  plan::NodePlan plan;
  plan.q.resize(net.nodes[0].weight.size());
  plan.scale.resize(5);
  plan.planes.resize(5);
  store_weights(net, 0, format, planes, planes_max, 0.125, order, plan);
  return plan;
}

std::vector<int> identity(int channels) {
  std::vector<int> order(channels);
  std::iota(order.begin(), order.end(), 0);
  return order;
}

/// Every number that a format has.
std::vector<double> numbers(Format format) {
  std::vector<double> all;
  for (std::uint32_t code = 0; code < (1U << num::storage_format(format).bits); ++code) {
    const double value = decode(num::storage_format(format), code);
    if (std::isfinite(value)) all.push_back(value);
  }
  std::sort(all.begin(), all.end());
  return all;
}

double nearest(const std::vector<double>& sorted, double value) {
  const auto above = std::lower_bound(sorted.begin(), sorted.end(), value);
  if (above == sorted.end()) return sorted.back();
  if (above == sorted.begin()) return sorted.front();
  return value - *(above - 1) < *above - value ? *(above - 1) : *above;
}

/// A stored weight is the nearest number of the format, give or take half a step of the window.
void expect_near(double q, double step, double exact, const std::vector<double>& sorted,
                 const std::string& what) {
  const double number = nearest(sorted, exact);
  EXPECT_LE(std::fabs(q * step - number), 0.5 * step + 1e-12 * std::fabs(number)) << what;
}

TEST(StoredWeights, FormatsOf16BitsNeedNoScale) {
  const net::Network net = network(20);
  const plan::NodePlan plan = stored(net, Format::bf16, identity(20));
  const std::vector<double> sorted = numbers(Format::bf16);
  for (std::size_t i = 0; i < plan.q.size(); ++i) {
    const double scale = plan.scale[i / 180], weight = net.nodes[0].weight[i];
    if (i / 180 == 2) {
      EXPECT_EQ(plan.q[i], 0);
      EXPECT_EQ(scale, 0.125);
      continue;
    }
    EXPECT_EQ(std::exp2(std::ilogb(scale)), scale) << "a power of two";
    expect_near(plan.q[i], scale, weight, sorted, "weight " + std::to_string(i));
  }
  EXPECT_EQ(plan.planes, (std::vector<int>{4, 4, 0, 4, 4}));
}

TEST(StoredWeights, ThePeakIsTheLargestNumberOfFp8) {
  const net::Network net = network(20);
  for (const Format format : {Format::fp8e4m3, Format::fp8e5m2}) {
    const plan::NodePlan plan = stored(net, format, identity(20));
    const std::vector<double> sorted = numbers(format);
    for (int c = 0; c < 5; ++c) {
      const float* weights = net.nodes[0].weight.data() + c * 180;
      double peak = 0;
      for (int i = 0; i < 180; ++i) peak = std::max(peak, std::fabs(double{weights[i]}));
      if (peak == 0) continue;
      const double s = peak / sorted.back(), step = plan.scale[c] / s;
      for (int i = 0; i < 180; ++i) {
        const double exact = weights[i] / s;
        expect_near(plan.q[c * 180 + i], step, exact, sorted, std::to_string(i));
      }
      EXPECT_NEAR(std::log2(step), std::round(std::log2(step)), 1e-9);
    }
  }
}

TEST(StoredWeights, TwoBitsHaveTheScaleOfLeastError) {
  const net::Network net = network(20);
  const plan::NodePlan plan = stored(net, Format::int2, identity(20));
  for (int c = 0; c < 5; ++c) {
    const float* weights = net.nodes[0].weight.data() + c * 180;
    std::set<int> values(plan.q.begin() + c * 180, plan.q.begin() + (c + 1) * 180);
    EXPECT_LE(values.size(), 4U);
    EXPECT_EQ(plan.planes[c], c == 2 ? 0 : 1);
    if (c == 2) continue;
    const auto error = [&](double scale) {
      double sum = 0;
      for (int i = 0; i < 180; ++i) {
        const double q = std::clamp(std::nearbyint(weights[i] / scale), -2.0, 1.0);
        sum += std::pow(q * scale - weights[i], 2);
      }
      return sum;
    };
    double found = 0, peak = 0, least = HUGE_VAL;
    for (int i = 0; i < 180; ++i) {
      found += std::pow(plan.q[c * 180 + i] * plan.scale[c] - weights[i], 2);
      peak = std::max(peak, std::fabs(double{weights[i]}));
    }
    for (int k = 4; k <= 20; ++k) least = std::min(least, error(peak * k / 20));
    EXPECT_NEAR(found, least, 1e-9 * least);
  }
}

/// The scale of the OCP microscaling formats: the peak's power of two over that of the largest number.
double block_scale_of(double peak, double largest) {
  return std::exp2(std::floor(std::log2(peak)) - std::floor(std::log2(largest)));
}

/// `blocks`: weights of one channel, as they share scales.
void expect_blocks(const net::Network& net, const plan::NodePlan& plan, Format format,
                   const std::vector<std::vector<int>>& blocks) {
  const std::vector<double> sorted = numbers(format);
  const int count = static_cast<int>(net.nodes[0].weight.size()) / 5;
  for (int c = 0; c < 5; ++c) {
    if (c == 2) continue;
    for (const std::vector<int>& block : blocks) {
      double peak = 0;
      for (const int i : block) peak = std::max(peak, std::fabs(double{net.nodes[0].weight[c * count + i]}));
      if (peak == 0) continue;
      const double scale = block_scale_of(peak, sorted.back());
      for (const int i : block) {
        const double exact = net.nodes[0].weight[c * count + i] / scale;
        expect_near(plan.q[c * count + i], plan.scale[c] / scale, exact, sorted,
                    fmt::format("{} weight {} of channel {}", num::storage_format(format).name, i, c));
      }
    }
  }
}

TEST(StoredWeights, BlocksLieInThePixelsStoredOrder) {
  constexpr int kChannels = 40;
  const net::Network net = network(kChannels);
  std::vector<int> order = identity(kChannels);
  std::reverse(order.begin(), order.end());
  std::swap(order[3], order[35]);
  std::vector<std::vector<int>> blocks;
  for (int tap = 0; tap < 9; ++tap) {
    blocks.emplace_back();
    for (int k = 0; k < kChannels; ++k) {
      if (k == 32) blocks.emplace_back();
      blocks.back().push_back(tap * kChannels + order[k]);
    }
  }
  for (const Format format : {Format::mxint8, Format::mxfp8e4m3, Format::mxfp8e5m2, Format::mxfp6e2m3,
                              Format::mxfp6e3m2, Format::mxfp4}) {
    expect_blocks(net, stored(net, format, order), format, blocks);
  }
}

TEST(StoredWeights, BlocksOfAPackedInputRunThroughTheWindow) {
  const net::Network net = network(7);
  std::vector<std::vector<int>> blocks{{}};
  for (int i = 0; i < 63; ++i) {
    if (i == 32) blocks.emplace_back();
    blocks.back().push_back(i);
  }
  expect_blocks(net, stored(net, Format::mxfp4, identity(7)), Format::mxfp4, blocks);
}

TEST(StoredWeights, TheWindowIsTheNarrowestThatAddsLittle) {
  const net::Network net = network(20);
  const auto squares = [&](const plan::NodePlan& plan) {
    double sum = 0;
    for (std::size_t i = 0; i < plan.q.size(); ++i) {
      sum += std::pow(plan.q[i] * plan.scale[i / 180] - net.nodes[0].weight[i], 2);
    }
    return sum;
  };
  for (const Format format : {Format::int2, Format::fp8e4m3, Format::fp8e5m2, Format::mxfp4, Format::bf16}) {
    const plan::NodePlan plan = stored(net, format, identity(20));
    const int planes = plan.planes[0];
    const double widest = squares(stored(net, format, identity(20), 4));
    EXPECT_LE(squares(plan), 1.2 * widest) << num::storage_format(format).name;
    if (planes > 1) {
      EXPECT_GT(squares(stored(net, format, identity(20), planes - 1)), 1.02 * widest);
    }
    EXPECT_EQ(stored(net, format, identity(20), 0, 1).planes[0], 1) << "PLANES_MAX";
  }
}

}  // namespace
}  // namespace dpwa::search
