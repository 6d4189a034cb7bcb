// SPDX-License-Identifier: Apache-2.0
//
// dpwa run --self-test: good machines pass, one with a wrong lane or a wrong bit of a memory is found.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>

#include "model/base/files.h"
#include "tests/base/temporary_directory.h"
#include "tests/cli/invocation.h"
#include "tests/cli/small_dense.h"

namespace dpwa::cli {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;

/// A fault that a file of this name in the working directory switches on.
std::string switch_of(const std::string& file) {
  return "  integer fault_file;\n  reg     fault;\n  initial begin\n    fault_file = $fopen(\"" + file +
         "\", \"r\");\n    fault = fault_file != 0;\n  end\n";
}

class SelfTestCommand : public testing::Test {
 protected:
  void SetUp() override {
    std::vector<std::string> arguments = {"generate", "-o", path("out")};
    arguments.insert(arguments.end(), kBootMachine.begin(), kBootMachine.end());
    const Invocation made = invoke(arguments);
    ASSERT_EQ(made.exit_code, 0) << made.err;
  }
  std::string path(const std::string& name) const { return directory_.path() / name; }

  /// The design's file with `from` replaced, and a switch.
  void spoil(const std::string& file, const std::string& from, const std::string& to,
             const std::string& by) const {
    std::string text = read_file(path("out/rtl/" + file));
    ASSERT_NE(text.find(from), std::string::npos) << file;
    text.replace(text.find(from), from.size(), to);
    const std::size_t body = text.find(");\n", text.find("module ")) + 3;
    write_file(path("out/rtl/" + file), text.insert(body, switch_of(by)));
  }
  Invocation run(const std::vector<std::string>& more) const {
    std::vector<std::string> arguments = {"run", path("out"), "--virtual", "--self-test"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return invoke(arguments, "",
                  {"env", "-C", directory_.path(), "DPWA_CACHE=" DPWA_BINARY_DIR "/system-test/models"});
  }
  /// Wrong lanes by the names of the tests that found them.
  static std::map<std::string, std::vector<int>> wrong(const Invocation& run) {
    std::map<std::string, std::vector<int>> found;
    const json object = json::parse(run.out);
    for (const json& test : object.at("self_tests")) {
      EXPECT_EQ(test.at("lanes").empty(), test.at("mismatches") == 0);
      if (test.at("mismatches") != 0) found[test.at("name")] = test.at("lanes").get<std::vector<int>>();
    }
    EXPECT_EQ(run.exit_code, found.empty() ? 0 : 1) << run.err;
    return found;
  }

  TemporaryDirectory directory_;
};

TEST_F(SelfTestCommand, AGoodMachinePasses) {
  const Invocation text = run({});
  EXPECT_EQ(text.exit_code, 0) << text.err;
  EXPECT_THAT(text.out, HasSubstr("1024 of 1024 plane words per lane"));
  EXPECT_THAT(text.out, HasSubstr("\nself-test passed\n"));
}

TEST_F(SelfTestCommand, AWrongLaneAndAWrongBitAreFound) {
  spoil("dpwa_lane_array.v", ".w_i       (w_i[l*WORD_W +: WORD_W])",
        ".w_i       (w_i[l*WORD_W +: WORD_W] | {fault & (l == 1), {WORD_W-1{1'b0}}})", "lane");
  spoil("dpwa_spram_ice40.v", "memory[addr_i] <= wdata_i;",
        "memory[addr_i] <= (fault && addr_i == 14'd1000) ? wdata_i & 16'hffef : wdata_i;", "bit");
  EXPECT_TRUE(wrong(run({"--json"})).empty());

  write_file(path("lane"), "");
  const Invocation lane = run({"--json"});
  const auto lanes = wrong(lane);
  EXPECT_EQ(lanes.size(), json::parse(lane.out).at("self_tests").size()) << "all tests use lane 1";
  for (const auto& [name, found] : lanes) EXPECT_THAT(found, ElementsAre(1)) << name;
  fs::remove(path("lane"));

  write_file(path("bit"), "");
  const auto bits = wrong(run({"--json"}));
  ASSERT_GE(bits.size(), 1U);
  for (const auto& [name, found] : bits) {
    EXPECT_THAT(name, HasSubstr("dense weights"));
    EXPECT_THAT(found, ElementsAre(0)) << "row 500, the first of two lanes";
  }
  EXPECT_THAT(run({}).out, HasSubstr("self-test failed"));
}

TEST_F(SelfTestCommand, SamplesOrTheSelfTest) {
  EXPECT_EQ(run({"--data", path("x.npy")}).exit_code, 2);
  EXPECT_EQ(invoke({"run", path("out"), "--virtual"}).exit_code, 2);
}

}  // namespace
}  // namespace dpwa::cli
