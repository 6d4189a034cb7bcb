// SPDX-License-Identifier: Apache-2.0
// Graphs that the importer writes as other layers, in Verilator: every stored value and every cycle. Concat
// of several layers, max pools with padding, averages of fewer values at the border, maps of
// height 1, channel-last graphs, an input with several readers, differences, maxima, slopes per channel.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "calib/float/executor.h"
#include "tests/float/small_networks.h"
#include "tests/onnx/small_model.h"
#include "tests/support/range_plan.h"
#include "tests/system/machine.h"

namespace dpwa::system_test {
namespace {

constexpr const char* kMemory = "RESIDUAL_WORDS=4096";

constexpr Machine kMachines[] = {
    {"imported_two", 2, 1, 1, 8, 0, 0, "none", "parallel", {kMemory, "ACTIVATION_TILES=2048"}},
    {"imported_four", 4, 1, 2, 16, 2, 1, "axi", "parallel", {kMemory}},
    kFourGroups,
};

/// Adds a Conv with weights of its own and Relu: `to` of `out` channels.
void convolve(onnx::SmallModel& model, const std::string& from, int in, int out, int kernel,
              const std::string& to) {
  const std::int64_t taps = std::int64_t{in} * kernel * kernel;
  const float most = 2 / std::sqrt(static_cast<float>(taps));
  model.constant(
      to + "_w", {out, in, kernel, kernel},
      test::random_samples(out * taps, static_cast<unsigned>(in + 100 * out + kernel), -most, most));
  const std::int64_t pad = kernel / 2;
  onnx::set_integers(model.node("Conv", {from, to + "_w"}, to + "_c"), "pads", {pad, pad, pad, pad});
  model.node("Relu", {to + "_c"}, to);
}

void pool(onnx::SmallModel& model, const std::string& from, std::int64_t stride, const std::string& to) {
  auto& node = model.node("MaxPool", {from}, to);
  onnx::set_integers(node, "kernel_shape", {3, 3});
  onnx::set_integers(node, "strides", {stride, stride});
  onnx::set_integers(node, "pads", {1, 1, 1, 1});
}

/// A stem with a padded pool, a block of four branches (one of them a padded pool) joined, a block joined
/// with what it reads, a vector.
net::Network inception() {
  onnx::SmallModel model({1, 1, 14, 14});
  convolve(model, "x", 1, 18, 3, "stem");
  pool(model, "stem", 2, "pooled");  // 7 x 7
  convolve(model, "pooled", 18, 6, 1, "a");
  convolve(model, "pooled", 18, 5, 1, "reduced");
  convolve(model, "reduced", 5, 10, 3, "b");
  pool(model, "pooled", 1, "max");
  convolve(model, "max", 18, 7, 1, "c");
  onnx::set_integer(model.node("Concat", {"a", "b", "c"}, "block"), "axis", 1);
  convolve(model, "block", 23, 12, 3, "d");
  onnx::set_integer(model.node("Concat", {"block", "d"}, "dense"), "axis", 1);
  auto& half = model.node("MaxPool", {"dense"}, "half");
  onnx::set_integers(half, "kernel_shape", {2, 2});
  onnx::set_integers(half, "strides", {2, 2});
  onnx::set_integer(half, "ceil_mode", 1);  // 4 x 4
  convolve(model, "half", 35, 4, 1, "e");
  model.node("Flatten", {"e"}, "flat");
  model.constant("w", {64, 10}, test::random_samples(640, 5, -0.3F, 0.3F));
  model.node("MatMul", {"flat", "w"}, "y");
  return model.import();
}

/// Keyword spotting on lines: strides, dilation, depthwise, both pools, a mean.
net::Network lines() {
  onnx::SmallModel model({1, 3, 50});
  const auto conv = [&](const std::string& from, std::int64_t in, std::int64_t out, std::int64_t kernel,
                        const std::string& to) -> ::onnx::NodeProto& {
    const float most = 2 / std::sqrt(static_cast<float>(in * kernel));
    model.constant(
        to + "_w", {out, in, kernel},
        test::random_samples(out * in * kernel, static_cast<unsigned>(in + 100 * out + kernel), -most, most));
    auto& node = model.node("Conv", {from, to + "_w"}, to + "_c");
    model.node("Relu", {to + "_c"}, to);
    return node;
  };
  auto& stem = conv("x", 3, 18, 5, "stem");
  onnx::set_integers(stem, "strides", {2});
  onnx::set_integers(stem, "pads", {2, 1});  // 25
  auto& depthwise = conv("stem", 1, 18, 3, "depthwise");
  onnx::set_integer(depthwise, "group", 18);
  onnx::set_integers(depthwise, "dilations", {2});
  onnx::set_text(depthwise, "auto_pad", "SAME_UPPER");
  auto& max = model.node("MaxPool", {"depthwise"}, "max");
  onnx::set_integers(max, "kernel_shape", {3});
  onnx::set_integers(max, "strides", {2});
  onnx::set_integers(max, "pads", {1, 1});  // 13
  conv("max", 18, 20, 1, "point");
  auto& average = model.node("AveragePool", {"point"}, "average");
  onnx::set_integers(average, "kernel_shape", {2});
  onnx::set_integers(average, "strides", {2});  // 6
  conv("average", 20, 9, 3, "last");
  model.node("GlobalAveragePool", {"last"}, "mean");
  model.node("Flatten", {"mean"}, "flat");
  model.constant("w", {9, 10}, test::random_samples(90, 5, -0.3F, 0.3F));
  model.node("MatMul", {"flat", "w"}, "y");
  return model.import();
}

/// An image and a map of results in channel-last order, values in it between the layers.
net::Network channel_last() {
  onnx::SmallModel model({1, 11, 9, 3});
  const auto transpose = [&](const std::string& from, std::vector<std::int64_t> perm, const std::string& to) {
    onnx::set_integers(model.node("Transpose", {from}, to), "perm", std::move(perm));
  };
  const auto conv = [&](const std::string& from, int in, int out, int kernel, const std::string& to) {
    transpose(from, {0, 3, 1, 2}, to + "_first");
    convolve(model, to + "_first", in, out, kernel, to + "_map");
    transpose(to + "_map", {0, 2, 3, 1}, to);
  };
  model.constant("mean", {3}, {120, 110, 100});
  model.constant("deviation", {3}, {60, 50, 40});
  model.node("Sub", {"x", "mean"}, "centred");
  model.node("Div", {"centred", "deviation"}, "normal");
  conv("normal", 3, 18, 3, "a");
  conv("a", 18, 5, 1, "b");
  onnx::set_integer(model.node("Concat", {"a", "b"}, "joined"), "axis", 3);
  conv("joined", 23, 6, 3, "c");
  model.constant("k", {6}, {1, 2, 3, 4, 5, 6});
  model.node("Add", {"c", "k"}, "y");
  return model.import();
}

/// An image with two readers; a difference, the larger of two, a slope per channel.
net::Network branches() {
  onnx::SmallModel model({1, 3, 6, 6});
  convolve(model, "x", 3, 18, 3, "a");
  convolve(model, "x", 3, 18, 1, "b");
  model.node("Sub", {"a", "b"}, "d");
  model.node("Max", {"b", "d"}, "m");
  model.constant("slopes", {18, 1, 1}, test::random_samples(18, 7, -0.5F, 1.5F));
  model.node("PRelu", {"d", "slopes"}, "p");
  model.node("Add", {"m", "p"}, "sum");
  convolve(model, "sum", 18, 6, 3, "y");
  return model.import();
}

/// A vector that two layers read and an addition.
net::Network shortcut() {
  onnx::SmallModel model({1, 40});
  model.constant("w", {40, 40}, test::random_samples(1600, 3, -0.3F, 0.3F));
  model.constant("v", {40, 10}, test::random_samples(400, 4, -0.3F, 0.3F));
  model.constant("u", {40, 10}, test::random_samples(400, 5, -0.3F, 0.3F));
  model.node("MatMul", {"x", "w"}, "a");
  model.node("Relu", {"a"}, "b");
  model.node("Add", {"x", "b"}, "sum");
  model.node("MatMul", {"sum", "v"}, "c");
  model.node("MatMul", {"x", "u"}, "d");
  model.node("Sub", {"c", "d"}, "y");
  return model.import();
}

class Imported : public testing::TestWithParam<Machine> {};

void expect_golden(const Machine& machine, const net::Network& network) {
  constexpr int kImages = 3;
  const std::size_t size = network.tensors[0].shape.size();
  std::vector<float> all = test::random_samples(kImages * size, 9, 0, 255);
  std::vector<std::vector<float>> samples;
  for (float& value : all) value = std::round(value);
  for (int i = 0; i < kImages; ++i)
    samples.emplace_back(all.begin() + i * size, all.begin() + (i + 1) * size);
  plan::Plan plan = plan::range_plan(network, all, kImages, 2);
  plan.input.word_scale = 1;  // samples are bytes
  const verify::Simulation result = simulate(machine, network, plan, samples, {});
  EXPECT_EQ(result.images, kImages);
  EXPECT_GE(result.values_checked, kImages * network.values_per_image());
  EXPECT_EQ(result.mismatches, 0);
  for (const std::string& line : result.reports) ADD_FAILURE() << line;
  EXPECT_EQ(result.cycles, result.predicted_cycles);
  // What the user gets is what the float network gives, value by value.
  const std::vector<float> expected = floating::FloatExecutor(network).outputs(all.data(), kImages);
  const std::size_t values = expected.size() / kImages;
  float largest = 0;
  for (const float value : expected) largest = std::max(largest, std::abs(value));
  for (std::size_t i = 0; i < expected.size(); ++i)
    EXPECT_NEAR(result.outputs[i / values][i % values], expected[i], 0.1 * largest) << i;
}

TEST_P(Imported, EqualTheGoldenModel) { expect_golden(GetParam(), inception()); }

TEST_P(Imported, LinesEqualTheGoldenModel) { expect_golden(GetParam(), lines()); }

TEST_P(Imported, ChannelLastEqualsTheGoldenModel) { expect_golden(GetParam(), channel_last()); }

TEST_P(Imported, BranchesEqualTheGoldenModel) {
  expect_golden(GetParam(), branches());
  expect_golden(GetParam(), shortcut());
}

INSTANTIATE_TEST_SUITE_P(System, Imported, testing::ValuesIn(kMachines),
                         [](const auto& each) { return std::string(each.param.name); });

}  // namespace
}  // namespace dpwa::system_test
