// SPDX-License-Identifier: Apache-2.0
#include "tests/system/machine.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "gen/emit/emission.h"
#include "gen/top/top.h"

namespace dpwa::system_test {

namespace fs = std::filesystem;

void PrintTo(const Machine& machine, std::ostream* out) { *out << machine.name; }

config::Config configure(const Machine& machine) {
  std::vector<std::string> settings = {
      fmt::format("LANES={}", machine.lanes),         fmt::format("GROUPS={}", machine.groups),
      fmt::format("WB_LANES={}", machine.wb_lanes),   fmt::format("PRODUCTS={}", machine.products),
      fmt::format("LANE_CUTS={}", machine.cuts),      fmt::format("PREMAX={}", machine.premax),
      fmt::format("HOST_PORT={}", machine.host_port), fmt::format("WRITE_BACK={}", machine.write_back)};
  for (const char* more : machine.more) {
    if (more != nullptr) settings.emplace_back(more);
  }
  config::Config config = config::load("sim-4", settings);
  config.name = machine.name;
  return config;
}

fs::path design(const Machine& machine) {
  const fs::path root = fs::path(DPWA_BINARY_DIR) / "system-test";
  fs::create_directories(root);
  setenv("DPWA_CACHE", (root / "models").c_str(), 1);
  const fs::path out = root / machine.name;
  const config::Config config = configure(machine);
  gen::write(
      gen::emit_design(config, gen::build_top(config), gen::system_bench(config), gen::host_files(config)),
      out);
  return out;
}

verify::Simulation simulate(const Machine& machine, const net::Network& network, const plan::Plan& plan,
                            const std::vector<std::vector<float>>& samples, const verify::Options& options) {
  EXPECT_EQ(plan::check(network, plan), std::vector<std::string>{});
  std::vector<const float*> pointers;
  for (const std::vector<float>& sample : samples) pointers.push_back(sample.data());
  SilentProgress progress;
  return verify::simulate(design(machine), configure(machine), network, plan, pointers, options, progress);
}

verify::Simulation simulate(const Machine& machine, RandomNetwork& n, int images,
                            const verify::Options& options) {
  return simulate(machine, n.network(), n.plan(), n.samples(images), options);
}

void expect_equal(const verify::Simulation& result, const RandomNetwork& n, int images) {
  EXPECT_EQ(result.images, images);
  EXPECT_GE(result.values_checked, images * n.network().values_per_image());
  EXPECT_EQ(result.mismatches, 0);
  for (const std::string& line : result.reports) ADD_FAILURE() << line;
  EXPECT_EQ(result.cycles, result.predicted_cycles);
}

}  // namespace dpwa::system_test
