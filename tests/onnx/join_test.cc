// SPDX-License-Identifier: Apache-2.0
//
// Concat of what different layers compute.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "calib/onnx/export.h"
#include "tests/onnx/same_network.h"
#include "tests/onnx/small_model.h"

namespace dpwa::onnx {
namespace {

using ::testing::ElementsAre;
using ::testing::FloatEq;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pointwise;

const std::vector<float> kSample{1, 2, 3, -4, 0.5F, 6, -7, 8};
/// P x and Q x of the sample, [channel][pixel].
const std::vector<float> kP{0, -5, 8.5F, -10, 2.0625F, 4.75F, 5.125F, -7};
const std::vector<float> kQ{-0.5F, 4, -10, 12, -0.25F, -10.5F, 16.25F, -19};

/// x [1, 2, 2, 2] -> Relu(Conv 1 x 1 'cp') and Relu(Conv 1 x 1 'cq') of a layer 'stem' that passes x on.
SmallModel branches() {
  SmallModel model({1, 2, 2, 2});
  model.constant("one", {2, 2, 1, 1}, {1, 0, 0, 1});
  model.constant("p", {2, 2, 1, 1}, {0.5F, -1, 2, 0.125F});
  model.constant("q", {2, 2, 1, 1}, {-1, 1, 0.75F, -2});
  model.constant("zero", {}, {0});
  model.constant("six", {}, {6});
  model.node("Conv", {"x", "one"}, "stem");
  model.node("Conv", {"stem", "p"}, "cp");
  model.node("Conv", {"stem", "q"}, "cq");
  return model;
}

std::vector<float> joined(const std::vector<std::vector<float>>& parts) {
  std::vector<float> result;
  for (const std::vector<float>& part : parts) result.insert(result.end(), part.begin(), part.end());
  return result;
}

std::vector<float> limited(std::vector<float> values, float upper = 1e9F) {
  for (float& v : values) v = std::min(std::max(v, 0.0F), upper);
  return values;
}

/// The values and, after export and import, the same network.
net::Network expect_values(const SmallModel& model, const std::vector<float>& expected, std::size_t nodes) {
  net::Network network = model.import();
  EXPECT_EQ(network.nodes.size(), nodes);
  EXPECT_THAT(evaluate(network, kSample), Pointwise(FloatEq(), expected));
  const TemporaryModel file(export_onnx(network));
  EXPECT_THAT(differences(network, inspect_onnx(file.path()).network), IsEmpty());
  return network;
}

TEST(Join, LayersGetChannelsOfZerosAndAreAdded) {
  for (const bool swapped : {false, true}) {
    SmallModel model = branches();
    const std::vector<std::string> parts{swapped ? "cq" : "cp", swapped ? "cp" : "cq"};
    set_integer(model.node("Concat", parts, "y"), "axis", 1);
    const net::Network network = expect_values(model, swapped ? joined({kQ, kP}) : joined({kP, kQ}), 3);
    EXPECT_EQ(network.nodes[2].residual, network.nodes[1].output);
    EXPECT_EQ(network.nodes[1].out_channels, 4);
  }
}

TEST(Join, LimitsThatAllPartsHaveAreThoseOfTheSum) {
  SmallModel model = branches();
  model.node("Relu", {"cp"}, "rp");
  model.node("Relu", {"cq"}, "rq");
  set_integer(model.node("Concat", {"rp", "rq"}, "y"), "axis", -3);
  const net::Network network = expect_values(model, joined({limited(kP), limited(kQ)}), 3);
  EXPECT_EQ(network.nodes[2].lower, 0);
  EXPECT_EQ(network.nodes[1].lower, -std::numeric_limits<float>::infinity());
}

TEST(Join, PartsOfOtherLimitsArePassedOn) {
  SmallModel model = branches();
  model.node("Relu", {"cp"}, "rp");
  model.node("Clip", {"cq", "zero", "six"}, "rq");
  set_integer(model.node("Concat", {"rp", "rq"}, "y"), "axis", 1);
  const net::Network network = expect_values(model, joined({limited(kP), limited(kQ, 6)}), 5);
  EXPECT_EQ(network.nodes[3].name, "y/0");
}

TEST(Join, ATensorWithOtherReadersAndOneThatComesTwice) {
  SmallModel model = branches();
  model.node("Relu", {"cp"}, "rp");
  model.node("Relu", {"cq"}, "rq");
  set_integer(model.node("Concat", {"rp", "stem", "rp", "rq"}, "y"), "axis", 1);
  expect_values(model, joined({limited(kP), kSample, limited(kP), limited(kQ)}), 7);
}

TEST(Join, WhatFollowsReadsAllChannels) {
  SmallModel model = branches();
  model.node("Relu", {"cp"}, "rp");
  model.node("Relu", {"cq"}, "rq");
  model.constant("k", {4, 1, 1}, {1, 2, 3, 4});
  set_integer(model.node("Concat", {"rp", "rq"}, "join"), "axis", 1);
  model.node("Mul", {"join", "k"}, "scaled");
  set_integers(model.node("MaxPool", {"scaled"}, "y"), "kernel_shape", {2, 2});
  expect_values(model, {8.5F, 10.25F, 36, 65}, 4);
}

TEST(Join, VectorsAndAFlattenedMap) {
  SmallModel model = branches();
  model.constant("w", {8, 2}, counting(16));
  model.node("Flatten", {"cp"}, "fp");
  model.node("Flatten", {"cq"}, "fq");
  model.node("MatMul", {"fq", "w"}, "m");
  model.node("Relu", {"m"}, "r");
  set_integer(model.node("Concat", {"fp", "r"}, "y"), "axis", 1);
  std::vector<float> dense(2, 0);
  for (int i = 0; i < 16; ++i) dense[i % 2] += kQ[i / 2] * static_cast<float>(i + 1);
  expect_values(model, joined({kP, limited(dense)}), 6);
}

TEST(Join, RefusesWhatIsTooLarge) {
  SmallModel model({1, 1, 2048, 1024});
  model.constant("w", {1, 1, 1, 1}, {1});
  model.node("Conv", {"x", "w"}, "stem");
  for (const char* name : {"a", "b", "c"}) model.node("Conv", {"stem", "w"}, name);
  set_integer(model.node("Concat", {"a", "b", "c"}, "y"), "axis", 1);
  EXPECT_THAT(model.reasons(), ElementsAre(HasSubstr("[1, 3, 2048, 1024] is larger than 4194304 values")));
}

TEST(Join, RefusesWhatAreNoChannels) {
  SmallModel model = branches();
  set_integer(model.node("Concat", {"cp", "cq"}, "y"), "axis", 2);
  EXPECT_THAT(model.reasons(), ElementsAre(HasSubstr("only along the channels")));
  SmallModel constant = branches();
  constant.constant("c", {1, 1, 2, 2}, {1, 2, 3, 4});
  set_integer(constant.node("Concat", {"cp", "cq", "c"}, "y"), "axis", 1);
  EXPECT_THAT(constant.reasons(), ElementsAre(HasSubstr("joins the constant 'c'")));
}

}  // namespace
}  // namespace dpwa::onnx
