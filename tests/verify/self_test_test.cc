// SPDX-License-Identifier: Apache-2.0
//
// The self-tests of a machine: they fit it, fill what they say, and no single bit of it goes unseen.
#include "verify/self_test.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <set>

#include "model/golden/executor.h"
#include "model/num/planes.h"

namespace dpwa::verify {
namespace {

constexpr unsigned kSeed = 20261130;
constexpr int kFlips = 40;

struct Case {
  const char* name;
  const char* preset;
  std::vector<std::string> overrides;
};

void PrintTo(const Case& each, std::ostream* out) { *out << each.name; }

const std::vector<std::string> kSmall = {"WEIGHT_WORDS=512",
                                         "WEIGHT_TILES=512",
                                         "ACTIVATION_WORDS=512",
                                         "ACTIVATION_TILES=256",
                                         "INPUT_VALUES=512",
                                         "CHANNELS=256",
                                         "NODES=8"};

std::vector<std::string> small(std::vector<std::string> more) {
  more.insert(more.begin(), kSmall.begin(), kSmall.end());
  return more;
}

class SelfTests : public testing::TestWithParam<Case> {
 protected:
  const config::Config config_ = config::load(GetParam().preset, GetParam().overrides);
  const std::vector<SelfTest> tests_ = self_tests(config_);
};

TEST_P(SelfTests, FitTheMachine) {
  for (const SelfTest& test : tests_) {
    SCOPED_TRACE(test.name);
    EXPECT_EQ(plan::check(test.network, test.plan), std::vector<std::string>());
    const lower::Image image = lower::lower(config_, test.network, test.plan, test.origin);
    EXPECT_EQ(image.tensors[0].word_base, test.origin.word);
  }
}

TEST_P(SelfTests, OutputsAreWithinTheirLimits) {
  for (const SelfTest& test : tests_) {
    for (const std::int32_t value : expected_outputs(config_, test))
      EXPECT_LE(std::abs(value), 100) << test.name;
  }
}

TEST_P(SelfTests, ADifferentWeightDigitIsSeen) {
  std::mt19937 random(kSeed);
  for (const SelfTest& test : tests_) {
    const std::vector<std::int32_t> expected = expected_outputs(config_, test);
    const plan::NodePlan& weights = test.plan.nodes.back();
    const std::size_t inputs = weights.q.size() / weights.planes.size();
    for (int i = 0; i < kFlips; ++i) {
      const std::size_t at = random() % weights.q.size();
      if (weights.q[at] == 0) continue;
      const int planes = num::weight_planes(weights.q[at]),
                plane = static_cast<int>(random() % static_cast<unsigned>(planes));
      const int digit = num::weight_digit(weights.q[at], plane), bit = 1 << random() % 4;
      const int other = ((digit + 16) ^ bit) % 16, moved = (other >= 8 ? other - 16 : other) - digit;
      SelfTest broken = test;
      broken.plan.nodes.back().q[at] =
          static_cast<std::int16_t>(weights.q[at] + moved * num::plane_weight(plane));
      broken.plan.nodes.back().planes.assign(weights.planes.size(), num::kPlanesMax);
      const std::vector<std::int32_t> found = expected_outputs(config_, broken);
      // Inputs may be 0: no lane ever looks at what they meet.
      const net::Node& node = test.network.nodes.back();
      const std::size_t input = node.groups == 1 ? at % inputs : at % inputs * node.groups + at / inputs;
      const bool looked_at = golden::Executor(test.network, test.plan, config_.products)
                                 .run(test.words)
                                 .tensors[node.input]
                                 .q[input] != 0;
      EXPECT_EQ(found != expected, looked_at) << test.name << ": weight " << at << ", plane " << plane;
    }
  }
}

TEST_P(SelfTests, ADifferentBitOfAnInputIsSeen) {
  std::mt19937 random(kSeed);
  for (const SelfTest& test : tests_) {
    const std::vector<std::int32_t> expected = expected_outputs(config_, test);
    const plan::TensorPlan& input = test.plan.tensors[0];
    for (int i = 0; i < kFlips; ++i) {
      SelfTest broken = test;
      std::int32_t& word = broken.words[random() % broken.words.size()];
      const std::int32_t other =
          word ^ 1 << random() % static_cast<unsigned>(4 * input.pcu.max_planes - (input.is_signed ? 1 : 0));
      if (other < input.lower || other > input.upper) continue;
      word = other;
      EXPECT_NE(expected_outputs(config_, broken), expected) << test.name;
    }
  }
}

TEST_P(SelfTests, EveryBitIsOnce0AndOnce1) {
  std::size_t compared = 0;
  for (std::size_t t = 1; t < tests_.size(); t += 2) {
    const SelfTest &one = tests_[t], &two = tests_[t + 1];
    SCOPED_TRACE(one.name + " and " + two.name);
    if (one.name.rfind("activations", 0) == 0 || one.name.rfind("windows", 0) == 0) {
      for (std::size_t i = 0; i < one.words.size(); ++i) {
        const int bits = 4 * one.plan.tensors[0].pcu.max_planes;
        ASSERT_EQ((one.words[i] ^ two.words[i]) & ((1 << bits) - 1), (1 << bits) - 1) << i;
        ++compared;
      }
      continue;
    }
    const auto &q1 = one.plan.nodes[0].q, &q2 = two.plan.nodes[0].q;
    const int planes = one.plan.nodes[0].planes[0];
    ASSERT_EQ(q1.size(), q2.size());
    for (std::size_t i = 0; i < q1.size(); ++i) {
      for (int p = 0; p < planes; ++p)
        ASSERT_EQ(num::weight_digit(q1[i], p), -1 - num::weight_digit(q2[i], p));
      ++compared;
    }
  }
  EXPECT_GT(compared, 0U);
  EXPECT_EQ(tests_.size() % 2, 1U);
}

TEST_P(SelfTests, LanesMeetEveryWidth) {
  const SelfTest& lanes = tests_.front();
  const golden::Inference run =
      golden::Executor(lanes.network, lanes.plan, config_.products).run(lanes.words);
  const auto& planes = run.tensors[1].planes;
  std::set<int> widths(planes.begin(), planes.end());
  EXPECT_EQ(widths.size(), static_cast<std::size_t>(config_.policies.range ? config_.planes_max + 1 : 1));
  std::set<int> seen;
  for (int channel = 0; channel < lanes.network.nodes.back().out_channels; ++channel)
    seen.insert(lane_of(config_, channel));
  EXPECT_EQ(seen.size(), static_cast<std::size_t>(config_.lanes));
}

INSTANTIATE_TEST_SUITE_P(
    Machines, SelfTests,
    testing::Values(Case{"Icebreaker", "icebreaker", {}}, Case{"FourLanes", "sim-4", small({})},
                    Case{"TwoGroups", "sim-4", small({"LANES=16", "GROUPS=2", "WB_LANES=2"})},
                    Case{"EightProductsStatic", "sim-4", small({"PRODUCTS=8", "POLICIES=static", "LANES=2"})},
                    Case{"Windows", "sim-4", small({"LANES=16", "WINDOW_PLANES=3"})},
                    Case{"WindowsOfTwoGroups", "sim-4",
                         small({"LANES=32", "GROUPS=2", "WB_LANES=2", "WINDOW_PLANES=4"})},
                    Case{"Dense", "sim-4", small({"DENSE_WORDS=4096", "WEIGHT_WORDS=64"})},
                    Case{"NarrowInput", "sim-4", small({"PLANES_MAX=3", "ACC_W=24", "INPUT_PLANES=1"})}),
    [](const auto& each) { return each.param.name; });

TEST(SelfTest, TheIcebreakersMemoriesAreFilled) {
  std::vector<std::string> fills;
  for (const SelfTest& test : self_tests(config::load("icebreaker")))
    fills.push_back(test.name + ": " + test.fills);
  const std::vector<std::string> expected = {
      "lanes: ",
      "fast weights 1: 256 of 256 plane words per lane",
      "fast weights 2: 256 of 256 plane words per lane",
      "dense weights 1: 8192 of 8192 plane words per lane",
      "dense weights 2: 8192 of 8192 plane words per lane",
      "activations 1: plane words 0 to 127 of 256, widths 0 to 63 of 256",
      "activations 2: plane words 0 to 127 of 256, widths 0 to 63 of 256",
      "activations 3: plane words 126 to 253 of 256, widths 64 to 127 of 256",
      "activations 4: plane words 126 to 253 of 256, widths 64 to 127 of 256",
      "activations 5: plane words 126 to 253 of 256, widths 128 to 191 of 256",
      "activations 6: plane words 126 to 253 of 256, widths 128 to 191 of 256",
      "activations 7: plane words 126 to 253 of 256, widths 191 to 254 of 256",
      "activations 8: plane words 126 to 253 of 256, widths 191 to 254 of 256"};
  EXPECT_EQ(fills, expected);
}

}  // namespace
}  // namespace dpwa::verify
