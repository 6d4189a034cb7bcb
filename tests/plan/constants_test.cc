// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>

#include "tests/plan/small_plan.h"

namespace dpwa::plan {
namespace {

using testing::ElementsAre;

TEST(EffectiveLimits, AreTheIntersectionOfLimitsAndRecord) {
  TensorPlan tensor{0, 1, false, 0, 200, {Policy::range, 0, 2}, {0}};
  EXPECT_EQ(effective_limits(tensor), (num::Range{0, 200}));
  tensor.pcu.max_planes = 1;
  EXPECT_EQ(effective_limits(tensor), (num::Range{0, 15}));
  tensor.is_signed = true;
  tensor.lower = -5;
  EXPECT_EQ(effective_limits(tensor), (num::Range{-5, 7}));
}

TEST(Derive, MultiplierAndBiasFollowN4) {
  SmallPlan small = small_plan();
  small.plan.nodes[0].scale = {0.125, 0.1, 0.125};
  small.plan.nodes[0].bias = {0.25, 0.1, 1.25 / 2048};
  const NodeConstants constants = derive(small.network, small.plan, 0);
  ASSERT_EQ(constants.channels.size(), 3u);
  // Stored order 2, 0, 1. M = 2^-8 * scale / 2^-4 = 2^-7 for a scale of 1/8.
  EXPECT_EQ(constants.channels[0].multiplier, 1u << 19);
  EXPECT_EQ(constants.channels[0].shift, 26);
  EXPECT_EQ(constants.channels[0].bias, 1);    // 1.25 steps
  EXPECT_EQ(constants.channels[1].bias, 512);  // 0.25 / (2^-8 / 8)
  EXPECT_EQ(constants.channels[2].bias, 256);  // 0.1 / (2^-8 * 0.1)
  EXPECT_EQ(constants.channels[2].shift, 27);  // 0.1 / 16 = 0.8 * 2^-7
  EXPECT_EQ(constants.channels[2].multiplier, static_cast<std::uint32_t>(std::lround(0.00625 * (1 << 27))));
}

TEST(Derive, BiasTiesGoToEven) {
  SmallPlan small = small_plan();
  small.plan.nodes[0].bias = {0.5 / 2048, 1.5 / 2048, -2.5 / 2048};
  const NodeConstants constants = derive(small.network, small.plan, 0);
  EXPECT_EQ(constants.channels[1].bias, 0);
  EXPECT_EQ(constants.channels[2].bias, 2);
  EXPECT_EQ(constants.channels[0].bias, -2);
}

TEST(Derive, WeightsFollowTheStoredOrderOfBothSides) {
  SmallPlan small = small_plan();
  const NodeConstants first = derive(small.network, small.plan, 0);
  EXPECT_THAT(std::vector<int>(first.weight.begin(), first.weight.begin() + 4),
              ElementsAre(0, 1, 2, 3));  // channel 2
  const NodeConstants second = derive(small.network, small.plan, 1);
  EXPECT_THAT(std::vector<int>(second.weight.begin(), second.weight.begin() + 6),
              ElementsAre(-6, -8, -7, -3, -5, -4));
}

TEST(Derive, AccumulatorBitsHoldTheWorstInputAndNoFewerWould) {
  SmallPlan small = small_plan();
  // Channel 1 of the convolution: weights -4..-1 times 0..255, bias 512 steps: -2550 + 512 .. 512.
  // Channel 0: -8..-5: -6630 + 512 .. 512, which needs 14 bits.
  EXPECT_EQ(derive(small.network, small.plan, 0).acc_bits, 14);
  small.plan.tensors[0].pcu.max_planes = 1;  // inputs 0..15: -390 + 512 .. 512; channel 2: 512 .. 602
  EXPECT_EQ(derive(small.network, small.plan, 0).acc_bits, 11);
}

TEST(DeriveInput, PixelsInSteps) {
  SmallPlan small = small_plan();
  const InputConstants constants = derive_input(small.network, small.plan);
  EXPECT_EQ(constants.shift, 19);  // 256 / 255 = 1.0039
  EXPECT_THAT(constants.multiplier, ElementsAre(526344u));
  EXPECT_THAT(constants.addend, ElementsAre(0));
  EXPECT_EQ(constants.upper, 255);
}

TEST(DeriveInput, NormalisationSharesOneShift) {
  SmallPlan small = small_plan();
  small.network.tensors[0].shape.c = 2;
  small.network.input_affine = {{4, 0.5}, {-0.25, 0.125}};
  small.plan.input = {PortFormat::s8, 1.0 / 256, 0.5};
  const InputConstants constants = derive_input(small.network, small.plan);
  EXPECT_EQ(constants.shift, 17);  // the largest gain is 4 steps per word
  EXPECT_THAT(constants.multiplier, ElementsAre(1u << 19, 1u << 16));
  EXPECT_THAT(constants.addend, ElementsAre((512 - 64) << 17, (64 + 32) << 17));
}

TEST(DeriveInput, AMultiplierThatRoundsUpToTheNextPowerTakesTheSmallerShift) {
  SmallPlan small = small_plan();
  small.plan.input.word_scale = std::ldexp(1048575.75, -28);
  const InputConstants constants = derive_input(small.network, small.plan);
  EXPECT_EQ(constants.shift, 19);
  EXPECT_THAT(constants.multiplier, ElementsAre(1u << 19));
}

TEST(PortWord, RoundsTiesToEvenAndCountsWhatIsOffTheGrid) {
  const InputPort port{PortFormat::u8, 0.5, 1};
  std::int64_t off_grid = 0;
  EXPECT_EQ(to_port_word(port, 1.5, off_grid), 1);
  EXPECT_EQ(to_port_word(port, 1.50049, off_grid), 1);
  EXPECT_EQ(off_grid, 0);
  EXPECT_EQ(to_port_word(port, 1.25, off_grid), 0);  // 0.5 words
  EXPECT_EQ(to_port_word(port, 1.75, off_grid), 2);  // 1.5 words
  EXPECT_EQ(off_grid, 2);
}

TEST(PortWord, SaturatesToTheFormat) {
  std::int64_t off_grid = 0;
  EXPECT_EQ(to_port_word({PortFormat::u8, 1, 0}, -1, off_grid), 0);
  EXPECT_EQ(to_port_word({PortFormat::u8, 1, 0}, 256, off_grid), 255);
  EXPECT_EQ(to_port_word({PortFormat::s8, 1, 0}, -129, off_grid), -128);
  EXPECT_EQ(to_port_word({PortFormat::s16, 1, 0}, 1e9, off_grid), 32767);
  EXPECT_EQ(to_port_word({PortFormat::s16, 1, 0}, std::nan(""), off_grid), 0);
  EXPECT_EQ(off_grid, 5);
}

TEST(PortWord, Binary16IsTheCodeOfTheNearestValue) {
  std::int64_t off_grid = 0;
  EXPECT_EQ(to_port_word({PortFormat::binary16, 1, 0}, -2, off_grid), 0xc000);
  EXPECT_EQ(to_port_word({PortFormat::binary16, 1, 0}, 0.1, off_grid), 0x2e66);
  EXPECT_EQ(off_grid, 0);
}

}  // namespace
}  // namespace dpwa::plan
