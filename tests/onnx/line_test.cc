// SPDX-License-Identifier: Apache-2.0
//
// Tensors [batch, channels, length] are maps of height 1.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/onnx/same_network.h"
#include "tests/onnx/small_model.h"

namespace dpwa::onnx {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Dims = std::vector<std::int64_t>;
using Floats = std::vector<float>;

TEST(Line, AConvolutionWithStrideDilationAndPads) {
  SmallModel model({1, 2, 6});
  model.constant("w", {1, 2, 2}, {1, 10, 100, 1000});
  model.constant("b", {1}, {0.5F});
  auto& conv = model.node("Conv", {"x", "w", "b"}, "y");
  set_integers(conv, "kernel_shape", {2});
  set_integers(conv, "strides", {2});
  set_integers(conv, "dilations", {3});
  set_integers(conv, "pads", {1, 2});
  const net::Network network = network_of(model);
  EXPECT_EQ(network.tensors[0].shape, (net::Shape{1, 6, 2}));
  EXPECT_EQ(network.tensors[1].shape, (net::Shape{1, 3, 1}));
  // taps at -1 and 2, 1 and 4, 3 and 6
  EXPECT_THAT(evaluate(network, {1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6}), ElementsAre(3030.5F, 5252.5F, 404.5F));
}

TEST(Line, GroupsAndAutoPad) {
  SmallModel model({1, 2, 4});
  model.constant("w", {2, 1, 3}, {1, 1, 1, 10, 10, 10});
  auto& conv = model.node("Conv", {"x", "w"}, "y");
  set_integer(conv, "group", 2);
  set_integers(conv, "strides", {2});
  set_text(conv, "auto_pad", "SAME_LOWER");
  EXPECT_THAT(evaluate(network_of(model), {1, 2, 3, 4, 5, 6, 7, 8}), ElementsAre(3, 9, 110, 210));
}

/// x [1, 1, 6] -> Conv 1 -> one pool, whose values for 1 .. 6.
Floats pooled(const std::string& op, const Dims& kernel, const Dims& pads, int ceil_mode) {
  SmallModel model({1, 1, 6});
  model.constant("w", {1, 1, 1}, {1});
  model.node("Conv", {"x", "w"}, "c");
  auto& pool = model.node(op, {"c"}, "y");
  if (!kernel.empty()) {
    set_integers(pool, "kernel_shape", kernel);
    set_integers(pool, "strides", {2});
    set_integers(pool, "pads", pads);
    set_integer(pool, "ceil_mode", ceil_mode);
  }
  return evaluate(network_of(model), counting(6));
}

TEST(Line, Pools) {
  EXPECT_THAT(pooled("MaxPool", {3}, {0, 0}, 0), ElementsAre(3, 5));
  EXPECT_THAT(pooled("MaxPool", {3}, {1, 0}, 1), ElementsAre(2, 4, 6));
  EXPECT_THAT(pooled("AveragePool", {2}, {0, 0}, 0), ElementsAre(1.5F, 3.5F, 5.5F));
  EXPECT_THAT(pooled("AveragePool", {3}, {1, 1}, 0), ElementsAre(1.5F, 3, 5));
  EXPECT_THAT(pooled("GlobalMaxPool", {}, {}, 0), ElementsAre(6));
  EXPECT_THAT(pooled("GlobalAveragePool", {}, {}, 0), ElementsAre(3.5F));
}

TEST(Line, ConstantsPerChannelOfTheInputAndOfALayer) {
  SmallModel model({1, 20, 3});
  model.symbolic(0, "N");
  model.constant("one", {20}, Floats(20, 1));
  model.constant("k", {20}, counting(20));
  model.constant("zero", {20}, Floats(20, 0));
  model.constant("w", {2, 20, 1}, Floats(40, 1));
  model.constant("column", {2, 1}, {100, 200});
  set_float(model.node("BatchNormalization", {"x", "one", "k", "zero", "one"}, "bn"), "epsilon", 0);
  model.node("Conv", {"bn", "w"}, "c");
  model.node("Add", {"c", "column"}, "y");
  const net::Network network = network_of(model);
  EXPECT_THAT(network.inputs[0].dims, ElementsAre(20, 3));
  EXPECT_EQ(network.input_affine.offset[19], 20);
  ASSERT_EQ(network.nodes.size(), 1U);
  EXPECT_THAT(evaluate(network, Floats(60, 0)), ElementsAre(310, 310, 310, 410, 410, 410));
}

TEST(Line, MeansAndMaximaOverTheLength) {
  for (const std::string op : {"ReduceMean", "ReduceMax"}) {
    SmallModel model({1, 2, 3});
    model.constant("w", {2, 2, 1}, {1, 0, 0, 1});
    model.constant("identity", {2, 2}, {1, 0, 0, 1});
    model.node("Conv", {"x", "w"}, "c");
    auto& reduced = model.node(op, {"c"}, "r");
    set_integers(reduced, "axes", {-1});
    set_integer(reduced, "keepdims", 0);
    model.node("MatMul", {"r", "identity"}, "y");
    const net::Network network = network_of(model);
    EXPECT_EQ(network.nodes.size(), 2U) << op;
    EXPECT_THAT(evaluate(network, counting(6)), op == "ReduceMean" ? ElementsAre(2, 5) : ElementsAre(3, 6));
  }
}

TEST(Line, AMeanOfRowsThatAreNoMapStaysAView) {
  SmallModel model({1, 4});
  model.constant("w", {4, 4}, {1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1});
  model.indices("shape", {1, 2, 2});
  model.node("MatMul", {"x", "w"}, "a");
  model.node("Reshape", {"a", "shape"}, "rows");
  set_integers(model.node("ReduceMean", {"rows"}, "y"), "axes", {2});
  EXPECT_THAT(evaluate(network_of(model), {1, 2, 3, 4}), ElementsAre(1.5F, 3.5F));
}

TEST(Line, HeightOneComesAndGoesFreely) {
  SmallModel model({1, 3, 8});
  model.constant("w", {2, 3, 1, 3}, counting(18));
  model.constant("v", {2, 2, 3}, counting(12));
  model.indices("height", {2});
  model.indices("shape", {1, 2, 1, 4});
  model.node("Unsqueeze", {"x", "height"}, "map");
  model.node("Conv", {"map", "w"}, "c");
  model.node("Squeeze", {"c", "height"}, "line");
  model.node("Conv", {"line", "v"}, "d");
  model.node("Reshape", {"d", "shape"}, "e");
  set_integers(model.node("MaxPool", {"e"}, "y"), "kernel_shape", {1, 2});
  EXPECT_EQ(network_of(model).nodes.size(), 2U);
}

TEST(Line, SamplesWithoutAChannelDimensionGetOne) {
  SmallModel model({1, 8});
  model.symbolic(0, "N");
  model.constant("w", {2, 1, 3}, counting(6));
  model.indices("channel", {1});
  model.node("Unsqueeze", {"x", "channel"}, "line");
  model.node("Conv", {"line", "w"}, "y");
  const net::Network network = network_of(model);
  EXPECT_THAT(network.inputs[0].dims, ElementsAre(8));
  EXPECT_EQ(network.tensors[0].shape, (net::Shape{1, 8, 1}));
}

TEST(Line, ZerosOfAPadBranchesAndSums) {
  SmallModel model({1, 1, 4});
  model.constant("w", {2, 1, 3}, {1, 1, 1, 2, 2, 2});
  model.constant("v", {1, 2, 1}, {1, 1});
  model.indices("pads", {0, 0, 1, 0, 0, 1});
  model.node("Pad", {"x", "pads"}, "p");
  model.node("Conv", {"p", "w"}, "c");
  model.node("Conv", {"c", "v"}, "d");
  set_integer(model.node("Concat", {"c", "d"}, "j"), "axis", 1);
  model.node("Relu", {"j"}, "y");
  const net::Network network = network_of(model);
  EXPECT_EQ(network.nodes[0].window.pad_left, 1);
  EXPECT_EQ(network.nodes[0].window.pad_top, 0);
  EXPECT_THAT(evaluate(network, {1, 2, 3, 4}), ElementsAre(3, 6, 9, 7, 6, 12, 18, 14, 9, 18, 27, 21));
}

TEST(Line, WhatDoesNotFitIsRefused) {
  const auto reasons = [](const std::string& attribute, const Dims& value) {
    SmallModel model({1, 2, 4});
    model.constant("w", {1, 2, 3}, counting(6));
    set_integers(model.node("Conv", {"x", "w"}, "y"), attribute, value);
    return model.reasons();
  };
  EXPECT_THAT(reasons("pads", {1, 1, 1, 1}),
              ElementsAre("Conv 'y', pads: [1, 1, 1, 1] has 4 numbers, 1-D needs 2"));
  EXPECT_THAT(reasons("pads", {3, 0}),
              ElementsAre("Conv 'y', pads: [3, 0] is not smaller than the kernel 1 x 3"));
  EXPECT_THAT(reasons("kernel_shape", {2}),
              ElementsAre("Conv 'y', kernel_shape: [2] is not that of the weights [1, 2, 3]"));
  EXPECT_THAT(reasons("dilations", {2}),
              ElementsAre("Conv 'y', kernel_shape: a kernel of 5 is wider than the padded map of 4"));
}

}  // namespace
}  // namespace dpwa::onnx
