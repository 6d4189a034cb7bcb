// SPDX-License-Identifier: Apache-2.0
//
// Yosys on a design small enough to count its cells by hand.
#include "fpga/synth/synth.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fpga/synth/recipe.h"
#include "model/base/error.h"
#include "model/base/files.h"
#include "tests/base/temporary_directory.h"

namespace dpwa::synth {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

// Two shift registers of four bits, a row kept apart as the lane's are, and one memory of 64 bytes.
constexpr const char* kTop =
    R"(module top (input wire clk_i, input wire rst_ni, input wire d_i, input wire we_i,
  input wire [5:0] addr_i, input wire [7:0] wdata_i, output wire [1:0] q_o, output reg [7:0] rdata_o,
  output wire [3:0] s_o);
  shift u_first (.clk_i(clk_i), .rst_ni(rst_ni), .d_i(d_i), .q_o(q_o[0]));
  shift u_second (.clk_i(clk_i), .rst_ni(rst_ni), .d_i(q_o[0]), .q_o(q_o[1]));
  row u_row (.x_i(wdata_i[3:0] & {4{we_i}}), .y_i(wdata_i[7:4]), .s_o(s_o));
  (* no_rw_check *) reg [7:0] memory [0:63];
  always @(posedge clk_i) if (we_i) memory[addr_i] <= wdata_i;
  always @(posedge clk_i) rdata_o <= memory[addr_i];
endmodule
)";
constexpr const char* kShift =
    R"(module shift (input wire clk_i, input wire rst_ni, input wire d_i, output wire q_o);
  reg [3:0] q;
  always @(posedge clk_i) q <= rst_ni ? {q[2:0], d_i} : 4'b0;
  assign q_o = q[3];
endmodule
)";
constexpr const char* kRow =
    R"((* keep_hierarchy *) module row (input wire [3:0] x_i, y_i, output wire [3:0] s_o);
  assign s_o = x_i + y_i;
endmodule
)";

/// A generated directory as dpwa generate leaves it.
class TinyDesign {
 public:
  TinyDesign() {
    fs::create_directory(path() / "rtl");
    write_file(path() / "rtl" / "top.v", kTop);
    write_file(path() / "rtl" / "shift.v", kShift);
    write_file(path() / "rtl" / "row.v", kRow);
    write_file(path() / "sources.f", "# leaves first\nrtl/shift.v\nrtl/row.v\nrtl/top.v\n");
    write_file(path() / "manifest.json", R"({"top": "top"})");
  }
  const fs::path& path() const { return directory_.path(); }

 private:
  TemporaryDirectory directory_;
};

fs::path library() { return default_liberty(); }

Report synthesise_tiny(const TinyDesign& design, Target target) {
  SilentProgress progress;
  return synthesise(design.path(), target, target == Target::asic ? library() : fs::path(), progress);
}

class EveryTarget : public testing::TestWithParam<std::string> {};

TEST_P(EveryTarget, CountsAsByHand) {
  const TinyDesign design;
  const Target target = parse_target(GetParam());
  const Report report = synthesise_tiny(design, target);
  ASSERT_THAT(report.modules, SizeIs(2)) << "top and shift; the row is dissolved";
  EXPECT_EQ(report.modules[0].name, "top");
  EXPECT_EQ(report.modules[1].name, "shift");
  EXPECT_EQ(report.modules[1].count, 2);
  ASSERT_THAT(report.memories, SizeIs(1));
  EXPECT_EQ(report.memories[0].depth, 64);
  EXPECT_EQ(report.memories[0].width, 8);
  EXPECT_EQ(report.total.dsp, 0);
  if (target == Target::asic) {
    EXPECT_EQ(report.total.macro, 1);
    EXPECT_EQ(report.total.ff, 8);
    EXPECT_GT(report.total.area, 8 * 96.0) << "at least its flip-flops";
  } else {
    EXPECT_EQ(report.modules[1].cells.ff, 8);
    EXPECT_GT(report.total.lut + report.total.carry, 4);
    EXPECT_GT(report.total.bram + report.total.lutram, 0);
  }
  EXPECT_TRUE(fs::exists(design.path() / "synth" / GetParam() / "yosys.log"));
}

