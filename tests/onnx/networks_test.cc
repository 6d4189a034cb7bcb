// SPDX-License-Identifier: Apache-2.0
//
// Real trained networks: what is taken, with its counts, and what is refused, with every reason.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "calib/onnx/import.h"
#include "model/base/error.h"
#include "tests/onnx/small_model.h"

namespace dpwa::onnx {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::filesystem::path kExamples = DPWA_SOURCE_DIR "/examples/fashion_mnist";

TEST(FashionMnist, CnnFoldsToFiveNodes) {
  const net::Network network = import_onnx(kExamples / "fmnist_cnn.onnx");
  EXPECT_EQ(network.nodes.size(), 5U);
  EXPECT_EQ(network.parameters(), 64586);
  EXPECT_EQ(network.macs(), 112896 + 903168 + 451584 + 50176 + 320);
  EXPECT_EQ(network.values_per_image(), 784 + 14 * 14 * 16 + 7 * 7 * 32 + 7 * 7 * 32 + 32 + 10);
  EXPECT_EQ(network.inputs[0].dims, (std::vector<std::int64_t>{1, 28, 28}));
  EXPECT_EQ(network.inputs[0].name, "image");
  EXPECT_EQ(network.outputs[0].name, "logits");
  EXPECT_EQ(network.nodes[3].window.kh, 7);  // Flatten: the dense layer reads the whole map
  EXPECT_FALSE(network.outputs[0].softmax.has_value());
}

TEST(FashionMnist, MlpReadsTheImageAsOneKernel) {
  const net::Network network = import_onnx(kExamples / "fmnist_mlp.onnx");
  EXPECT_EQ(network.nodes.size(), 3U);
  EXPECT_EQ(network.parameters(), 109386);
  EXPECT_EQ(network.macs(), 109184);
  EXPECT_EQ(network.tensors[0].shape, (net::Shape{28, 28, 1}));
  EXPECT_EQ(network.nodes[2].name, "/d3/Gemm");
  EXPECT_EQ(network.tensors[1].name, "/Relu_output_0");
}

TEST(FashionMnist, ResnetAddsInTheLaterConvolutionAndAveragesInTheGemm) {
  const net::Network network = import_onnx(kExamples / "fmnist_resnet.onnx");
  std::vector<std::string> sums;
  for (const net::Node& node : network.nodes) {
    if (node.residual >= 0) sums.push_back(node.name + " + " + network.tensors[node.residual].name);
  }
  EXPECT_THAT(sums, ElementsAre("/a2/Conv + /Relu_output_0", "/bs/Conv + /b2/Conv_output_0",
                                "/e2/Conv + /Relu_4_output_0"));
  EXPECT_EQ(network.tensors[3].consumers, (std::vector<int>{3, 5}));  // block b and its shortcut
  EXPECT_EQ(net::residual_classes(network), (std::vector<int>{-1, 1, -1, 1, -1, 5, 5, -1, 5, -1}));
  EXPECT_EQ(network.nodes.back().window.kh, 7);
  EXPECT_EQ(network.parameters(),
            38058 + 48 * 320);  // the average's weights stand at each of its 49 positions
}

class SharedNetworks : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!shared_folder()) GTEST_SKIP() << "no shared data (set DPWA_SHARED)";
    data_ = *shared_folder() / "data";
  }
  std::filesystem::path data_;
};

TEST_F(SharedNetworks, WeightsOnTheLeftWithoutBatch) {
  const net::Network network = import_onnx(data_ / "acasxu-mlp/model.onnx");
  EXPECT_EQ(network.parameters(), 13305);
  EXPECT_EQ(network.macs(), 13000);
  EXPECT_EQ(network.inputs[0].dims, (std::vector<std::int64_t>{5}));
  EXPECT_EQ(network.nodes[1].name, "MatMul_3");  // unnamed in the file: operator and index
}

TEST_F(SharedNetworks, OldOpsetWithAutoPadAndReshapeInitializer) {
  const net::Network network = import_onnx(data_ / "mnist-cnn-zoo/model.onnx");
  EXPECT_EQ(network.parameters(), 5994);
  EXPECT_EQ(network.macs(), 786560);
  EXPECT_EQ(network.nodes[0].window.pad_top, 2);
  EXPECT_EQ(network.nodes[1].pool->stride_y, 3);
  EXPECT_EQ(network.nodes[2].window.kh, 4);
}

TEST_F(SharedNetworks, Yardsticks) {
  EXPECT_EQ(import_onnx(data_ / "mnist-yardstick/mlp.onnx").macs(), 109184);
  EXPECT_EQ(import_onnx(data_ / "mnist-yardstick/cnn.onnx").macs(), 1031744);
}

TEST_F(SharedNetworks, DepthwiseNetwork) {
  const net::Network network = import_onnx(data_ / "kws-dscnn-mlperf/model.onnx");
  EXPECT_EQ(network.nodes.size(), 10U);
  EXPECT_EQ(network.nodes[1].groups, 64);
  EXPECT_EQ(network.nodes[1].weight.size(), 64U * 9);
  const net::ChannelOrders orders = net::channel_orders(network);
  EXPECT_EQ(orders.classes, (std::vector<int>{0, 1, 1, 3, 3, 5, 5, 7, 7, 9, 10}));
  EXPECT_EQ(std::count(orders.graph_order.begin(), orders.graph_order.end(), true), 2);
}

TEST_F(SharedNetworks, ResidualNetwork) {
  const net::Network network = import_onnx(data_ / "cifar10-resnet8-mlperf/model.onnx");
  EXPECT_EQ(network.nodes.size(), 10U);
  EXPECT_EQ(network.macs(), 12541952);
}

TEST(Import, NamesTheFirstReasonAndHowManyMore) {
  SmallModel model({1, 4});
  model.node("Sin", {"x"}, "a");
  model.node("Cos", {"a"}, "y");
  const TemporaryModel file(model.proto.SerializeAsString());
  try {
    import_onnx(file.path());
    FAIL() << "imported";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::bad_input);
    EXPECT_THAT(error.what(), HasSubstr("Sin 'a': operator is not supported (and 1 more"));
  }
}

}  // namespace
}  // namespace dpwa::onnx
