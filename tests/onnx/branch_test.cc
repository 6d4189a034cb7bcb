// SPDX-License-Identifier: Apache-2.0
//
// Values that several operators read, and operators on two computed values.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "tests/onnx/same_network.h"
#include "tests/onnx/small_model.h"

namespace dpwa::onnx {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Floats = std::vector<float>;

/// x [1, 2, 1, 2] and two Convs of it: a swaps the channels, b doubles them.
SmallModel two_branches() {
  SmallModel model({1, 2, 1, 2});
  model.constant("swap", {2, 2, 1, 1}, {0, 1, 1, 0});
  model.constant("double", {2, 2, 1, 1}, {2, 0, 0, 2});
  model.node("Conv", {"x", "swap"}, "a");
  model.node("Conv", {"x", "double"}, "b");
  return model;
}

const Floats kSample{1, -2, 3, 4};
const Floats kA{3, 4, 1, -2}, kB{2, -4, 6, 8};

/// The values after `add`, with so many layers.
Floats values(const std::function<void(SmallModel&)>& add, std::size_t layers) {
  SmallModel model = two_branches();
  add(model);
  const net::Network network = network_of(model);
  EXPECT_EQ(network.nodes.size(), layers);
  return evaluate(network, kSample);
}

TEST(Branches, AnInputOfFewChannelsIsPassedOnOnce) {
  SmallModel model = two_branches();
  model.node("Add", {"a", "b"}, "y");
  const net::Network network = network_of(model);
  ASSERT_EQ(network.nodes.size(), 3U);
  EXPECT_EQ(network.nodes[0].name, "x/passed");
  EXPECT_THAT(network.tensors[0].consumers, ElementsAre(0));
  EXPECT_THAT(network.tensors[1].consumers, ElementsAre(1, 2));
  EXPECT_THAT(evaluate(network, kSample), ElementsAre(5, 0, 7, 6));
}

TEST(Branches, AnInputOfManyChannelsHasSeveralReaders) {
  SmallModel model({1, 40});
  model.constant("w", {40, 40}, Floats(1600, 1));
  model.constant("v", {40, 40}, Floats(1600, 2));
  model.constant("k", {}, {1});
  model.node("Add", {"x", "k"}, "shifted");
  model.node("MatMul", {"shifted", "w"}, "a");
  model.node("MatMul", {"shifted", "v"}, "b");
  model.node("Add", {"a", "b"}, "y");
  const net::Network network = network_of(model);
  EXPECT_EQ(network.nodes.size(), 2U);
  EXPECT_THAT(network.tensors[0].consumers, ElementsAre(0, 1));
  EXPECT_EQ(evaluate(network, Floats(40, 1)), Floats(40, 240));
}

TEST(Branches, ConstantsOfOneReaderAreNotThoseOfTheOther) {
  SmallModel model({1, 2});
  model.constant("k", {2}, {10, 20});
  model.constant("w", {2, 2}, {1, 1, 1, 1});
  model.node("Mul", {"x", "k"}, "m");
  model.node("MatMul", {"x", "w"}, "a");
  model.node("Add", {"m", "a"}, "y");
  EXPECT_THAT(evaluate(network_of(model), {1, 2}), ElementsAre(13, 43));
}

TEST(Branches, TheInputIsAddedAndSubtracted) {
  for (const char* const op : {"Add", "Sub"}) {
    for (const bool first : {true, false}) {
      SmallModel model({1, 2, 1, 2});
      model.constant("swap", {2, 2, 1, 1}, {0, 1, 1, 0});
      model.node("Conv", {"x", "swap"}, "a");
      model.node("Relu", {"a"}, "r");
      model.node(op, first ? std::vector<std::string>{"x", "r"} : std::vector<std::string>{"r", "x"}, "y");
      const float sign = op[0] == 'A' ? 1.0F : -1.0F;
      const Floats r{3, 4, 1, 0};
      Floats expected;
      for (std::size_t i = 0; i < 4; ++i)
        expected.push_back(first ? kSample[i] + sign * r[i] : r[i] + sign * kSample[i]);
      EXPECT_EQ(evaluate(network_of(model), kSample), expected) << op << first;
    }
  }
}

TEST(Branches, ADifferenceNegatesTheLayerBeforeIt) {
  EXPECT_THAT(values([](SmallModel& m) { m.node("Sub", {"a", "b"}, "y"); }, 3), ElementsAre(1, 8, -5, -10));
  EXPECT_THAT(values([](SmallModel& m) { m.node("Sub", {"b", "a"}, "y"); }, 3), ElementsAre(-1, -8, 5, 10));
  EXPECT_THAT(values(
                  [](SmallModel& m) {
                    m.node("Relu", {"b"}, "r");
                    m.node("Sub", {"a", "r"}, "y");
                  },
                  4),
              ElementsAre(1, 4, -5, -10));
}

TEST(Branches, LargerAndSmaller) {
  const auto extreme = [](const std::string& op, std::vector<std::string> inputs) {
    return [op, inputs = std::move(inputs)](SmallModel& m) {
      m.constant("two", {}, {2});
      m.node(op, inputs, "y");
    };
  };
  EXPECT_THAT(values(extreme("Max", {"a", "b"}), 5), ElementsAre(3, 4, 6, 8));
  EXPECT_THAT(values(extreme("Min", {"a", "b"}), 5), ElementsAre(2, -4, 1, -2));
  EXPECT_THAT(values(extreme("Min", {"a", "two", "b"}), 5), ElementsAre(2, -4, 1, -2));
  EXPECT_THAT(values(extreme("Max", {"a", "b", "x"}), 7), ElementsAre(3, 4, 6, 8));
  SmallModel model = two_branches();
  model.node("GlobalMaxPool", {"b"}, "g");
  model.node("Max", {"a", "g"}, "y");
  EXPECT_THAT(model.reasons(), ElementsAre(HasSubstr("compares 'a' [1, 2, 1, 2] and 'g' [1, 2, 1, 1]")));
}

TEST(Branches, ASlopePerChannelAndAbsoluteValues) {
  const auto prelu = [](Floats slopes) {
    return [slopes = std::move(slopes)](SmallModel& m) {
      m.constant("slope", {2, 1, 1}, slopes);
      m.node("Sub", {"a", "b"}, "d");
      m.node("PRelu", {"d", "slope"}, "y");
    };
  };
  EXPECT_THAT(values(prelu({0.5F, 0.25F}), 5), ElementsAre(1, 8, -1.25F, -2.5F));
  EXPECT_THAT(values(prelu({0, -1}), 5), ElementsAre(1, 8, 5, 10));
  EXPECT_THAT(values(prelu({1, 2}), 6), ElementsAre(1, 8, -10, -20));
  EXPECT_THAT(values(
                  [](SmallModel& m) {
                    m.node("Sub", {"a", "b"}, "d");
                    m.node("Abs", {"d"}, "y");
                  },
                  5),
              ElementsAre(1, 8, 5, 10));
  SmallModel input({3});
  input.node("Abs", {"x"}, "y");
  EXPECT_THAT(evaluate(network_of(input), {-1, 0, 2}), ElementsAre(1, 0, 2));
}

TEST(Branches, OneReadingOfTheInput) {
  SmallModel model({1, 4});
  model.indices("shape", {1, 1, 2, 2});
  model.constant("w", {4, 4}, counting(16));
  model.constant("v", {4, 1, 2, 2}, counting(16));
  model.node("MatMul", {"x", "w"}, "a");
  model.node("Reshape", {"x", "shape"}, "map");
  model.node("Conv", {"map", "v"}, "c");
  model.node("Flatten", {"c"}, "b");
  model.node("Add", {"a", "b"}, "y");
  EXPECT_THAT(model.reasons(), ElementsAre(HasSubstr("the network's input is read as 4 channels of 1 x 1 and "
                                                     "as 1 channels of 2 x 2")));
}

}  // namespace
}  // namespace dpwa::onnx
