// SPDX-License-Identifier: Apache-2.0
#include "fpga/bitstream/report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/base/error.h"

namespace dpwa::bitstream {
namespace {

using testing::AllOf;
using testing::HasSubstr;

// As nextpnr-ice40 0.4 writes it, shortened.
constexpr const char* kReport = R"({"critical_paths": [],
  "fmax": {"clk": {"achieved": 23.06113624572754, "constraint": 24}, "slow": {"achieved": 18.5, "constraint": 12}},
  "utilization": {"ICESTORM_DSP": {"available": 8, "used": 2}, "ICESTORM_LC": {"available": 5280, "used": 4982},
                  "ICESTORM_RAM": {"available": 30, "used": 20}, "ICESTORM_SPRAM": {"available": 4, "used": 3},
                  "SB_IO": {"available": 96, "used": 5}}})";

TEST(RouteReport, SitesAndTheSlowestClock) {
  const Routed routed = parse_report(kReport);
  EXPECT_DOUBLE_EQ(routed.reached_hz, 18.5e6);
  ASSERT_EQ(routed.sites.size(), 4u) << "pins are not counted";
  for (const synth::SiteUse& site : routed.sites) {
    if (site.kind != "logic_cells") continue;
    EXPECT_EQ(site.used, 4982);
    EXPECT_EQ(site.available, 5280);
  }
}

TEST(RouteReport, WithoutClockOrSitesItIsRefused) {
  EXPECT_THROW(parse_report("no JSON"), Error);
  EXPECT_THROW(parse_report("{}"), Error);
  EXPECT_THROW(parse_report(R"({"fmax": {}, "utilization": {"ICESTORM_LC": {"available": 1, "used": 1}}})"),
               Error);
  EXPECT_THROW(parse_report(R"({"fmax": {"c": {"achieved": 1.0}}, "utilization": {}})"), Error);
}

TEST(Baud, IsAWholePartOfTheClockWithinTwoPercent) {
  EXPECT_EQ(clocks_per_bit(12'000'000, 115200), 104);
  EXPECT_EQ(clocks_per_bit(24'000'000, 115200), 208);
  EXPECT_EQ(clocks_per_bit(12'000'000, 3'000'000), 4);
  EXPECT_EQ(clocks_per_bit(12'000'000, 4'000'000), std::nullopt) << "3 cycles";
  EXPECT_EQ(clocks_per_bit(18'000'000, 921600), std::nullopt) << "20 cycles are 2.3 % off";
  EXPECT_EQ(clocks_per_bit(12'000'000, 921600), 13);
  EXPECT_EQ(clocks_per_bit(24'000'000, 300), std::nullopt) << "80000 cycles";
}

boards::Board board() {
  boards::Board board;
  board.name = "mine";
  board.device = "up5k";
  board.clocks = {{12'000'000, {}}, {18'000'000, {}}, {24'000'000, {}}};
  return board;
}

TEST(Clocks, ThoseThatMakeTheBaudRate) {
  EXPECT_EQ(clocks_for(board(), 115200).size(), 3u);
  const std::vector<boards::Clock> clocks = clocks_for(board(), 921600);
  ASSERT_EQ(clocks.size(), 2u);
  EXPECT_EQ(clocks[0].hz, 12'000'000);
  EXPECT_EQ(clocks[1].hz, 24'000'000);
  try {
    clocks_for(board(), 10'000'000);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::usage);
    EXPECT_THAT(error.what(), AllOf(HasSubstr("10000000"), HasSubstr("mine")));
  }
}

TEST(Clocks, TheFastestThatIsBorne) {
  const std::vector<boards::Clock> clocks = board().clocks;
  EXPECT_EQ(fastest_clock(clocks, 11.9e6), nullptr);
  EXPECT_EQ(fastest_clock(clocks, 12e6), &clocks[0]);
  EXPECT_EQ(fastest_clock(clocks, 23.9e6), &clocks[1]);
  EXPECT_EQ(fastest_clock(clocks, 99e6), &clocks[2]);
}

TEST(Advice, NamesWhatUsesTheSites) {
  config::Config config;
  config.lanes = 4;
  EXPECT_THAT(smaller_advice(config, "logic_cells"), HasSubstr("LANES=2"));
  EXPECT_THAT(smaller_advice(config, "block_rams"), HasSubstr("WEIGHT_WORDS"));
  EXPECT_THAT(smaller_advice(config, "sprams"), HasSubstr("DENSE_WORDS"));
  config.lanes = 1;
  EXPECT_THAT(smaller_advice(config, "logic_cells"), AllOf(HasSubstr("POLICIES"), HasSubstr("SHIFT_MAX")));
}

TEST(Report, TextAndJsonSayTheSame) {
  Report report{board(), "up5k", "01234567", board().clocks[1], 115200, 156, parse_report(kReport), "b.bin"};
  EXPECT_THAT(to_text(report), AllOf(HasSubstr("clock 18 MHz"), HasSubstr("18.50 MHz"),
                                     HasSubstr("4982 of 5280"), HasSubstr("b.bin")));
  const auto json = to_json(report);
  EXPECT_EQ(json["clock_hz"], 18'000'000);
  EXPECT_EQ(json["reached_hz"], 18'500'000);
  EXPECT_EQ(json["clocks_per_bit"], 156);
  EXPECT_EQ(json["logic_cells"]["used"], 4982);
  EXPECT_EQ(json["sprams"]["available"], 4);
}

}  // namespace
}  // namespace dpwa::bitstream
