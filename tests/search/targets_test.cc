// SPDX-License-Identifier: Apache-2.0
//
// What the calibration is for, measured on test data that it never sees: accuracy lost and beats saved.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "calib/data/samples.h"
#include "calib/float/executor.h"
#include "calib/onnx/import.h"
#include "calib/search/calibrate.h"

namespace dpwa::search {
namespace {

struct Task {
  std::filesystem::path model, calibration, test, labels;
  data::Scaling scaling;
  std::int64_t images = 2000;  ///< of the test set
};

struct Result {
  double drop = 0;   ///< float accuracy - accuracy
  double beats = 0;  ///< relative to INT8
};

Result calibrate_and_test(const Task& task) {
  const net::Network network = onnx::import_onnx(task.model);
  const data::Samples all = data::load_samples(task.calibration, network, task.scaling);
  CalibrationData data;
  data.samples = data::select(all, data::evenly_spaced(all.count, 256)).values;
  SilentProgress progress;
  const Calibration calibration = calibrate(network, data, config::Config(), {}, progress);
  EXPECT_TRUE(calibration.budget_met);

  const data::Samples test = data::load_samples(task.test, network, task.scaling);
  const std::vector<std::int64_t> indices = data::evenly_spaced(test.count, task.images);
  HeldOut images;
  images.samples = data::select(test, indices).values;
  images.labels = data::select(data::load_labels(task.labels, test.count, 10), indices);
  images.count = static_cast<std::int64_t>(indices.size());
  images.outputs = floating::FloatExecutor(network).outputs(images.samples.data(), images.count);
  const observe::Objective objective(observe::Task::classify, observe::Decision::argmax, images.outputs, 10);
  const Verdict ours = measure(network, calibration.dynamic.best().plan, objective, images, config::Config());
  const Verdict int8 = measure(network, calibration.int8.plan, objective, images, config::Config());
  return {ours.accuracy_drop, ours.beats / int8.beats};
}

Task fashion_mnist(const char* model) {
  const std::filesystem::path folder = "/usr/share/datasets/fashion-mnist";
  return {std::filesystem::path(DPWA_SOURCE_DIR) / "examples/fashion_mnist" / model,
          folder / "train-images-idx3-ubyte.gz",
          folder / "t10k-images-idx3-ubyte.gz",
          folder / "t10k-labels-idx1-ubyte.gz",
          {1.0 / 255, 0}};
}

TEST(Targets, FashionMnistMlp) {
  const Result result = calibrate_and_test(fashion_mnist("fmnist_mlp.onnx"));
  EXPECT_LE(result.drop, 0.005);
  EXPECT_LE(result.beats, 0.26);
}

TEST(Targets, FashionMnistCnn) {
  const Result result = calibrate_and_test(fashion_mnist("fmnist_cnn.onnx"));
  EXPECT_LE(result.drop, 0.005);
  EXPECT_LE(result.beats, 0.28);
}

class Yardstick : public ::testing::TestWithParam<const char*> {};

TEST_P(Yardstick, LosesLittleAndCostsLittle) {
  const char* named = std::getenv("DPWA_SHARED");
  const std::filesystem::path folder =
      std::filesystem::path(named != nullptr ? named : DPWA_SOURCE_DIR "/../shared") / "data/mnist-yardstick";
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << folder << " is absent (set DPWA_SHARED)";
  const Result result = calibrate_and_test(
      {folder / GetParam(), folder / "calib_x.npy", folder / "test_x.npy", folder / "test_y.npy", {}});
  EXPECT_LE(result.drop, 0.005);
  EXPECT_LE(result.beats, 0.30);
}

INSTANTIATE_TEST_SUITE_P(Mnist, Yardstick, ::testing::Values("mlp.onnx", "cnn.onnx"),
                         [](const auto& network) { return std::string(network.param, 3); });

}  // namespace
}  // namespace dpwa::search
