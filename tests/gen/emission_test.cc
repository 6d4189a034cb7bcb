// SPDX-License-Identifier: Apache-2.0
#include "gen/emit/emission.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <regex>

#include "gen/emit/sources.h"
#include "model/base/error.h"
#include "model/base/files.h"
#include "model/base/process.h"
#include "tests/gen/lint.h"
#include "tests/gen/parameters.h"

namespace dpwa::gen {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::Key;
using testing::Not;

class EveryUnit : public testing::TestWithParam<std::string> {
 protected:
  const Unit& unit() const { return find_unit(GetParam()); }
  Emission emission(const std::string& preset) const { return emit_unit(config::load(preset), unit()); }
};

std::vector<fs::path> verilog_of(const fs::path& directory) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(directory / "rtl")) files.push_back(entry.path());
  return files;
}

TEST_P(EveryUnit, SetsEveryParameterInOrder) {
  std::vector<std::string> expected;
  const Interface leaf = unit().interface();
  for (const ParameterSpec& parameter : leaf.parameters()) expected.push_back(parameter.name);
  for (const std::string& preset : config::preset_names()) {
    std::vector<std::string> found;
    for (const auto& [name, value] : unit().parameters(config::load(preset))) found.push_back(name);
    EXPECT_EQ(found, expected) << preset;
  }
}

TEST_P(EveryUnit, BenchHoldsItsCornersAndItsGoldenFunctions) {
  std::string text;
  for (const EmbeddedFile& file : include_closure(unit().bench(config::load("sim-4")).source))
    text += file.text;
  ASSERT_FALSE(unit().corner_cases().empty());
  for (const std::string& corner : unit().corner_cases()) {
    EXPECT_TRUE(std::regex_search(text, std::regex("TEST_?[FP]?\\(\\w+, " + corner + "\\)"))) << corner;
  }
  ASSERT_FALSE(unit().golden().empty());
  for (const std::string& function : unit().golden()) EXPECT_THAT(text, HasSubstr(function + "("));
}

TEST_P(EveryUnit, LintsCleanAtItsDefaultsAndWithEveryParameterOverridden) {
  const fs::path directory = scratch_folder() / "out";
  write(emission("up5k"), directory);
  const std::string top = unit().interface().module();
  EXPECT_EQ(lint(top, verilog_of(directory)), "");
  std::vector<std::string> overrides;
  for (const auto& [name, value] : other_parameters(unit().interface())) {
    overrides.push_back(fmt::format("{}={}", name, value));
  }
  EXPECT_EQ(lint(top, verilog_of(directory), overrides), "");
}

TEST_P(EveryUnit, TopHasTheConfigurationAsDefaults) {
  const Emission out = emission("ecp5-85");
  const std::string& text = out.files.at("rtl/" + out.top + ".v");
  for (const auto& [name, value] : unit().parameters(config::load("ecp5-85"))) {
    const std::regex line(fmt::format("parameter\\s+integer\\s+{}\\s*=\\s*{}\\b", name, value));
    EXPECT_TRUE(std::regex_search(text, line)) << name;
  }
}

TEST_P(EveryUnit, BenchBuildsAndPassesFromTheDirectoryAlone) {
  const fs::path directory = scratch_folder() / "out";
  write(emission("up5k"), directory);
  std::string output;
  const int status =
      run({{"make", "-s", "-C", (directory / "tb").string()}, {}, [&](const std::string& line) {
             output += line + "\n";
           }});
  EXPECT_EQ(status, 0) << output;
  EXPECT_THAT(output, HasSubstr("[  PASSED  ]"));
}

INSTANTIATE_TEST_SUITE_P(Registry, EveryUnit,
                         testing::Values("pcu", "quantizer", "dequantizer", "mac", "weight_sram",
                                         "weight_decoder"),
                         [](const auto& each) { return each.param; });

TEST(Registry, HoldsTheUnitsThatTheTestsRun) {
  std::vector<std::string> names;
  for (const auto& unit : units()) names.push_back(unit->name());
  EXPECT_THAT(
      names, testing::ElementsAre("pcu", "quantizer", "dequantizer", "mac", "weight_sram", "weight_decoder"));
}

TEST(Registry, AnUnknownUnitListsTheKnownOnes) {
  try {
    find_unit("pcv");
    FAIL();
  } catch (const Error& problem) {
    EXPECT_EQ(problem.code(), ExitCode::usage);
    EXPECT_THAT(problem.what(),
                AllOf(HasSubstr("'pcv'"),
                      HasSubstr("pcu, quantizer, dequantizer, mac, weight_sram, weight_decoder")));
  }
}

TEST(Emission, MacIsExactlyOneLane) {
  const Emission out = emit_unit(config::load("up5k"), find_unit("mac"));
  EXPECT_EQ(out.top, "dpwa_mac_lane");
  EXPECT_THAT(out.files, Not(Contains(Key("rtl/dpwa_corrector.v"))));
  EXPECT_THAT(out.files, Contains(Key("tb/rtl/arith/dpwa_corrector.v")));
}

