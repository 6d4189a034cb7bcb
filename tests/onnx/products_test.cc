// SPDX-License-Identifier: Apache-2.0
//
// Products of two computed tensors, of one shape or of a map and one value for each of its channels.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "tests/onnx/same_network.h"
#include "tests/onnx/small_model.h"

namespace dpwa::onnx {
namespace {

using ::testing::ElementsAre;
using ::testing::FloatEq;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pointwise;

using Values = std::vector<float>;

Values mapped(const Values& a, const std::function<float(float)>& f) {
  Values result;
  for (const float value : a) result.push_back(f(value));
  return result;
}

Values product(const Values& a, const Values& b) {
  Values result;
  for (std::size_t i = 0; i < a.size(); ++i) result.push_back(a[i] * b[i]);
  return result;
}

float relu(float x) { return std::max(x, 0.0F); }

/// HardSigmoid with alpha 1/8 and beta 1/2: exact for what the tests give it.
float gate(float x) { return std::clamp(x / 8 + 0.5F, 0.0F, 1.0F); }

void add_gate(SmallModel& model, const std::string& x, const std::string& output) {
  ::onnx::NodeProto& node = model.node("HardSigmoid", {x}, output);
  set_float(node, "alpha", 0.125F);
  set_float(node, "beta", 0.5F);
}

/// Its values and, after export and import, the same network.
net::Network expect_values(const SmallModel& model, const Values& expected, std::size_t nodes,
                           const Values& sample = kStemSample) {
  net::Network network = network_of(model);
  EXPECT_EQ(network.nodes.size(), nodes);
  EXPECT_THAT(evaluate(network, sample), Pointwise(FloatEq(), expected));
  return network;
}

TEST(Product, TheLaterOfTwoConvolutionsMultiplies) {
  for (const bool swapped : {false, true}) {
    SmallModel model = stem_model(14);
    model.node("Conv", {"r", "p"}, "c");
    model.node("Conv", {"r", "q"}, "d");
    model.node("Mul", swapped ? std::vector<std::string>{"d", "c"} : std::vector<std::string>{"c", "d"}, "y");
    const net::Network network = expect_values(model, product(kStemP, kStemQ), 3);
    EXPECT_EQ(network.nodes[2].name, "d");
    EXPECT_EQ(network.nodes[2].factor, 2);
    EXPECT_EQ(network.tensors[2].adders, std::vector<int>{2});
    EXPECT_THAT(network.tensors[2].consumers, IsEmpty());
  }
}

TEST(Product, AnEarlierConvolutionMovesBehindItsFactor) {
  SmallModel model = stem_model(14);
  model.node("Conv", {"r", "p"}, "c");
  model.node("Conv", {"r", "q"}, "d");
  model.node("Relu", {"d"}, "e");
  model.node("Mul", {"c", "e"}, "y");
  const net::Network network = expect_values(model, product(kStemP, mapped(kStemQ, relu)), 3);
  EXPECT_EQ(network.nodes[1].name, "d");
  EXPECT_EQ(network.nodes[2].name, "c");
}

TEST(Product, OfAConvolutionAndWhatItReads) {
  SmallModel model = stem_model(14);
  model.node("Conv", {"r", "p"}, "c");
  model.node("Mul", {"r", "c"}, "m");
  model.node("Relu", {"m"}, "y");
  const net::Network network = expect_values(model, mapped(product(kStemP, kStemR), relu), 2);
  EXPECT_EQ(network.nodes[1].factor, 1);
  EXPECT_EQ(network.nodes[1].lower, 0);
  EXPECT_EQ(network.tensors[1].consumers, std::vector<int>{1});
}

TEST(Product, WhatAFunctionGivesIsPassedOnByTheLayerThatMultiplies) {
  SmallModel model = stem_model(14);
  model.node("Conv", {"r", "p"}, "c");
  add_gate(model, "c", "g");
  model.node("Conv", {"r", "q"}, "d");
  model.node("Mul", {"g", "d"}, "y");
  const net::Network network = expect_values(model, product(mapped(kStemP, gate), kStemQ), 4);
  EXPECT_EQ(network.nodes[3].input, 2);
  EXPECT_EQ(network.nodes[3].factor, 3);
  EXPECT_EQ(network.nodes[3].groups, 2);
  SmallModel both = stem_model(14);
  both.node("Conv", {"r", "p"}, "c");
  both.node("Conv", {"r", "q"}, "d");
  add_gate(both, "c", "g");
  add_gate(both, "d", "h");
  both.node("Mul", {"g", "h"}, "y");
  expect_values(both, product(mapped(kStemP, gate), mapped(kStemQ, gate)), 5);
}

TEST(Product, Squares) {
  SmallModel stored = stem_model(14);
  stored.node("Mul", {"r", "r"}, "y");
  EXPECT_EQ(expect_values(stored, product(kStemR, kStemR), 2).nodes[1].factor, 1);
  SmallModel open = stem_model(14);
  open.node("Conv", {"r", "p"}, "c");
  open.node("Mul", {"c", "c"}, "y");
  expect_values(open, product(kStemP, kStemP), 3);
  SmallModel input({1, 2, 2, 2});
  input.node("Mul", {"x", "x"}, "y");
  expect_values(input, product(kStemSample, kStemSample), 2);
  SmallModel function = stem_model(14);
  add_gate(function, "r", "g");
  function.node("Mul", {"g", "g"}, "y");
  expect_values(function, product(mapped(kStemR, gate), mapped(kStemR, gate)), 4);
}

TEST(Product, OfVectors) {
  SmallModel model({1, 2});
  model.constant("p", {2, 2}, {1, 2, 3, 4});
  model.constant("q", {2, 2}, {1, 0, 0, -1});
  model.node("MatMul", {"x", "p"}, "a");
  model.node("Relu", {"a"}, "r");
  model.node("Gemm", {"r", "q"}, "b");
  model.node("Mul", {"b", "r"}, "y");
  expect_values(model, {31 * 31, -42 * 42}, 2, {1, 10});
}

/// The block: a map 'r', its mean, a layer 'c', a gate 'g'.
SmallModel excitation() {
  SmallModel model = stem_model(14);
  model.node("GlobalAveragePool", {"r"}, "mean");
  model.node("Conv", {"mean", "p"}, "c");
  add_gate(model, "c", "g");
  return model;
}

/// One value per channel, at each of the four pixels.
Values spread(const Values& values) {
  Values result;
  for (const float value : values) result.insert(result.end(), 4, value);
  return result;
}

const float kMeanA = 7.25F / 4, kMeanB = 14.25F / 4;
const Values kGates{gate(kMeanA / 2 - kMeanB), gate(2 * kMeanA + kMeanB / 8)};

TEST(Product, AGateIsSpreadOverItsMap) {
  for (const bool swapped : {false, true}) {
    SmallModel model = excitation();
    model.node("Mul", swapped ? std::vector<std::string>{"g", "r"} : std::vector<std::string>{"r", "g"}, "m");
    model.node("Relu", {"m"}, "y");
    const net::Network network = expect_values(model, product(kStemR, spread(kGates)), 3);
    const net::Node& node = network.nodes[2];
    EXPECT_EQ(node.input, 2);
    EXPECT_EQ(node.factor, 1);
    EXPECT_TRUE(net::spreads(node.window));
    EXPECT_EQ(node.window.stride_x, 0);
    EXPECT_TRUE((node.conv_shape == net::Shape{2, 2, 2}));
    EXPECT_TRUE((network.tensors[2].shape == net::Shape{1, 1, 2}));
    EXPECT_EQ(node.lower, 0);
  }
}

TEST(Product, ADepthwiseLayerOfTheGateSpreadsIt) {
  SmallModel scaled = excitation();
  scaled.constant("k", {2, 1, 1}, {2, -1});
  scaled.node("Mul", {"g", "k"}, "h");
  scaled.node("Mul", {"h", "r"}, "y");
  expect_values(scaled, product(kStemR, spread(product(kGates, {2, -1}))), 3);
  // One that mixes channels would be computed again at every position: it is passed on.
  SmallModel dense = excitation();
  dense.node("Conv", {"g", "q"}, "h");
  dense.node("Mul", {"h", "r"}, "y");
  const Values mixed{kGates[1] - kGates[0], 0.75F * kGates[0] - 2 * kGates[1]};
  expect_values(dense, product(kStemR, spread(mixed)), 4);
}

TEST(Product, AGateOfOneChannelAndOneOfTheMapItself) {
  SmallModel one({1, 1, 2, 2});
  one.constant("w", {1, 1, 1, 1}, {2});
  one.node("Conv", {"x", "w"}, "c");
  one.node("Relu", {"c"}, "r");
  one.node("GlobalAveragePool", {"r"}, "g");
  one.node("Mul", {"r", "g"}, "y");
  // The mean is computed by a layer that all of them read: one more spreads it.
  const net::Network network = expect_values(one, {6, 12, 0, 18}, 3, {1, 2, -1, 3});
  EXPECT_EQ(network.nodes[2].groups, 1);
  EXPECT_TRUE(net::spreads(network.nodes[2].window));
}

TEST(Product, OnlyLimitsAreFoldedIntoIt) {
  const auto behind = [](const std::function<void(SmallModel&)>& make) {
    SmallModel model = stem_model(14);
    model.node("Conv", {"r", "p"}, "c");
    model.node("Mul", {"c", "r"}, "m");
    model.constant("k", {2, 1, 1}, {1, 2});
    make(model);
    return model;
  };
  const Values m = product(kStemP, kStemR);
  Values plus = m, sum = m, pooled;
  for (std::size_t i = 0; i < m.size(); ++i) {
    plus[i] += i < 4 ? 1 : 2;
    sum[i] += kStemR[i];
  }
  for (int c = 0; c < 2; ++c) pooled.push_back(*std::max_element(m.begin() + 4 * c, m.begin() + 4 * c + 4));
  expect_values(behind([](SmallModel& s) { s.node("Add", {"m", "k"}, "y"); }), plus, 3);
  expect_values(behind([](SmallModel& s) {
                  s.node("Mul", {"m", "k"}, "y");
                }),
                product(m, {1, 1, 1, 1, 2, 2, 2, 2}), 3);
  expect_values(behind([](SmallModel& s) { add_gate(s, "m", "y"); }), mapped(m, gate), 3);
  expect_values(behind([](SmallModel& s) {
                  set_integers(s.node("MaxPool", {"m"}, "y"), "kernel_shape", {2, 2});
                }),
                pooled, 3);
  expect_values(behind([](SmallModel& s) { s.node("Add", {"m", "m"}, "y"); }), product(m, spread({2, 2})), 3);
  // What is added, or is a factor, has fine values, which a product has not.
  const net::Network added = expect_values(behind([](SmallModel& s) {
                                             s.node("Add", {"m", "r"}, "y");
                                           }),
                                           sum, 3);
  EXPECT_EQ(added.nodes[2].residual, 1);
  EXPECT_EQ(added.nodes[2].input, 2);
  const net::Network again = expect_values(behind([](SmallModel& s) {
                                             s.node("Mul", {"m", "r"}, "y");
                                           }),
                                           product(m, kStemR), 3);
  EXPECT_EQ(again.nodes[2].factor, 1);
  expect_values(behind([](SmallModel& s) { s.node("Mul", {"m", "m"}, "y"); }), product(m, m), 4);
}

TEST(Product, GatedFunctionsStayFunctions) {
  SmallModel swish = stem_model(14);
  swish.node("Conv", {"r", "p"}, "c");
  swish.node("Sigmoid", {"c"}, "g");
  swish.node("Mul", {"c", "g"}, "y");
  const net::Network network = swish.import();
  ASSERT_EQ(network.nodes.size(), 2U);
  EXPECT_EQ(network.nodes[1].activation.function, net::Function::swish);
  // With other constants than HardSwish has it is a product.
  SmallModel other = stem_model(14);
  other.node("Conv", {"r", "p"}, "c");
  add_gate(other, "c", "g");
  other.node("Mul", {"c", "g"}, "y");
  expect_values(other, product(kStemP, mapped(kStemP, gate)), 4);
}

std::vector<std::string> reasons(const std::function<void(SmallModel&)>& make) {
  SmallModel model = stem_model(14);
  make(model);
  return model.reasons();
}

TEST(Product, WhatIsRefused) {
  EXPECT_THAT(reasons([](SmallModel& m) {
                m.constant("w", {1, 2, 1, 1}, {1, 2});
                m.node("Conv", {"r", "w"}, "c");
                m.node("Mul", {"c", "r"}, "y");
              }),
              ElementsAre(HasSubstr("Mul 'y': multiplies 'c' [1, 1, 2, 2] and 'r' [1, 2, 2, 2]; two computed "
                                    "tensors must have the same dimensions, or be a map")));
  EXPECT_THAT(reasons([](SmallModel& m) {
                m.constant("w", {1, 2, 2, 2}, counting(8));
                m.node("Conv", {"r", "w"}, "c");
                m.node("Mul", {"r", "c"}, "y");
              }),
              ElementsAre(HasSubstr("multiplies 'r' [1, 2, 2, 2] and 'c' [1, 1, 1, 1]")));
  EXPECT_THAT(reasons([](SmallModel& m) {
                m.node("Conv", {"r", "p"}, "c");
                m.node("Div", {"c", "r"}, "y");
              }),
              ElementsAre(HasSubstr("combines two computed tensors")));
  EXPECT_THAT(reasons([](SmallModel& m) {
                m.node("Conv", {"r", "p"}, "c");
                m.node("Flatten", {"r"}, "f");
                m.constant("w", {8, 8}, counting(64));
                m.node("MatMul", {"f", "w"}, "d");
                m.node("Flatten", {"c"}, "e");
                m.node("Mul", {"d", "e"}, "y");
              }),
              ElementsAre(HasSubstr("multiplies 8 channels of 1 x 1 and 2 of 2 x 2")));
}

}  // namespace
}  // namespace dpwa::onnx
