// SPDX-License-Identifier: Apache-2.0
//
// What the calibration is for, measured on test data that it never sees: accuracy lost and beats saved.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <functional>

#include "calib/data/samples.h"
#include "calib/float/executor.h"
#include "calib/onnx/import.h"
#include "calib/search/calibrate.h"
#include "model/golden/executor.h"

namespace dpwa::search {
namespace {

struct Task {
  std::filesystem::path model, calibration, test, labels;
  data::Scaling scaling;
  std::int64_t images = 10000;  ///< of the test set
  float confidence = 1;         ///< factor of the network's logits
  float margin = 0;  ///< calibration samples have at least this gap of the two top logits (confidence 1)
};

struct Result {
  double drop = 0;   ///< float accuracy - accuracy
  double beats = 0;  ///< relative to INT8
  double kl = 0;     ///< mean divergence of the logits over Task::confidence
};

net::Network confident(net::Network network, float factor) {
  net::Node& last = network.nodes[network.tensors[network.output].producer];
  for (std::vector<float>* values : {&last.weight, &last.bias}) {
    for (float& value : *values) value *= factor;
  }
  return network;
}

/// The first `count` samples whose two largest outputs lie this far apart.
std::vector<float> samples_with_margin(const net::Network& network, const std::vector<float>& samples,
                                       float margin, int count) {
  const std::int64_t size = network.tensors[0].shape.size(),
                     all = static_cast<std::int64_t>(samples.size()) / size;
  std::vector<float> outputs = floating::FloatExecutor(network).outputs(samples.data(), all), result;
  for (std::int64_t i = 0; i < all && static_cast<std::int64_t>(result.size()) < count * size; ++i) {
    const auto first = outputs.begin() + i * 10;
    std::partial_sort(first, first + 2, first + 10, std::greater<>());
    if (first[0] - first[1] >= margin)
      result.insert(result.end(), samples.begin() + i * size, samples.begin() + (i + 1) * size);
  }
  return result;
}

/// Mean divergence of a plan's logits over `factor` from the float network's.
double divided_kl(const net::Network& network, const plan::Plan& plan, const HeldOut& images, float factor) {
  const golden::Executor executor(network, plan);
  auto divided = [&](std::vector<float> logits) {
    for (float& logit : logits) logit /= factor;
    return logits;
  };
  const std::vector<float> references = divided(images.outputs);
  const observe::Objective objective(observe::Task::classify, observe::Decision::argmax, references, 10);
  double sum = 0;
  std::int64_t off_grid = 0;
  for (std::int64_t i = 0; i < images.count; ++i) {
    const float* sample = images.samples.data() + i * network.tensors[0].shape.size();
    const std::vector<float> logits =
        divided(executor.outputs(executor.run(executor.port_words(sample, off_grid))));
    sum += objective.divergence(references.data() + i * 10, logits.data());
  }
  return sum / static_cast<double>(images.count);
}

Result calibrate_and_test(const Task& task) {
  const net::Network network = confident(onnx::import_onnx(task.model), task.confidence);
  const data::Samples all = data::load_samples(task.calibration, network, task.scaling);
  CalibrationData data;
  data.samples = samples_with_margin(
      network, data::select(all, data::evenly_spaced(all.count, task.margin > 0 ? 2048 : 512)).values,
      task.margin * task.confidence, 512);
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
  HeldOut one = images;  // pinned: every image takes the same beats
  one.count = 1;
  const Verdict int8 = measure(network, calibration.int8.plan, objective, one, config::Config());
  return {ours.accuracy_drop, ours.beats / int8.beats,
          divided_kl(network, calibration.dynamic.best().plan, images, task.confidence)};
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
  EXPECT_LE(result.beats, 0.22);
}

TEST(Targets, FashionMnistCnn) {
  const Result result = calibrate_and_test(fashion_mnist("fmnist_cnn.onnx"));
  EXPECT_LE(result.drop, 0.005);
  EXPECT_LE(result.beats, 0.255);
}

// Logits twenty times as large, and no calibration sample in doubt: every probability is 0 or 1, and the
// divergence says nothing until a class changes. Judged by it alone, the plan loses five points.
TEST(Targets, AnOverConfidentNetworkKeepsItsMargins) {
  Task task = fashion_mnist("fmnist_mlp.onnx");
  task.confidence = 20;
  task.margin = 4;
  const Result result = calibrate_and_test(task);
  EXPECT_LE(result.drop, 0.01);
  EXPECT_LE(result.kl, 0.012);
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
  EXPECT_LE(result.beats, 0.16);
  EXPECT_LE(result.kl, 0.012);
}

INSTANTIATE_TEST_SUITE_P(Mnist, Yardstick, ::testing::Values("mlp.onnx", "cnn.onnx"),
                         [](const auto& network) { return std::string(network.param, 3); });

}  // namespace
}  // namespace dpwa::search