TEST(Emission, LeavesAreTheirSourcesUnderOneBannerLine) {
  const Emission out = emit_unit(config::load("sim-4"), find_unit("pcu"));
  const std::string& copy = out.files.at("rtl/dpwa_tile_width.v");
  const std::string_view original = source("rtl/pcu/dpwa_tile_width.v").text;
  const std::size_t end = copy.find('\n') + 1;
  EXPECT_EQ(copy.substr(end), original);
  EXPECT_THAT(copy.substr(0, end),
              AllOf(HasSubstr("rtl/pcu/dpwa_tile_width.v"), HasSubstr(content_hash(original))));
}

TEST(Emission, IsTheSameForTheSameConfigurationAndKnowsNoPath) {
  const config::Config config = config::load("sim-4");
  const Emission first = emit_unit(config, find_unit("quantizer"));
  EXPECT_EQ(first.files, emit_unit(config, find_unit("quantizer")).files);
  for (const auto& [path, text] : first.files) {
    EXPECT_THAT(text, Not(HasSubstr(DPWA_SOURCE_DIR))) << path;
    EXPECT_EQ(text.back(), '\n') << path;
  }
}

TEST(Emission, ManifestHashesEveryOtherFile) {
  const fs::path directory = scratch_folder() / "out";
  const Emission out = emit_unit(config::load("sim-4"), find_unit("dequantizer"));
  write(out, directory);
  const auto manifest = nlohmann::json::parse(read_file(directory / "manifest.json"));
  EXPECT_EQ(manifest["files"].size() + 1, out.files.size());
  for (const auto& [path, hash] : manifest["files"].items()) {
    EXPECT_EQ(content_hash(read_file(directory / path)), hash.get<std::string>()) << path;
  }
  EXPECT_EQ(manifest["overridable_parameters"]["VALUE_W"], 21);
  EXPECT_EQ(manifest["config_hash"], fmt::format("{:08x}", config::config_hash(config::load("sim-4"))));
}

TEST(Emission, SourcesFileNamesEveryVerilogFileOnce) {
  const Emission out = emit_unit(config::load("sim-4"), find_unit("mac"));
  std::istringstream lines(out.files.at("sources.f"));
  std::set<std::string> listed;
  for (std::string line; std::getline(lines, line);) {
    if (line[0] == '#') continue;
    EXPECT_TRUE(listed.insert(line).second) << line;
  }
  std::set<std::string> written;
  for (const auto& [path, text] : out.files) {
    if (path.rfind("rtl/", 0) == 0) written.insert(path);
  }
  EXPECT_EQ(listed, written);
}

TEST(Emission, ADesignBringsItsLeavesAndItsBench) {
  Design design("dpwa_test_top");
  Module& top = design.add("dpwa_test_top", "one delay.");
  const Int width = top.parameter("WIDTH", 3, "bits");
  const Expr clk = top.input("clk_i");
  const Expr d = top.input("d_i", width);
  const Expr q = top.output("q_o", width);
  Interface delay("dpwa_delay");
  const Int leaf_width = delay.parameter("WIDTH", 1);
  delay.input("clk_i");
  delay.input("d_i", leaf_width);
  delay.output("q_o", leaf_width);
  top.instance("u_delay", delay)
      .set("WIDTH", width)
      .connect("clk_i", clk)
      .connect("d_i", d)
      .connect("q_o", q);
  const Emission out = emit_design(config::load("sim-4"), design, {"tests/rtl_pcu/pcu_bench.cc"},
                                   {{"images/image.bin", "abc"}});
  EXPECT_EQ(
      out.files.at("sources.f"),
      "# Verilog sources of dpwa_test_top, relative to this file.\nrtl/dpwa_delay.v\nrtl/dpwa_test_top.v\n");
  EXPECT_THAT(out.files, AllOf(Contains(Key("tb/pcu_bench.cc")), Contains(Key("dpwa_test_top.core"))));
  const auto manifest = nlohmann::json::parse(out.files.at("manifest.json"));
  EXPECT_EQ(manifest["overridable_parameters"]["WIDTH"], 3);
  EXPECT_EQ(manifest["files"]["images/image.bin"], content_hash("abc"));
}

TEST(Emission, RefusesADirectoryThatIsNotItsOwn) {
  const fs::path directory = scratch_folder() / "mine";
  fs::create_directories(directory);
  write_file(directory / "precious.txt", "keep\n");
  EXPECT_THROW(write(emit_unit(config::load("sim-4"), find_unit("pcu")), directory), Error);
  EXPECT_EQ(read_file(directory / "precious.txt"), "keep\n");
}

TEST(Sources, UnknownOnesAreErrors) {
  EXPECT_THROW(source("rtl/none.v"), Error);
  EXPECT_THROW(module_closure({"dpwa_none"}), Error);
  EXPECT_THROW(include_closure("tests/none.cc"), Error);
}

}  // namespace
}  // namespace dpwa::gen
