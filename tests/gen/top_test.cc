// SPDX-License-Identifier: Apache-2.0
// The generated accelerator as text: lint of every shape, and of every parameter that may be overridden.
#include "gen/top/top.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "gen/emit/emission.h"
#include "model/base/error.h"
#include "model/base/files.h"
#include "tests/gen/lint.h"

namespace dpwa::gen {
namespace {

namespace fs = std::filesystem;

/// Small memories: their depth changes no text, and Yosys expands nothing twice.
config::Config small(std::vector<std::string> overrides) {
  const std::vector<std::string> sizes = {
      "WEIGHT_WORDS=64", "WEIGHT_TILES=64", "ACTIVATION_WORDS=256", "ACTIVATION_TILES=256", "INPUT_VALUES=64",
      "CHANNELS=256",    "NODES=8"};
  overrides.insert(overrides.begin(), sizes.begin(), sizes.end());
  return config::load("sim-4", overrides);
}

std::vector<fs::path> written(const config::Config& config) {
  const fs::path directory = scratch_folder() / "out";
  write(emit_design(config, build_top(config), {}), directory);
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(directory / "rtl")) files.push_back(entry.path());
  return files;
}

struct Shape {
  const char* name;
  std::vector<std::string> overrides;
};

class TopShape : public testing::TestWithParam<Shape> {};

TEST_P(TopShape, LintsClean) { EXPECT_EQ(lint("dpwa_top", written(small(GetParam().overrides))), ""); }

INSTANTIATE_TEST_SUITE_P(
    Configurations, TopShape,
    testing::Values(Shape{"OneLane", {"LANES=1"}}, Shape{"FourLanes", {}},
                    Shape{"TwoGroups", {"LANES=16", "GROUPS=2", "WB_LANES=4"}},
                    Shape{"OneSlice", {"LANES=16", "WB_LANES=16", "CHANNELS=1024"}},
                    Shape{"NoRegisters", {"HOST_PORT=none", "LANES=8", "GROUPS=2"}},
                    Shape{"IntegerPorts", {"PORT_FORMATS=integer", "INPUT_PLANES=1", "INPUT_CHANNELS=1"}},
                    Shape{"IntegerBarePorts", {"PORT_FORMATS=integer", "HOST_PORT=none"}},
                    Shape{"Additions",
                          {"RESIDUAL_WORDS=100", "LANES=8", "GROUPS=2", "WB_LANES=2", "PREMAX=0"}},
                    Shape{"Tables", {"TABLE_WORDS=100", "LANES=8", "GROUPS=2", "WB_LANES=2"}},
                    Shape{"TablesBehindAdditions", {"TABLE_WORDS=65536", "RESIDUAL_WORDS=100", "PREMAX=0"}},
                    Shape{"DenseLayersOnly", {"CONV=0", "LANES=8", "GROUPS=2", "WB_LANES=2"}},
                    Shape{"ThirtyTwoProducts", {"PRODUCTS=32", "LANES=8", "WB_LANES=2"}},
                    Shape{"Ice40", {"PLANES_MAX=4", "ACC_W=32", "MULT_W=20", "LUT_STYLE=ice40"}}),
    [](const auto& each) { return each.param.name; });

TEST(Top, WithoutAdditionsOrTablesThereIsNothingOfThem) {
  const auto group_of = [](const config::Config& config) {
    for (const fs::path& file : written(config)) {
      if (file.filename() == "dpwa_group.v") return read_file(file);
    }
    return std::string();
  };
  EXPECT_NE(group_of(small({"RESIDUAL_WORDS=100"})).find("dpwa_residual"), std::string::npos);
  EXPECT_EQ(group_of(small({"RESIDUAL_WORDS=100"})).find("FACTORS"), std::string::npos);
  EXPECT_NE(group_of(small({"RESIDUAL_WORDS=100", "FACTORS=1"})).find(".FACTORS"), std::string::npos);
  const std::string without = group_of(small({}));
  EXPECT_NE(without.find("dpwa_store"), std::string::npos);
  EXPECT_EQ(without.find("residual"), std::string::npos);
  EXPECT_NE(group_of(small({"TABLE_WORDS=100"})).find("dpwa_activation_table"), std::string::npos);
  EXPECT_EQ(without.find("table_base"), std::string::npos);
  EXPECT_EQ(without.find("activation_table"), std::string::npos);
}

TEST(Top, TheFlashIsReadWhereItIsAskedFor) {
  const config::Config with = small({"HOST_PORT=uart", "BOOT=spi"});
  EXPECT_EQ(lint("dpwa_uart_top", written(with), {"FLASH_ADDRESS=1048576"}), "");
  for (const Design::File& file : build_top(small({"HOST_PORT=uart"})).print("0.0.0")) {
    EXPECT_EQ(file.text.find("flash"), std::string::npos) << file.name;
    EXPECT_EQ(file.text.find("boot"), std::string::npos) << file.name;
  }
}

TEST(Top, EveryOverridableParameterCanBeOverridden) {
  const config::Config config = small({});
  const std::map<std::string, std::int64_t> other = {
      {"PRODUCTS", 8},     {"ACC_W", 50},        {"MULT_W", 20},     {"SHIFT_MAX", 40},
      {"LANE_CUTS", 0},    {"LUT_STYLE", 1},     {"CONFIG_HASH", 1}, {"INPUT_VALUES", 100},
      {"INPUT_PLANES", 3}, {"INPUT_CHANNELS", 3}};
  std::vector<std::string> overrides;
  const Design design = build_top(config);
  for (const ParameterSpec& parameter : design.module(design.top()).parameters()) {
    ASSERT_EQ(other.count(parameter.name), 1U) << parameter.name;
    ASSERT_NE(other.at(parameter.name), parameter.default_value.eval()) << parameter.name;
    overrides.push_back(fmt::format("{}={}", parameter.name, other.at(parameter.name)));
  }
  EXPECT_EQ(lint("dpwa_top", written(config), overrides), "");
}

}  // namespace
}  // namespace dpwa::gen
