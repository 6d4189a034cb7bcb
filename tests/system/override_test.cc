// SPDX-License-Identifier: Apache-2.0
// The parameters that the manifest calls overridable, each given another value where the top is instantiated:
// the result must be the machine of the other configuration, value by value and cycle by cycle.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "gen/emit/emission.h"
#include "gen/top/top.h"
#include "tests/system/machine.h"
#include "tests/system/random_network.h"

namespace dpwa::system_test {
namespace {

namespace fs = std::filesystem;

/// Differs from sim-4 in every overridable parameter, CONFIG_HASH by consequence.
config::Config other_configuration() {
  return config::load("sim-4",
                      {"NAME=other", "PRODUCTS=8", "ACC_W=50", "MULT_W=22", "SHIFT_MAX=60", "LANE_CUTS=0",
                       "LUT_STYLE=ice40", "INPUT_VALUES=512", "INPUT_PLANES=4", "INPUT_CHANNELS=4"});
}

gen::Emission emission(const config::Config& config) {
  return gen::emit_design(config, gen::build_top(config), gen::system_bench(config), gen::host_files(config));
}

void replace(std::string& text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  ASSERT_NE(at, std::string::npos) << from;
  text.replace(at, from.size(), to);
}

TEST(Overrides, EveryParameterAtInstantiationGivesTheOtherMachine) {
  const config::Config four = config::load("sim-4"), other = other_configuration();
  gen::Emission out = emission(other);
  const gen::Emission generated = emission(four);
  // dpwa_top is now the ports of the other machine around the design generated for four lanes.
  std::string wrapper = out.files.at("rtl/dpwa_top.v");
  wrapper.resize(wrapper.find("\n);\n") + 4);
  std::string connections;
  const gen::Design design = gen::build_top(four), reference = gen::build_top(other);
  const std::vector<gen::ParameterSpec>& parameters = design.module("dpwa_top").parameters();
  const std::vector<gen::ParameterSpec>& others = reference.module("dpwa_top").parameters();
  ASSERT_GT(parameters.size(), 5U);
  ASSERT_EQ(parameters.size(), others.size());
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    ASSERT_EQ(parameters[i].name, others[i].name);
    EXPECT_NE(parameters[i].default_value.eval(), others[i].default_value.eval()) << parameters[i].name;
    connections += fmt::format("{0}.{1}({1})", connections.empty() ? "" : ", ", parameters[i].name);
  }
  wrapper +=
      fmt::format("  dpwa_design #({}) u_design (.*);\nendmodule\n`default_nettype wire\n", connections);
  for (const auto& [path, text] : generated.files) {
    if (path.rfind("rtl/", 0) == 0) out.files[path] = text;
  }
  replace(out.files["rtl/dpwa_top.v"], "module dpwa_top #", "module dpwa_design #");
  out.files["rtl/dpwa_wrapper.v"] = wrapper;
  out.files["sources.f"] = generated.files.at("sources.f") + "rtl/dpwa_wrapper.v\n";

  const fs::path root = fs::path(DPWA_BINARY_DIR) / "system-test";
  setenv("DPWA_CACHE", (root / "models").c_str(), 1);
  gen::write(out, root / "overridden");
  RandomNetwork n({12, 12, 1}, false, 2, 2);
  n.add({16, 3, 3, 1, 1, 2}).add({20, 3, 3, 1, 1, 1, true}).add({24, 6, 6}).add({10, 1, 1, 1, 0, 1, true, 4});
  n.finish();
  const std::vector<std::vector<float>> samples = n.samples(3);
  SilentProgress progress;
  expect_equal(verify::simulate(root / "overridden", other, n.network(), n.plan(),
                                {samples[0].data(), samples[1].data(), samples[2].data()}, {}, progress),
               n, 3);
}

}  // namespace
}  // namespace dpwa::system_test
