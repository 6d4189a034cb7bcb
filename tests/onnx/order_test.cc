// SPDX-License-Identifier: Apache-2.0
//
// Graphs that transpose at their border or between layers, as exports of channel-last networks do: the host
// reorders, and no layer moves values.
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

const Dims kToFirst{0, 3, 1, 2};
const Dims kToLast{0, 2, 3, 1};

void transpose(SmallModel& model, const std::string& from, const Dims& perm, const std::string& to) {
  set_integers(model.node("Transpose", {from}, to), "perm", perm);
}

/// Values [h][w][c] of a sample [c][h][w].
Floats channel_last(const Floats& sample, const net::Shape& shape) {
  return net::to_channel_last(sample.data(), shape);
}

constexpr net::Shape kInput{4, 5, 3};

/// The same network on [1, 3, 4, 5], or on [1, 4, 5, 3] with every operator that can be between channel-last
/// values.
SmallModel two_layers(bool last) {
  SmallModel model(last ? Dims{1, 4, 5, 3} : Dims{1, 3, 4, 5});
  model.constant("mean", last ? Dims{3} : Dims{3, 1, 1}, {1, 2, 3});
  model.constant("w", {3, 3, 3, 3}, counting(81));
  model.constant("k", last ? Dims{3} : Dims{1, 3, 1, 1}, {-500, 10, 2000});
  model.constant("w2", {3, 3, 1, 1}, {1, 0, 0, 0, 2, 0, 0, 0, 3});
  model.constant("v", {2, 6, 1, 1}, {1, -1, 2, -2, 3, -3, 1, 1, 1, -1, -1, -1});
  model.indices("pads", last ? Dims{0, 1, 0, 0, 0, 0, 1, 0} : Dims{0, 0, 1, 0, 0, 0, 0, 1});
  // Each convolution stands between two Transposes, unless values are channel-first anyway.
  const auto conv = [&](const std::string& from, const std::string& w, const std::string& to) {
    if (last) transpose(model, from, kToFirst, from + "_first_" + to);
    model.node("Conv", {last ? from + "_first_" + to : from, w}, last ? to + "_first" : to);
    if (last) transpose(model, to + "_first", kToLast, to);
  };
  model.node("Sub", {"x", "mean"}, "centred");
  model.node("Pad", {"centred", "pads"}, "padded");
  conv("padded", "w", "a");
  model.node("Add", {"a", "k"}, "b");
  model.node("Relu", {"b"}, "c");
  conv("c", "w2", "e");
  set_integer(model.node("Concat", {"c", "e"}, "f"), "axis", last ? -1 : 1);
  conv("f", "v", "g");
  auto& mean = model.node("ReduceMean", {"g"}, "h");
  set_integers(mean, "axes", last ? Dims{1, 2} : Dims{2, 3});
  set_integer(mean, "keepdims", 0);
  model.constant("dense", {2, 2}, {1, 2, 3, 4});
  model.node("MatMul", {"h", "dense"}, "y");
  return model;
}

TEST(Order, AChannelLastNetworkIsTheChannelFirstOne) {
  const net::Network first = network_of(two_layers(false)), last = network_of(two_layers(true));
  EXPECT_EQ(last.input_order, (net::Transposition{{4, 5, 3}, {2, 0, 1}}));
  EXPECT_THAT(last.inputs[0].dims, ElementsAre(4, 5, 3));
  ASSERT_EQ(first.nodes.size(), last.nodes.size());
  for (std::size_t n = 0; n < first.nodes.size(); ++n) {
    EXPECT_EQ(first.nodes[n].weight, last.nodes[n].weight);
    EXPECT_EQ(first.nodes[n].conv_shape, last.nodes[n].conv_shape);
  }
  EXPECT_EQ(last.nodes[0].window.pad_top, 1);
  EXPECT_EQ(last.input_affine.offset, (std::vector<double>{-1, -2, -3}));
  const Floats sample = counting(60);
  EXPECT_EQ(evaluate(last, channel_last(sample, kInput)), evaluate(first, sample));
}

