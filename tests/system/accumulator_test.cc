// SPDX-License-Identifier: Apache-2.0
//
// No input overflows an accumulator: inputs that reach the compiler's bound, on a machine that has just its
// bits.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "gen/lower/lower.h"
#include "model/base/error.h"
#include "model/golden/executor.h"
#include "model/num/planes.h"
#include "tests/system/machine.h"
#include "tests/system/random_network.h"

namespace dpwa::system_test {
namespace {

constexpr int kAccW = 25;
constexpr Machine kGeneric = {
    "acc_generic", 4, 1, 1, 16, 2, 1, "axi", "parallel", {"PLANES_MAX=2", "ACC_W=25"}};
constexpr Machine kTwo = {"acc_two", 8, 2, 1, 8, 1, 0, "axi", "parallel", {"PLANES_MAX=2", "ACC_W=25"}};
constexpr Machine kSerial = {
    "acc_serial", 2, 1, 1, 16, 0, 0, "axi", "serial", {"PLANES_MAX=2", "ACC_W=25", "LUT_STYLE=ice40"}};

constexpr int kChannels = 8;
constexpr std::int64_t kLargest = (std::int64_t{1} << (kAccW - 1)) - 1;
constexpr std::int64_t kSmallest = -kLargest - 1;

/// One node with every weight at an end of its range.
RandomNetwork extreme_weights(net::Shape input, bool is_signed, int kernel, int pool) {
  RandomNetwork n(input, is_signed, 2, 11);
  n.add({kChannels, kernel, kernel, 1, 0, pool, true, 2});
  n.finish();
  plan::NodePlan& node = n.plan().nodes[0];
  const num::Range weights = num::weight_range(2);
  std::mt19937 random(3);
  for (std::int16_t& q : node.q) {
    q = static_cast<std::int16_t>(random() % 2 == 0 ? weights.lower : weights.upper);
  }
  std::fill(node.planes.begin(), node.planes.end(), 2);
  std::fill(node.scale.begin(), node.scale.end(), std::ldexp(1.0, -22));
  std::fill(node.bias.begin(), node.bias.end(), 0.0);
  return n;
}

/// Stored input of the largest (or smallest) sum of `channel`, for one position of the kernel.
std::vector<std::int64_t> corner(const RandomNetwork& n, int channel, bool largest) {
  const plan::TensorPlan& input = n.plan().tensors[0];
  const std::vector<std::int16_t>& q = n.plan().nodes[0].q;
  const std::size_t count = q.size() / kChannels;
  std::vector<std::int64_t> values;
  for (std::size_t i = 0; i < count; ++i) {
    values.push_back((q[channel * count + i] > 0) == largest ? input.upper : input.lower);
  }
  return values;
}

std::int64_t sum_of(const RandomNetwork& n, int channel, const std::vector<std::int64_t>& values) {
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    sum += n.plan().nodes[0].q[channel * values.size() + i] * values[i];
  }
  return sum;
}

/// The bias that takes the sums of even channels to the largest number of the accumulator, of odd ones to the
/// smallest.
void fill_up_with_bias(RandomNetwork& n) {
  plan::NodePlan& node = n.plan().nodes[0];
  for (int c = 0; c < kChannels; ++c) {
    const bool largest = c % 2 == 0;
    const std::int64_t missing = (largest ? kLargest : kSmallest) - sum_of(n, c, corner(n, c, largest));
    ASSERT_TRUE(largest ? missing > 0 : missing < 0) << missing;
    node.bias[c] = static_cast<double>(missing) * node.scale[c];
  }
}

std::vector<float> sample_of(const std::vector<std::int64_t>& values) {
  return {values.begin(), values.end()};
}

/// Both corners of every channel: on the machine, and in plain arithmetic.
void expect_exact(const Machine& machine, const RandomNetwork& n) {
  const golden::Executor golden(n.network(), n.plan(), machine.products);
  const plan::NodePlan& node = n.plan().nodes[0];
  std::vector<std::vector<float>> samples;
  std::int64_t widest = 0;
  for (int c = 0; c < kChannels; ++c) {
    for (const bool largest : {false, true}) {
      const std::vector<std::int64_t> values = corner(n, c, largest);
      samples.push_back(sample_of(values));
      const auto bias = static_cast<std::int64_t>(node.bias[c] / node.scale[c]);
      const std::int64_t sum = sum_of(n, c, values);
      for (const std::int64_t reached : {sum, sum + bias}) {
        EXPECT_GE(reached, kSmallest);
        EXPECT_LE(reached, kLargest);
        widest = std::max(widest, reached < 0 ? ~reached : reached);
      }
      std::int64_t off_grid = 0;
      const golden::Inference inference = golden.run(golden.port_words(samples.back().data(), off_grid));
      const std::vector<int>& order = n.plan().tensors[1].order;
      const auto stored = std::find(order.begin(), order.end(), c) - order.begin();
      const auto expected = num::round_even(std::ldexp(static_cast<double>(sum + bias), -18));
      EXPECT_EQ(inference.tensors[1].q[stored], expected) << "channel " << c;
    }
  }
  EXPECT_GT(widest, kLargest / 2) << "the bound is reached";
  expect_equal(simulate(machine, n.network(), n.plan(), samples), n, 2 * kChannels);
}

void expect_refused_with_a_bit_less(const Machine& machine, const RandomNetwork& n) {
  EXPECT_EQ(plan::derive(n.network(), n.plan(), 0).acc_bits, kAccW);
  config::Config narrow = configure(machine);
  lower::lower(narrow, n.network(), n.plan());
  narrow.acc_w = kAccW - 1;
  try {
    lower::lower(narrow, n.network(), n.plan());
    ADD_FAILURE() << "not refused";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::mismatch);
    EXPECT_THAT(error.what(), testing::HasSubstr("ACC_W"));
    EXPECT_THAT(error.what(), testing::HasSubstr("25"));
  }
}

