// SPDX-License-Identifier: Apache-2.0
#include "model/config/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <set>

#include "model/base/error.h"
#include "model/base/files.h"

namespace dpwa::config {
namespace {

using testing::AllOf;
using testing::HasSubstr;

/// The message of the Error(usage) that `action` throws, "" when it throws none.
template <typename Action>
std::string refusal(Action action) {
  try {
    action();
  } catch (const Error& problem) {
    EXPECT_EQ(problem.code(), ExitCode::usage) << problem.what();
    return problem.what();
  }
  return "";
}

std::string refusal_of_set(const std::string& override) {
  return refusal([&] { load("sim-4", {override}); });
}

std::filesystem::path write_toml(const std::string& name, const std::string& text) {
  const std::filesystem::path path = std::filesystem::path(DPWA_BINARY_DIR) / "scratch" / name;
  std::filesystem::create_directories(path.parent_path());
  write_file(path, text);
  return path;
}

std::string refusal_of_toml(const std::string& name, const std::string& text) {
  const std::filesystem::path path = write_toml(name, text);
  return refusal([&] { load(path.string()); });
}

TEST(Presets, AreTheFivePromisedOnesAndValid) {
  EXPECT_THAT(preset_names(),
              testing::UnorderedElementsAre("sim-4", "up5k", "icebreaker", "gw2ar-18", "ecp5-85", "asic-64"));
  for (const std::string& name : preset_names()) EXPECT_EQ(load(name).name, name);
}

TEST(Presets, SimFourIsTheDefaultOfEveryMember) { EXPECT_EQ(to_toml(load("sim-4")), to_toml(Config())); }

TEST(Presets, AnUnknownOneNamesTheNearest) {
  EXPECT_THAT(refusal([] { load("up5"); }), AllOf(HasSubstr("'up5'"), HasSubstr("nearest preset is up5k")));
  EXPECT_THAT(refusal([] { load("ecp5_85"); }), HasSubstr("nearest preset is ecp5-85"));
}

TEST(Differences, MakeEveryConfigurationOutOfSimFour) {
  EXPECT_THAT(differences(Config()), testing::IsEmpty());
  EXPECT_THAT(differences(load("sim-4", {"LANES=8"})), testing::ElementsAre("LANES=8"));
  for (const std::string& name : preset_names()) {
    EXPECT_EQ(to_toml(load("sim-4", differences(load(name)))), to_toml(load(name)));
  }
}

TEST(Toml, RoundTripsEveryPreset) {
  for (const std::string& name : preset_names()) {
    const std::string text = to_toml(load(name));
    EXPECT_EQ(to_toml(load(write_toml("round_trip.toml", text).string())), text) << name;
  }
}

TEST(Toml, LeavesOutKeysThatKeepTheDefault) {
  const Config config = load(write_toml("few.toml", "LANES = 8\nLUT_STYLE = \"ecp5\"\n").string());
  EXPECT_EQ(config.name, "custom");
  EXPECT_EQ(config.lanes, 8);
  EXPECT_EQ(config.lut_style, LutStyle::ecp5);
  EXPECT_EQ(config.acc_w, Config().acc_w);
}

TEST(Toml, AnUnknownKeyNamesFileAndNearestKey) {
  EXPECT_THAT(refusal_of_toml("unknown.toml", "LANE = 4\n"),
              AllOf(HasSubstr("unknown.toml"), HasSubstr("'LANE'"), HasSubstr("nearest known key is LANES")));
}

TEST(Toml, AWrongTypeNamesKeyFoundAndAllowed) {
  EXPECT_THAT(refusal_of_toml("type.toml", "LANES = \"4\"\n"),
              AllOf(HasSubstr("type.toml: LANES"), HasSubstr("an integer 1..256"), HasSubstr("4")));
  EXPECT_THAT(refusal_of_toml("type.toml", "LANES = 4.0\n"), HasSubstr("found the value 4"));
  EXPECT_THAT(
      refusal_of_toml("type.toml", "LUT_STYLE = 1\n"),
      AllOf(HasSubstr("LUT_STYLE"), HasSubstr("generic | ice40 | ecp5 | asic"), HasSubstr("integer 1")));
  EXPECT_THAT(refusal_of_toml("type.toml", "[LANES]\nx = 1\n"), HasSubstr("LANES: expected an integer"));
}

TEST(Toml, AWrongRangeNamesFileKeyFoundAndAllowed) {
  EXPECT_THAT(refusal_of_toml("range.toml", "ACC_W = 1000\n"),
              AllOf(HasSubstr("range.toml: ACC_W"), HasSubstr("24..64"), HasSubstr("1000")));
}

TEST(Toml, BrokenTextNamesTheLine) {
  EXPECT_THAT(refusal_of_toml("broken.toml", "LANES = 4\nGROUPS =\n"),
              AllOf(HasSubstr("broken.toml: line 2"), HasSubstr("not TOML")));
}

TEST(Override, ChangesOneKeyAfterTheOther) {
  const Config config = load("up5k", {"LANES=2", "HOST_PORT=axi", "LANES=1"});
  EXPECT_EQ(config.lanes, 1);
  EXPECT_EQ(config.host_port, HostPort::axi);
  EXPECT_EQ(config.planes_max, 4);
}

TEST(Override, RefusesWithTheWholeContext) {
  EXPECT_THAT(refusal_of_set("LANES"), HasSubstr("expected KEY=VALUE"));
  EXPECT_THAT(refusal_of_set("lanes=4"), HasSubstr("nearest known key is LANES"));
  EXPECT_THAT(refusal_of_set("LANES=four"), AllOf(HasSubstr("--set LANES=four"), HasSubstr("1..256")));
  EXPECT_THAT(refusal_of_set("LANES=4x"), HasSubstr("'4x'"));
  EXPECT_THAT(refusal_of_set("LANES="), HasSubstr("found ''"));
  EXPECT_THAT(refusal_of_set("LANES=99999999999"), HasSubstr("1..256"));
  EXPECT_THAT(refusal_of_set("HOST_PORT=usb"), HasSubstr("axi | uart | none"));
  EXPECT_THAT(refusal_of_set("NAME=a b"), HasSubstr("letters"));
}

TEST(Fields, AreUniqueAndRefuseOneBeyondEachLimit) {
  std::set<std::string> keys;
  for (const Field& field : fields()) {
    EXPECT_TRUE(keys.insert(field.key).second) << field.key;
    EXPECT_FALSE(field.allowed.empty());
    if (!field.is_integer) continue;
    const std::string limits = field.allowed.substr(field.allowed.rfind(' ') + 1);
    const std::size_t dots = limits.find("..");
    const int lowest = std::stoi(limits.substr(0, dots));
    const int highest = std::stoi(limits.substr(dots + 2));
    Config config;
    field.set(config, std::to_string(lowest));
    EXPECT_EQ(field.get(config), std::to_string(lowest));
    field.set(config, std::to_string(highest));
    EXPECT_EQ(field.get(config), std::to_string(highest));
    EXPECT_THROW(field.set(config, std::to_string(lowest - 1)), Error) << field.key;
    EXPECT_THROW(field.set(config, std::to_string(highest + 1)), Error) << field.key;
  }
}

TEST(Validate, RefusesEachImpossibleCombination) {
  const auto refusal_of = [](const std::vector<std::string>& overrides) {
    return refusal([&] { load("sim-4", overrides); });
  };
  EXPECT_THAT(refusal_of({"PRODUCTS=12"}), HasSubstr("8, 16 or 32"));
  EXPECT_THAT(refusal_of({"GROUPS=3"}), HasSubstr("GROUPS = 3 must divide LANES = 4"));
  EXPECT_THAT(refusal_of({"LANES=3"}), HasSubstr("LANES / GROUPS = 3 must divide PRODUCTS = 16"));
  EXPECT_THAT(refusal_of({"LANES=16", "PRODUCTS=8"}), HasSubstr("must divide PRODUCTS = 8"));
  EXPECT_THAT(refusal_of({"LANES=64"}), HasSubstr("GROUPS = 4 would do"));
  EXPECT_THAT(refusal_of({"WB_LANES=3"}), HasSubstr("WB_LANES = 3 must divide LANES / GROUPS = 4"));
  EXPECT_THAT(refusal_of({"ACC_W=39"}), HasSubstr("at least 40"));
  EXPECT_EQ(refusal_of({"ACC_W=40"}), "");
  EXPECT_THAT(refusal_of({"WEIGHT_TILES=99"}), HasSubstr("SCAN_TILES = 4 must divide WEIGHT_TILES = 99"));
  EXPECT_THAT(refusal_of({"ACTIVATION_TILES=999"}), HasSubstr("must divide ACTIVATION_TILES = 999"));
  EXPECT_THAT(refusal_of({"CHANNELS=16"}), HasSubstr("CHANNELS = 16: expected at least 64 for WB_LANES = 1"));
  EXPECT_THAT(refusal_of({"CHANNELS=65", "WB_LANES=2"}), HasSubstr("WB_LANES = 2 must divide CHANNELS = 65"));
  EXPECT_THAT(refusal_of({"NODES=100"}), HasSubstr("NODES: expected a power of two, found '100'"));
}

TEST(Validate, RefusesTiersThatCannotBeBuilt) {
  EXPECT_THAT(refusal_of_set("DENSE_WORDS=1001"), HasSubstr("LANES = 4 must divide DENSE_WORDS = 1001"));
  EXPECT_THAT(refusal([] {
                load("sim-4", {"DENSE_WORDS=1024", "WEIGHT_WORDS=100000"});
              }),
              HasSubstr("WEIGHT_WORDS = 100000: expected at most 65536 with a dense tier"));
}

TEST(Validate, ChecksRangesOfAConfigThatNobodyParsed) {
  Config config;
  config.groups = 0;
  EXPECT_THAT(refusal([&] { validate(config); }), HasSubstr("GROUPS"));
}

TEST(Validate, SerialWriteBackHasOneLane) {
  EXPECT_EQ(load("sim-4", {"WRITE_BACK=serial", "PREMAX=0"}).slices(), 4);
  EXPECT_THAT(refusal([] {
                load("sim-4", {"WRITE_BACK=serial", "PREMAX=0", "POLICIES=variance"});
              }),
              HasSubstr("no policy 'variance'"));
  EXPECT_THAT(refusal([] { load("sim-4", {"WRITE_BACK=serial"}); }), HasSubstr("PREMAX = 0"));
  EXPECT_THAT(refusal([] {
                load("sim-4", {"WRITE_BACK=serial", "PREMAX=0", "WB_LANES=2"});
              }),
              HasSubstr("WB_LANES = 1"));
  EXPECT_THAT(refusal([] {
                load("sim-4", {"WRITE_BACK=serial", "PREMAX=0", "LANES=8", "GROUPS=2"});
              }),
              HasSubstr("GROUPS = 1"));
}

TEST(Policies, AreNamesInOrder) {
  EXPECT_EQ(policy_names(load("sim-4").policies), "range,static");
  EXPECT_EQ(policy_names(load("sim-4", {"POLICIES=range,variance"}).policies), "range,variance");
  EXPECT_THAT(refusal([] {
                load("sim-4", {"POLICIES=variance", "RESIDUAL_WORDS=64"});
              }),
              HasSubstr("exclude each other"));
  EXPECT_EQ(load("sim-4", {"POLICIES=static"}).policies, (Policies{false, true, false}));
  for (const char* wrong : {"", "static,range", "range,range", "range,", "mean"}) {
    EXPECT_THAT(refusal([&] { load("sim-4", {std::string("POLICIES=") + wrong}); }),
                HasSubstr("some of range,static,variance"));
  }
}

TEST(Boot, NeedsTheSerialLine) {
  EXPECT_TRUE(load("icebreaker", {"BOOT=spi"}).boots());
  EXPECT_FALSE(load("icebreaker", {"BOOT=spi"}).tests_at_boot());
  EXPECT_TRUE(load("icebreaker", {"BOOT=spi-test"}).tests_at_boot());
  EXPECT_THAT(refusal([] { load("sim-4", {"BOOT=spi"}); }), HasSubstr("needs HOST_PORT"));
  EXPECT_THAT(refusal_of_set("BOOT=flash"), HasSubstr("none | spi | spi-test"));
}

TEST(Boot, IsNamedWhereItIsNotNone) {
  const Config without = load("icebreaker"), with = load("icebreaker", {"BOOT=spi"});
  EXPECT_EQ(to_toml(without).find("BOOT"), std::string::npos);
  EXPECT_EQ(config_hash(load("icebreaker", {"BOOT=none"})), config_hash(without));
  EXPECT_NE(config_hash(with), config_hash(without));
  EXPECT_THAT(to_toml(with), HasSubstr("BOOT = \"spi\""));
  EXPECT_THAT(differences(with), testing::Contains("BOOT=spi"));
}

TEST(StageCuts, AreNotBesideWhatHasNoRegisters) {
  EXPECT_EQ(load("ecp5-85").stage_cuts, 1);
  EXPECT_EQ(load("sim-4").stage_cuts, 0);
  EXPECT_THAT(refusal([] {
                load("sim-4", {"STAGE_CUTS=1", "WRITE_BACK=serial", "PREMAX=0"});
              }),
              HasSubstr("needs STAGE_CUTS = 0, found 1"));
  EXPECT_THAT(refusal([] {
                load("sim-4", {"STAGE_CUTS=1", "DENSE_WORDS=4096"});
              }),
              HasSubstr("STAGE_CUTS = 1 needs DENSE_WORDS = 0, found 4096"));
  EXPECT_THAT(refusal([] {
                load("sim-4", {"STAGE_CUTS=1", "POLICIES=range,variance"});
              }),
              HasSubstr("STAGE_CUTS = 1 has no policy 'variance'"));
}

TEST(ConfigHash, DependsOnEveryKeyButTheName) {
  const std::string base = "PREMAX=0",
                    policies = "POLICIES=range,static";  // every other key may stand beside
  const std::uint32_t hash = config_hash(load("sim-4", {base}));
  EXPECT_EQ(config_hash(load("sim-4", {base, "NAME=other"})), hash);
  std::set<std::uint32_t> hashes{hash};
  const std::vector<std::string> changes = {"LANES=8",
                                            "GROUPS=2",
                                            "WB_LANES=2",
                                            "PRODUCTS=32",
                                            "PLANES_MAX=4",
                                            "ACC_W=47",
                                            "MULT_W=25",
                                            "SHIFT_MAX=62",
                                            "SCAN_TILES=2",
                                            "LANE_CUTS=1",
                                            "STAGE_CUTS=1",
                                            "PREMAX=1",
                                            "CONV=0",
                                            "POOL_PADS=0",
                                            "WRITE_BACK=serial",
                                            "POLICIES=range",
                                            "PCU_COUNTERS=0",
                                            "LUT_STYLE=asic",
                                            "HOST_PORT=none",
                                            "WEIGHT_WORDS=65535",
                                            "WEIGHT_TILES=9996",
                                            "DENSE_WORDS=64",
                                            "RESIDUAL_WORDS=64",
                                            "TABLE_WORDS=64",
                                            "ACTIVATION_WORDS=130000",
                                            "NODES=64",
                                            "ACTIVATION_TILES=32764",
                                            "INPUT_VALUES=16383",
                                            "INPUT_PLANES=2",
                                            "INPUT_CHANNELS=3",
                                            "PORT_FORMATS=integer",
                                            "CHANNELS=8191"};
  EXPECT_EQ(changes.size() + 4, fields().size());  // NAME, and BOOT, FACTORS and WINDOW_PLANES: below
  for (const std::string& change : changes) {
    EXPECT_TRUE(hashes.insert(config_hash(load("sim-4", {base, change}))).second) << change;
  }
  EXPECT_TRUE(hashes.insert(config_hash(load("sim-4", {base, "RESIDUAL_WORDS=64", "FACTORS=1"}))).second);
}

TEST(TapWindows, AreOfConfigurationsThatCanHaveThem) {
  EXPECT_EQ(to_toml(load("asic-64", {"WINDOW_PLANES=0"})).find("WINDOW_PLANES"), std::string::npos);
  const Config windows = load("asic-64", {"WINDOW_PLANES=3"});
  EXPECT_THAT(to_toml(windows), HasSubstr("WINDOW_PLANES = 3"));
  EXPECT_NE(config_hash(windows), config_hash(load("asic-64", {"WINDOW_PLANES=0"})));
  const auto refused = [](const std::string& change) {
    return refusal([&] { load("asic-64", {"WINDOW_PLANES=3", "STAGE_CUTS=0", "PREMAX=0", change}); });
  };
  EXPECT_THAT(refused("LANES=32"), HasSubstr("WINDOW_PLANES needs LANES / GROUPS = 16, found 8"));
  EXPECT_THAT(refused("PRODUCTS=32"), HasSubstr("WINDOW_PLANES needs PRODUCTS = 16, found 32"));
  EXPECT_THAT(refused("CONV=0"), HasSubstr("WINDOW_PLANES needs CONV = 1, found 0"));
  EXPECT_THAT(refused("DENSE_WORDS=4096"), HasSubstr("WINDOW_PLANES needs DENSE_WORDS = 0, found 4096"));
  EXPECT_THAT(refused("PLANES_MAX=2"), HasSubstr("WINDOW_PLANES = 3: expected at most PLANES_MAX = 2"));
  EXPECT_THAT(refusal([] {
                load("sim-4", {"LANES=16", "WINDOW_PLANES=1", "WRITE_BACK=serial", "PREMAX=0"});
              }),
              HasSubstr("WINDOW_PLANES needs WRITE_BACK = \"parallel\""));
  EXPECT_THAT(refusal([] {
                load("sim-4", {"LANES=16", "WINDOW_PLANES=1", "POLICIES=range,variance"});
              }),
              HasSubstr("WINDOW_PLANES has no policy 'variance'"));
}

TEST(Factors, AreInTheTextOnlyWhereThereAreSome) {
  EXPECT_EQ(to_toml(load("sim-4", {"RESIDUAL_WORDS=64"})).find("FACTORS"), std::string::npos);
  EXPECT_THAT(to_toml(load("sim-4", {"RESIDUAL_WORDS=64", "FACTORS=1"})), HasSubstr("FACTORS = 1"));
  EXPECT_EQ(config_hash(load("sim-4", {"FACTORS=0"})), config_hash(load("sim-4")));
  EXPECT_THAT(refusal_of_set("FACTORS=1"), HasSubstr("needs RESIDUAL_WORDS"));
}

}  // namespace
}  // namespace dpwa::config
