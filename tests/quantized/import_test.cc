// SPDX-License-Identifier: Apache-2.0
//
// What the importer makes of QuantizeLinear and DequantizeLinear, and what it refuses.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "calib/onnx/export.h"
#include "tests/onnx/quantized_model.h"
#include "tests/onnx/same_network.h"

namespace dpwa::onnx {
namespace {

using ::onnx::TensorProto;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// The folded network of a model, which is the same again after export.
net::Network imported(const QuantizedModel& model) {
  net::Network network = model.import();
  const TemporaryModel file(export_onnx(network));
  const Inspection again = inspect_onnx(file.path());
  for (const Reason& reason : again.reasons) ADD_FAILURE() << to_string(reason);
  EXPECT_THAT(differences(network, again.network), IsEmpty());
  return network;
}

/// x [1, 4] -> Q, DQ -> MatMul with integers -> z.
QuantizedModel dense(const Grid& x = {0.5F, 3}, int opset = 13) {
  QuantizedModel model({1, 4}, opset);
  model.fake_quantize("x", x, "x_r");
  model.weights("w", {4, 2}, TensorProto::INT8, {1, -2, 3, 4, -5, 6, 127, 8}, {0.25F});
  model.node("MatMul", {"x_r", "w"}, "z");
  return model;
}

TEST(ImportQuantized, ATensorHasTheGridOfItsQuantizeLinear) {
  QuantizedModel model = dense();
  model.node("Relu", {"z"}, "r");
  model.fake_quantize("r", {0.125F, 10, TensorProto::INT8}, "y");
  const net::Network network = imported(model);
  ASSERT_EQ(network.nodes.size(), 1U);
  EXPECT_EQ(network.tensors[0].grid, (net::FileGrid{0.5F, 3, 0, 255}));
  EXPECT_EQ(network.tensors[1].grid, (net::FileGrid{0.125F, 10, -128, 127}));
  EXPECT_EQ(network.nodes[0].lower, 0);
  EXPECT_THAT(network.nodes[0].weight_step, ElementsAre(0.25F, 0.25F));
  EXPECT_THAT(network.nodes[0].weight, ElementsAre(0.25F, 0.75F, -1.25F, 31.75F, -0.5F, 1, 1.5F, 2));
}

TEST(ImportQuantized, WhatMovesValuesStaysOnTheGrid) {
  const Grid grid{0.5F, 7};
  QuantizedModel model({1, 2, 4, 4});
  model.fake_quantize("x", grid, "x_r");
  model.weights("w", {4, 2, 1, 1}, TensorProto::UINT8, {0, 255, 128, 130, 1, 2, 3, 4}, {1, 2, 3, 4},
                {128, 128, 128, 128});
  model.node("Conv", {"x_r", "w"}, "c");
  model.fake_quantize("c", grid, "a");
  auto& pool = model.node("MaxPool", {"a"}, "p");
  set_integers(pool, "kernel_shape", {2, 2});
  set_integers(pool, "strides", {2, 2});
  model.fake_quantize("p", grid, "p_r");
  set_integers(model.node("Transpose", {"p_r"}, "t"), "perm", {0, 2, 3, 1});
  model.fake_quantize("t", grid, "t_r");
  model.node("Flatten", {"t_r"}, "f");
  model.weights("v", {3, 16}, TensorProto::INT8, random_weights(48, 1), {0.5F, 0.25F, 1});
  set_integer(model.node("Gemm", {"f", "v"}, "g"), "transB", 1);
  model.fake_quantize("g", {8, 128}, "y");
  const net::Network network = imported(model);
  ASSERT_EQ(network.nodes.size(), 2U);
  EXPECT_TRUE(network.nodes[0].pool);
  EXPECT_THAT(network.nodes[0].weight, ElementsAre(-128, 127, 0, 4, -381, -378, -500, -496));
  EXPECT_THAT(network.nodes[1].weight_step, ElementsAre(0.5F, 0.25F, 1));
}

TEST(ImportQuantized, IntegersAtTheBorder) {
  QuantizedModel model({1, 4});
  model.input_type(TensorProto::UINT8);
  model.output_type(TensorProto::INT8);
  model.dequantize("x", {0.5F, 3}, "x_r");
  model.weights("w", {4, 2}, TensorProto::INT8, {1, -2, 3, 4, -5, 6, 127, 8}, {0.25F});
  model.node("MatMul", {"x_r", "w"}, "z");
  model.quantize("z", {2, -5, TensorProto::INT8}, "y");
  const net::Network network = imported(model);
  EXPECT_TRUE(network.tensors[0].grid->exposed);
  EXPECT_TRUE(network.tensors[1].grid->exposed);
  EXPECT_EQ(network.tensors[1].grid->zero_point, -5);
  EXPECT_THAT(network.input_affine.scale, ElementsAre(0.5, 0.5, 0.5, 0.5));
  EXPECT_THAT(network.input_affine.offset, ElementsAre(-1.5, -1.5, -1.5, -1.5));
}

TEST(ImportQuantized, QLinearConvIsAConvBetweenGrids) {
  QuantizedModel model({1, 1, 3, 3});
  model.quantize("x", {0.5F, 3}, "x_q");
  model.integers("w", {2, 1, 2, 2}, TensorProto::UINT8, {1, 2, 3, 4, 5, 6, 7, 8});
  model.constant("ws", {2}, {1, 2});
  model.integers("wz", {2}, TensorProto::UINT8, {2, 2});
  model.integers("b", {2}, TensorProto::INT32, {5, -6});
  model.parameters("q", {4, 100});
  model.node("QLinearConv", {"x_q", "x_q_s", "x_q_z", "w", "ws", "wz", "q_s", "q_z", "b"}, "q");
  model.node("DequantizeLinear", {"q", "q_s", "q_z"}, "y");
  const net::Network network = imported(model);
  ASSERT_EQ(network.nodes.size(), 1U);
  EXPECT_EQ(network.nodes[0].onnx_operator, "Conv");
  EXPECT_THAT(network.nodes[0].weight, ElementsAre(-1, 0, 1, 2, 6, 8, 10, 12));
  EXPECT_THAT(network.nodes[0].bias, ElementsAre(2.5F, -6));
  EXPECT_EQ(network.tensors[1].grid, (net::FileGrid{4, 100, 0, 255}));
}

// Integers that are moved before they are read keep their grid, also where a layer of its own moves them.
TEST(ImportQuantized, IntegersMayBeMovedBeforeTheyAreRead) {
  const Grid grid{0.5F, 7};
  QuantizedModel model({1, 1, 4, 4});
  model.fake_quantize("x", {0.25F, 0}, "x_r");
  model.weights("w", {2, 1, 1, 1}, TensorProto::INT8, {1, -2}, {1});
  model.node("Conv", {"x_r", "w"}, "c");
  model.quantize("c", grid, "q");
  for (const std::string branch : {"a", "b"}) {
    auto& pool = model.node("MaxPool", {"q"}, branch + "_p");
    set_integers(pool, "kernel_shape", {2, 2});
    set_integers(pool, "strides", {2, 2});
    model.dequantize(branch + "_p", grid, branch + "_r");
    model.weights(branch + "_w", {2, 2, 1, 1}, TensorProto::INT8, {1, 2, 3, 4}, {1});
    model.node("Conv", {branch + "_r", branch + "_w"}, branch);
    model.fake_quantize(branch, {4, 100}, branch + "_f");
  }
  model.node("Add", {"a_f", "b_f"}, "s");
  model.fake_quantize("s", {8, 100}, "y");
  const net::Network network = imported(model);
  for (const net::Node& node : network.nodes) EXPECT_TRUE(network.tensors[node.input].grid) << node.name;
}

TEST(ImportQuantized, QLinearMatMulOfSeveralMatrices) {
  QuantizedModel model({1, 2, 4}, 10);
  model.input_type(TensorProto::UINT8);
  model.output_type(TensorProto::UINT8);
  model.parameters("x", {0.0066F, 113});
  model.integers("w", {1, 4, 3}, TensorProto::UINT8, {152, 51, 244, 60, 26, 255, 0, 127, 246, 127, 254, 247});
  model.parameters("w", {0.00705F, 114});
  model.parameters("y", {0.0107F, 118});
  model.node("QLinearMatMul", {"x", "x_s", "x_z", "w", "w_s", "w_z", "y_s", "y_z"}, "y");
  const net::Network network = model.import();
  ASSERT_EQ(network.nodes.size(), 1U);
  EXPECT_EQ(network.tensors[1].shape.size(), 6);
}

TEST(ImportQuantized, SumsOfIntegersAreInt32) {
  QuantizedModel model({1, 4});
  model.input_type(TensorProto::UINT8);
  model.output_type(TensorProto::INT32);
  model.integers("w", {4, 2}, TensorProto::INT8, {1, -2, 3, 4, -5, 6, 127, 8});
  model.integers("z", {}, TensorProto::UINT8, {7});
  model.node("MatMulInteger", {"x", "w", "z"}, "y");
  const net::Network network = imported(model);
  EXPECT_EQ(network.tensors[0].grid, (net::FileGrid{1, 7, 0, 255, true}));
  EXPECT_EQ(network.tensors[1].grid->scale, 1);
  EXPECT_TRUE(network.tensors[1].grid->exposed);
}

TEST(ImportQuantized, AddsPassWhatTheyAdd) {
  QuantizedModel model = dense();
  model.fake_quantize("z", {0.5F, 128}, "a");
  model.weights("v", {2, 2}, TensorProto::INT8, {3, 1, 4, 1}, {0.5F});
  model.node("MatMul", {"a", "v"}, "m");
  model.fake_quantize("m", {0.75F, 128}, "b");
  model.node("Add", {"a", "b"}, "s");
  model.fake_quantize("s", {0.8F, 128}, "y");
  const net::Network network = imported(model);
  ASSERT_EQ(network.nodes.size(), 4U);
  EXPECT_FALSE(network.tensors[network.nodes.back().residual].grid);
  EXPECT_EQ(network.tensors[network.output].grid->scale, 0.8F);
}

TEST(ImportQuantized, AnAverageIsALayerOfItsOwn) {
  QuantizedModel model({1, 1, 4, 4});
  model.fake_quantize("x", {0.5F, 0}, "x_r");
  model.weights("w", {3, 1, 1, 1}, TensorProto::INT8, {1, 2, 3}, {0.25F});
  model.node("Conv", {"x_r", "w"}, "c");
  model.fake_quantize("c", {0.5F, 0}, "a");
  model.node("GlobalAveragePool", {"a"}, "m");
  model.fake_quantize("m", {0.3F, 0}, "y");
  const net::Network network = imported(model);
  ASSERT_EQ(network.nodes.size(), 2U);
  EXPECT_THAT(network.nodes[1].weight_step, ElementsAre(0.0625F, 0.0625F, 0.0625F));
}

TEST(ImportQuantized, WeightsAloneMakeNoQuantizedNetwork) {
  QuantizedModel model({1, 4});
  model.weights("w", {4, 2}, TensorProto::INT8, {1, -2, 3, 4, -5, 6, 127, 8}, {0.25F});
  model.node("MatMul", {"x", "w"}, "y");
  const net::Network network = model.import();
  EXPECT_FALSE(net::is_quantized(network));
  EXPECT_THAT(network.nodes[0].weight_step, IsEmpty());
  EXPECT_EQ(network.nodes[0].weight[3], 31.75F);
}

TEST(ImportQuantized, SixteenBits) {
  QuantizedModel model = dense({0.001F, -30000, TensorProto::INT16}, 21);
  model.fake_quantize("z", {0.002F, 65000, TensorProto::UINT16}, "y");
  const net::Network network = imported(model);
  EXPECT_EQ(network.tensors[0].grid, (net::FileGrid{0.001F, -30000, -32768, 32767}));
  EXPECT_EQ(network.tensors[1].grid, (net::FileGrid{0.002F, 65000, 0, 65535}));
}

TEST(RefusedQuantized, ReadWithoutAGrid) {
  QuantizedModel model = dense();
  model.weights("v", {2, 2}, TensorProto::INT8, {1, 2, 3, 4}, {1});
  model.node("MatMul", {"z", "v"}, "m");
  model.fake_quantize("m", {1, 128}, "y");
  EXPECT_THAT(model.reasons(), ElementsAre(HasSubstr("MatMul 'm', z: a quantized network reads it without "
                                                     "QuantizeLinear")));
}

TEST(RefusedQuantized, FloatWeights) {
  QuantizedModel model({1, 4});
  model.fake_quantize("x", {0.5F, 3}, "x_r");
  model.constant("w", {4, 2}, {1.01F, 2.3F, -3.7717F, 0.123F, 5.1F, 6.33F, 7.7F, 8.9F});
  model.node("MatMul", {"x_r", "w"}, "z");
  model.fake_quantize("z", {1, 128}, "y");
  EXPECT_THAT(model.reasons(),
              ElementsAre(HasSubstr("MatMul 'z': its weights are no integers times a scale")));
}

TEST(RefusedQuantized, AnotherGridThanTheIntegersHave) {
  QuantizedModel model({1, 4});
  model.quantize("x", {0.5F, 3}, "q");
  model.dequantize("q", {0.25F, 3}, "r");
  model.weights("w", {4, 1}, TensorProto::INT8, {1, 2, 3, 4}, {1});
  model.node("MatMul", {"r", "w"}, "y");
  EXPECT_THAT(model.reasons(),
              Contains(HasSubstr("has scale 0.5 and zero point 3, it is read with 0.25 and 3")));
}

TEST(RefusedQuantized, ActivationFunctions) {
  QuantizedModel model = dense();
  model.node("Sigmoid", {"z"}, "s");
  model.fake_quantize("s", {1.0F / 256, 0}, "y");
  EXPECT_THAT(model.reasons(),
              ElementsAre(HasSubstr("sigmoid in a quantized network would be rounded twice")));
}

TEST(RefusedQuantized, ProductsOfTensors) {
  QuantizedModel model = dense();
  model.fake_quantize("z", {0.5F, 128}, "a");
  model.node("Mul", {"a", "a"}, "p");
  model.fake_quantize("p", {0.25F, 0}, "y");
  EXPECT_THAT(model.reasons(),
              Contains(HasSubstr("a product of two computed tensors in a quantized network would be "
                                 "rounded twice")));
}

TEST(RefusedQuantized, SeveralOutputs) {
  QuantizedModel model = dense();
  model.quantize("z", {0.5F, 128}, "y");
  model.weights("v", {4, 2}, TensorProto::INT8, {1, 2, 3, 4, 5, 6, 7, 8}, {1});
  model.node("MatMul", {"x_r", "v"}, "n");
  model.quantize("n", {0.5F, 128}, "o");
  model.output("o");
  EXPECT_THAT(model.reasons(),
              ElementsAre("outputs: 2 outputs of a quantized network; only one is supported"));
}

TEST(RefusedQuantized, ScalesOfChannelsOfATensor) {
  QuantizedModel model({1, 4});
  model.constant("s", {4}, {1, 2, 3, 4});
  model.node("QuantizeLinear", {"x", "s"}, "q");
  model.node("DequantizeLinear", {"q", "s"}, "y");
  EXPECT_THAT(model.reasons(),
              Contains(HasSubstr("QuantizeLinear 'q', scale: 'x' is computed and gets a scale "
                                 "for each channel")));
}

TEST(RefusedQuantized, IntegersWhereNumbersBelong) {
  QuantizedModel model({1, 4});
  model.input_type(TensorProto::UINT8);
  model.constant("k", {4}, {1, 2, 3, 4});
  model.node("Add", {"x", "k"}, "y");
  EXPECT_THAT(model.reasons(), Contains(HasSubstr("'x' has type uint8, expected float")));
}

TEST(RefusedQuantized, WrongParameters) {
  const auto reasons = [](float scale, int type, int zero_point) {
    QuantizedModel model({1, 4});
    model.constant("s", {}, {scale});
    model.integers("z", {}, type, {zero_point});
    model.node("QuantizeLinear", {"x", "s", "z"}, "y");
    return model.reasons();
  };
  EXPECT_THAT(reasons(0, TensorProto::UINT8, 0), Contains(HasSubstr("normal numbers above 0 are needed")));
  EXPECT_THAT(reasons(-1, TensorProto::UINT8, 0), Contains(HasSubstr("normal numbers above 0 are needed")));
  EXPECT_THAT(reasons(1, TensorProto::UINT8, 300), Contains(HasSubstr("has values that are no uint8")));
  EXPECT_THAT(reasons(1, TensorProto::INT32, 0), Contains(HasSubstr("int32")));
  EXPECT_THAT(reasons(1, TensorProto::BOOL, 0), Contains(HasSubstr("has type bool")));
}

}  // namespace
}  // namespace dpwa::onnx
