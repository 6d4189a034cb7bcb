// SPDX-License-Identifier: Apache-2.0
//
// dpwa synth from outside.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "model/base/files.h"
#include "tests/base/temporary_directory.h"
#include "tests/cli/invocation.h"

namespace dpwa::cli {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

/// A generated directory with one flip-flop.
class Flop {
 public:
  Flop() {
    write_file(path() / "flop.v",
               "module flop (input wire clk_i, input wire d_i, output reg q_o);\n"
               "  always @(posedge clk_i) q_o <= d_i;\nendmodule\n");
    write_file(path() / "sources.f", "flop.v\n");
    write_file(path() / "manifest.json", R"({"top": "flop"})");
  }
  const fs::path& path() const { return directory_.path(); }

 private:
  TemporaryDirectory directory_;
};

TEST(SynthCommand, JsonIsOneObjectWithTheContractsKeys) {
  const Flop flop;
  const Invocation run = invoke({"synth", flop.path(), "--target", "ice40", "--json"});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  const nlohmann::json object = nlohmann::json::parse(run.out);
  EXPECT_EQ(object.at("target"), "ice40");
  EXPECT_EQ(object.at("cells").at("ff"), 1);
  EXPECT_EQ(object.at("cells").at("lut4"), 0);
  EXPECT_EQ(object.at("memories").size(), 0u);
  EXPECT_EQ(object.at("modules").at(0).at("name"), "flop");
  EXPECT_EQ(object.at("modules").at(0).at("count"), 1);
  EXPECT_GE(object.at("seconds"), 0);
  EXPECT_THAT(run.err, HasSubstr("synth ice40"));
}

TEST(SynthCommand, MissingToolIsExitCodeFour) {
  const Flop flop;
  const Invocation run = invoke({"synth", flop.path(), "--target", "ice40"}, "",
                                {"/usr/bin/env", "PATH=" + flop.path().string()});
  EXPECT_EQ(run.exit_code, 4);
  EXPECT_THAT(run.err, HasSubstr("yosys"));
  EXPECT_THAT(run.err, HasSubstr("apt-get install"));
}

TEST(SynthCommand, UnknownTargetAndUselessLibraryAreUsageErrors) {
  const Flop flop;
  EXPECT_EQ(invoke({"synth", flop.path(), "--target", "ice50"}).exit_code, 2);
  EXPECT_EQ(invoke({"synth", flop.path(), "--target", "ice40", "--liberty", "x.lib"}).exit_code, 2);
  EXPECT_EQ(invoke({"synth", flop.path()}).exit_code, 2);
}

TEST(SynthCommand, MissingLibraryIsNamed) {
  const Flop flop;
  const Invocation run = invoke({"synth", flop.path(), "--target", "asic", "--liberty", "missing.lib"});
  EXPECT_EQ(run.exit_code, 5);
  EXPECT_THAT(run.err, HasSubstr("missing.lib"));
}

TEST(SynthCommand, FullDiskBehindStandardOutputIsAnError) {
  const Flop flop;
  EXPECT_EQ(invoke({"synth", flop.path(), "--target", "ice40", "--json"}, "/dev/full").exit_code, 5);
}

TEST(SynthCommand, ReportDirectoryInUseIsRefused) {
  const Flop flop;
  const OutputDirectory held(flop.path() / "synth" / "ice40", "synth");
  const Invocation run = invoke({"synth", flop.path(), "--target", "ice40"});
  EXPECT_EQ(run.exit_code, 5);
  EXPECT_THAT(run.err, HasSubstr("in use by another dpwa"));
}

TEST(SynthCommand, ControlCEndsTheToolAndLeavesNothing) {
  const Flop flop;
  const TemporaryDirectory tools;
  write_file(tools.path() / "yosys", "#!/bin/sh\necho started\nsleep 60\n");
  fs::permissions(tools.path() / "yosys", fs::perms::owner_all);
  const auto began = std::chrono::steady_clock::now();
  const Invocation run = invoke({"synth", flop.path(), "--target", "ice40"}, "",
                                {"/usr/bin/env", "PATH=" + tools.path().string() + ":/usr/bin:/bin",
                                 "timeout", "--foreground", "--preserve-status", "-s", "INT", "0.5"});
  EXPECT_EQ(run.exit_code, 130);
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(30));
  EXPECT_THAT(run.err, HasSubstr("interrupted"));
  EXPECT_TRUE(fs::is_empty(flop.path() / "synth"));
}

}  // namespace
}  // namespace dpwa::cli
