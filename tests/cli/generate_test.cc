// SPDX-License-Identifier: Apache-2.0
//
// dpwa generate from outside: JSON contract, plan, units, and what it refuses.
#include <gmock/gmock.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "model/base/files.h"
#include "tests/base/temporary_directory.h"
#include "tests/cli/invocation.h"
#include "tests/cli/plan_directory.h"

namespace dpwa::cli {
namespace fs = std::filesystem;
namespace {

using testing::AllOf;
using testing::HasSubstr;

class Generate : public testing::Test {
 protected:
  std::string path(const std::string& name) const { return (directory_ / name).string(); }

  const TemporaryDirectory temporary_;
  const fs::path directory_ = temporary_.path();
};

TEST_F(Generate, JsonNamesWhatWasWritten) {
  const Invocation run =
      invoke({"generate", "--config", "up5k", "--set", "LANES=2", "-o", path("out"), "--json"});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  const nlohmann::json json = nlohmann::json::parse(run.out);
  EXPECT_EQ(json.at("output"), path("out"));
  EXPECT_EQ(json.at("top"), "dpwa_top");
  EXPECT_EQ(json.at("config"), "up5k");
  EXPECT_LE(json.at("seconds").get<double>(), 1.0);
  for (const std::string file : json.at("files")) EXPECT_TRUE(fs::exists(directory_ / "out" / file)) << file;
  EXPECT_THAT(read_file(directory_ / "out/config.toml"), HasSubstr("LANES = 2 "));
}

TEST_F(Generate, APlanBringsItsImagesAndItself) {
  write_plan(directory_ / "plan", 2);
  const Invocation run = invoke({"generate", path("plan"), "-o", path("out")});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(contents(directory_ / "out/plan"), contents(directory_ / "plan"));
  EXPECT_GT(fs::file_size(directory_ / "out/images/image.bin"), 1000U);
}

TEST_F(Generate, TheSameInputGivesTheSameBytes) {
  write_plan(directory_ / "plan", 2);
  ASSERT_EQ(invoke({"generate", path("plan"), "-o", path("first")}).exit_code, 0);
  ASSERT_EQ(invoke({"generate", path("plan"), "-o", path("second")}).exit_code, 0);
  EXPECT_EQ(contents(directory_ / "first"), contents(directory_ / "second"));
}

TEST_F(Generate, ItsOwnOutputIsReplaced) {
  ASSERT_EQ(invoke({"generate", "--unit", "pcu", "-o", path("out")}).exit_code, 0);
  ASSERT_EQ(invoke({"generate", "--unit", "mac", "-o", path("out")}).exit_code, 0);
  EXPECT_FALSE(fs::exists(directory_ / "out/rtl/dpwa_pcu.v"));
  EXPECT_TRUE(fs::exists(directory_ / "out/rtl/dpwa_mac_lane.v"));
}

TEST_F(Generate, RefusesWithOneLineAndLeavesNothing) {
  const auto refusal = [&](std::vector<std::string> arguments, int exit_code) {
    arguments.insert(arguments.begin(), "generate");
    arguments.insert(arguments.end(), {"-o", path("out")});
    const Invocation run = invoke(arguments);
    EXPECT_EQ(run.exit_code, exit_code) << run.err;
    EXPECT_EQ(std::count(run.err.begin(), run.err.end(), '\n'), 1) << run.err;
    EXPECT_FALSE(fs::exists(directory_ / "out"));
    return run.err;
  };
  EXPECT_THAT(refusal({"--config", "up6k"}, 2), AllOf(HasSubstr("'up6k'"), HasSubstr("up5k")));
  EXPECT_THAT(refusal({"--set", "LANE=4"}, 2), AllOf(HasSubstr("'LANE'"), HasSubstr("LANES")));
  EXPECT_THAT(refusal({"--set", "LANES=3"}, 2), HasSubstr("must divide"));
  EXPECT_THAT(refusal({"--unit", "fpu"}, 2), HasSubstr("pcu, quantizer"));
  EXPECT_THAT(refusal({path("no-plan")}, 3), HasSubstr("no plan.json"));
  EXPECT_THAT(refusal({path("no-plan"), "--unit", "pcu"}, 2), HasSubstr("takes no plan"));
  write_plan(directory_ / "plan", 2);
  EXPECT_THAT(refusal({path("plan"), "--config", "up5k", "--set", "WEIGHT_TILES=16"}, 1),
              HasSubstr("--set WEIGHT_TILES="));
}

TEST_F(Generate, RefusesADirectoryOfSomebodyElse) {
  fs::create_directories(directory_ / "mine");
  write_file(directory_ / "mine/precious.txt", "keep\n");
  const Invocation run = invoke({"generate", "--unit", "pcu", "-o", path("mine")});
  EXPECT_NE(run.exit_code, 0);
  EXPECT_EQ(contents(directory_ / "mine").size(), 1U);
}

}  // namespace
}  // namespace dpwa::cli
