// SPDX-License-Identifier: Apache-2.0
//
// `dpwa inspect` from outside: text, JSON contract and exit codes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "model/base/files.h"
#include "tests/base/temporary_directory.h"
#include "tests/cli/invocation.h"

namespace dpwa::cli {
namespace {

using nlohmann::json;
using testing::HasSubstr;

const std::string kFolder = DPWA_SOURCE_DIR "/examples/fashion_mnist/";

TEST(Inspect, JsonOfASupportedNetwork) {
  const Invocation run = invoke({"inspect", kFolder + "fmnist_cnn.onnx", "--json"});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  const json object = json::parse(run.out);
  EXPECT_EQ(object.at("supported"), true);
  EXPECT_EQ(object.at("parameters"), 64586);
  EXPECT_EQ(object.at("macs"), 1518144);
  EXPECT_EQ(object.at("values_per_image"), 7098);
  EXPECT_EQ(object.at("reasons"), json::array());
  ASSERT_EQ(object.at("nodes").size(), 5U);
  const json& conv = object.at("nodes").at(0);
  EXPECT_EQ(conv.at("name"), "/c1/Conv");
  EXPECT_EQ(conv.at("operator"), "Conv");
  EXPECT_EQ(conv.at("input_shape"), json({28, 28, 1}));
  EXPECT_EQ(conv.at("conv_shape"), json({28, 28, 16}));
  EXPECT_EQ(conv.at("output_shape"), json({14, 14, 16}));
  EXPECT_EQ(conv.at("kernel"), json({3, 3}));
  EXPECT_EQ(conv.at("pads"), json({1, 1, 1, 1}));
  EXPECT_EQ(conv.at("lower"), 0.0);
  EXPECT_EQ(conv.at("upper"), nullptr);
  EXPECT_EQ(conv.at("pool").at("kernel"), json({2, 2}));
  EXPECT_EQ(conv.at("parameters"), 160);
  EXPECT_EQ(conv.at("macs"), 112896);
  EXPECT_EQ(object.at("nodes").at(4).at("pool"), nullptr);
}

TEST(Inspect, AdditionsNameWhatTheyAdd) {
  const Invocation run = invoke({"inspect", kFolder + "fmnist_resnet.onnx", "--json"});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  const json object = json::parse(run.out);
  EXPECT_EQ(object.at("nodes").at(1).at("residual"), nullptr);
  EXPECT_EQ(object.at("nodes").at(2).at("residual"), "/Relu_output_0");
  EXPECT_THAT(invoke({"inspect", kFolder + "fmnist_resnet.onnx"}).out, HasSubstr("MACs    adds"));
}

TEST(Inspect, WithAConfigurationItTellsWhatTheNetworkTakes) {
  const Invocation run = invoke({"inspect", kFolder + "fmnist_mlp.onnx", "--config", "up5k", "--json"});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  const json object = json::parse(run.out);
  EXPECT_EQ(object.at("fits"), true);
  EXPECT_EQ(object.at("weight_bytes"), json({{"fast", 64 * 10}, {"dense", 784 * 128 + 128 * 64}}));
  EXPECT_EQ(object.at("activation_bytes"), 784 + 128);
}

/// fmnist_mlp with another activation, which is not supported.
std::string refused_model(const TemporaryDirectory& folder) {
  std::string bytes = read_file(kFolder + "fmnist_mlp.onnx");
  for (std::size_t at = bytes.find("Relu"); at != std::string::npos; at = bytes.find("Relu", at)) {
    bytes.replace(at, 4, "Asin");
  }
  const std::filesystem::path file = folder.path() / "asin.onnx";
  write_file(file, bytes);
  return file.string();
}

TEST(Inspect, JsonOfARefusedNetworkHasEveryReason) {
  const TemporaryDirectory folder;
  const Invocation run = invoke({"inspect", refused_model(folder), "--json"});
  EXPECT_EQ(run.exit_code, 3);
  const json object = json::parse(run.out);
  EXPECT_EQ(object.at("supported"), false);
  EXPECT_EQ(object.at("parameters"), nullptr);
  EXPECT_EQ(object.at("macs"), nullptr);
  EXPECT_EQ(object.at("values_per_image"), nullptr);
  ASSERT_EQ(object.at("reasons").size(), 2U);
  EXPECT_EQ(object.at("reasons").at(1), json({{"node", "/Asin_1"},
                                              {"operator", "Asin"},
                                              {"attribute", ""},
                                              {"reason", "operator is not supported"}}));
}

TEST(Inspect, TextForReaders) {
  const Invocation run = invoke({"inspect", kFolder + "fmnist_mlp.onnx"});
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_EQ(run.err, "");
  EXPECT_THAT(run.out, HasSubstr("network 'fmnist_mlp': supported\n"));
  EXPECT_THAT(run.out,
              HasSubstr("/d1/Gemm  Gemm      28x28x1  28x28   1x1x128   ReLU    -     1x1x128  100480"));
  EXPECT_THAT(run.out, HasSubstr("parameters        109386\n"));
  const TemporaryDirectory folder;
  const Invocation refused = invoke({"inspect", refused_model(folder)});
  EXPECT_EQ(refused.exit_code, 3);
  EXPECT_THAT(refused.out, HasSubstr("not supported, 2 reasons\n"));
  EXPECT_THAT(refused.out, HasSubstr("  Asin '/Asin': operator is not supported\n"));
}

TEST(Inspect, AFileThatIsNoModel) {
  const Invocation run = invoke({"inspect", DPWA_SOURCE_DIR "/CMakeLists.txt"});
  EXPECT_EQ(run.exit_code, 3);
  EXPECT_EQ(run.out, "");
  EXPECT_THAT(run.err, HasSubstr("not an ONNX model"));
  EXPECT_EQ(invoke({"inspect", kFolder + "none.onnx"}).exit_code, 5);
  EXPECT_EQ(invoke({"inspect"}).exit_code, 2);
}

}  // namespace
}  // namespace dpwa::cli