TEST(Order, AnImageIsTakenAndGivenBackChannelLast) {
  SmallModel model({1, 32, 32, 3});
  model.symbolic(0, "N");
  model.constant("w", {2, 3, 1, 1}, {1, 0, 0, 0, 0, -1});
  transpose(model, "x", kToFirst, "first");
  model.node("Conv", {"first", "w"}, "c");
  transpose(model, "c", kToLast, "last");
  model.node("Relu", {"last"}, "y");
  const net::Network network = network_of(model);
  ASSERT_EQ(network.nodes.size(), 1U);
  EXPECT_EQ(network.output_order, (net::Transposition{{2, 32, 32}, {1, 2, 0}}));
  const Floats y = evaluate(network, counting(3072));
  EXPECT_EQ(y.size(), 2048U);
  EXPECT_THAT(Floats(y.begin(), y.begin() + 4), ElementsAre(1, 0, 4, 0));
}

TEST(Order, ConstantsOfEachChannelOfAnImage) {
  SmallModel model({1, 32, 32, 3});
  model.constant("all", {1}, {2});
  model.constant("mean", {3}, {1, 2, 3});
  model.constant("deviation", {1, 1, 1, 3}, {1, 2, 4});
  model.constant("w", {1, 3, 1, 1}, {1, 1, 1});
  model.node("Mul", {"x", "all"}, "twice");
  model.node("Sub", {"twice", "mean"}, "centred");
  model.node("Div", {"centred", "deviation"}, "normal");
  transpose(model, "normal", kToFirst, "first");
  model.node("Conv", {"first", "w"}, "y");
  const net::Network network = network_of(model);
  EXPECT_EQ(network.nodes.size(), 1U);
  EXPECT_EQ(network.input_order, (net::Transposition{{32, 32, 3}, {2, 0, 1}}));
  EXPECT_EQ(network.input_affine.scale, (std::vector<double>{2, 1, 0.5}));
  EXPECT_EQ(network.input_affine.offset, (std::vector<double>{-1, -1, -0.75}));
}

TEST(Order, ConstantsOfEachChannelOfAnImageThatIsFlattened) {
  SmallModel model({1, 2, 2, 2});
  model.constant("k", {2}, {10, 20});
  model.constant("w", {8, 1}, {1, 2, 3, 4, 5, 6, 7, 8});
  model.node("Add", {"x", "k"}, "a");
  model.node("Flatten", {"a"}, "f");
  model.node("MatMul", {"f", "w"}, "y");
  EXPECT_THAT(evaluate(network_of(model), {0, 0, 0, 1, 0, 0, 0, 0}), ElementsAre(160 + 400 + 4));
}

TEST(Order, SoftmaxOverTheLastAxis) {
  SmallModel model({1, 2, 1, 3});
  model.constant("w", {4, 3, 1, 1}, counting(12));
  transpose(model, "x", kToFirst, "first");
  model.node("Conv", {"first", "w"}, "c");
  transpose(model, "c", kToLast, "last");
  model.node("Softmax", {"last"}, "y");
  const net::Network network = network_of(model);
  EXPECT_EQ(network.outputs[0].softmax, (net::Softmax{4, 2}));
  EXPECT_EQ(net::softmax_of(network, network.outputs[0]), (net::Softmax{4, 1}));
}

TEST(Order, TheGroupsOfASoftmaxAreNotTakenApart) {
  SmallModel model({1, 3, 2, 2});
  model.constant("w", {3, 3, 1, 1}, counting(9));
  model.indices("rows", {1, 3, 4});
  model.indices("map", {1, 3, 2, 2});
  model.node("Conv", {"x", "w"}, "c");
  model.node("Reshape", {"c", "rows"}, "r");
  model.node("Softmax", {"r"}, "s");
  model.node("Reshape", {"s", "map"}, "m");
  transpose(model, "m", kToLast, "y");
  EXPECT_THAT(model.reasons(), ElementsAre(HasSubstr("takes the groups of the Softmax before it apart")));
}

