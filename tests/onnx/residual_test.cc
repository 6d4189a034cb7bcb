// SPDX-License-Identifier: Apache-2.0
//
// Sums of two computed tensors, tensors with several readers, averages over space.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/onnx/same_network.h"
#include "tests/onnx/small_model.h"

namespace dpwa::onnx {
namespace {

using ::testing::ElementsAre;
using ::testing::FloatEq;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pointwise;

std::vector<float> sum(const std::vector<float>& a, const std::vector<float>& b, bool relu = false) {
  std::vector<float> result;
  for (std::size_t i = 0; i < a.size(); ++i)
    result.push_back(relu ? std::max(0.0F, a[i] + b[i]) : a[i] + b[i]);
  return result;
}

/// Its values and, after export and import, the same network.
void expect_values(const SmallModel& model, const std::vector<float>& expected, std::size_t nodes = 3) {
  const net::Network network = network_of(model);
  EXPECT_EQ(network.nodes.size(), nodes);
  EXPECT_THAT(evaluate(network, kStemSample), Pointwise(FloatEq(), expected));
}

TEST(Residual, IdentityShortcutInEitherOrder) {
  for (const bool swapped : {false, true}) {
    SmallModel model = stem_model();
    model.node("Conv", {"r", "p"}, "c");
    model.node("Add", swapped ? std::vector<std::string>{"r", "c"} : std::vector<std::string>{"c", "r"}, "a");
    model.node("Relu", {"a"}, "y");
    expect_values(model, sum(kStemP, kStemR, true), 2);
    const net::Network network = model.import();
    EXPECT_EQ(network.nodes[1].residual, 1);
    EXPECT_EQ(network.tensors[1].adders, std::vector<int>{1});
    EXPECT_EQ(network.tensors[1].consumers, std::vector<int>{1});
    EXPECT_EQ(network.nodes[1].lower, 0);
  }
}

TEST(Residual, OfTwoConvolutionsTheEarlierIsStored) {
  for (const char* order : {"pq", "qp"}) {
    SmallModel model = stem_model();
    for (const char* k = order; *k != 0; ++k)
      model.node("Conv", {"r", std::string(1, *k)}, std::string("c") + *k);
    model.node("Add", {"cp", "cq"}, "y");
    expect_values(model, sum(kStemP, kStemQ));
    const net::Network network = model.import();
    EXPECT_EQ(network.nodes[2].name, std::string("c") + order[1]);
    EXPECT_EQ(network.nodes[2].residual, 2);
    EXPECT_THAT(network.tensors[2].consumers, IsEmpty());
  }
}

TEST(Residual, AnEarlierConvolutionMovesBehindWhatItAdds) {
  SmallModel model = stem_model();
  model.node("Conv", {"r", "p"}, "c");
  model.node("Conv", {"r", "q"}, "d");
  model.node("Relu", {"d"}, "e");
  model.node("Add", {"c", "e"}, "y");
  expect_values(model, sum(kStemP, {0, 6.5F, 0, 7, 0, 0, 4.875F, 0}));
  const net::Network network = model.import();
  EXPECT_EQ(network.nodes[1].name, "d");
  EXPECT_EQ(network.nodes[2].name, "c");
  EXPECT_EQ(network.tensors[2].producer, 1);
  EXPECT_EQ(network.output, 3);
}

TEST(Residual, ConstantsAroundTheSum) {
  SmallModel model = stem_model();
  model.constant("k", {2, 1, 1}, {10, 20});
  model.node("Conv", {"r", "p"}, "c");
  model.node("Add", {"c", "k"}, "ck");
  model.node("Add", {"ck", "r"}, "a");
  model.node("Add", {"a", "k"}, "y");
  expect_values(model, sum(sum(kStemP, kStemR), {20, 20, 20, 20, 40, 40, 40, 40}), 2);
}

TEST(Residual, ATensorAddedToItselfIsScaled) {
  SmallModel model = stem_model();
  model.node("Conv", {"r", "p"}, "c");
  model.node("Add", {"c", "c"}, "y");
  expect_values(model, sum(kStemP, kStemP), 2);
}

TEST(Residual, DenseLayersAddVectors) {
  SmallModel model({1, 2});
  model.constant("p", {2, 2}, {1, 2, 3, 4});
  model.constant("q", {2, 2}, {1, 0, 0, -1});
  model.node("MatMul", {"x", "p"}, "a");
  model.node("Relu", {"a"}, "r");
  model.node("Gemm", {"r", "q"}, "b");
  model.node("Add", {"b", "r"}, "y");
  EXPECT_THAT(evaluate(model.import(), {1, 10}), ElementsAre(62, 0));
}

/// The reasons against a sum of `a` and `b` after `make`.
std::vector<std::string> reasons(const std::function<void(SmallModel&)>& make) {
  SmallModel model = stem_model();
  make(model);
  return model.reasons();
}

TEST(Residual, WhatIsRefused) {
  EXPECT_THAT(reasons([](SmallModel& m) {
                m.node("Conv", {"r", "p"}, "c");
                m.node("Identity", {"c"}, "same");
                m.node("Sub", {"c", "same"}, "y");
              }),
              ElementsAre(HasSubstr("subtracts a value from itself")));
  EXPECT_THAT(reasons([](SmallModel& m) {
                m.constant("w", {2, 2, 2, 2}, counting(16));
                m.node("Conv", {"r", "w"}, "c");
                m.node("Add", {"c", "r"}, "y");
              }),
              ElementsAre(HasSubstr("Add 'y': adds 'c' [1, 2, 1, 1] and 'r' [1, 2, 2, 2]")));
}

/// Model of an average over the map 'r' and a layer, by name of the operator.
SmallModel averaged(const std::string& op, const std::string& layer, int opset = 13) {
  SmallModel model = stem_model();
  model.proto.mutable_opset_import(0)->set_version(opset);
  const bool keep = layer == "Conv";
  if (op == "ReduceMean" && opset >= 18) {
    model.indices("axes", {-1, 2});
    set_integer(model.node(op, {"r", "axes"}, "mean"), "keepdims", keep ? 1 : 0);
  } else if (op == "ReduceMean") {
    auto& node = model.node(op, {"r"}, "mean");
    set_integers(node, "axes", {2, 3});
    set_integer(node, "keepdims", keep ? 1 : 0);
  } else {
    auto& node = model.node(op, {"r"}, "mean");
    if (op == "AveragePool") set_integers(node, "kernel_shape", {2, 2});
    if (!keep) model.node("Flatten", {"mean"}, "vector");
  }
  model.constant("w", keep ? std::vector<std::int64_t>{2, 2, 1, 1} : std::vector<std::int64_t>{2, 2},
                 {1, 2, 3, 4});
  const std::string x = !keep && op != "ReduceMean" ? "vector" : "mean";
  auto& node = model.node(layer, {x, "w"}, "y");
  if (layer == "Gemm") set_integer(node, "transB", 1);
  return model;
}

TEST(Average, IsFoldedIntoTheLayerThatReadsIt) {
  const float a = 7.25F / 4, b = 14.25F / 4;  // means of kStemR
  for (const std::string layer : {"Conv", "Gemm"}) {
    for (const std::string op : {"ReduceMean", "GlobalAveragePool", "AveragePool"}) {
      SCOPED_TRACE(op + " " + layer);
      expect_values(averaged(op, layer), {a + 2 * b, 3 * a + 4 * b}, 2);
    }
  }
  expect_values(averaged("ReduceMean", "MatMul", 18), {a + 3 * b, 2 * a + 4 * b}, 2);
  EXPECT_EQ(averaged("ReduceMean", "Gemm").import().nodes[1].window.kh, 2);
}

TEST(Residual, WhatNoLayerCanTakeIsPassedOn) {
  SmallModel limited = stem_model();
  limited.node("Conv", {"r", "p"}, "c");
  limited.node("Relu", {"c"}, "d");
  limited.node("Add", {"d", "r"}, "y");
  std::vector<float> d = kStemP;
  for (float& value : d) value = std::max(value, 0.0F);
  expect_values(limited, sum(d, kStemR), 3);
  SmallModel twice = stem_model();
  twice.node("Conv", {"r", "p"}, "c");
  twice.node("Conv", {"r", "p"}, "d");
  twice.node("Add", {"c", "d"}, "e");
  twice.node("Add", {"e", "r"}, "y");
  expect_values(twice, sum(sum(kStemP, kStemP), kStemR), 4);
}

TEST(Average, IsALayerWhereNoneReadsIt) {
  SmallModel relu = stem_model();
  relu.node("GlobalAveragePool", {"r"}, "m");
  relu.node("Relu", {"m"}, "y");
  expect_values(relu, {7.25F / 4, 14.25F / 4}, 2);
  EXPECT_EQ(relu.import().nodes[1].groups, 2);
  SmallModel output = stem_model();
  set_integers(output.node("ReduceMean", {"r"}, "y"), "axes", {2, 3});
  expect_values(output, {7.25F / 4, 14.25F / 4}, 2);
  SmallModel input({1, 2, 2, 2});
  input.node("GlobalAveragePool", {"x"}, "m");
  input.constant("w", {2, 2, 1, 1}, counting(4));
  input.node("Conv", {"m", "w"}, "y");
  EXPECT_THAT(evaluate(input.import(), {1, 2, 3, 4, 5, 6, 7, 8}), ElementsAre(2.5F + 13, 7.5F + 26));
}

TEST(Average, OfWindowsIsADepthwiseLayer) {
  SmallModel model({1, 2, 1, 3});
  set_integers(model.node("AveragePool", {"x"}, "y"), "kernel_shape", {1, 2});
  EXPECT_THAT(evaluate(model.import(), {1, 3, 5, 2, 4, 8}), ElementsAre(2, 4, 3, 6));
  SmallModel padded({1, 1, 1, 3});
  auto& pool = padded.node("AveragePool", {"x"}, "y");
  set_integers(pool, "kernel_shape", {1, 2});
  set_integers(pool, "pads", {0, 1, 0, 0});
  EXPECT_THAT(evaluate(padded.import(), {1, 3, 5}), ElementsAre(1, 2, 4));  // a view
  set_integer(pool, "count_include_pad", 1);
  EXPECT_THAT(evaluate(padded.import(), {1, 3, 5}), ElementsAre(0.5F, 2, 4));
  set_integers(pool, "strides", {1, 3});
  SmallModel large({1, 1, 1000, 1000});
  auto& wide = large.node("AveragePool", {"x"}, "y");
  set_integers(wide, "kernel_shape", {500, 500});
  set_integers(wide, "pads", {1, 1, 1, 1});
  EXPECT_THAT(large.reasons(), ElementsAre(HasSubstr("averages of 500 x 500 values")));
  set_integer(pool, "ceil_mode", 1);  // the second window has one value and what does not count
  EXPECT_THAT(evaluate(padded.import(), {1, 3, 5}), ElementsAre(0.5F, 5));
}

}  // namespace
}  // namespace dpwa::onnx
