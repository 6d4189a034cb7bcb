// SPDX-License-Identifier: Apache-2.0
#include "calib/search/policy.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "calib/search/calibrate.h"
#include "tests/float/small_networks.h"

namespace dpwa::search {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

net::Network network() {
  const net::Window window{3, 3, 1, 1, 1, 1, 1, 1};
  return test::NetworkBuilder({8, 8, 1}, 21)
      .conv(8, window, 0, kInfinity)
      .conv(12, window, 0, kInfinity, net::Window{2, 2, 2, 2})
      .dense(5, -kInfinity, kInfinity)
      .build();
}

/// Half of the samples are a tenth as bright as the others.
CalibrationData data(const net::Network& network) {
  const std::int64_t size = network.tensors[0].shape.size();
  CalibrationData data;
  data.samples = test::random_samples(256 * size, 31, -255, 255);
  for (std::size_t i = 0; i < data.samples.size(); ++i) {
    const bool dim = static_cast<std::int64_t>(i) / size % 2 == 0;
    data.samples[i] = std::max(0.0F, std::round(data.samples[i] / (dim ? 10 : 1))) / 255;
  }
  return data;
}

const Calibration& with(PolicyChoice policy) {
  static std::map<PolicyChoice, Calibration> done;
  const auto found = done.find(policy);
  if (found != done.end()) return found->second;
  const net::Network n = network();
  Options options;
  options.threads = 2;
  options.policy = policy;
  SilentProgress progress;
  return done.emplace(policy, calibrate(n, data(n), config::Config(), options, progress)).first->second;
}

std::vector<plan::Policy> policies(const Calibration& calibration) {
  std::vector<plan::Policy> result;
  for (const plan::TensorPlan& tensor : calibration.dynamic.best().plan.tensors) {
    result.push_back(tensor.pcu.policy);
  }
  return result;
}

TEST(PolicyChoice, VarianceTakesEveryTensorThatMayHaveClasses) {
  const Calibration& calibration = with(PolicyChoice::variance);
  EXPECT_THAT(plan::check(network(), calibration.dynamic.best().plan), testing::IsEmpty());
  EXPECT_THAT(policies(calibration), testing::ElementsAre(plan::Policy::range, plan::Policy::variance,
                                                          plan::Policy::variance, plan::Policy::range));
  for (const int tensor : {1, 2}) {
    const plan::PcuRecord& record = calibration.dynamic.best().plan.tensors[tensor].pcu;
    EXPECT_GE(record.coarser_above, 1);
    EXPECT_EQ(record.finer_below, record.coarser_above / 1024);
  }
}

TEST(PolicyChoice, AutomaticIsNeverDearerThanRange) {
  const Point &range = with(PolicyChoice::range).dynamic.best(),
              &chosen = with(PolicyChoice::automatic).dynamic.best();
  EXPECT_TRUE(range.accepted);
  EXPECT_TRUE(chosen.accepted);
  EXPECT_LE(chosen.cost, range.cost);
}

TEST(PolicyChoice, StaticIsTheStaticMix) {
  const Calibration& calibration = with(PolicyChoice::fixed);
  EXPECT_THAT(policies(calibration),  // nothing reads the network's output
              testing::ElementsAre(plan::Policy::static_, plan::Policy::static_, plan::Policy::static_,
                                   plan::Policy::range));
  EXPECT_EQ(calibration.dynamic.best().cost, calibration.static_mix.best().cost);
}

}  // namespace
}  // namespace dpwa::search