TEST(Order, LinesAreTransposedInEveryForm) {
  const auto network = [](const std::string& form) {
    SmallModel model({1, 6, 2});
    model.constant("w", form == "plain" ? Dims{3, 2, 3} : Dims{3, 2, 1, 3}, counting(18));
    model.indices("one", {1});
    model.indices("two", {2});
    model.node("Identity", {"x"}, "i");
    if (form == "unsqueeze first") {
      model.node("Unsqueeze", {"i", "one"}, "u");
      transpose(model, "u", kToFirst, "t");
    } else {
      transpose(model, "i", {0, 2, 1}, form == "plain" ? "t" : "u");
      if (form != "plain") model.node("Unsqueeze", {"u", "two"}, "t");
    }
    model.node("Conv", {"t", "w"}, "c");
    if (form == "plain") {
      transpose(model, "c", {0, 2, 1}, "y");
    } else {
      transpose(model, "c", kToLast, "back");
      model.node("Squeeze", {"back", "one"}, "s");
      model.node("Relu", {"s"}, "y");
    }
    const net::Network result = network_of(model);
    EXPECT_EQ(result.nodes.size(), 1U);
    EXPECT_EQ(result.tensors[0].shape, (net::Shape{1, 6, 2}));
    return evaluate(result, counting(12));
  };
  const Floats plain = network("plain");
  EXPECT_THAT(Floats(plain.begin(), plain.begin() + 3), ElementsAre(86, 212, 338));
  EXPECT_EQ(network("unsqueeze first"), plain);
  EXPECT_EQ(network("unsqueeze last"), plain);
}

TEST(Order, PixelsInOneVector) {
  SmallModel model({1, 12});
  model.constant("half", {}, {0.5F});
  model.constant("w", {1, 3, 1, 1}, {1, 10, 100});
  model.indices("shape", {-1, 2, 2, 3});
  model.node("Mul", {"x", "half"}, "m");
  model.node("Reshape", {"m", "shape"}, "r");
  transpose(model, "r", kToFirst, "t");
  model.node("Conv", {"t", "w"}, "y");
  const net::Network network = network_of(model);
  EXPECT_THAT(network.inputs[0].dims, ElementsAre(12));
  EXPECT_EQ(network.nodes.size(), 1U);
  EXPECT_THAT(evaluate(network, counting(12)), ElementsAre(160.5F, 327, 493.5F, 660));
}

TEST(Order, AFunctionOfSeveralOperatorsAndASumBetweenTransposes) {
  SmallModel model({1, 2, 2, 1});
  model.constant("w", {2, 1, 1, 1}, {1, -1});
  model.constant("v", {2, 2, 1, 1}, {0, 1, 1, 0});
  transpose(model, "x", kToFirst, "t");
  model.node("Conv", {"t", "w"}, "c");
  transpose(model, "c", kToLast, "l");
  model.node("Sigmoid", {"l"}, "gate");
  model.node("Mul", {"l", "gate"}, "swish");
  transpose(model, "swish", kToFirst, "f");
  model.node("Conv", {"f", "v"}, "d");
  transpose(model, "d", kToLast, "e");
  model.node("Add", {"e", "swish"}, "sum");
  transpose(model, "sum", kToFirst, "first");
  model.node("GlobalMaxPool", {"first"}, "y");
  const net::Network network = network_of(model);
  EXPECT_EQ(network.nodes[0].activation.function, net::Function::swish);
  EXPECT_TRUE(network.nodes.back().pool.has_value());
  EXPECT_FALSE(network.output_order.has_value());
  for (const net::Node& node : network.nodes) EXPECT_LE(node.weight.size(), 4U) << "no matrix of a view";
}

TEST(Order, WhatNeedsTheGraphsOrderGetsALayer) {
  SmallModel model({1, 2, 1, 3});
  model.constant("w", {2, 2, 1, 1}, {1, 0, 0, 1});
  model.indices("second", {1});
  model.node("Conv", {"x", "w"}, "c");
  transpose(model, "c", kToLast, "l");
  set_integer(model.node("Gather", {"l", "second"}, "g"), "axis", 3);
  model.node("Relu", {"g"}, "y");
  const net::Network network = network_of(model);
  EXPECT_EQ(network.nodes.size(), 2U);
  EXPECT_THAT(evaluate(network, counting(6)), ElementsAre(4, 5, 6));
}

TEST(Order, AFixedBatchIsNoPartOfTheOrder) {
  SmallModel model({4, 2, 2, 3});
  model.constant("w", {1, 3, 1, 1}, {1, 10, 100});
  model.constant("k", {3}, {0, 0, 1});
  model.node("Add", {"x", "k"}, "a");
  transpose(model, "a", kToFirst, "t");
  model.node("Conv", {"t", "w"}, "c");
  transpose(model, "c", kToLast, "y");
  EXPECT_THAT(evaluate(network_of(model), counting(12)), ElementsAre(421, 754, 1087, 1420));
}

}  // namespace
}  // namespace dpwa::onnx
