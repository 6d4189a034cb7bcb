// SPDX-License-Identifier: Apache-2.0
//
// Tensors that additions join: their fine grid, the constants of their nodes, what is illegal.
#include <gmock/gmock.h>

#include <cmath>

#include "model/plan/plan.h"
#include "tests/plan/two_layers.h"

namespace dpwa::plan {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// The second layer adds its own input.
struct Block : TwoLayers {
  Block() {
    for (net::Node& node : network.nodes) node.lower = 0;
    network.nodes[1].residual = 1;
  }
};

TEST(FineGrid, IsTheFinestThatHoldsTheLimitsOfItsClass) {
  Block block;
  // 255 * 2^9 and 15 * 2^13 fit 18 bits: 2^(2 - 9) and 2^(4 - 13) would do, the coarser one holds both.
  EXPECT_THAT(fine_exponents(block.network, block.plan), ElementsAre(kNoFineGrid, -7, -7));
  EXPECT_THAT(check(block.network, block.plan), ElementsAre());
  block.plan.tensors[1] = tensor(2, 4);
  EXPECT_THAT(fine_exponents(block.network, block.plan), ElementsAre(kNoFineGrid, 1, 1));
  // Never coarser than a stored grid.
  block.plan.tensors[2].step_exponent = 0;
  EXPECT_THAT(fine_exponents(block.network, block.plan), ElementsAre(kNoFineGrid, 0, 0));
}

TEST(FineGrid, MultipliersAndShiftsGiveFineSteps) {
  const Block block;
  const NodeConstants first = derive(block.network, block.plan, 0);
  EXPECT_TRUE(first.fine);
  EXPECT_EQ(first.fine_shift, 2 + 7);
  EXPECT_EQ(std::ldexp(first.channels[0].multiplier, -first.channels[0].shift), std::ldexp(1.0, 0 + 7));
  EXPECT_EQ(std::ldexp(first.channels[1].multiplier, -first.channels[1].shift), std::ldexp(0.75, 0 + 7));
  EXPECT_EQ(derive(block.network, block.plan, 1).fine_shift, 4 + 7);
}

TEST(FineGrid, WhatIsIllegal) {
  Block block;
  block.plan.tensors[1].order = {1, 0};
  EXPECT_THAT(
      check(block.network, block.plan),
      ElementsAre(HasSubstr("tensor 't1': the network's input and output, what groups of several "
                            "channels read or make, and what shares an order with them keep graph order")));
  block = Block();
  block.plan.tensors[1] = tensor(2, 4);
  block.plan.tensors[2].step_exponent = 0;
  EXPECT_THAT(check(block.network, block.plan),
              ElementsAre(HasSubstr("tensor 't1': limits 0..65535 times 2^2 do not fit the fine grid")));
  block.plan.tensors[1].step_exponent = 16;
  EXPECT_THAT(check(block.network, block.plan),
              ElementsAre(HasSubstr("a step is 2^16 fine steps, must be 2^15")));
}

/// Two channels through a dense, a depthwise and another dense layer.
Block depthwise() {
  Block block;
  block.network.nodes[1].residual = -1;
  block.network.nodes[1].groups = 2;
  block.network.tensors[1].adders.clear();
  block.plan.nodes[1].q = {3, 4};
  block.network.tensors.push_back({"t3", {1, 1, 2}, 2, {}});
  net::Node last = block.network.nodes[0];
  last.name = "n2";
  last.input = 2;
  last.output = block.network.output = 3;
  block.network.nodes.push_back(last);
  block.network.tensors[2].consumers = {2};
  block.plan.nodes.push_back(block.plan.nodes[0]);
  block.plan.tensors.push_back(tensor(4, 1));
  return block;
}

TEST(ChannelOrders, ADepthwiseNodeKeepsTheOrderOfItsInput) {
  Block block = depthwise();
  EXPECT_THAT(check(block.network, block.plan), ElementsAre());
  block.plan.tensors[2].order = {1, 0};
  EXPECT_THAT(check(block.network, block.plan),
              ElementsAre(HasSubstr("tensor 't2': is joined to 't1' by an addition or a depthwise node")));
  block.plan.tensors[1].order = {1, 0};
  EXPECT_THAT(check(block.network, block.plan), ElementsAre());
  // The weight of graph channel 1 is stored first, on the diagonal.
  EXPECT_THAT(derive(block.network, block.plan, 1).weight, ElementsAre(4, 0, 0, 3));
  // Two groups of one channel that make four: graph order.
  block.network.nodes[1].out_channels = 4;
  EXPECT_EQ(net::channel_orders(block.network).graph_order, (std::vector<bool>{true, true, true, true}));
}

TEST(ChannelOrders, DilationAndGroupsLeaveZeros) {
  Block block = depthwise();
  net::Node& node = block.network.nodes[1];
  node.window.kw = 2;
  node.window.dilation_x = 2;
  block.plan.nodes[1].q = {1, 2, 3, 4};
  EXPECT_THAT(derive(block.network, block.plan, 1).weight, ElementsAre(1, 0, 0, 0, 2, 0, 0, 3, 0, 0, 0, 4));
}

}  // namespace
}  // namespace dpwa::plan
