// SPDX-License-Identifier: Apache-2.0
// A network with two inputs and two outputs in Verilator: every stored value and every cycle.
#include <gtest/gtest.h>

#include <cmath>

#include "model/golden/executor.h"
#include "tests/float/small_networks.h"
#include "tests/onnx/small_model.h"
#include "tests/support/range_plan.h"
#include "tests/system/machine.h"

namespace dpwa::system_test {
namespace {

/// One of imported_test.cc: its compiled model serves here too.
constexpr Machine kMachine = {"imported_four", 4, 1, 2, 16, 2, 1, "axi", "parallel", {"RESIDUAL_WORDS=4096"}};

void convolve(onnx::SmallModel& model, const std::string& from, int in, int out, int kernel,
              const std::string& to) {
  const std::int64_t taps = std::int64_t{in} * kernel * kernel;
  const float most = 2 / std::sqrt(static_cast<float>(taps));
  model.constant(to + "_w", {out, in, kernel, kernel},
                 test::random_samples(out * taps, static_cast<unsigned>(in + 100 * out), -most, most));
  const std::int64_t pad = kernel / 2;
  onnx::set_integers(model.node("Conv", {from, to + "_w"}, to + "_c"), "pads", {pad, pad, pad, pad});
  model.node("Relu", {to + "_c"}, to);
}

/// A branch for each input, added; half of the channels read by one head, the other half by the other; the
/// second output is a layer's input as well.
net::Network two_by_two() {
  onnx::SmallModel model({1, 1, 9, 9});
  model.input("b", {1, 2, 9, 9});
  convolve(model, "x", 1, 12, 3, "p");
  convolve(model, "b", 2, 12, 1, "q");
  model.node("Add", {"p", "q"}, "sum");
  auto& split = model.node("Split", {"sum"}, "first");
  onnx::set_integer(split, "axis", 1);
  split.add_output("second");
  convolve(model, "first", 6, 5, 3, "z");
  convolve(model, "second", 6, 4, 3, "r");
  onnx::set_integer(model.node("Concat", {"r", "z"}, "both"), "axis", 1);
  convolve(model, "both", 9, 3, 1, "y");
  model.output("z");
  return model.import();
}

TEST(Several, InputsAndOutputsEqualTheGoldenModel) {
  const net::Network network = two_by_two();
  constexpr int kImages = 3;
  const std::size_t size = network.tensors[0].shape.size();
  ASSERT_EQ(size, 3U * 81);
  ASSERT_EQ(network.outputs.size(), 2U);
  std::vector<float> all = test::random_samples(kImages * size, 9, 0, 255);
  std::vector<std::vector<float>> samples;
  for (float& value : all) value = std::round(value);
  for (int i = 0; i < kImages; ++i)
    samples.emplace_back(all.begin() + i * size, all.begin() + (i + 1) * size);
  const plan::Plan plan = plan::range_plan(network, all, kImages, 2);
  const verify::Simulation result = simulate(kMachine, network, plan, samples, {});
  EXPECT_EQ(result.images, kImages);
  EXPECT_GE(result.values_checked, kImages * network.values_per_image());
  EXPECT_EQ(result.mismatches, 0);
  for (const std::string& line : result.reports) ADD_FAILURE() << line;
  EXPECT_EQ(result.cycles, result.predicted_cycles);
}

}  // namespace
}  // namespace dpwa::system_test
