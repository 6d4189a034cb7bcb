// SPDX-License-Identifier: Apache-2.0
#include "calib/search/choose.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/float/small_networks.h"

namespace dpwa::search {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

config::Config config_with_lanes(int lanes) {
  config::Config config;
  config.lanes = lanes;
  return config;
}

/// Every tile that the node reads has `planes` planes.
Reading all_tiles(const net::Network& network, const config::Config& config, int node, int planes) {
  const observe::TileReader reader(network, node, config.products);
  const std::vector<std::uint8_t> widths(reader.tiles(), static_cast<std::uint8_t>(planes));
  return {static_cast<double>(planes), cycles::Estimate(config, network, node).group(widths)};
}

/// One dense node with `losses[channel][planes - 1]`; the input has two options: coarse (1 plane) and fine
/// (2).
struct Toy {
  net::Network network;
  SearchSpace space;

  Toy(const std::vector<std::array<double, 3>>& losses, double coarse_loss, double fine_loss, int lanes = 1)
      : network(test::NetworkBuilder({1, 1, 32}, 1)
                    .dense(static_cast<int>(losses.size()), -kInfinity, kInfinity)
                    .build()) {
    space.scheme = dynamic_scheme();
    ActivationOption coarse, fine;
    coarse.loss = coarse_loss;
    coarse.readings = {all_tiles(network, config_with_lanes(lanes), 0, 1)};
    fine.loss = fine_loss;
    fine.readings = {all_tiles(network, config_with_lanes(lanes), 0, 2)};
    space.activations = {{coarse, fine}, {ActivationOption{}}};
    NodeOptions options(losses.size());
    for (std::size_t c = 0; c < losses.size(); ++c) {
      for (int p = 0; p < 3; ++p) {
        options[c][p].loss = losses[c][p];
        options[c][p].q.assign(32, 1);
      }
    }
    space.weights = {options};
  }
};

TEST(Choose, NoLossWeightTakesTheCheapest) {
  const Toy toy({{3, 2, 1}, {3, 2, 1}}, 5, 1);
  const config::Config config = config_with_lanes(1);
  const Price price(toy.network, config, Optimise::balanced);
  const auto read = [&](int node, int planes) { return all_tiles(toy.network, config, node, planes); };
  const Choice choice = choose(toy.network, toy.space, price, 0);
  EXPECT_EQ(choice.activation[0], 0);
  EXPECT_EQ(choice.planes[0], (std::vector<int>{1, 1}));
  EXPECT_DOUBLE_EQ(forecast(toy.network, toy.space, price, choice).cost, price.node(0, read(0, 1), {1, 1}));
}

TEST(Choose, UnlimitedLossWeightTakesTheFinest) {
  const Toy toy({{3, 2, 1}, {3, 2, 1}}, 5, 1);
  const config::Config config = config_with_lanes(1);
  const Price price(toy.network, config, Optimise::balanced);
  const auto read = [&](int node, int planes) { return all_tiles(toy.network, config, node, planes); };
  const Choice choice = choose(toy.network, toy.space, price, 1e9);
  EXPECT_EQ(choice.activation[0], 1);
  EXPECT_EQ(choice.planes[0], (std::vector<int>{3, 3}));
  EXPECT_DOUBLE_EQ(forecast(toy.network, toy.space, price, choice).cost, price.node(0, read(0, 2), {3, 3}));
  EXPECT_DOUBLE_EQ(forecast(toy.network, toy.space, price, choice).loss, 1 + 2);
}

// Against every combination of widths: 3^4 choices of weights, 2 of activations, lanes 1 (groups are single
// channels).
TEST(Choose, IsOptimalForSingleLanes) {
  const Toy toy({{0.30, 0.02, 0.001}, {0.10, 0.05, 0.002}, {0.9, 0.1, 0.01}, {0.02, 0.01, 0.001}}, 0.2, 0.01);
  const config::Config config = config_with_lanes(1);
  const Price price(toy.network, config, Optimise::balanced);
  for (double lambda : {0.01, 0.1, 0.5, 1.0, 3.0, 10.0, 100.0}) {
    const Forecast chosen =
        forecast(toy.network, toy.space, price, choose(toy.network, toy.space, price, lambda));
    double best = kInfinity;
    for (int code = 0; code < 2 * 81; ++code) {
      Choice choice;
      choice.activation = {code % 2, 0};
      choice.planes = {{1 + code / 2 % 3, 1 + code / 6 % 3, 1 + code / 18 % 3, 1 + code / 54 % 3}};
      const Forecast other = forecast(toy.network, toy.space, price, choice);
      best = std::min(best, other.cost + lambda * other.loss);
    }
    EXPECT_NEAR(chosen.cost + lambda * chosen.loss, best, best * 1e-3) << lambda;
  }
}

TEST(Choose, ALaneGroupPaysItsWidestSoWidthsAreBoughtByTheGroup) {
  // One channel out of four gains: alone in its group it would buy, but three passengers come along for free.
  const Toy toy({{0.1, 0, 0}, {0.001, 0, 0}, {0.001, 0, 0}, {0.001, 0, 0}, {0.001, 0, 0}}, 0, 0, 4);
  const config::Config config = config_with_lanes(4);
  const Price price(toy.network, config, Optimise::balanced);
  const auto read = [&](int node, int planes) { return all_tiles(toy.network, config, node, planes); };
  const Choice choice = choose(toy.network, toy.space, price, 2);
  EXPECT_EQ(choice.planes[0], (std::vector<int>{2, 2, 2, 2, 1}));
  EXPECT_DOUBLE_EQ(price.node(0, read(0, 1), {1, 2, 1, 1, 1}),
                   price.node(0, read(0, 1), choice.planes[0]));  // widest first
  EXPECT_LT(price.node(0, read(0, 1), {1, 1, 1, 1, 1}), price.node(0, read(0, 1), choice.planes[0]));
}

TEST(Price, IsOneForTwoPlanesEverywhere) {
  const net::Network network =
      test::NetworkBuilder({1, 1, 64}, 1).dense(8, 0, kInfinity).dense(4, -kInfinity, kInfinity).build();
  const config::Config config = config_with_lanes(2);
  const Price price(network, config, Optimise::balanced);
  const auto read = [&](int node, int planes) { return all_tiles(network, config, node, planes); };
  EXPECT_DOUBLE_EQ(
      price.node(0, read(0, 2), std::vector<int>(8, 2)) + price.node(1, read(1, 2), std::vector<int>(4, 2)),
      1);
  // Twice the planes of a group, twice its beats: what a group costs is the difference it makes to its node.
  EXPECT_DOUBLE_EQ(price.group(0, read(0, 2), 2), 2 * price.group(0, read(0, 2), 1));
  EXPECT_NEAR(
      price.node(0, read(0, 2), {2, 2, 1, 1, 1, 1, 1, 1}) - price.node(0, read(0, 2), std::vector<int>(8, 1)),
      price.group(0, read(0, 2), 2) - price.group(0, read(0, 2), 1), 1e-12);
}

TEST(Choose, CostFallsAndLossRisesAsLambdaFalls) {
  const Toy toy({{0.30, 0.02, 0.001}, {0.10, 0.05, 0.002}, {0.9, 0.1, 0.01}, {0.02, 0.01, 0.001}}, 0.2, 0.01);
  const config::Config config = config_with_lanes(1);
  const Price price(toy.network, config, Optimise::balanced);
  Forecast last{0, kInfinity};
  for (double lambda = 1000; lambda > 0.001; lambda /= 2) {
    const Forecast now =
        forecast(toy.network, toy.space, price, choose(toy.network, toy.space, price, lambda));
    EXPECT_LE(now.cost, last.cost + 1e-9);
    EXPECT_GE(now.loss, last.loss - 1e-9);
    last = now;
  }
}

TEST(Choose, AChannelOfZerosCostsNothing) {
  Toy toy({{0, 0, 0}, {3, 2, 1}}, 0, 0);
  for (ChannelOption& option : toy.space.weights[0][0]) option.q.assign(32, 0);
  const config::Config config = config_with_lanes(1);
  const Price price(toy.network, config, Optimise::balanced);
  const auto read = [&](int node, int planes) { return all_tiles(toy.network, config, node, planes); };
  const Choice choice = choose(toy.network, toy.space, price, 1e9);
  EXPECT_EQ(choice.planes[0], (std::vector<int>{0, 3}));
  EXPECT_LT(price.node(0, read(0, 2), choice.planes[0]), price.node(0, read(0, 2), {1, 3}));
}

TEST(Choose, PinnedSchemesGiveANodeOneWidth) {
  Toy toy({{3, 0.1, 0.1}, {0.01, 0.01, 0.01}}, 0, 0);
  toy.space.scheme = static_mix_scheme();
  const config::Config config = config_with_lanes(1);
  const Price price(toy.network, config, Optimise::balanced);
  EXPECT_EQ(choose(toy.network, toy.space, price, 1).planes[0], (std::vector<int>{2, 2}));
  EXPECT_EQ(choose(toy.network, toy.space, price, 0).planes[0], (std::vector<int>{1, 1}));
}

}  // namespace
}  // namespace dpwa::search
