// SPDX-License-Identifier: Apache-2.0
//
// Real networks: the executor's outputs against those of the framework that trained them, and against
// expected outputs that an independent evaluator computed in double precision.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>

#include "calib/data/samples.h"
#include "calib/float/executor.h"
#include "calib/onnx/import.h"

namespace dpwa::floating {
namespace {

using Logits = std::vector<std::vector<float>>;

/// Logits of the first test images, as the training framework computed them.
void expect_logits(const char* model, const Logits& expected) {
  const net::Network network =
      onnx::import_onnx(std::filesystem::path(DPWA_SOURCE_DIR) / "examples/fashion_mnist" / model);
  const data::Samples images = data::load_samples(
      "/usr/share/datasets/fashion-mnist/t10k-images-idx3-ubyte.gz", network, {1.0 / 255, 0});
  const std::vector<float> outputs =
      FloatExecutor(network).outputs(images.values.data(), static_cast<std::int64_t>(expected.size()));
  for (std::size_t i = 0; i < expected.size(); ++i) {
    for (std::size_t k = 0; k < 10; ++k)
      EXPECT_NEAR(outputs[i * 10 + k], expected[i][k], 1e-4) << i << " " << k;
  }
}

TEST(RealNetworks, FmnistMlp) {
  expect_logits("fmnist_mlp.onnx", {{-3.538862F, -6.308716F, -4.165306F, -6.626324F, -4.728937F, 2.809385F,
                                     -3.520892F, 4.132071F, -3.074078F, 6.912956F},
                                    {-0.907990F, -12.268504F, 9.549258F, -5.157558F, 2.686697F, -13.200237F,
                                     4.212002F, -14.682552F, -5.915412F, -15.020186F},
                                    {-1.635357F, 12.916724F, -5.276188F, -2.780297F, -5.287849F, -14.583783F,
                                     -5.165802F, -19.261417F, -10.041737F, -16.982901F}});
}

TEST(RealNetworks, FmnistCnn) {
  expect_logits("fmnist_cnn.onnx", {{-13.494493F, -14.734690F, -17.241184F, -13.472927F, -12.880073F,
                                     -0.244191F, -13.423323F, 2.875416F, -8.703589F, 12.166627F},
                                    {2.277620F, -7.488042F, 10.770123F, -0.033394F, 2.082308F, -15.124387F,
                                     3.319901F, -13.758625F, -5.532296F, -16.054026F},
                                    {-2.831743F, 17.884064F, -4.046171F, -1.433868F, -8.486163F, -4.053061F,
                                     -5.476228F, -8.612730F, -2.826791F, -13.823206F}});
}

/// Folder of public networks with expected outputs; it is not part of the repository.
class SharedNetworks : public ::testing::Test {
 protected:
  void SetUp() override {
    const char* named = std::getenv("DPWA_SHARED");
    folder_ = std::filesystem::path(named != nullptr ? named : DPWA_SOURCE_DIR "/../shared") / "data";
    if (!std::filesystem::exists(folder_)) GTEST_SKIP() << folder_ << " is absent (set DPWA_SHARED)";
  }

  /// Largest difference from expected_output.npy, over all test samples.
  double largest_difference(const std::string& name, bool softmax = false) const {
    const std::filesystem::path folder = folder_ / name;
    const net::Network network = onnx::import_onnx(folder / "model.onnx");
    const data::Samples samples = data::load_samples(folder / "test_x.npy", network);
    net::Network shape_of_output;
    shape_of_output.inputs = {{"output", {network.tensors[network.output].shape.size()}}};
    const data::Samples expected = data::load_samples(folder / "expected_output.npy", shape_of_output);
    std::vector<float> outputs = FloatExecutor(network).outputs(samples.values.data(), samples.count);
    if (softmax) apply_softmax(network.tensors[network.output].shape.c, outputs);
    EXPECT_EQ(expected.count, samples.count);
    EXPECT_EQ(outputs.size(), expected.values.size());
    double largest = 0;
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      largest = std::max(largest, std::abs(double{outputs[i]} - expected.values[i]));
    }
    return largest;
  }

  static void apply_softmax(int classes, std::vector<float>& outputs) {
    for (std::size_t first = 0; first < outputs.size(); first += classes) {
      double sum = 0;
      for (int k = 0; k < classes; ++k) sum += std::exp(double{outputs[first + k]});
      for (int k = 0; k < classes; ++k)
        outputs[first + k] = static_cast<float>(std::exp(double{outputs[first + k]}) / sum);
    }
  }

  std::filesystem::path folder_;
};

TEST_F(SharedNetworks, AcasXu) { EXPECT_LT(largest_difference("acasxu-mlp"), 1e-5); }

TEST_F(SharedNetworks, MnistCnnOfTheModelZoo) { EXPECT_LT(largest_difference("mnist-cnn-zoo"), 1e-4); }

TEST_F(SharedNetworks, KeywordSpotting) { EXPECT_LT(largest_difference("kws-dscnn-mlperf", true), 1e-4); }

}  // namespace
}  // namespace dpwa::floating
