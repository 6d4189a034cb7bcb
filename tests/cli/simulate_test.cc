// SPDX-License-Identifier: Apache-2.0
//
// dpwa simulate from outside.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "model/base/files.h"
#include "tests/base/small_disk.h"
#include "tests/cli/invocation.h"
#include "tests/cli/plan_directory.h"

namespace dpwa::cli {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;

/// The compiled models of the system tests: sim-4 is among them.
const std::string kModels = "DPWA_CACHE=" DPWA_BINARY_DIR "/system-test/models";

class Simulate : public testing::Test {
 protected:
  void SetUp() override {
    write_plan(path("plan"), 2);
    ASSERT_EQ(invoke({"generate", path("plan"), "-o", out()}).exit_code, 0);
  }

  std::string path(const std::string& name) const { return directory_.path() / name; }
  std::string out() const { return path("out"); }

  /// `environment`: words before the executable.
  Invocation simulate(const std::vector<std::string>& environment,
                      const std::vector<std::string>& more = {}) const {
    std::vector<std::string> arguments = {
        "simulate", out(), "--data", kTestImages, "--scale", "0.00392156862745098", "-n", "2", "--json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    std::vector<std::string> prefix = {"/usr/bin/env"};
    prefix.insert(prefix.end(), environment.begin(), environment.end());
    return invoke(arguments, "", prefix);
  }

  /// Refused before any tool is called.
  void refused(const std::string& file, const std::string& text) const {
    const Invocation run = simulate({"PATH=/nowhere"});
    EXPECT_EQ(run.exit_code, 3) << run.err;
    EXPECT_THAT(run.err, AllOf(HasSubstr(file), HasSubstr(text), HasSubstr("generate")));
    EXPECT_FALSE(fs::exists(path("out/simulation")));
  }

  /// A folder with a `verilator` whose build is `build`, a shell script that finds the build folder in $2.
  std::vector<std::string> tool(const std::string& build) const {
    fs::create_directories(path("tools"));
    write_file(
        path("tools/verilator"),
        "#!/bin/sh\n[ \"$1\" = --version ] && exit\nwhile [ \"$1\" != -Mdir ]; do shift; done\n" + build);
    fs::permissions(path("tools/verilator"), fs::perms::owner_all);
    return {"PATH=" + path("tools") + ":/usr/bin:/bin", "DPWA_CACHE=" + path("cache")};
  }
  /// The same, and the bench that it builds is a shell script too.
  std::vector<std::string> bench(const std::string& script) const {
    return tool("printf '#!/bin/sh\\n" + script + "\\n' > $2/network_tb; chmod +x $2/network_tb\n");
  }
  static std::vector<std::string> with_control_c(std::vector<std::string> environment) {
    environment.insert(environment.end(),
                       {"timeout", "--foreground", "--preserve-status", "-s", "INT", "0.7"});
    return environment;
  }

 private:
  TemporaryDirectory directory_;
};

TEST_F(Simulate, ComparesEveryValueOfTheImageThatWasGenerated) {
  const Invocation run = simulate({kModels});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  const json object = json::parse(run.out);
  EXPECT_EQ(object.at("images"), 2);
  EXPECT_EQ(object.at("mismatches"), 0);
  EXPECT_GE(object.at("values_checked"), 2 * (784 + 128 + 64 + 10));
  EXPECT_EQ(object.at("cycles_per_image"), object.at("predicted_cycles_per_image"));
  EXPECT_EQ(read_file(path("out/simulation/image.bin")), read_file(path("out/images/image.bin")));
  EXPECT_FALSE(fs::exists(path("out/simulation/dump.bin")));
}

TEST_F(Simulate, ThePolicyTraceIsThatOfEvaluate) {
  const Invocation run = simulate({kModels}, {"--policy-trace", path("simulated.csv")});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  const Invocation evaluation =
      invoke({"evaluate", path("plan"), "--data", kTestImages, "--scale", "0.00392156862745098", "-n", "2",
              "--policy-trace", path("evaluated.csv")});
  ASSERT_EQ(evaluation.exit_code, 0) << evaluation.err;
  const std::string trace = read_file(path("simulated.csv"));
  EXPECT_EQ(trace, read_file(path("evaluated.csv")));
  EXPECT_EQ(std::count(trace.begin(), trace.end(), '\n'), 1 + 2 * (49 + 8 + 4 + 1));
}

TEST_F(Simulate, RefusesAnImageThatIsNotTheOneGenerated) {
  const std::string image = path("out/images/image.bin");
  std::string bytes = read_file(image);
  bytes[bytes.size() / 2] ^= 1;
  write_file(image, bytes);
  refused("image.bin", "damaged or exchanged");
  write_file(image, bytes.substr(0, 100));
  refused("image.bin", "damaged or exchanged");
  fs::remove(image);
  refused("image.bin", "missing");
  write_plan(path("other"), 3);
  ASSERT_EQ(invoke({"generate", path("other"), "-o", path("other-out")}).exit_code, 0);
  fs::copy_file(path("other-out/images/image.bin"), image);
  refused("image.bin", "damaged or exchanged");
}

TEST_F(Simulate, RefusesAPlanThatIsNotThatOfTheImage) {
  json plan = json::parse(read_file(path("out/plan/plan.json")));
  plan["nodes"][0]["channels"][0]["bias"] = 3;
  write_file(path("out/plan/plan.json"), plan.dump());
  refused("image.bin", "not the image of");
}

TEST_F(Simulate, RefusesAnotherConfiguration) {
  ASSERT_EQ(invoke({"generate", "--set", "LANES=2", "-o", path("two")}).exit_code, 0);
  fs::copy_file(path("two/config.toml"), path("out/config.toml"), fs::copy_options::overwrite_existing);
  refused("config.toml", "generated with");
  write_file(path("out/manifest.json"), "[");
  refused("manifest.json", "config_hash");
}

TEST_F(Simulate, MissingToolIsExitCodeFour) {
  const Invocation run = simulate({"PATH=/nowhere"});
  EXPECT_EQ(run.exit_code, 4);
  EXPECT_THAT(run.err, AllOf(HasSubstr("verilator: not found"), HasSubstr("apt-get install")));
}

TEST_F(Simulate, ADesignThatDoesNotBuildGivesTheToolsMessage) {
  write_file(path("out/rtl/dpwa_pcu.v"), "nonsense\n");
  const Invocation run = simulate({"DPWA_CACHE=" + path("cache")});
  EXPECT_EQ(run.exit_code, 3);
  EXPECT_THAT(run.err, AllOf(HasSubstr("dpwa_pcu.v:1:1"), HasSubstr("syntax error")));
  EXPECT_TRUE(fs::is_empty(path("cache")));
}

TEST_F(Simulate, ControlCWhileTheModelIsBuiltLeavesNothing) {
  const auto before = contents(out());
  const Invocation run = simulate(with_control_c(tool("sleep 60\n")));
  EXPECT_EQ(run.exit_code, 130);
  EXPECT_THAT(run.err, HasSubstr("interrupted"));
  EXPECT_EQ(contents(out()), before);
  EXPECT_TRUE(fs::is_empty(path("cache")));
}

TEST_F(Simulate, ControlCWhileItRunsKeepsTheEarlierFiles) {
  const std::vector<std::string> environment = bench("echo > \"$6\"; sleep 60");
  ASSERT_EQ(simulate({kModels}).exit_code, 0);
  const auto before = contents(out());
  const Invocation run = simulate(with_control_c(environment));
  EXPECT_EQ(run.exit_code, 130);
  EXPECT_THAT(run.err, HasSubstr("interrupted"));
  EXPECT_EQ(contents(out()), before);
}

TEST_F(Simulate, FullDiskWhileTheModelIsBuilt) {
  const Invocation run = simulate(tool("echo 'x.cpp: error: y.o: No space left on device'; exit 2\n"));
  EXPECT_EQ(run.exit_code, 5);
  EXPECT_THAT(run.err, AllOf(HasSubstr("No space left"), HasSubstr("DPWA_CACHE")));
  EXPECT_TRUE(fs::is_empty(path("cache")));
}

TEST_F(Simulate, DirectoryInUseIsRefused) {
  const OutputDirectory held(path("out/simulation"), "simulation");
  const Invocation run = simulate({kModels});
  EXPECT_EQ(run.exit_code, 5);
  EXPECT_THAT(run.err, HasSubstr("in use by another dpwa"));
}

TEST_F(Simulate, FilesThatCannotBeWrittenShowBeforeTheWork) {
  for (const std::string option : {"--output", "--trace"}) {
    const Invocation run = simulate({"PATH=/nowhere"}, {option, path("none/file")});
    EXPECT_EQ(run.exit_code, 5);
    EXPECT_THAT(run.err, HasSubstr("none/file: cannot be written"));
  }
}

/// The record of 600 images is larger than what the design leaves of this.
class SimulateOnSmallDisk : public SmallDisk {
 protected:
  SimulateOnSmallDisk() : SmallDisk(3000) {}
};

TEST_F(SimulateOnSmallDisk, TheRecordOfTheBenchFillsTheDisk) {
  write_plan(path() / "plan", 2);
  ASSERT_EQ(invoke({"generate", path() / "plan", "-o", path() / "out"}).exit_code, 0);
  const auto before = contents(path());
  const Invocation run = invoke(
      {"simulate", path() / "out", "--data", kTestImages, "--scale", "0.00392156862745098", "-n", "600"}, "",
      {"/usr/bin/env", kModels});
  EXPECT_EQ(run.exit_code, 5) << run.err;
  EXPECT_THAT(run.err, HasSubstr("cannot write the dump file"));
  EXPECT_EQ(contents(path()), before);
}

}  // namespace
}  // namespace dpwa::cli