INSTANTIATE_TEST_SUITE_P(Synth, EveryTarget, testing::ValuesIn(target_names()),
                         [](const auto& target) { return target.param; });

TEST(Synth, Ice40FitsItsDevice) {
  const TinyDesign design;
  const Report report = synthesise_tiny(design, Target::ice40);
  ASSERT_TRUE(report.fit.has_value());
  EXPECT_TRUE(report.fit->fits());
  EXPECT_EQ(report.fit->sites.at(0).available, 5280);
  EXPECT_GT(report.fit->sites.at(0).used, 8 + report.fit->wrapper_cells);
  EXPECT_EQ(report.total.bram, 1);
  EXPECT_EQ(report.total.lut, 4 + 4) << "the AND gates sit in front of the row, whose sums fill their LUT4s";
}

TEST(Recipe, TakesTheCarryCellsOfEcp5ThereAlone) {
  Design design;
  design.top = "a";
  design.sources = {"a.v"};
  const std::string macro = "DPWA_ECP5_CELLS";
  EXPECT_THAT(recipe(design, Target::ecp5, {}), HasSubstr("read_verilog -D " + macro + " \"a.v\""));
  EXPECT_THAT(netlist_recipe(design, Target::ecp5, {}).at(0).text, HasSubstr("-D " + macro));
  for (const Target target : {Target::ice40, Target::xilinx, Target::gowin, Target::asic})
    EXPECT_THAT(recipe(design, target, {}), Not(HasSubstr(macro)));
}

TEST(Synth, SameDesignSameReport) {
  const TinyDesign first;
  const TinyDesign second;
  for (const TinyDesign* design : {&first, &second}) synthesise_tiny(*design, Target::ice40);
  for (const char* name : {"report.json", "synth.ys", "totals.json", "modules.json", "nextpnr.log"}) {
    EXPECT_EQ(read_file(first.path() / "synth/ice40" / name), read_file(second.path() / "synth/ice40" / name))
        << name;
  }
}

Error error_of(const TinyDesign& design) {
  try {
    synthesise_tiny(design, Target::ice40);
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "no error";
  return Error(ExitCode::ok, "");
}

TEST(Synth, BrokenVerilogGivesTheToolsMessageAndLeavesItsLog) {
  const TinyDesign design;
  write_file(design.path() / "rtl" / "row.v", "module row (\n");
  const Error error = error_of(design);
  EXPECT_EQ(error.code(), ExitCode::bad_input);
  EXPECT_THAT(error.what(), HasSubstr("rtl/row.v:1: ERROR: syntax error"));
  EXPECT_TRUE(fs::exists(design.path() / "synth" / "ice40.failed.log"));
  EXPECT_FALSE(fs::exists(design.path() / "synth" / "ice40"));
}

TEST(Synth, MissingModuleIsNamed) {
  const TinyDesign design;
  write_file(design.path() / "sources.f", "rtl/shift.v\nrtl/top.v\n");
  EXPECT_THAT(error_of(design).what(), HasSubstr("row"));
}

TEST(Synth, MissingFileIsNamed) {
  const TinyDesign design;
  fs::remove(design.path() / "rtl" / "row.v");
  EXPECT_THAT(error_of(design).what(), HasSubstr("rtl/row.v"));
}

TEST(Synth, ADirectoryThatWasNotGeneratedIsRefused) {
  const TinyDesign design;
  fs::remove(design.path() / "manifest.json");
  EXPECT_THAT(error_of(design).what(), HasSubstr("dpwa generate"));
}

TEST(Target, UnknownNameListsTheKnownOnes) {
  try {
    parse_target("ice50");
    FAIL() << "accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::usage);
    EXPECT_THAT(error.what(), HasSubstr("ice40, ecp5, xilinx, gowin, asic"));
  }
}

}  // namespace
}  // namespace dpwa::synth
