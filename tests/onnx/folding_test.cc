// SPDX-License-Identifier: Apache-2.0
//
// What the importer makes of supported graphs: layouts, geometry, folded constants, names.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "tests/onnx/same_network.h"
#include "tests/onnx/small_model.h"

namespace dpwa::onnx {
namespace {

using ::onnx::TensorProto;
using ::testing::ElementsAre;

constexpr float kInfinity = std::numeric_limits<float>::infinity();

TEST(Layers, ConvWeightsBecomeChannelLast) {
  SmallModel model({1, 2, 3, 3});
  model.constant("w", {2, 2, 1, 3}, counting(12));
  model.constant("b", {2}, {0.5F, -1});
  model.node("Conv", {"x", "w", "b"}, "y");
  const net::Network network = model.import();
  // [oc][kw][ic]: channel 0 of a row is 1 2 3, channel 1 is 4 5 6
  EXPECT_THAT(network.nodes[0].weight, ElementsAre(1, 4, 2, 5, 3, 6, 7, 10, 8, 11, 9, 12));
  EXPECT_THAT(network.nodes[0].bias, ElementsAre(0.5F, -1));
  EXPECT_EQ(network.nodes[0].conv_shape, (net::Shape{3, 1, 2}));
  EXPECT_EQ(network.nodes[0].name, "y");
  EXPECT_EQ(network.nodes[0].onnx_operator, "Conv");
}

TEST(Layers, GroupsReadTheirOwnChannels) {
  SmallModel model({1, 4, 1, 2});
  model.constant("w", {2, 2, 1, 2}, counting(8));
  set_integer(model.node("Conv", {"x", "w"}, "y"), "group", 2);
  const net::Network network = model.import();
  EXPECT_EQ(network.nodes[0].groups, 2);
  EXPECT_THAT(network.nodes[0].weight, ElementsAre(1, 3, 2, 4, 5, 7, 6, 8));  // [oc][kw][ic of the group]
  EXPECT_EQ(net::macs(network, network.nodes[0]), 8);
  const std::vector<float> sample{1, 2, 3, 4, 10, 20, 30, 40};
  EXPECT_THAT(evaluate(network, sample), ElementsAre(1 + 4 + 9 + 16, 10 * (5 + 12 + 21 + 32)));
}

TEST(Layers, DilationLeavesRowsOut) {
  SmallModel model({1, 1, 5, 1});
  model.constant("w", {1, 1, 2, 1}, {1, 10});
  auto& conv = model.node("Conv", {"x", "w"}, "y");
  set_integers(conv, "dilations", {3, 1});
  set_integers(conv, "pads", {1, 0, 0, 0});
  const net::Network network = model.import();
  EXPECT_EQ(network.nodes[0].window.kh, 2);
  EXPECT_EQ(network.nodes[0].conv_shape, (net::Shape{3, 1, 1}));
  EXPECT_THAT(evaluate(network, {1, 2, 3, 4, 5}), ElementsAre(30, 41, 52));
}

TEST(Layers, DenseAfterAMapReadsTheWholeMapChannelLast) {
  SmallModel model({1, 2, 1, 2});
  model.constant("w", {4, 1}, {1, 2, 3, 4});  // channel 0: 1 2, channel 1: 3 4
  model.node("Flatten", {"x"}, "flat");
  model.node("Gemm", {"flat", "w"}, "y");
  const net::Network network = model.import();
  EXPECT_THAT(network.nodes[0].weight, ElementsAre(1, 3, 2, 4));
  EXPECT_EQ(network.nodes[0].window.kh, 1);
  EXPECT_EQ(network.nodes[0].window.kw, 2);
  EXPECT_THAT(evaluate(network, {1, 10, 100, 1000}), ElementsAre(4321));
}

TEST(Layers, GemmTransBAlphaBetaAndBiasForms) {
  for (const bool transposed : {false, true}) {
    SmallModel model({1, 2});
    model.constant("w", transposed ? std::vector<std::int64_t>{3, 2} : std::vector<std::int64_t>{2, 3},
                   transposed ? std::vector<float>{1, 4, 2, 5, 3, 6} : std::vector<float>{1, 2, 3, 4, 5, 6});
    model.constant("c", {1, 3}, {1, 2, 3});
    auto& gemm = model.node("Gemm", {"x", "w", "c"}, "y");
    set_integer(gemm, "transB", transposed ? 1 : 0);
    set_float(gemm, "alpha", 0.5F);
    set_float(gemm, "beta", 2);
    const net::Network network = model.import();
    EXPECT_THAT(network.nodes[0].weight, ElementsAre(0.5F, 2, 1, 2.5F, 1.5F, 3));
    EXPECT_THAT(network.nodes[0].bias, ElementsAre(2, 4, 6));
  }
  for (const std::vector<std::int64_t>& dims : {std::vector<std::int64_t>{}, {1}, {1, 1}}) {
    SmallModel model({1, 2});
    model.constant("w", {2, 2}, counting(4));
    model.constant("c", dims, {7});
    model.node("Gemm", {"x", "w", "c"}, "y");
    EXPECT_THAT(model.import().nodes[0].bias, ElementsAre(7, 7));
  }
}

TEST(Layers, MatMulOnEitherSide) {
  SmallModel right({1, 2});
  right.constant("w", {2, 2}, {1, 2, 3, 4});
  right.node("MatMul", {"x", "w"}, "y");
  EXPECT_THAT(evaluate(right.import(), {1, 10}), ElementsAre(31, 42));
  for (const std::vector<std::int64_t>& dims : {std::vector<std::int64_t>{2}, {2, 1}, {1, 2, 1}}) {
    SmallModel left(dims);
    left.constant("w", {2, 2}, {1, 2, 3, 4});
    left.node("MatMul", {"w", "x"}, "y");
    EXPECT_THAT(evaluate(left.import(), {1, 10}), ElementsAre(21, 43));
  }
}

TEST(Batch, OneNumberOrNameOrNone) {
  for (const std::int64_t batch : {std::int64_t{1}, std::int64_t{64}}) {
    SmallModel model({batch, 2, 2});
    model.indices("shape", {batch, 4});
    model.constant("w", {4, 2}, counting(8));
    model.node("Reshape", {"x", "shape"}, "flat");
    model.node("MatMul", {"flat", "w"}, "y");
    EXPECT_THAT(model.import().inputs[0].dims, ElementsAre(2, 2));
    model.symbolic(0, "batch");
    if (batch == 1) {
      EXPECT_THAT(model.import().inputs[0].dims, ElementsAre(2, 2));
    }
  }
  SmallModel none({2, 2});  // the first dimension is data: the Reshape says so
  none.indices("shape", {1, 4});
  none.constant("w", {4, 2}, counting(8));
  none.node("Reshape", {"x", "shape"}, "flat");
  none.node("MatMul", {"flat", "w"}, "y");
  EXPECT_THAT(none.import().inputs[0].dims, ElementsAre(2, 2));
}

TEST(Windows, AsymmetricPadsAndStrides) {
  SmallModel model({1, 1, 5, 6});
  model.constant("w", {1, 1, 3, 2}, counting(6));
  auto& conv = model.node("Conv", {"x", "w"}, "y");
  set_integers(conv, "pads", {0, 1, 2, 0});
  set_integers(conv, "strides", {2, 3});
  const net::Node node = model.import().nodes[0];
  EXPECT_EQ(node.window.pad_top, 0);
  EXPECT_EQ(node.window.pad_left, 1);
  EXPECT_EQ(node.window.pad_bottom, 2);
  EXPECT_EQ(node.window.pad_right, 0);
  EXPECT_EQ(node.conv_shape, (net::Shape{3, 2, 1}));
}

TEST(Windows, AutoPad) {
  struct Case {
    const char* mode;
    int top, bottom, out;
  };
  // 5 rows, kernel 4, stride 2: SAME pads 3 rows for 3 positions; the odd one at the end (UPPER) or start
  // (LOWER)
  for (const Case& c : {Case{"SAME_UPPER", 1, 2, 3}, Case{"SAME_LOWER", 2, 1, 3}, Case{"VALID", 0, 0, 1},
                        Case{"NOTSET", 0, 0, 1}}) {
    SmallModel model({1, 1, 5, 1});
    model.constant("w", {1, 1, 4, 1}, counting(4));
    auto& conv = model.node("Conv", {"x", "w"}, "y");
    set_text(conv, "auto_pad", c.mode);
    set_integers(conv, "strides", {2, 1});
    const net::Node node = model.import().nodes[0];
    EXPECT_EQ(node.window.pad_top, c.top) << c.mode;
    EXPECT_EQ(node.window.pad_bottom, c.bottom) << c.mode;
    EXPECT_EQ(node.conv_shape.h, c.out) << c.mode;
  }
}

/// Conv of one weight 1, then MaxPool with the given attributes on h rows of one column.
net::Network pooled_rows(std::int64_t h, std::int64_t kernel, std::int64_t stride,
                         std::vector<std::int64_t> pads, bool ceil_mode) {
  SmallModel model({1, 1, h, 1});
  model.constant("w", {1, 1, 1, 1}, {1});
  model.node("Conv", {"x", "w"}, "conv");
  auto& pool = model.node("MaxPool", {"conv"}, "y");
  set_integers(pool, "kernel_shape", {kernel, 1});
  set_integers(pool, "strides", {stride, 1});
  set_integers(pool, "pads", {pads[0], 0, pads[1], 0});
  set_integer(pool, "ceil_mode", ceil_mode ? 1 : 0);
  return model.import();
}

TEST(Windows, PoolPositionsOutsideTheMapChangeNoMaximum) {
  EXPECT_THAT(evaluate(pooled_rows(4, 2, 2, {1, 1}, false), {-1, -2, -3, -4}), ElementsAre(-1, -2, -4));
}

TEST(Windows, CeilModeAddsTheLastPartlyOutsidePosition) {
  EXPECT_THAT(evaluate(pooled_rows(5, 2, 2, {0, 0}, false), {1, 2, 3, 4, 5}), ElementsAre(2, 4));
  EXPECT_THAT(evaluate(pooled_rows(5, 2, 2, {0, 0}, true), {1, 2, 3, 4, 5}), ElementsAre(2, 4, 5));
  EXPECT_EQ(pooled_rows(5, 2, 2, {0, 0}, true).nodes[0].pool->pad_bottom, 1);
  EXPECT_THAT(evaluate(pooled_rows(4, 1, 3, {0, 0}, true), {1, 2, 3, 4}), ElementsAre(1, 4));
  // the third position would start after the map: there is none
  EXPECT_THAT(evaluate(pooled_rows(2, 2, 3, {1, 1}, true), {1, 2}), ElementsAre(1));
}

TEST(Constants, BatchNormalizationFoldsIntoTheLayer) {
  SmallModel model({1, 2});
  model.constant("w", {2, 2}, {1, 2, 3, 4});
  model.constant("c", {2}, {10, 20});
  model.constant("gamma", {2}, {2, -1});
  model.constant("beta", {2}, {0.5F, 0});
  model.constant("mean", {2}, {1, 2});
  model.constant("var", {2}, {3, 0});
  model.node("Gemm", {"x", "w", "c"}, "gemm");
  set_float(model.node("BatchNormalization", {"gemm", "gamma", "beta", "mean", "var"}, "y"), "epsilon", 1);
  const net::Network network = model.import();  // scales 2 / sqrt(4) = 1 and -1 / sqrt(1) = -1
  EXPECT_THAT(network.nodes[0].weight, ElementsAre(1, 3, -2, -4));
  EXPECT_THAT(network.nodes[0].bias, ElementsAre(9.5F, -18));
  EXPECT_EQ(network.tensors[1].name, "y");
}

TEST(Constants, SubDivMulAddInBothOrders) {
  SmallModel model({1, 1});
  model.constant("w", {1, 1}, {4});
  model.constant("k", {1}, {2});
  model.constant("one", {}, {1});
  model.node("MatMul", {"x", "w"}, "a");  // 4 x
  model.node("Add", {"k", "a"}, "b");     // 4 x + 2
  model.node("Div", {"b", "k"}, "c");     // 2 x + 1
  model.node("Sub", {"one", "c"}, "d");   // -2 x
  model.node("Mul", {"d", "k"}, "e");     // -4 x
  model.node("Sub", {"e", "one"}, "y");   // -4 x - 1
  const net::Network network = model.import();
  EXPECT_THAT(network.nodes[0].weight, ElementsAre(-4));
  EXPECT_THAT(network.nodes[0].bias, ElementsAre(-1));
}

TEST(Constants, BeforeTheFirstLayerTheyAreTheInputAffine) {
  SmallModel model({1, 2, 2, 2});
  model.constant("mean", {1, 2, 1, 1}, {0.5F, 0.25F});
  model.constant("std", {}, {0.5F});
  model.constant("w", {1, 2, 2, 2}, counting(8));
  model.node("Sub", {"x", "mean"}, "a");
  model.node("Div", {"a", "std"}, "b");
  auto& conv = model.node("Conv", {"b", "w"}, "y");
  set_integers(conv, "pads", {1, 1, 0, 0});
  const net::Network network = model.import();
  EXPECT_THAT(network.input_affine.scale, ElementsAre(2, 2));
  EXPECT_THAT(network.input_affine.offset, ElementsAre(-1, -0.5));
  EXPECT_EQ(network.tensors[0].name, "x");
}

TEST(Constants, BatchNormalizationBeforeTheFirstLayer) {
  SmallModel model({1, 1, 2, 2});
  for (const char* name : {"gamma", "beta", "mean"}) model.constant(name, {1}, {3});
  model.constant("var", {1}, {4});
  model.constant("w", {1, 1, 1, 1}, {1});
  set_float(model.node("BatchNormalization", {"x", "gamma", "beta", "mean", "var"}, "bn"), "epsilon", 0);
  model.node("Conv", {"bn", "w"}, "y");
  const net::Network network = model.import();
  EXPECT_THAT(network.input_affine.scale, ElementsAre(1.5));
  EXPECT_THAT(network.input_affine.offset, ElementsAre(-1.5));
}

TEST(Activations, LimitsIntersect) {
  SmallModel model({1, 1});
  model.constant("w", {1, 1}, {1});
  model.constant("low", {}, {-2});
  model.constant("high", {}, {6});
  model.node("MatMul", {"x", "w"}, "a");
  model.node("Clip", {"a", "low"}, "b");
  model.node("Clip", {"b", "", "high"}, "c");
  model.node("Relu", {"c"}, "y");
  const net::Node node = model.import().nodes[0];
  EXPECT_EQ(node.lower, 0);
  EXPECT_EQ(node.upper, 6);
}

TEST(Activations, ClipOfOldOperatorSetsHasAttributes) {
  SmallModel model({1, 1}, 10);
  model.constant("w", {1, 1}, {1});
  model.node("MatMul", {"x", "w"}, "a");
  auto& clip = model.node("Clip", {"a"}, "y");
  set_float(clip, "min", 0);
  set_float(clip, "max", 6);
  const net::Node node = model.import().nodes[0];
  EXPECT_EQ(node.lower, 0);
  EXPECT_EQ(node.upper, 6);
}

TEST(Activations, ReluAfterThePoolIsTheSameAsBefore) {
  SmallModel model({1, 1, 2, 2});
  model.constant("w", {1, 1, 1, 1}, {1});
  model.node("Conv", {"x", "w"}, "conv");
  set_integers(model.node("MaxPool", {"conv"}, "pool"), "kernel_shape", {2, 2});
  model.node("Relu", {"pool"}, "y");
  const net::Network network = model.import();
  EXPECT_EQ(network.nodes[0].lower, 0);
  EXPECT_EQ(network.nodes[0].upper, kInfinity);
  EXPECT_TRUE(network.nodes[0].pool);
  EXPECT_EQ(network.tensors[1].name, "y");
  EXPECT_THAT(evaluate(network, {-1, -2, -3, -4}), ElementsAre(0));
}

TEST(Shapes, SqueezeUnsqueezeReshapeDropoutIdentityOnTheWay) {
  for (const int opset : {11, 13}) {
    SmallModel model({4}, opset);
    model.constant("w", {3, 1, 2, 2}, counting(12));
    model.constant("v", {3, 2}, counting(6));
    model.indices("axes", {0, 1});
    model.indices("last", {-1, -2});
    model.indices("shape", {0, -1, 2, 2});
    const bool inputs = opset >= 13;
    const auto shape_node = [&](const char* op, const char* from, const char* to, const char* axes,
                                std::vector<std::int64_t> values) {
      auto& node =
          model.node(op, inputs ? std::vector<std::string>{from, axes} : std::vector<std::string>{from}, to);
      if (!inputs) set_integers(node, "axes", std::move(values));
    };
    shape_node("Unsqueeze", "x", "wide", "axes", {0, 1});
    model.node("Reshape", {"wide", "shape"}, "map");
    model.node("Conv", {"map", "w"}, "conv");
    model.node("Dropout", {"conv"}, "dropped");
    model.node("Identity", {"dropped"}, "same");
    shape_node("Squeeze", "same", "flat", "last", {-1, -2});
    model.node("MatMul", {"flat", "v"}, "y");
    const net::Network network = model.import();
    EXPECT_THAT(network.inputs[0].dims, ElementsAre(4));
    EXPECT_EQ(network.tensors[0].shape, (net::Shape{2, 2, 1}));
    EXPECT_EQ(network.tensors[1].name, "conv");
    EXPECT_THAT(evaluate(network, {1, 0, 0, 0}), ElementsAre(1 * 1 + 5 * 3 + 9 * 5, 1 * 2 + 5 * 4 + 9 * 6));
  }
}

TEST(Shapes, ConstantNodesInEveryForm) {
  SmallModel model({1, 2, 2});
  auto& weights = model.node("Constant", {}, "w");
  TensorProto tensor;
  tensor.set_data_type(TensorProto::FLOAT);
  tensor.add_dims(8);
  for (const float v : counting(8)) tensor.add_float_data(v);
  auto* const value = weights.add_attribute();
  value->set_name("value");
  value->set_type(::onnx::AttributeProto::TENSOR);
  *value->mutable_t() = tensor;
  set_integers(model.node("Constant", {}, "shape"), "value_ints", {4, 2});
  set_float(model.node("Constant", {}, "six"), "value_float", 6);
  model.node("Reshape", {"w", "shape"}, "matrix");  // of a constant
  model.node("Flatten", {"x"}, "flat");
  model.node("MatMul", {"flat", "matrix"}, "a");
  model.node("Clip", {"a", "", "six"}, "y");
  const net::Network network = model.import();
  EXPECT_THAT(network.nodes[0].weight, ElementsAre(1, 3, 5, 7, 2, 4, 6, 8));
  EXPECT_EQ(network.nodes[0].upper, 6);
}

TEST(Shapes, FinalSoftmaxIsLeftToTheHost) {
  SmallModel model({1, 2});
  model.constant("w", {2, 3}, counting(6));
  model.node("MatMul", {"x", "w"}, "logits");
  set_integer(model.node("Softmax", {"logits"}, "y"), "axis", -1);
  const net::Network network = model.import();
  EXPECT_EQ(network.outputs[0].softmax, (net::Softmax{3, 1}));
  EXPECT_EQ(network.outputs[0].name, "y");
  EXPECT_EQ(network.tensors[network.output].name, "logits");
}

TEST(Shapes, SoftmaxGoesOverOneDimensionOrFromOneOn) {
  const auto softmax = [](const std::string& op, int opset, std::int64_t axis) {
    SmallModel model({1, 2, 3, 4}, opset);
    model.constant("w", {2, 2, 1, 1}, counting(4));
    model.node("Conv", {"x", "w"}, "logits");
    set_integer(model.node(op, {"logits"}, "y"), "axis", axis);
    return model.import().outputs[0].softmax;
  };
  EXPECT_EQ(softmax("Softmax", 13, 1), (net::Softmax{2, 12}));
  EXPECT_EQ(softmax("Softmax", 13, -2), (net::Softmax{3, 4}));
  EXPECT_EQ(softmax("LogSoftmax", 13, 3), (net::Softmax{4, 1, true}));
  EXPECT_EQ(softmax("Softmax", 11, 2), (net::Softmax{12, 1}));
}

TEST(Names, UnnamedAndDoubleNamesBecomeUnique) {
  SmallModel model({1, 1});
  model.constant("w", {1, 1}, {1});
  model.node("MatMul", {"x", "w"}, "a").clear_name();
  model.node("MatMul", {"a", "w"}, "b").set_name("twice");
  model.node("MatMul", {"b", "w"}, "y").set_name("twice");
  const net::Network network = model.import();
  EXPECT_EQ(network.nodes[0].name, "MatMul_0");
  EXPECT_EQ(network.nodes[1].name, "twice");
  EXPECT_EQ(network.nodes[2].name, "twice_2");
}

TEST(Names, TheGraphsNameOrElseTheFiles) {
  SmallModel model({1, 1});
  model.constant("w", {1, 1}, {1});
  model.node("MatMul", {"x", "w"}, "y");
  EXPECT_EQ(model.import().name, "small");
  model.proto.mutable_graph()->clear_name();
  EXPECT_EQ(model.import().name, "model");
}

}  // namespace
}  // namespace dpwa::onnx
