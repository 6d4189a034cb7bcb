// SPDX-License-Identifier: Apache-2.0
//
// Networks with several outputs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/onnx/same_network.h"
#include "tests/onnx/small_model.h"

namespace dpwa::onnx {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

using Named = std::vector<std::pair<std::string, std::vector<float>>>;

/// The network's outputs by name; and that export and import give the same network.
Named outputs(const SmallModel& model, const std::vector<float>& sample) {
  const net::Network network = network_of(model);
  const std::vector<float> all = evaluate(network, sample);
  Named named;
  for (const net::Output& output : network.outputs) {
    const auto first = all.begin() + output.first;
    named.push_back({output.name, {first, first + output.size()}});
  }
  return named;
}

/// x [1, 2] -> MatMul 'a' = [x0 + x1, x0 - x1].
SmallModel vectors() {
  SmallModel model({1, 2});
  model.constant("w", {2, 2}, {1, 1, 1, -1});
  model.constant("v", {2, 3}, {1, 0, 2, 0, 1, 3});
  model.node("MatMul", {"x", "w"}, "a");
  model.output("z");
  return model;
}

TEST(Outputs, TwoHeadsOfOneTensor) {
  SmallModel model = vectors();
  model.node("Relu", {"a"}, "r");
  model.node("MatMul", {"r", "v"}, "y");
  model.node("MatMul", {"r", "w"}, "z");
  EXPECT_EQ(outputs(model, {1, 3}), (Named{{"y", {4, 0, 8}}, {"z", {4, 4}}}));
  const net::Network network = model.import();
  EXPECT_THAT(network.outputs[0].dims, ElementsAre(3));
  EXPECT_EQ(network.nodes.size(), 2U) << "both heads are channels of one layer";
}

TEST(Outputs, HeadsThatDifferAreAdded) {
  SmallModel model = vectors();
  model.node("Relu", {"a"}, "r");
  model.node("MatMul", {"r", "v"}, "y");
  model.node("MatMul", {"r", "w"}, "s");
  model.node("Relu", {"s"}, "z");
  EXPECT_EQ(outputs(model, {1, 3}), (Named{{"y", {4, 0, 8}}, {"z", {4, 4}}}));
  EXPECT_EQ(model.import().nodes.back().residual, 2);
}

TEST(Outputs, ProductsStayLayersOfTheirOwn) {
  SmallModel model = vectors();
  model.constant("u", {2, 2}, {2, 0, 1, 1});
  model.node("Relu", {"a"}, "r");
  model.node("MatMul", {"r", "w"}, "p");
  model.node("MatMul", {"r", "u"}, "q");
  model.node("Mul", {"p", "r"}, "y");
  model.node("Mul", {"q", "r"}, "z");
  EXPECT_EQ(outputs(model, {3, 1}), (Named{{"y", {24, 4}}, {"z", {40, 4}}}));
}

TEST(Outputs, OneThatALayerAlsoReads) {
  SmallModel model = vectors();
  model.node("Relu", {"a"}, "y");
  model.node("MatMul", {"y", "v"}, "z");
  EXPECT_EQ(outputs(model, {1, 3}), (Named{{"y", {4, 0}}, {"z", {4, 0, 8}}}));
  EXPECT_EQ(outputs(model, {3, 1}), (Named{{"y", {4, 2}}, {"z", {4, 2, 14}}}));
}

TEST(Outputs, TheSameValueTwiceIsStoredOnce) {
  SmallModel model = vectors();
  model.node("Identity", {"a"}, "y");
  model.node("Softmax", {"a"}, "z");
  EXPECT_EQ(outputs(model, {1, 3}), (Named{{"y", {4, -2}}, {"z", {4, -2}}}));
  const net::Network network = model.import();
  EXPECT_EQ(network.nodes.size(), 1U);
  EXPECT_FALSE(network.outputs[0].softmax);
  EXPECT_EQ(network.outputs[1].softmax, (net::Softmax{2, 1}));
  SmallModel named_twice = vectors();
  named_twice.proto.mutable_graph()->mutable_output(1)->set_name("y");
  named_twice.node("Relu", {"a"}, "y");
  EXPECT_EQ(outputs(named_twice, {1, 3}), (Named{{"y", {4, 0}}}));
}

TEST(Outputs, EachHasItsOwnSoftmaxAndShape) {
  SmallModel model = vectors();
  model.constant("u", {2, 4}, {1, 2, 3, 4, 5, 6, 7, 8});
  model.indices("shape", {1, 2, 2});
  model.node("Relu", {"a"}, "r");
  model.node("MatMul", {"r", "v"}, "logits");
  model.node("LogSoftmax", {"logits"}, "y");
  model.node("MatMul", {"r", "u"}, "flat");
  model.node("Reshape", {"flat", "shape"}, "pairs");
  set_integer(model.node("Softmax", {"pairs"}, "z"), "axis", 1);
  EXPECT_EQ(outputs(model, {1, 3}), (Named{{"y", {4, 0, 8}}, {"z", {4, 8, 12, 16}}}));
  const net::Network network = model.import();
  EXPECT_EQ(network.outputs[0].softmax, (net::Softmax{3, 1, true}));
  EXPECT_EQ(network.outputs[1].softmax, (net::Softmax{2, 2}));
  EXPECT_THAT(network.outputs[1].dims, ElementsAre(2, 2));
}

/// x [1, 1, 2, 2] -> Conv 1 x 1 'c' with channels x and 2 x.
SmallModel maps() {
  SmallModel model({1, 1, 2, 2});
  model.constant("w", {2, 1, 1, 1}, {1, 2});
  model.constant("k", {1, 2, 1, 1}, {1, 1});
  model.constant("v", {8, 3}, {1, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0});
  model.node("Conv", {"x", "w"}, "c");
  model.output("z");
  return model;
}

TEST(Outputs, MapsOfOneSizeAlongTheirChannels) {
  SmallModel model = maps();
  model.node("Relu", {"c"}, "r");
  model.node("Conv", {"r", "k"}, "y");
  model.node("Sigmoid", {"c"}, "s");
  model.node("Conv", {"s", "k"}, "z");
  const Named found = outputs(model, {0, 1, 2, -3});
  EXPECT_EQ(found[0].second, (std::vector<float>{0, 3, 6, 0}));
  EXPECT_FLOAT_EQ(found[1].second[0], 1);
  EXPECT_EQ(model.import().tensors.back().shape, (net::Shape{2, 2, 2}));
}

TEST(Outputs, AMapBesideAVector) {
  SmallModel model = maps();
  model.node("Relu", {"c"}, "y");
  model.node("Flatten", {"y"}, "f");
  model.node("MatMul", {"f", "v"}, "z");
  EXPECT_EQ(outputs(model, {1, 2, -3, 4}), (Named{{"y", {1, 2, 0, 4, 2, 4, 0, 8}}, {"z", {7, 14, 0}}}));
  EXPECT_THAT(model.import().outputs[0].dims, ElementsAre(2, 2, 2));
}

TEST(Outputs, MapsOfDifferentSizesThatAreTooLarge) {
  SmallModel model({1, 1, 64, 64});
  model.constant("k", {1, 1, 2, 2}, counting(4));
  model.node("Conv", {"x", "k"}, "c");
  model.node("Relu", {"c"}, "y");
  model.node("Conv", {"y", "k"}, "z");
  model.output("z");
  EXPECT_THAT(model.reasons(),
              ElementsAre(HasSubstr("outputs: outputs of different shapes ('y' 1 x 63 x 63, "
                                    "'z' 1 x 62 x 62) leave the accelerator as one vector")));
}

TEST(Outputs, PartsOfATensorAreTakenByTheHost) {
  SmallModel model({1, 4});
  model.output("z");
  model.constant("w", {4, 4}, {1, 0, 0, 0, 0, 2, 0, 0, 0, 0, 3, 0, 0, 0, 0, 4});
  model.node("MatMul", {"x", "w"}, "a");
  auto& split = model.node("Split", {"a"}, "y");
  set_integer(split, "axis", 1);
  split.add_output("z");
  EXPECT_EQ(outputs(model, {1, 1, 1, 1}), (Named{{"y", {1, 2}}, {"z", {3, 4}}}));
  EXPECT_EQ(model.import().nodes.size(), 1U);
  split.set_output(1, "unread");
  model.node("Relu", {"y"}, "z");
  EXPECT_EQ(outputs(model, {1, -1, 1, 1}), (Named{{"y", {1, -2}}, {"z", {1, 0}}}))
      << "not all of the tensor: a layer for the part";
}

TEST(Split, EqualPartsSizesAndTheInputItself) {
  SmallModel equal({1, 6});
  set_integer(equal.node("Split", {"x"}, "y"), "axis", 1);
  equal.proto.mutable_graph()->mutable_node(0)->add_output("z");
  equal.output("z");
  EXPECT_EQ(outputs(equal, {1, 2, 3, 4, 5, 6}), (Named{{"y", {1, 2, 3}}, {"z", {4, 5, 6}}}));
  SmallModel sized({1, 6});
  sized.indices("sizes", {2, 4});
  set_integer(sized.node("Split", {"x", "sizes"}, "y"), "axis", -1);
  sized.proto.mutable_graph()->mutable_node(0)->add_output("z");
  sized.output("z");
  EXPECT_EQ(outputs(sized, {1, 2, 3, 4, 5, 6}), (Named{{"y", {1, 2}}, {"z", {3, 4, 5, 6}}}));
  SmallModel uneven({1, 5}, 18);
  set_integer(uneven.node("Split", {"x"}, "y"), "axis", 1);
  set_integer(*uneven.proto.mutable_graph()->mutable_node(0), "num_outputs", 2);
  uneven.proto.mutable_graph()->mutable_node(0)->add_output("z");
  uneven.output("z");
  EXPECT_EQ(outputs(uneven, {1, 2, 3, 4, 5}), (Named{{"y", {1, 2, 3}}, {"z", {4, 5}}}));
}

TEST(Split, AConvReadsItsPartOfTheChannels) {
  SmallModel model({1, 2, 2, 2});
  model.constant("w", {4, 2, 1, 1}, {1, 0, 0, 1, 1, 1, 1, -1});
  model.constant("p", {2, 2, 2, 2}, counting(16));
  model.constant("q", {2, 1, 1, 1}, {2, -1});
  model.node("Conv", {"x", "w"}, "c");
  auto& split = model.node("Split", {"c"}, "first");
  set_integer(split, "axis", 1);
  split.add_output("second");
  model.node("Conv", {"first", "p"}, "y");
  set_integer(model.node("Conv", {"second", "q"}, "z"), "group", 2);
  model.output("z");
  const Named found = outputs(model, {1, 2, 3, 4, 5, 6, 7, 8});
  EXPECT_EQ(found[0].second, (std::vector<float>{204, 492}));
  EXPECT_EQ(found[1].second, (std::vector<float>{12, 16, 20, 24, 4, 4, 4, 4}));
}

TEST(Split, WhatIsRefused) {
  const auto reasons = [](std::vector<std::int64_t> sizes, std::int64_t axis) {
    SmallModel model({1, 6});
    model.symbolic(0, "N");
    model.indices("sizes", std::move(sizes));
    auto& split = model.node("Split", {"x", "sizes"}, "y");
    set_integer(split, "axis", axis);
    split.add_output("z");
    model.output("z");
    return model.reasons();
  };
  EXPECT_THAT(reasons({2, 3}, 1),
              ElementsAre("Split 'y', split: [2, 3] do not make 2 parts of a dimension of 6 of 'x' [1, 6]"));
  EXPECT_THAT(reasons({1, 2, 3}, 1), ElementsAre(HasSubstr("do not make 2 parts")));
  EXPECT_THAT(reasons({7, -1}, 1), ElementsAre(HasSubstr("do not make 2 parts")));
  EXPECT_THAT(reasons({2, 4}, 0), Contains(HasSubstr("Split 'y', axis: 0 of 'x' [1, 6] is the batch")));
  EXPECT_THAT(reasons({2, 4}, 2), Contains(HasSubstr("Split 'y', axis: 2 does not fit")));
}

}  // namespace
}  // namespace dpwa::onnx
