// SPDX-License-Identifier: Apache-2.0
// Networks with the file's own grids, zero points and weights, in Verilator: every stored value and every
// cycle, and the outputs that ONNX defines.
#include <gtest/gtest.h>

#include <algorithm>

#include "calib/search/calibrate.h"
#include "tests/onnx/quantized_model.h"
#include "tests/support/onnx_definition.h"
#include "tests/system/machine.h"

namespace dpwa::system_test {
namespace {

constexpr Machine kAdding = {"imported_four", 4, 1, 2, 16, 2, 1, "axi", "parallel", {"RESIDUAL_WORDS=4096"}};

/// Two layers, the sum of their outputs, an average of it; the input and the output are integers.
onnx::QuantizedModel residual() {
  using ::onnx::TensorProto;
  onnx::QuantizedModel model({1, 1, 6, 6});
  model.input_type(TensorProto::UINT8);
  model.output_type(TensorProto::INT8);
  model.dequantize("x", {0.02F, 128}, "r");
  model.weights("w", {20, 1, 3, 3}, TensorProto::INT8, onnx::random_weights(180, 5), {0.01F});
  onnx::set_integers(model.node("Conv", {"r", "w"}, "c"), "pads", {1, 1, 1, 1});
  model.node("Relu", {"c"}, "h");
  model.fake_quantize("h", {0.0213F, 0}, "a");
  model.weights("v", {20, 20, 3, 3}, TensorProto::INT8, onnx::random_weights(3600, 6), {0.002F});
  onnx::set_integers(model.node("Conv", {"a", "v"}, "d"), "pads", {1, 1, 1, 1});
  model.fake_quantize("d", {0.0527F, 120}, "b");
  model.node("Add", {"a", "b"}, "s");
  model.fake_quantize("s", {0.0619F, 100}, "t");
  model.node("GlobalAveragePool", {"t"}, "m");
  model.quantize("m", {0.017F, -9, TensorProto::INT8}, "y");
  return model;
}

void expect_equal(const Machine& machine, const onnx::QuantizedModel& model, std::vector<float> all) {
  const net::Network network = model.import();
  SilentProgress progress;
  search::Options options;
  options.threads = 1;
  const plan::Plan plan =
      search::calibrate(network, {all, {}, std::nullopt}, config::Config(), options, progress)
          .dynamic.best()
          .plan;
  constexpr int kImages = 3;
  const std::size_t size = network.tensors[0].shape.size();
  std::vector<std::vector<float>> samples;
  for (int i = 0; i < kImages; ++i)
    samples.emplace_back(all.begin() + i * size, all.begin() + (i + 1) * size);
  const verify::Simulation result = simulate(machine, network, plan, samples);
  EXPECT_EQ(result.images, kImages);
  EXPECT_GE(result.values_checked, kImages * network.values_per_image());
  EXPECT_EQ(result.mismatches, 0);
  for (const std::string& line : result.reports) ADD_FAILURE() << line;
  EXPECT_EQ(result.cycles, result.predicted_cycles);
  const double step = search::output_step(network, plan);
  for (int i = 0; i < kImages; ++i) {
    const std::vector<float> expected = test::run_definition(model.proto, samples[i]);
    ASSERT_EQ(expected.size(), result.outputs[i].size());
    for (std::size_t v = 0; v < expected.size(); ++v)
      EXPECT_NEAR(result.outputs[i][v], expected[v], 1.001 * step) << "image " << i << ", value " << v;
  }
}

class Quantized : public testing::TestWithParam<Machine> {};

TEST_P(Quantized, AChainEqualsTheGoldenModel) {
  expect_equal(GetParam(), onnx::quantized_cnn(false), onnx::quantized_samples(40, 21));
}

INSTANTIATE_TEST_SUITE_P(System, Quantized, testing::Values(kFour, kTwoGroups, kSerialTwo),
                         [](const auto& each) { return std::string(each.param.name); });

TEST(QuantizedSums, EqualTheGoldenModel) {
  std::vector<float> samples = onnx::quantized_samples(10, 22);  // 40 of 36 values, -0.2 .. 5
  for (float& value : samples) value = std::round(std::clamp(value * 51, 0.0F, 255.0F));
  expect_equal(kAdding, residual(), samples);
}

}  // namespace
}  // namespace dpwa::system_test
