// SPDX-License-Identifier: Apache-2.0
//
// Networks with several inputs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/onnx/same_network.h"
#include "tests/onnx/small_model.h"

namespace dpwa::onnx {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::FloatEq;
using ::testing::HasSubstr;

/// The output for a sample of all inputs behind each other; and that the network has `nodes` nodes, and is
/// the same after export and import.
std::vector<float> values(const SmallModel& model, const std::vector<float>& sample, std::size_t nodes) {
  const net::Network network = network_of(model);
  EXPECT_EQ(network.nodes.size(), nodes);
  return evaluate(network, sample);
}

/// x [1, 2] and b [1, 3], and matrices for them.
SmallModel vectors() {
  SmallModel model({1, 2});
  model.input("b", {1, 3});
  model.constant("w", {2, 2}, {1, 1, 1, -1});
  model.constant("v", {3, 2}, {1, 0, 0, 1, 2, 3});
  return model;
}

TEST(Inputs, AreReadByOneLayerAsTheyAre) {
  SmallModel model = vectors();
  model.constant("u", {5, 1}, {1, 2, 3, 4, 5});
  set_integer(model.node("Concat", {"x", "b"}, "all"), "axis", 1);
  model.node("MatMul", {"all", "u"}, "y");
  EXPECT_THAT(values(model, {1, 2, 3, 4, 5}, 1), ElementsAre(55));
  const net::Network network = model.import();
  EXPECT_THAT(network.inputs[0].dims, ElementsAre(2));
  EXPECT_THAT(network.inputs[1].dims, ElementsAre(3));
  EXPECT_EQ(network.inputs[1].name, "b");
  SmallModel turned = vectors();
  turned.constant("u", {5, 1}, {1, 2, 3, 4, 5});
  set_integer(turned.node("Concat", {"b", "x"}, "all"), "axis", 1);
  turned.node("MatMul", {"all", "u"}, "y");
  EXPECT_THAT(values(turned, {4, 5, 1, 2, 3}, 1), ElementsAre(55));
}

TEST(Inputs, ABranchEach) {
  SmallModel model = vectors();
  model.node("MatMul", {"x", "w"}, "p");
  model.node("MatMul", {"b", "v"}, "q");
  model.node("Add", {"p", "q"}, "s");
  model.node("Relu", {"s"}, "y");
  EXPECT_THAT(values(model, {1, 2, 3, 4, 5}, 3), ElementsAre(16, 18)) << "one node passes both inputs on";
  SmallModel joined = vectors();
  joined.node("MatMul", {"x", "w"}, "p");
  joined.node("Sigmoid", {"p"}, "r");
  joined.node("MatMul", {"b", "v"}, "q");
  set_integer(joined.node("Concat", {"r", "q"}, "y"), "axis", 1);
  EXPECT_THAT(values(joined, {1, -1, 3, 4, 5}, 4), ElementsAre(0.5F, FloatEq(0.880797F), 13, 19));
}

TEST(Inputs, SumsAndConstantsFoldIntoTheLayerThatReadsThem) {
  SmallModel model({1, 2});
  model.input("b", {1, 2});
  model.constant("w", {2, 2}, {1, 1, 1, -1});
  model.constant("k", {1, 2}, {1, -1});
  model.constant("half", {}, {0.5F});
  model.node("Sub", {"x", "k"}, "c");
  model.node("Mul", {"c", "half"}, "d");
  model.node("Sub", {"d", "b"}, "e");
  model.node("Sum", {"e", "b", "x"}, "f");
  model.node("MatMul", {"f", "w"}, "y");
  EXPECT_THAT(values(model, {3, 5, 7, 9}, 1), ElementsAre(1 + 3 + 3 + 5, 1 + 3 - 3 - 5));
}

/// x [1, 1, 2, 2] and b [1, 2, 2, 2].
SmallModel maps() {
  SmallModel model({1, 1, 2, 2});
  model.input("b", {1, 2, 2, 2});
  model.constant("p", {1, 1, 2, 2}, {1, 2, 3, 4});
  model.constant("q", {1, 2, 2, 2}, {1, 0, 0, 0, 0, 0, 0, 1});
  model.constant("each", {2, 1, 1, 1}, {2, 3});
  return model;
}

const std::vector<float> kMaps{1, 2, 3, 4, 5, 6, 7, 8, 10, 20, 30, 40};

TEST(Inputs, MapsOfOneSizeAreChannelsOfOneMap) {
  SmallModel model = maps();
  model.node("Conv", {"x", "p"}, "c");
  model.node("Conv", {"b", "q"}, "d");
  model.node("Add", {"c", "d"}, "y");
  EXPECT_THAT(values(model, kMaps, 3), ElementsAre(30 + 45));
  EXPECT_EQ(model.import().tensors[0].shape, (net::Shape{2, 2, 3}));
  SmallModel one = maps();
  set_integer(one.node("Concat", {"x", "b"}, "all"), "axis", 1);
  one.constant("k", {1, 3, 1, 1}, {1, 1, 1});
  one.node("Conv", {"all", "k"}, "y");
  EXPECT_THAT(values(one, kMaps, 1), ElementsAre(16, 28, 40, 52));
}

TEST(Inputs, GroupsPadsAndWindowsOfOneOfThem) {
  SmallModel model = maps();
  set_integer(model.node("Conv", {"b", "each"}, "c"), "group", 2);
  model.indices("pads", {0, 0, 1, 1, 0, 0, 0, 0});
  model.node("Pad", {"x", "pads"}, "padded");
  model.node("Conv", {"padded", "p"}, "d");
  model.node("Add", {"d", "x"}, "e");
  set_integer(model.node("Concat", {"c", "e"}, "y"), "axis", 1);
  EXPECT_THAT(values(model, kMaps, 5), ElementsAre(10, 12, 14, 16, 30, 60, 90, 120, 4 * 1 + 1,
                                                   3 * 1 + 4 * 2 + 2, 2 * 1 + 4 * 3 + 3, 30 + 4));
  SmallModel pooled = maps();
  set_integers(pooled.node("MaxPool", {"b"}, "m"), "kernel_shape", {2, 2});
  set_integers(pooled.node("MaxPool", {"x"}, "n"), "kernel_shape", {2, 2});
  set_integer(pooled.node("Concat", {"n", "m"}, "y"), "axis", 1);
  EXPECT_THAT(values(pooled, kMaps, 5), ElementsAre(4, 8, 40));
}

TEST(Inputs, AMapBesideAVectorIsReadAsAVector) {
  SmallModel model({1, 1, 2, 2});
  model.input("b", {1, 3});
  model.constant("u", {4, 1}, {1, 2, 3, 4});
  model.constant("v", {3, 1}, {1, 10, 100});
  model.node("Flatten", {"x"}, "f");
  model.node("MatMul", {"f", "u"}, "p");
  model.node("MatMul", {"b", "v"}, "q");
  model.node("Add", {"p", "q"}, "y");
  EXPECT_THAT(values(model, {1, 2, 3, 4, 5, 6, 7}, 3), ElementsAre(30 + 765));
  SmallModel refused({1, 1, 2, 2});
  refused.input("b", {1, 3});
  refused.constant("k", {1, 1, 2, 2}, counting(4));
  refused.constant("v", {3, 1}, {1, 10, 100});
  refused.node("Conv", {"x", "k"}, "c");
  refused.node("Flatten", {"c"}, "f");
  refused.node("MatMul", {"b", "v"}, "q");
  refused.node("Add", {"f", "q"}, "y");
  EXPECT_THAT(
      refused.reasons(),
      ElementsAre("Conv 'c': reads 'x' [1, 1, 2, 2] as a map, but the inputs 'x' [1, 2, 2], 'b' [3] "
                  "enter as one vector; they enter as maps where all are maps of one height and width"));
}

TEST(Inputs, BatchesAreTheSame) {
  SmallModel model({4, 2});
  model.input("b", {4, 2});
  model.constant("w", {2, 1}, {1, 2});
  model.node("Add", {"x", "b"}, "s");
  model.node("MatMul", {"s", "w"}, "y");
  EXPECT_THAT(values(model, {1, 2, 3, 4}, 1), ElementsAre(16));
  SmallModel data({3, 2});
  data.input("b", {2});
  data.constant("w", {2, 1}, {1, 2});
  data.constant("v", {3, 2}, counting(6));
  data.node("Mul", {"x", "v"}, "s");
  data.node("MatMul", {"s", "w"}, "y");
  data.node("MatMul", {"b", "w"}, "z");
  data.output("z");
  EXPECT_THAT(data.import().inputs[0].dims, ElementsAre(3, 2));
}

TEST(Inputs, AreMultiplied) {
  SmallModel model({1, 2});
  model.input("b", {1, 2});
  model.node("Mul", {"x", "b"}, "y");
  EXPECT_THAT(values(model, {2, -3, 5, 7}, 3), ElementsAre(10, -21));
}

TEST(Inputs, WhatIsRefused) {
  SmallModel unread = vectors();
  unread.node("MatMul", {"x", "w"}, "y");
  EXPECT_THAT(unread.reasons(), ElementsAre("b: the input is read by nothing"));
  SmallModel quotient({1, 2});
  quotient.input("b", {1, 2});
  quotient.node("Div", {"x", "b"}, "y");
  EXPECT_THAT(quotient.reasons(), ElementsAre(HasSubstr("combines two computed tensors ('x' and 'b')")));
  SmallModel shapes = vectors();
  shapes.node("Add", {"x", "b"}, "y");
  EXPECT_THAT(shapes.reasons(), ElementsAre("Add 'y': 'x' [1, 2] and 'b' [1, 3]; computed tensors must have "
                                            "the same dimensions"));
  SmallModel large({1, 2097152});
  large.input("b", {1, 2097153});
  large.node("Add", {"x", "b"}, "y");
  EXPECT_THAT(large.reasons(), Contains("inputs: 2 inputs of 4194305 values together, more than 4194304"));
  SmallModel none({1, 2});
  none.node("Relu", {"x"}, "y");
  none.proto.mutable_graph()->clear_input();
  EXPECT_THAT(none.reasons(), Contains("inputs: the graph has no input that is not an initializer"));
}

}  // namespace
}  // namespace dpwa::onnx
