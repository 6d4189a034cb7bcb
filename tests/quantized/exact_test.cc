// SPDX-License-Identifier: Apache-2.0
//
// Calibrated quantized networks give what ONNX defines: the bit-exact model against an interpreter of the
// file.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "calib/onnx/export.h"
#include "calib/search/calibrate.h"
#include "calib/search/report.h"
#include "model/base/error.h"
#include "model/golden/executor.h"
#include "tests/onnx/quantized_model.h"
#include "tests/onnx/same_network.h"
#include "tests/support/onnx_definition.h"

namespace dpwa::search {
namespace {

using onnx::Grid;
using onnx::QuantizedModel;
using onnx::set_integer;
using onnx::set_integers;
using ::onnx::TensorProto;
using ::testing::HasSubstr;

Calibration calibrated(const net::Network& network, std::vector<float> samples,
                       PolicyChoice policy = PolicyChoice::range) {
  SilentProgress progress;
  Options options;
  options.threads = 2;
  options.policy = policy;
  return calibrate(network, {std::move(samples), {}, std::nullopt}, config::Config(), options, progress);
}

/// How the plan's outputs for `samples` differ from the definition's.
Exactness against_definition(const QuantizedModel& model, const net::Network& network, const plan::Plan& plan,
                             const std::vector<float>& samples) {
  EXPECT_THAT(plan::check(network, plan), testing::IsEmpty());
  const golden::Executor executor(network, plan);
  const std::size_t size = network.tensors[0].shape.size();
  Exactness exactness;
  for (std::size_t i = 0; i < samples.size() / size; ++i) {
    std::int64_t off_grid = 0;
    const std::vector<float> sample(samples.begin() + i * size, samples.begin() + (i + 1) * size);
    const std::vector<float> expected = test::run_definition(model.proto, sample);
    const std::vector<float> found =
        executor.outputs(executor.run(executor.port_words(sample.data(), off_grid)));
    EXPECT_EQ(expected.size(), found.size());
    EXPECT_EQ(off_grid, 0);
    exactness.add(static_cast<std::int64_t>(i), expected.data(), found.data(),
                  static_cast<std::int64_t>(found.size()), output_step(network, plan));
  }
  return exactness;
}

/// Calibrates and compares 40 samples; expects that no value differs.
Calibration expect_exact(const QuantizedModel& model, const std::vector<float>& samples) {
  const net::Network network = model.import();
  Calibration calibration = calibrated(network, samples);
  const Exactness exactness = against_definition(model, network, calibration.dynamic.best().plan, samples);
  EXPECT_GT(exactness.values, 0);
  EXPECT_EQ(exactness.different, 0) << exactness_json(exactness).dump(1);
  return calibration;
}

std::vector<float> uniform(int count, float low, float high) {
  std::vector<float> values = onnx::quantized_samples((count + 143) / 144, 77);  // -0.2 .. 5
  values.resize(count);
  for (float& v : values) v = low + (v + 0.2F) / 5.2F * (high - low);
  return values;
}

std::vector<float> bytes(int count, float low, float high) {
  std::vector<float> values = uniform(count, low, high);
  for (float& v : values) v = std::round(v);
  return values;
}

TEST(Exact, PowersOfTwoAreEqualToTheLastBit) {
  const Calibration calibration = expect_exact(onnx::quantized_cnn(true), onnx::quantized_samples(60, 11));
  const Verdict& verdict = calibration.dynamic.best().verdict;
  ASSERT_TRUE(verdict.exactness);
  EXPECT_EQ(verdict.exactness->different, 0);
  EXPECT_EQ(verdict.mean, 0);
  EXPECT_LT(verdict.beats, calibration.static_mix.best().verdict.beats);
}

// Scales as they come: float32 sums of the definition may round to the other side of a tie.
TEST(Exact, AnyScalesAreEqualUpToTies) {
  const QuantizedModel model = onnx::quantized_cnn(false);
  const net::Network network = model.import();
  const std::vector<float> samples = onnx::quantized_samples(120, 12);
  const Calibration calibration = calibrated(network, samples);
  const Exactness exactness = against_definition(model, network, calibration.dynamic.best().plan, samples);
  EXPECT_EQ(exactness.values, 1200);
  EXPECT_LE(exactness.different, 6) << exactness_json(exactness).dump(1);
  EXPECT_LE(exactness.largest_steps, 1);
  EXPECT_EQ(static_cast<std::int64_t>(exactness.differences.size()), exactness.different);
  EXPECT_EQ(calibration.dynamic.best().plan.multiplier_bits, 24);
}

// The file's own zero points, weights that need a third plane, and a plan that is the same after export.
TEST(Exact, ThePlanIsWhatTheFileSays) {
  const net::Network network = onnx::quantized_cnn(false).import();
  const std::vector<float> samples = onnx::quantized_samples(60, 13);
  const plan::Plan plan = calibrated(network, samples).dynamic.best().plan;
  const plan::TensorPlan& input = plan.tensors[0];
  EXPECT_EQ(static_cast<float>(input.step()), 0.0199F);
  EXPECT_EQ(input.lower, -3);
  EXPECT_EQ(input.upper, 252);
  EXPECT_EQ(input.pcu.max_planes, 3);  // signed, 9 bits
  EXPECT_EQ(plan.tensors[1].lower, 0);
  EXPECT_EQ(plan.tensors[1].pcu.max_planes, 2);
  EXPECT_EQ(plan.input.format, plan::PortFormat::u8);
  EXPECT_EQ(plan.input.zero_point, 3);
  EXPECT_THAT(plan.nodes[1].planes, testing::Contains(3));  // 120 .. 127
  const onnx::TemporaryModel file(onnx::export_onnx(network));
  const net::Network again = onnx::import_onnx(file.path());
  EXPECT_THAT(onnx::differences(network, again), testing::IsEmpty());
  const plan::Plan same = calibrated(again, samples).dynamic.best().plan;
  EXPECT_EQ(plan::files(network, plan), plan::files(again, same));
}

TEST(Exact, QuantizedInputAndOutputAreTheFilesIntegers) {
  QuantizedModel model({1, 24});
  model.input_type(TensorProto::INT8);
  model.output_type(TensorProto::UINT8);
  model.dequantize("x", {0.0117F, -20, TensorProto::INT8}, "r");
  model.weights("w", {6, 24}, TensorProto::UINT8,
                [] {
                  std::vector<int> values = onnx::random_weights(144, 4);
                  for (int& v : values) v += 127;
                  return values;
                }(),
                {0.01F, 0.02F, 0.03F, 0.04F, 0.05F, 0.06F}, {128, 127, 126, 0, 255, 3});
  set_integer(model.node("Gemm", {"r", "w"}, "g"), "transB", 1);
  model.quantize("g", {0.29F, 117}, "y");
  const Calibration calibration = expect_exact(model, bytes(24 * 60, -128, 127));
  EXPECT_EQ(calibration.dynamic.best().plan.input.format, plan::PortFormat::s8);
}

TEST(Exact, QLinearConvAndQLinearMatMul) {
  QuantizedModel model({1, 2, 6, 6});
  model.input_type(TensorProto::UINT8);
  model.output_type(TensorProto::INT8);
  model.parameters("x", {0.0213F, 121});
  model.integers("w", {5, 2, 3, 3}, TensorProto::INT8, onnx::random_weights(90, 8));
  model.constant("w_s", {5}, {0.011F, 0.012F, 0.0131F, 0.0087F, 0.01F});
  model.integers("w_z", {5}, TensorProto::INT8, {0, 0, 0, 0, 0});
  model.integers("b", {5}, TensorProto::INT32, {100, -2000, 3000, 0, 77});
  model.parameters("c", {0.0517F, 130});
  set_integers(model.node("QLinearConv", {"x", "x_s", "x_z", "w", "w_s", "w_z", "c_s", "c_z", "b"}, "c"),
               "pads", {1, 1, 1, 1});
  model.node("Flatten", {"c"}, "f");
  model.integers("v", {180, 7}, TensorProto::UINT8, [] {
    std::vector<int> values = onnx::random_weights(1260, 9);
    for (int& v : values) v += 127;
    return values;
  }());
  model.parameters("v", {0.009F, 125});
  model.parameters("y", {0.61F, -3, TensorProto::INT8});
  model.node("QLinearMatMul", {"f", "c_s", "c_z", "v", "v_s", "v_z", "y_s", "y_z"}, "y");
  expect_exact(model, bytes(72 * 60, 0, 255));
}

TEST(Exact, SumsOfIntegers) {
  QuantizedModel model({1, 20});
  model.input_type(TensorProto::UINT8);
  model.output_type(TensorProto::INT32);
  model.integers("w", {20, 6}, TensorProto::INT8, onnx::random_weights(120, 9));
  model.integers("z", {}, TensorProto::UINT8, {128});
  model.node("MatMulInteger", {"x", "w", "z"}, "y");
  const std::vector<float> samples = bytes(20 * 40, 0, 255);
  const Calibration calibration = expect_exact(model, samples);
  EXPECT_LE(calibration.dynamic.best().plan.tensors[1].pcu.max_planes, 5);
}

TEST(Exact, SumsThatFivePlanesDoNotHoldAreRefused) {
  QuantizedModel model({1, 60});
  model.input_type(TensorProto::UINT8);
  model.output_type(TensorProto::INT32);
  model.integers("w", {60, 2}, TensorProto::INT8, std::vector<int>(120, 127));
  model.node("MatMulInteger", {"x", "w"}, "y");
  try {
    calibrated(model.import(), bytes(60 * 40, 0, 255));
    FAIL() << "calibrated";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("tensor y: values of 0 to 1943100 need more than 5 planes"));
  }
}

TEST(Exact, SixteenBitTensors) {
  QuantizedModel model({1, 12}, 21);
  model.fake_quantize("x", {0.0001F, -1000, TensorProto::INT16}, "r");
  model.weights("w", {12, 5}, TensorProto::INT8, onnx::random_weights(60, 5), {0.01F});
  model.node("MatMul", {"r", "w"}, "m");
  model.node("Relu", {"m"}, "h");
  model.fake_quantize("h", {0.00025F, 0, TensorProto::UINT16}, "s");
  model.weights("v", {5, 3}, TensorProto::INT8, onnx::random_weights(15, 6), {0.02F});
  model.node("MatMul", {"s", "v"}, "n");
  model.fake_quantize("n", {0.05F, 128}, "y");
  expect_exact(model, uniform(12 * 60, -3, 3));
}

/// One step of a sum is 2^9 steps of the fine grid, so values closer to a tie than that may differ.
TEST(Exact, AdditionsRoundWhatTheyAdd) {
  QuantizedModel model({1, 1, 6, 6});
  model.fake_quantize("x", {0.02F, 128}, "r");
  model.weights("w", {4, 1, 3, 3}, TensorProto::INT8, onnx::random_weights(36, 5), {0.01F});
  set_integers(model.node("Conv", {"r", "w"}, "c"), "pads", {1, 1, 1, 1});
  model.node("Relu", {"c"}, "h");
  model.fake_quantize("h", {0.0213F, 0}, "a");
  model.weights("v", {4, 4, 3, 3}, TensorProto::INT8, onnx::random_weights(144, 6), {0.003F});
  set_integers(model.node("Conv", {"a", "v"}, "d"), "pads", {1, 1, 1, 1});
  model.fake_quantize("d", {0.0527F, 120}, "b");
  model.node("Add", {"a", "b"}, "s");
  model.node("Relu", {"s"}, "t");
  model.fake_quantize("t", {0.0419F, 0}, "y");
  const net::Network network = model.import();
  const std::vector<float> samples = uniform(36 * 100, -2.5F, 2.5F);
  const plan::Plan plan = calibrated(network, samples).dynamic.best().plan;
  const Exactness exactness = against_definition(model, network, plan, samples);
  EXPECT_EQ(exactness.values, 100 * 144);
  EXPECT_LE(exactness.largest_steps, 1);
  EXPECT_LE(exactness.different, exactness.values / 200) << exactness_json(exactness).dump(1);
}

/// Parts of the grid that the result has are joined without rounding.
TEST(Exact, ConcatsOfOneGrid) {
  const Grid grid{0.0527F, 120};
  QuantizedModel model({1, 1, 4, 4});
  model.fake_quantize("x", {0.02F, 128}, "r");
  model.weights("w", {4, 1, 3, 3}, TensorProto::INT8, onnx::random_weights(36, 5), {0.01F});
  set_integers(model.node("Conv", {"r", "w"}, "c"), "pads", {1, 1, 1, 1});
  model.fake_quantize("c", grid, "a");
  const auto branch = [&](const std::string& name, std::int64_t channels, unsigned seed) {
    model.weights("w" + name, {channels, 4, 1, 1}, TensorProto::INT8,
                  onnx::random_weights(channels * 4, seed), {0.007F});
    model.node("Conv", {"a", "w" + name}, "c" + name);
    model.fake_quantize("c" + name, grid, name);
  };
  branch("e", 3, 6);
  branch("f", 2, 7);
  set_integer(model.node("Concat", {"a", "e", "f"}, "j"), "axis", 1);
  model.fake_quantize("j", grid, "k");
  model.weights("v", {6, 9, 1, 1}, TensorProto::INT8, onnx::random_weights(54, 8), {0.004F});
  model.node("Conv", {"k", "v"}, "d");
  model.fake_quantize("d", {0.0413F, 131}, "y");
  const net::Network network = model.import();
  const std::vector<float> samples = uniform(16 * 60, -2.5F, 2.5F);
  const plan::Plan plan = calibrated(network, samples).dynamic.best().plan;
  const Exactness exactness = against_definition(model, network, plan, samples);
  EXPECT_EQ(exactness.values, 60 * 96);
  EXPECT_LE(exactness.largest_steps, 1);
  EXPECT_LE(exactness.different, 3) << exactness_json(exactness).dump(1);  // ties
}

TEST(Exact, Averages) {
  QuantizedModel model({1, 1, 8, 8});
  model.fake_quantize("x", {0.02F, 100}, "r");
  model.weights("w", {4, 1, 3, 3}, TensorProto::INT8, onnx::random_weights(36, 5), {0.01F});
  model.node("Conv", {"r", "w"}, "c");
  model.fake_quantize("c", {0.05F, 110}, "a");
  auto& pool = model.node("AveragePool", {"a"}, "p");
  set_integers(pool, "kernel_shape", {2, 2});
  set_integers(pool, "strides", {2, 2});
  model.fake_quantize("p", {0.0413F, 120}, "q");
  model.node("GlobalAveragePool", {"q"}, "m");
  model.fake_quantize("m", {0.0117F, 121}, "y");
  const net::Network network = model.import();
  const std::vector<float> samples = uniform(64 * 60, -2, 3);
  const plan::Plan plan = calibrated(network, samples).dynamic.best().plan;
  const Exactness exactness = against_definition(model, network, plan, samples);
  EXPECT_LE(exactness.largest_steps, 1);
  // Means of 4 and 9 integers meet ties of the definition, which float32 rounds either way.
  EXPECT_LE(exactness.different, exactness.values / 50) << exactness_json(exactness).dump(1);
}

TEST(Exact, AnOutputWithoutAGridIsStoredFinely) {
  QuantizedModel model({1, 12});
  model.fake_quantize("x", {0.02F, 100}, "r");
  model.weights("w", {12, 5}, TensorProto::INT8, onnx::random_weights(60, 5), {0.01F});
  model.node("MatMul", {"r", "w"}, "y");
  expect_exact(model, uniform(12 * 60, -2, 3));
}

TEST(QuantizedCalibration, PoliciesThatRoundAgainAreRefused) {
  const net::Network network = onnx::quantized_cnn(false).import();
  for (const PolicyChoice policy : {PolicyChoice::variance, PolicyChoice::automatic}) {
    EXPECT_THROW(calibrated(network, onnx::quantized_samples(20, 1), policy), Error);
  }
}

TEST(QuantizedCalibration, ReportsWhatDiffersAndTheBaselines) {
  const net::Network network = onnx::quantized_cnn(false).import();
  const std::vector<float> samples = onnx::quantized_samples(40, 2);
  const Calibration calibration = calibrated(network, samples);
  const nlohmann::ordered_json report = report_json(network, calibration);
  EXPECT_EQ(report["held_out"]["exactness"]["values"], 200);
  EXPECT_EQ(report["static_mix"]["points"][0]["held_out"]["exactness"],
            report["held_out"]["exactness"]);  // the same values
  EXPECT_TRUE(report["int4"].is_null());
  EXPECT_GT(report["nodes"][0]["beats_int8"].get<double>(), 0);
  EXPECT_TRUE(report["tensors"][0].contains("alpha"));
  EXPECT_THAT(plan::check(network, calibration.int8.plan), testing::IsEmpty());
  EXPECT_THAT(plan::check(network, calibration.static_mix.best().plan), testing::IsEmpty());
}

// A checker that is fed a wrong answer says so.
TEST(QuantizedCalibration, CountsDifferences) {
  const std::vector<float> expected{1, 2, 3}, found{1, 2.5F, 4.01F};
  Exactness exactness;
  exactness.add(7, expected.data(), found.data(), 3, 0.5);
  EXPECT_EQ(exactness.values, 3);
  EXPECT_EQ(exactness.different, 2);
  EXPECT_EQ(exactness.largest_steps, 2);
  EXPECT_EQ(exactness.differences[0].sample, 7);
  EXPECT_EQ(exactness.differences[1].value, 2);
}

}  // namespace
}  // namespace dpwa::search
