// SPDX-License-Identifier: Apache-2.0
//
// Products with a computed tensor (docs/numerics.md N12): the grids of both operands, constants that nothing
// can overflow, what is illegal.
#include <gmock/gmock.h>

#include <cmath>
#include <random>

#include "model/num/multiplier.h"
#include "model/num/round_shift.h"
#include "model/plan/plan.h"
#include "tests/plan/two_layers.h"

namespace dpwa::plan {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

/// The second layer multiplies by its own input.
struct Block : TwoLayers {
  Block() { network.nodes[1].factor = 1; }
};

TEST(Factor, IsAClassOfItsOwnOnTheFinestGrid) {
  const Block block;
  EXPECT_THAT(check(block.network, block.plan), ElementsAre());
  EXPECT_THAT(net::residual_classes(block.network), ElementsAre(-1, 1, -1));
  // 255 * 2^9 fits 18 bits.
  EXPECT_THAT(fine_exponents(block.network, block.plan), ElementsAre(kNoFineGrid, 2 - 9, kNoFineGrid));
  EXPECT_THAT(net::channel_orders(block.network).classes, ElementsAre(0, 1, 1));
}

TEST(Factor, WhatItMultipliesHasTheFinestGridThatItsSumsCannotLeave) {
  Block block;
  // Channels reach 255 * (1 + 2) * 2^2 and 255 * (3 + 4) * 0.75 * 2^2 = 5355 < 2^17 * 2^-4.
  const NodeConstants constants = derive(block.network, block.plan, 1);
  EXPECT_TRUE(constants.multiplies);
  EXPECT_FALSE(constants.fine);
  EXPECT_EQ(std::ldexp(constants.channels[0].multiplier, -constants.channels[0].shift), std::ldexp(1.0, 6));
  EXPECT_EQ(std::ldexp(constants.channels[1].multiplier, -constants.channels[1].shift), std::ldexp(0.75, 6));
  EXPECT_EQ(constants.fine_shift, 4 + 4 + 7);
  // A bias that centres the sums leaves room for one bit more, another one takes it away again.
  block.plan.nodes[1].bias = {0, -5355.0 / 2};
  EXPECT_EQ(derive(block.network, block.plan, 1).fine_shift, 4 + 5 + 7);
  block.plan.nodes[1].bias = {0, -5355.0 / 2 + 5000};
  EXPECT_EQ(derive(block.network, block.plan, 1).fine_shift, 4 + 4 + 7);
  // A coarse output needs no finer grid than 35 bits below its step.
  block.plan.tensors[2].step_exponent = 60;
  const NodeConstants coarse = derive(block.network, block.plan, 1);
  EXPECT_EQ(coarse.fine_shift, kFactorShiftMax);
  EXPECT_EQ(std::ldexp(coarse.channels[0].multiplier, -coarse.channels[0].shift),
            std::ldexp(1.0, 2 - 60 + 35 - 7));
}

TEST(Factor, WeightsAndBiasesOfZeroHaveAGrid) {
  Block block;
  block.plan.nodes[1].q = {0, 0, 0, 0};
  EXPECT_THAT(check(block.network, block.plan), ElementsAre());
  const NodeConstants constants = derive(block.network, block.plan, 1);
  for (const ChannelConstant& channel : constants.channels) EXPECT_GE(channel.shift, 0);
}

TEST(Factor, NoInputLeavesTheGrid) {
  std::mt19937 random(5);
  const auto below = [&](int limit) { return static_cast<int>(random() % static_cast<unsigned>(limit)); };
  int borders = 0;
  for (int i = 0; i < 2000; ++i) {
    Block block;
    block.plan.tensors[1] = tensor(below(20) - 10, 1 + below(3), below(2) == 0);
    NodePlan& node = block.plan.nodes[1];
    for (std::int16_t& q : node.q) q = static_cast<std::int16_t>(below(8) - below(9));
    for (double& scale : node.scale) scale = std::ldexp(1 + below(1000) / 1000.0, below(30) - 15);
    for (double& bias : node.bias) bias = std::ldexp(below(2001) - 1000, below(20) - 15);
    block.plan.tensors[0].step_exponent = -20;
    block.plan.input.word_scale = std::ldexp(1.0, -20);
    block.plan.tensors[2].step_exponent = -100;
    block.plan.tensors[2].step_exponent += 10 - factor_shift(block.network, block.plan, 1);
    ASSERT_THAT(check(block.network, block.plan), ElementsAre());
    const NodeConstants constants = derive(block.network, block.plan, 1);
    const num::Range inputs = effective_limits(block.plan.tensors[1]);
    EXPECT_EQ(constants.fine_shift, 10);
    bool leaves = false;
    for (int c = 0; c < 2; ++c) {
      const ChannelConstant& channel = constants.channels[c];
      leaves = leaves || channel.shift == 0;
      for (const bool upper : {false, true}) {
        std::int64_t sum = channel.bias;
        for (int k = 0; k < 2; ++k) {
          const std::int64_t w = node.q[2 * c + k];
          sum += w * ((w > 0) == upper ? inputs.upper : inputs.lower);
        }
        const num::Int128 z = num::Int128{sum} * channel.multiplier;
        const auto v = static_cast<std::int64_t>(num::round_shift(z, channel.shift));
        EXPECT_TRUE(kFineRange.contains(v)) << i << ": " << v;
        leaves = leaves || channel.shift == 0 ||
                 !kFineRange.contains(static_cast<std::int64_t>(num::round_shift(z, channel.shift - 1)));
        borders += v < -130000 || v > 130000 ? 1 : 0;
      }
    }
    EXPECT_TRUE(leaves) << i << ": a finer grid would do";
  }
  EXPECT_GT(borders, 10);
}

TEST(Factor, WhatIsIllegal) {
  Block block;
  block.plan.tensors[2].step_exponent = -20;
  EXPECT_THAT(
      check(block.network, block.plan),
      ElementsAre(HasSubstr("node 'n1': a step of the product with 't1' is 2^9 steps of 't2', must be 1 "
                            "or less; make those coarser")));
  block = Block();
  block.plan.nodes[1].bias[1] = 1e30;
  EXPECT_THAT(check(block.network, block.plan), ElementsAre(HasSubstr("must be below 2^60")));
  block.plan.nodes[1].bias[1] = std::nan("");
  EXPECT_THAT(check(block.network, block.plan), ElementsAre(HasSubstr("bias is not finite")));
  block = Block();
  block.plan.nodes[1].scale[0] = 1e308;
  block.plan.tensors[1].step_exponent = 127;
  EXPECT_THAT(check(block.network, block.plan),
              Contains(HasSubstr("channel 0: scale 1e+308 times the input's step is out of range")));
  block = Block();
  block.plan.tensors[1].order = {1, 0};
  EXPECT_THAT(check(block.network, block.plan), ElementsAre(HasSubstr("keep graph order")));
}

}  // namespace
}  // namespace dpwa::plan
