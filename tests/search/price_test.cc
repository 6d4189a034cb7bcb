// SPDX-License-Identifier: Apache-2.0
#include "calib/search/price.h"

#include <gtest/gtest.h>

#include <limits>

#include "calib/observe/tiles.h"
#include "tests/float/small_networks.h"

namespace dpwa::search {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

/// 64 inputs in four tiles, six outputs: with four lanes a full group and one of two channels.
net::Network six_outputs() {
  return test::NetworkBuilder({1, 1, 64}, 1).dense(6, -kInfinity, kInfinity).build();
}

Reading all_tiles(const net::Network& network, const config::Config& config, int planes) {
  const std::vector<std::uint8_t> widths(4, static_cast<std::uint8_t>(planes));
  return {static_cast<double>(planes), cycles::Estimate(config, network, 0).group(widths)};
}

TEST(Price, CountsWhatAGroupOfLanesTakes) {
  const net::Network network = six_outputs();
  const config::Config config;
  const Price price(network, config, Optimise::balanced);
  const Costs costs = price.costs(0, all_tiles(network, config, 3), {1, 1, 2, 1, 1, 1});
  const double group_beats = 4 * 3 * (2 + 1);  // tiles, planes, widest of each group
  EXPECT_DOUBLE_EQ(costs.beats, group_beats);
  EXPECT_DOUBLE_EQ(costs.weight_bytes, 4 * (2 + 1) * 4 * 8);  // tiles, planes, lanes, bytes of a word
  const EnergyModel energy = energy_model(config);
  EXPECT_DOUBLE_EQ(costs.energy,
                   group_beats * (4 * (energy.lane_beat + energy.fast_word) + energy.activation_word) +
                       4 * 3 * energy.activation_word);
}

TEST(Price, ADenseTierAddsTheCopyOfEveryWord) {
  const net::Network network = six_outputs();
  config::Config config;
  const Reading reading = all_tiles(network, config, 1);
  const std::vector<int> planes(6, 1);
  const double resident = Price(network, config, Optimise::energy).costs(0, reading, planes).energy;
  config.dense_words = 16384;
  const double copied = Price(network, config, Optimise::energy).costs(0, reading, planes).energy;
  const EnergyModel energy = energy_model(config);
  EXPECT_NEAR(copied - resident, 4 * 2 * 4 * (energy.dense_word + energy.fast_word), 1e-6);
}

TEST(EnergyModel, MemoriesCostTheRootOfTheirSize) {
  config::Config config;
  config.weight_words = 1024;  // 8 KiB of 64-bit words: the 10 pJ of the source
  EXPECT_DOUBLE_EQ(energy_model(config).fast_word, 10);
  config.weight_words = 4096;
  EXPECT_DOUBLE_EQ(energy_model(config).fast_word, 20);
  EXPECT_EQ(energy_model(config).dense_word, 0);
  EXPECT_DOUBLE_EQ(energy_model(config).lane_beat, 16 * 0.05 + 15 * 0.03 + 0.1 * 48 / 32);
}

TEST(Price, WeighsWhatIsMinimised) {
  const net::Network network = six_outputs();
  const config::Config config;
  const Reading one = all_tiles(network, config, 1), two = all_tiles(network, config, 2);
  const std::vector<int> narrow(6, 1), wide(6, 2);
  for (Optimise optimise : {Optimise::balanced, Optimise::cycles, Optimise::weights, Optimise::energy}) {
    const Price price(network, config, optimise);
    EXPECT_DOUBLE_EQ(price.node(0, two, wide), 1) << name_of(optimise);  // INT8
    EXPECT_LT(price.node(0, two, narrow), 1) << name_of(optimise);
    EXPECT_LT(price.node(0, one, wide), 1) << name_of(optimise);
  }
  const Price bytes(network, config, Optimise::weights);
  EXPECT_NEAR(bytes.node(0, two, narrow), 0.5, 0.07);  // all but the tie-break
  EXPECT_GT(bytes.node(0, one, wide), 0.9);
  const Price time(network, config, Optimise::cycles);
  EXPECT_DOUBLE_EQ(time.node(0, one, wide),
                   time.costs(0, one, wide).cycles / time.costs(0, two, wide).cycles);
}

}  // namespace
}  // namespace dpwa::search
