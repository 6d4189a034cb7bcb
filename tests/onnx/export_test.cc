// SPDX-License-Identifier: Apache-2.0
//
// A folded network written as ONNX and read again is the same network, bit for bit.
#include "calib/onnx/export.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <onnx/checker.h>

#include "tests/onnx/same_network.h"
#include "tests/onnx/small_model.h"

namespace dpwa::onnx {
namespace {

using ::testing::IsEmpty;

/// Imports the export, checks that it is valid ONNX and the same bytes twice; returns the model.
::onnx::ModelProto expect_round_trip(const net::Network& network) {
  const std::string bytes = export_onnx(network);
  EXPECT_EQ(bytes, export_onnx(network));
  ::onnx::ModelProto model;
  EXPECT_TRUE(model.ParseFromString(bytes));
  EXPECT_NO_THROW(::onnx::checker::check_model(model));
  const TemporaryModel file(bytes);
  const Inspection again = inspect_onnx(file.path());
  for (const Reason& reason : again.reasons) ADD_FAILURE() << to_string(reason);
  EXPECT_THAT(differences(network, again.network), IsEmpty());
  return model;
}

std::vector<std::string> operators(const ::onnx::ModelProto& model) {
  std::vector<std::string> result;
  for (const auto& node : model.graph().node()) result.push_back(node.op_type());
  return result;
}

TEST(Export, FashionMnist) {
  const std::filesystem::path folder = DPWA_SOURCE_DIR "/examples/fashion_mnist";
  const auto cnn = expect_round_trip(import_onnx(folder / "fmnist_cnn.onnx"));
  EXPECT_EQ(operators(cnn), (std::vector<std::string>{"Conv", "Relu", "MaxPool", "Conv", "Relu", "MaxPool",
                                                      "Conv", "Relu", "Flatten", "Gemm", "Relu", "Gemm"}));
  expect_round_trip(import_onnx(folder / "fmnist_mlp.onnx"));
  expect_round_trip(import_onnx(folder / "fmnist_resnet.onnx"));
}

TEST(Export, SharedNetworks) {
  if (!shared_folder()) GTEST_SKIP() << "no shared data (set DPWA_SHARED)";
  for (const char* name : {"acasxu-mlp/model", "mnist-cnn-zoo/model", "mnist-yardstick/cnn",
                           "mnist-yardstick/mlp", "cifar10-resnet8-mlperf/model", "kws-dscnn-mlperf/model"}) {
    SCOPED_TRACE(name);
    expect_round_trip(import_onnx(*shared_folder() / "data" / (std::string(name) + ".onnx")));
  }
}

TEST(Export, GroupsAndDilation) {
  SmallModel model({1, 4, 7, 6});
  model.constant("w", {6, 2, 3, 2}, counting(72));
  auto& conv = model.node("Conv", {"x", "w"}, "a");
  set_integer(conv, "group", 2);
  set_integers(conv, "dilations", {2, 3});
  set_integers(conv, "pads", {4, 1, 0, 3});
  model.constant("d", {6, 1, 1, 1}, counting(6));
  set_integer(model.node("Conv", {"a", "d"}, "y"), "group", 6);
  expect_round_trip(model.import());
}

TEST(Export, EverythingAtOnce) {
  SmallModel model({1, 2, 6, 5});
  model.symbolic(0, "N");
  model.constant("mean", {2, 1, 1}, {0.3F, 0.7F});
  model.constant("std", {1, 2, 1, 1}, {0.2F, 0.9F});
  model.constant("w", {3, 2, 3, 2}, counting(36));
  model.constant("gamma", {3}, {1.5F, -2, 0.1F});
  model.constant("beta", {3}, {-0.0F, 1, 2});
  model.constant("moving", {3}, {0.3F, 0, 7});
  model.constant("variance", {3}, {2, 3, 5});
  model.constant("six", {}, {6});
  model.constant("minus", {}, {-0.5F});
  model.constant("dense", {18, 4}, counting(72));
  model.node("Sub", {"x", "mean"}, "centred");
  model.node("Div", {"centred", "std"}, "normal");
  auto& conv = model.node("Conv", {"normal", "w"}, "conv");
  set_integers(conv, "pads", {1, 0, 2, 1});
  set_integers(conv, "strides", {2, 1});
  model.node("BatchNormalization", {"conv", "gamma", "beta", "moving", "variance"}, "bn");
  auto& pool = model.node("MaxPool", {"bn"}, "pool");
  set_integers(pool, "kernel_shape", {2, 2});
  set_integers(pool, "strides", {2, 2});
  set_integer(pool, "ceil_mode", 1);
  model.node("Clip", {"pool", "minus", "six"}, "clip");
  model.node("Flatten", {"clip"}, "flat");
  model.node("MatMul", {"flat", "dense"}, "logits");
  model.node("Softmax", {"logits"}, "y");
  const net::Network network = model.import();
  ASSERT_EQ(network.nodes.size(), 2U);
  EXPECT_EQ(network.outputs[0].softmax, (net::Softmax{4, 1}));
  EXPECT_EQ(network.tensors[2].name, "logits");
  const auto exported = expect_round_trip(network);
  EXPECT_EQ(operators(exported), (std::vector<std::string>{"Mul", "Add", "Conv", "Clip", "MaxPool", "Flatten",
                                                           "MatMul", "Add", "Softmax"}));
}

TEST(Export, InputsOfOtherShapes) {
  for (const std::vector<std::int64_t>& dims :
       {std::vector<std::int64_t>{1, 12}, {12}, {1, 4, 3}, {1, 2, 3, 2}, {4, 3}, {1, 1, 2, 2, 3}}) {
    SmallModel model(dims);
    model.indices("shape", {1, 3, 2, 2});
    model.constant("k", {3, 1, 1}, {1, 2, 3});
    model.constant("w", {1, 3, 2, 2}, counting(12));
    model.node("Reshape", {"x", "shape"}, "map");
    model.node("Add", {"map", "k"}, "sum");
    model.node("Conv", {"sum", "w"}, "y");
    expect_round_trip(model.import());
  }
}

TEST(Export, AVectorFromSeveralDimensions) {
  SmallModel model({1, 2, 3});
  model.constant("k", {2, 1}, {1, 2});
  model.constant("w", {6, 2}, counting(12));
  model.node("Add", {"x", "k"}, "sum");
  model.node("Flatten", {"sum"}, "flat");
  model.node("MatMul", {"flat", "w"}, "y");
  expect_round_trip(model.import());
}

TEST(Export, ConvAfterDenseAndAMapAsOutput) {
  SmallModel model({1, 4});
  model.constant("a", {3, 4}, counting(12));
  model.indices("shape", {1, 3, 1, 1});
  model.constant("w", {2, 3, 1, 1}, counting(6));
  set_integer(model.node("Gemm", {"x", "a"}, "dense"), "transB", 1);
  model.node("Reshape", {"dense", "shape"}, "map");
  model.node("Conv", {"map", "w"}, "conv");
  model.node("Flatten", {"conv"}, "y");
  const net::Network network = model.import();
  EXPECT_EQ(network.outputs[0].name, "y");
  EXPECT_EQ(network.tensors[2].name, "conv");
  expect_round_trip(network);
}

TEST(Export, SoftmaxOverAPartKeepsItsGroups) {
  for (const std::int64_t axis : {1, 2, 3}) {
    SmallModel model({1, 2, 3, 4});
    model.constant("w", {2, 2, 1, 1}, counting(4));
    model.node("Conv", {"x", "w"}, "logits");
    set_integer(model.node("LogSoftmax", {"logits"}, "y"), "axis", axis);
    expect_round_trip(model.import());
  }
}

}  // namespace
}  // namespace dpwa::onnx