class Accumulator : public testing::TestWithParam<Machine> {};

TEST_P(Accumulator, UnsignedInputsReachTheBoundExactly) {
  RandomNetwork n = extreme_weights({1, 1, 400}, false, 1, 1);
  fill_up_with_bias(n);
  expect_refused_with_a_bit_less(GetParam(), n);
  expect_exact(GetParam(), n);
}

TEST_P(Accumulator, SignedInputsReachTheBoundExactly) {
  RandomNetwork n = extreme_weights({1, 1, 700}, true, 1, 1);
  fill_up_with_bias(n);
  expect_refused_with_a_bit_less(GetParam(), n);
  expect_exact(GetParam(), n);
}

// Pooling may compare sums before the bias makes them small again.
TEST_P(Accumulator, SumsBeforeTheBiasCountToo) {
  RandomNetwork n = extreme_weights({2, 2, 560}, true, 1, 2);
  plan::NodePlan& node = n.plan().nodes[0];
  for (int c = 0; c < kChannels; ++c) node.bias[c] = (c % 2 == 0 ? -1 : 1) * std::ldexp(4e6, -22);
  expect_refused_with_a_bit_less(GetParam(), n);
  std::vector<std::vector<float>> samples;
  for (int c = 0; c < kChannels; ++c) {
    for (const bool largest : {false, true}) {
      std::vector<float> sample;
      for (const std::int64_t value : corner(n, c, largest))
        sample.insert(sample.end(), 4, static_cast<float>(value));
      samples.push_back(sample);
    }
  }
  expect_equal(simulate(GetParam(), n.network(), n.plan(), samples), n, 2 * kChannels);
}

INSTANTIATE_TEST_SUITE_P(System, Accumulator, testing::Values(kGeneric, kTwo, kSerial),
                         [](const auto& each) { return std::string(each.param.name); });

}  // namespace
}  // namespace dpwa::system_test
