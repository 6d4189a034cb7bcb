// SPDX-License-Identifier: Apache-2.0
//
// The price of cycles against the cycle model, which equals simulation.
#include "model/cycles/cycles.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "calib/search/calibrate.h"
#include "model/golden/executor.h"
#include "tests/float/small_networks.h"

namespace dpwa::search {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr int kImages = 10;

struct Case {
  const char* name;
  const char* settings;  ///< over sim-4, separated by blanks
  double tolerance;
};

config::Config config_of(const Case& c) {
  std::vector<std::string> overrides;
  std::string word;
  for (const char* at = c.settings;; ++at) {
    if (*at != ' ' && *at != '\0') {
      word += *at;
      continue;
    }
    if (!word.empty()) overrides.push_back(word);
    word.clear();
    if (*at == '\0') return config::load("sim-4", overrides);
  }
}

net::Network cnn() {
  const net::Window window{3, 3, 1, 1, 1, 1, 1, 1}, pool{2, 2, 2, 2};
  return test::NetworkBuilder({16, 16, 1}, 5)
      .conv(16, window, 0, kInfinity, pool)
      .conv(32, window, 0, kInfinity)
      .dense(24, 0, kInfinity)
      .dense(10, -kInfinity, kInfinity)
      .build();
}

/// Images with empty borders, as tiles of width 0 are what a simple price gets wrong.
std::vector<float> images(int count) {
  std::vector<float> samples = test::random_samples(std::int64_t{count} * 256, 9, -1, 1);
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const std::size_t x = i % 16, y = i / 16 % 16;
    const bool border = x < 5 || y < 4 || y > 12;
    samples[i] = border || samples[i] < 0 ? 0 : std::round(255 * samples[i]) / 255;
  }
  return samples;
}

/// Cycles of the plan on each image by the cycle model, mean.
double predicted(const net::Network& network, const plan::Plan& plan, const config::Config& config,
                 const std::vector<float>& samples) {
  const golden::Executor executor(network, plan, config.products);
  double cycles = 0;
  for (int i = 0; i < kImages; ++i) {
    std::int64_t off_grid = 0;
    const golden::Inference inference =
        executor.run(executor.port_words(samples.data() + std::int64_t{i} * 256, off_grid));
    std::vector<std::vector<std::uint8_t>> widths;
    for (const golden::StoredTensor& tensor : inference.tensors) widths.push_back(tensor.planes);
    for (const cycles::NodeCycles& node : cycles::predict(config, network, plan, widths)) {
      cycles += static_cast<double>(node.cycles) / kImages;
    }
  }
  return cycles;
}

/// The price of cycles on the same images.
double priced(const net::Network& network, const Point& point, const config::Config& config,
              const observe::Objective& objective, const std::vector<float>& samples) {
  HeldOut held_out;
  held_out.samples = samples;
  held_out.outputs.assign(kImages * 10, 0);
  held_out.count = kImages;
  const Verdict verdict = measure(network, point.plan, objective, held_out, config);
  const Price price(network, config, Optimise::balanced);
  double cycles = 0;
  for (std::size_t n = 0; n < network.nodes.size(); ++n) {
    cycles += price.costs(static_cast<int>(n), verdict.readings[n], point.choice.planes[n]).cycles;
  }
  return cycles;
}

class PricedCycles : public testing::TestWithParam<Case> {};

TEST_P(PricedCycles, AgreeWithTheCycleModelOnChosenPlans) {
  const net::Network network = cnn();
  const config::Config config = config_of(GetParam());
  CalibrationData data;
  data.samples = images(40);
  SilentProgress progress;
  const Calibration calibration = calibrate(network, data, config, {}, progress);
  const std::vector<float> samples(data.samples.begin(), data.samples.begin() + kImages * 256);
  const observe::Objective objective(observe::Task::classify, observe::Decision::argmax,
                                     std::vector<float>(10), 10);
  for (const Point* point :
       {&calibration.dynamic.points.front(), &calibration.dynamic.best(), &calibration.dynamic.points.back(),
        &calibration.static_mix.best(), &calibration.int8, &*calibration.int4}) {
    const double exact = predicted(network, point->plan, config, samples);
    EXPECT_NEAR(priced(network, *point, config, objective, samples) / exact, 1, GetParam().tolerance)
        << "lambda " << point->lambda << ", exact " << exact;
  }
}

INSTANTIATE_TEST_SUITE_P(Configurations, PricedCycles,
                         testing::Values(Case{"sim4", "", 0.01}, Case{"lane1", "LANES=1", 0.01},
                                         Case{"poolafter", "PREMAX=0", 0.01},
                                         Case{"lanes16", "LANES=16 WB_LANES=4", 0.01},
                                         Case{"groups", "LANES=16 GROUPS=2 WB_LANES=2", 0.06}),
                         [](const auto& tested) { return std::string(tested.param.name); });

}  // namespace
}  // namespace dpwa::search
