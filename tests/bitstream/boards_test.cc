// SPDX-License-Identifier: Apache-2.0
#include "fpga/boards/boards.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "fpga/tools/survey.h"
#include "model/base/error.h"

namespace dpwa::boards {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

const std::string kToml = R"(
family = "ice40"
device = "up5k"
package = "sg48"
wrapper = "top.v"
constraints = "top.pcf"
baud = 115200
tools = ["yosys", "nextpnr-ice40"]
loader_name = "x"
flash_address = 0x1000
clocks = [{ hz = 24_000_000, parameters = { PLL = 1, DIVF = 63 } }, { hz = 12_000_000, parameters = {} }]
)";

std::string replaced(const std::string& from, const std::string& to) {
  std::string text = kToml;
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

std::string error_of(const std::string& toml) {
  try {
    parse_board("mine", toml);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::bad_input);
    return error.what();
  }
  return "no error";
}

TEST(Boards, TomlIsRead) {
  const Board board = parse_board("mine", kToml);
  EXPECT_EQ(board.name, "mine");
  EXPECT_EQ(board.family, "ice40");
  EXPECT_EQ(board.device, "up5k");
  EXPECT_EQ(board.package, "sg48");
  EXPECT_EQ(board.wrapper, "top.v");
  EXPECT_EQ(board.constraints, "top.pcf");
  EXPECT_EQ(board.baud, 115200);
  EXPECT_EQ(board.loader_name, "x");
  EXPECT_EQ(board.flash_address, 4096);
  EXPECT_THAT(board.tools, ElementsAre("yosys", "nextpnr-ice40"));
  ASSERT_EQ(board.clocks.size(), 2u);
  EXPECT_EQ(board.clocks[0].hz, 12'000'000) << "slowest first";
  EXPECT_THAT(board.clocks[1].parameters, testing::UnorderedElementsAre(Pair("PLL", 1), Pair("DIVF", 63)));
}

TEST(Boards, WhatIsWrongIsNamed) {
  EXPECT_THAT(error_of("family = "), HasSubstr("mine/board.toml: line 1: not TOML"));
  EXPECT_THAT(error_of(replaced("device", "devise")), HasSubstr("device is missing"));
  EXPECT_THAT(error_of(kToml + "[colour]\n"), HasSubstr("unknown key colour"));
  EXPECT_THAT(error_of(replaced("115200", "\"fast\"")), HasSubstr("baud"));
  EXPECT_THAT(error_of(replaced("[\"yosys\", \"nextpnr-ice40\"]", "[]")), HasSubstr("tools"));
  EXPECT_THAT(error_of(replaced("12_000_000", "0")), HasSubstr("hz"));
  EXPECT_THAT(error_of(replaced("DIVF = 63", "DIVF = 6.3")), HasSubstr("integers"));
  EXPECT_THAT(error_of(replaced("0x1000", "0")), HasSubstr("flash_address"));
  EXPECT_THAT(error_of(replaced("0x1000", "0x1000000")), HasSubstr("flash_address"));
  EXPECT_THAT(error_of(replaced("hz = 12_000_000", "speed = 12_000_000")), HasSubstr("hz"));
}

TEST(Boards, EveryFolderIsWhole) {
  ASSERT_FALSE(all_boards().empty());
  std::set<std::string> tools;
  for (const tools::Tool& tool : tools::survey().tools) tools.insert(tool.name);
  for (const Board& board : all_boards()) {
    EXPECT_THAT(board_file(board, board.wrapper), HasSubstr("dpwa_board #("));
    EXPECT_THAT(board_file(board, board.wrapper), HasSubstr("parameter integer FLASH_ADDRESS"));
    EXPECT_FALSE(board_file(board, board.constraints).empty());
    for (const std::string& tool : board.tools) EXPECT_EQ(tools.count(tool), 1u) << tool;
    for (const Clock& clock : board.clocks) {
      for (const auto& [name, value] : clock.parameters)
        EXPECT_THAT(board_file(board, board.wrapper), HasSubstr("parameter integer " + name)) << value;
    }
    EXPECT_EQ(find_board(board.name).device, board.device);
  }
  EXPECT_THAT(common_file(), HasSubstr("dpwa_uart_top #("));
  EXPECT_THROW(find_board("none-such"), Error);
}

TEST(Boards, IcebreakersClocksAreWhatItsPllMakes) {
  for (const Clock& clock : find_board("icebreaker").clocks) {
    std::map<std::string, std::int64_t> value(clock.parameters.begin(), clock.parameters.end());
    if (value.at("PLL") == 0) {
      EXPECT_EQ(clock.hz, 12'000'000);
      continue;
    }
    const std::int64_t vco = 12'000'000 * (value.at("DIVF") + 1);
    EXPECT_EQ(clock.hz << value.at("DIVQ"), vco);
    EXPECT_TRUE(vco >= 533'000'000 && vco <= 1'066'000'000) << vco;
    EXPECT_GE(clock.hz, 16'000'000);
  }
}

TEST(Boards, Ulx3sClocksAreWhatItsPllMakes) {
  for (const Clock& clock : find_board("ulx3s-85f").clocks) {
    std::map<std::string, std::int64_t> value(clock.parameters.begin(), clock.parameters.end());
    if (value.at("PLL") == 0) {
      EXPECT_EQ(clock.hz, 25'000'000);
      continue;
    }
    EXPECT_EQ(clock.hz, 5'000'000 * value.at("CLKFB_DIV"));
    const std::int64_t vco = clock.hz * value.at("CLKOP_DIV");
    EXPECT_TRUE(vco >= 400'000'000 && vco <= 800'000'000) << vco;
    EXPECT_TRUE(value.at("CLKFB_DIV") <= 128 && value.at("CLKOP_DIV") <= 128);
  }
}

TEST(Boards, TangNanosClocksAreWhatItsPllMakes) {
  for (const Clock& clock : find_board("tangnano20k").clocks) {
    std::map<std::string, std::int64_t> value(clock.parameters.begin(), clock.parameters.end());
    if (value.at("PLL") == 0) {
      EXPECT_EQ(clock.hz, 27'000'000);
      continue;
    }
    EXPECT_EQ(clock.hz, 9'000'000 * (value.at("FBDIV_SEL") + 1));
    const std::int64_t vco = clock.hz * value.at("ODIV_SEL");
    EXPECT_TRUE(vco >= 500'000'000 && vco <= 1'250'000'000) << vco;
    EXPECT_LT(value.at("FBDIV_SEL"), 64);
  }
}

}  // namespace
}  // namespace dpwa::boards
