// SPDX-License-Identifier: Apache-2.0
//
// What can be folded into no layer gets one that passes values on.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "calib/onnx/export.h"
#include "tests/onnx/same_network.h"
#include "tests/onnx/small_model.h"

namespace dpwa::onnx {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Floats = std::vector<float>;

/// The network's values for one sample. Its export is the same network.
Floats values(const SmallModel& model, const Floats& sample, std::size_t layers) {
  const net::Network network = model.import();
  EXPECT_EQ(network.nodes.size(), layers);
  const TemporaryModel exported(export_onnx(network));
  const Inspection again = inspect_onnx(exported.path());
  for (const Reason& reason : again.reasons) ADD_FAILURE() << to_string(reason);
  EXPECT_THAT(differences(network, again.network), IsEmpty());
  return evaluate(network, sample);
}

TEST(Pass, OperatorsAlone) {
  SmallModel relu({3});
  relu.node("Relu", {"x"}, "y");
  EXPECT_THAT(values(relu, {-1, 0, 2}, 1), ElementsAre(0, 0, 2));
  SmallModel pool({1, 1, 2, 2});
  set_integers(pool.node("MaxPool", {"x"}, "y"), "kernel_shape", {2, 1});
  EXPECT_THAT(values(pool, {1, 5, 4, 2}, 1), ElementsAre(4, 5));
  SmallModel negative({1, 2});
  negative.constant("k", {2}, {-1, 3});
  negative.node("Mul", {"x", "k"}, "y");
  EXPECT_THAT(values(negative, {2, 5}, 1), ElementsAre(-2, 15));
  SmallModel shape({1, 2, 1, 2});
  shape.node("Flatten", {"x"}, "y");
  EXPECT_THAT(values(shape, {1, 2, 3, 4}, 1), ElementsAre(1, 2, 3, 4));
  SmallModel softmax({1, 3});
  softmax.node("Softmax", {"x"}, "y");
  EXPECT_THAT(values(softmax, {1, 2, 3}, 1), ElementsAre(1, 2, 3));
}

TEST(Pass, ConstantsThatDifferFromValueToValue) {
  SmallModel model({2, 1, 3});
  model.constant("k", {2, 1, 3}, counting(6));
  model.node("Sub", {"k", "x"}, "y");
  EXPECT_THAT(values(model, {1, 1, 1, 2, 2, 2}, 1), ElementsAre(0, 1, 2, 2, 3, 4));
  SmallModel map({1, 1, 1, 2});
  map.constant("w", {1, 1, 1, 1}, {1});
  map.constant("k", {2}, {2, 3});
  map.node("Conv", {"x", "w"}, "a");
  map.node("Mul", {"a", "k"}, "y");
  EXPECT_THAT(values(map, {5, 7}, 2), ElementsAre(10, 21));
}

/// x [1, 1, 2, 3] -> Conv 1 x 1 (times `w`) -> what `more` adds up to "pooled" -> MaxPool 2 x 2 with pads 1
/// everywhere.
SmallModel padded_pool(float w, const std::function<void(SmallModel&)>& more) {
  SmallModel model({1, 1, 2, 3});
  model.constant("w", {1, 1, 1, 1}, {w});
  model.node("Conv", {"x", "w"}, "c");
  more(model);
  auto& pool = model.node("MaxPool", {"pooled"}, "y");
  set_integers(pool, "kernel_shape", {2, 2});
  set_integers(pool, "pads", {1, 1, 1, 1});
  return model;
}

const Floats kPooled{-1, 2, 3, 4, -5, -6};  // maxima below 0 in one corner

// Behind Relu the zeros around a map change no maximum.
TEST(Pass, APoolWithPadsBehindReluHasALayerThatPutsZerosAround) {
  const SmallModel model = padded_pool(1, [](SmallModel& m) { m.node("Relu", {"c"}, "pooled"); });
  EXPECT_THAT(values(model, kPooled, 2), ElementsAre(0, 2, 3, 3, 4, 4, 3, 3, 4, 4, 0, 0));
  const net::Network network = model.import();
  EXPECT_EQ(network.nodes[1].window.pad_left, 1);
  EXPECT_FALSE(net::has_pads(*network.nodes[1].pool));
  EXPECT_FALSE(network.nodes[0].pool);
}

TEST(Pass, APoolWithPadsBeforeRelu) {
  SmallModel after = padded_pool(1, [](SmallModel& m) { m.node("Relu", {"c"}, "pooled"); });
  after.proto.mutable_graph()->mutable_node(1)->CopyFrom(after.proto.graph().node(2));
  after.proto.mutable_graph()->mutable_node()->RemoveLast();
  after.proto.mutable_graph()->mutable_node(1)->set_input(0, "c");
  after.proto.mutable_graph()->mutable_node(1)->set_output(0, "p");
  after.node("Relu", {"p"}, "y");
  EXPECT_THAT(values(after, kPooled, 2), ElementsAre(0, 2, 3, 3, 4, 4, 3, 3, 4, 4, 0, 0));
}

TEST(Pass, APoolWithPadsOfAMapThatOthersRead) {
  SmallModel model({1, 1, 2, 3});
  model.constant("w", {1, 1, 1, 1}, {1});
  model.node("Conv", {"x", "w"}, "c");
  model.node("Relu", {"c"}, "r");
  auto& pool = model.node("MaxPool", {"r"}, "p");
  set_integers(pool, "kernel_shape", {2, 2});
  set_integers(pool, "pads", {1, 1, 0, 0});
  set_integer(model.node("Concat", {"r", "p"}, "y"), "axis", 1);
  EXPECT_THAT(values(model, kPooled, 4), ElementsAre(0, 2, 3, 4, 0, 0, 0, 2, 3, 4, 4, 3));
  EXPECT_EQ(model.import().nodes[1].lower, 0);  // the pool's layer knows that it reads no value below 0
}

TEST(Pass, APoolWhosePadsWouldBeTheLargestMap) {
  SmallModel model({1, 1, 1, 1});
  auto& pool = model.node("MaxPool", {"x"}, "y");
  set_integers(pool, "kernel_shape", {4000, 4000});
  set_integers(pool, "pads", {3999, 3999, 3999, 3999});
  EXPECT_THAT(model.reasons(), ElementsAre(testing::HasSubstr("[1, 7999, 7999] is larger than")));
}

// Windows that overlap would compute what is before the pool several times.
TEST(Pass, APoolWithPadsOfValuesBelowZeroHasALayerIfItsWindowsOverlap) {
  SmallModel model = padded_pool(-1, [](SmallModel& m) { m.node("Identity", {"c"}, "pooled"); });
  EXPECT_THAT(values(model, kPooled, 2), ElementsAre(1, 1, -2, -3, 1, 5, 6, 6, -4, 5, 6, 6));
  EXPECT_EQ(model.import().nodes[1].pool->pad_left, 1);
  EXPECT_FALSE(net::has_pads(model.import().nodes[1].window));
  set_integers(*model.proto.mutable_graph()->mutable_node(2), "strides", {2, 2});
  EXPECT_THAT(values(model, kPooled, 1), ElementsAre(1, -2, -4, 6));
}

TEST(Pass, LimitsBesideZeroAreShiftedThereAndBack) {
  const auto clip = [](const std::string& low, const std::string& high) {
    SmallModel model({1, 4});
    model.constant("one", {}, {1});
    model.constant("two", {}, {2});
    model.node("Clip", {"x", low, high}, "y");
    return values(model, {-1, 1, 1.5F, 3}, 2);
  };
  EXPECT_THAT(clip("one", "two"), ElementsAre(1, 1, 1.5F, 2));
  EXPECT_THAT(clip("one", ""), ElementsAre(1, 1, 1.5F, 3));
  SmallModel below({1, 3});
  below.constant("k", {}, {-2});
  below.node("Clip", {"x", "", "k"}, "y");
  EXPECT_THAT(values(below, {-5, -2, 1}, 2), ElementsAre(-5, -2, -2));
}

TEST(Pass, MaxAndMinWithConstants) {
  SmallModel largest({3});
  largest.constant("k", {3}, {1, -1, 5});
  largest.constant("l", {1}, {0});
  largest.node("Max", {"k", "x", "l"}, "y");
  EXPECT_THAT(values(largest, {2, -3, 4}, 2), ElementsAre(2, 0, 5));
  SmallModel smallest({3});
  smallest.constant("k", {3}, {1, -1, 5});
  smallest.node("Min", {"x", "k"}, "y");
  EXPECT_THAT(values(smallest, {2, -3, 4}, 2), ElementsAre(1, -3, 4));
  SmallModel limit({3});
  limit.constant("k", {1}, {-1});
  limit.node("Max", {"x", "k"}, "y");
  EXPECT_THAT(values(limit, {2, -3, 4}, 1), ElementsAre(2, -1, 4));
}

TEST(Pass, LargestOverAxes) {
  SmallModel middle({2, 2, 2});
  set_integers(middle.node("ReduceMax", {"x"}, "y"), "axes", {1});
  EXPECT_THAT(values(middle, {1, 6, 3, 4}, 1), ElementsAre(3, 6)) << "of one sample";
  SmallModel all({1, 2, 2});
  all.node("ReduceMax", {"x"}, "y");
  EXPECT_THAT(values(all, {1, 6, 3, 4}, 1), ElementsAre(6));
  SmallModel map({1, 2, 2, 2}, 18);
  map.indices("axes", {2, 3});
  map.node("ReduceMax", {"x", "axes"}, "y");
  EXPECT_THAT(values(map, {1, 2, 3, 4, 8, 7, 6, 5}, 1), ElementsAre(4, 8));
  SmallModel global({1, 2, 1, 2}, 1);
  global.node("GlobalMaxPool", {"x"}, "y");
  EXPECT_THAT(values(global, {1, 2, 4, 3}, 1), ElementsAre(2, 4));
}

TEST(Pass, NormalisationOfManyInputsGoesIntoTheLayerThatReadsThem) {
  SmallModel model({1, 20});
  model.constant("mean", {20}, counting(20));
  model.constant("w", {20, 1}, Floats(20, 1));
  model.node("Sub", {"x", "mean"}, "a");
  model.node("MatMul", {"a", "w"}, "y");
  EXPECT_THAT(values(model, Floats(20, 0.0F), 1), ElementsAre(-210));
}

TEST(Pass, WhatFollowsAnActivationOrAPool) {
  SmallModel model({1, 2});
  model.constant("w", {2, 2}, {1, 0, 0, 1});
  model.constant("k", {2}, {1, 2});
  model.node("MatMul", {"x", "w"}, "a");
  model.node("Relu", {"a"}, "b");
  model.node("Sub", {"b", "k"}, "c");
  model.node("Relu", {"c"}, "y");
  EXPECT_THAT(values(model, {3, -1}, 2), ElementsAre(2, 0));
  SmallModel pools({1, 1, 1, 4});
  pools.constant("w", {1, 1, 1, 1}, {1});
  pools.node("Conv", {"x", "w"}, "a");
  set_integers(pools.node("MaxPool", {"a"}, "b"), "kernel_shape", {1, 2});
  set_integers(pools.node("MaxPool", {"b"}, "y"), "kernel_shape", {1, 2});
  EXPECT_THAT(values(pools, {4, 1, 2, 3}, 2), ElementsAre(4, 3));
}

TEST(Pass, ATensorThatIsReadTwiceStaysAsItIs) {
  SmallModel model({1, 1, 1, 2});
  model.constant("w", {1, 1, 1, 1}, {1});
  model.constant("v", {1, 1, 1, 1}, {10});
  model.node("Conv", {"x", "w"}, "a");
  model.node("Relu", {"a"}, "b");
  model.node("Conv", {"a", "v"}, "c");
  model.node("Add", {"b", "c"}, "y");
  EXPECT_THAT(values(model, {2, -3}, 3), ElementsAre(22, -30));
}

}  // namespace
}  // namespace dpwa::onnx
