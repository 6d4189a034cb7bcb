// SPDX-License-Identifier: Apache-2.0
#include "tests/cli/small_dense.h"

#include <random>
#include <vector>

#include "calib/data/array.h"
#include "calib/onnx/import.h"
#include "model/base/files.h"
#include "model/plan/plan.h"
#include "tests/onnx/small_model.h"
#include "tests/support/range_plan.h"

namespace dpwa::cli {

void write_small_dense(const std::filesystem::path& plan, const std::filesystem::path& samples,
                       std::uint32_t seed) {
  constexpr int kInputs = 20, kHidden = 12;
  std::mt19937 random(seed);
  const auto values = [&](int count, int lowest, int highest) {
    std::vector<float> result;
    for (int i = 0; i < count; ++i)
      result.push_back(static_cast<float>(
          lowest + static_cast<int>(random() % static_cast<std::uint32_t>(highest - lowest + 1))));
    return result;
  };
  onnx::SmallModel model({1, kInputs});
  model.constant("w1", {kInputs, kHidden}, values(kInputs * kHidden, -9, 9));
  model.constant("w2", {kHidden, kSmallDenseOutputs}, values(kHidden * kSmallDenseOutputs, -9, 9));
  model.node("MatMul", {"x", "w1"}, "h");
  model.node("Relu", {"h"}, "r");
  model.node("MatMul", {"r", "w2"}, "y");
  const std::string bytes = model.proto.SerializeAsString();
  std::filesystem::create_directories(plan);
  write_file(plan / "model.onnx", bytes);
  const net::Network network = onnx::import_onnx(plan / "model.onnx");
  const std::vector<float> inputs = values(kSmallDenseSamples * kInputs, 0, 255);
  plan::Plan made = plan::range_plan(network, inputs, kSmallDenseSamples, 2);
  made.model_hash = content_hash(bytes);
  plan::save(plan, network, made);
  data::write_npy(samples, {kSmallDenseSamples, kInputs}, inputs);
}

}  // namespace dpwa::cli
