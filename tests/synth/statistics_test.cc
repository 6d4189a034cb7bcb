// SPDX-License-Identifier: Apache-2.0
#include "fpga/synth/statistics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/base/error.h"

namespace dpwa::synth {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

// As Yosys 0.23 prints it: the tree of modules stands in the middle of the JSON.
constexpr const char* kHierarchy = R"({
   "creator": "Yosys 0.23",
   "modules": {
      "$paramod$0123\\leaf": { "num_cells_by_type": { "SB_LUT4": 3, "SB_DFFE": 2 } },
      "$paramod\\leaf\\WIDTH=s32'00000000000000000000000000000101": { "num_cells_by_type": { "SB_LUT4": 5 } },
      "\\pair": { "num_cells_by_type": { "$paramod$0123\\leaf": 2, "SB_CARRY": 7 } },
      "\\top": {
         "num_cells_by_type": { "pair": 3, "$paramod\\leaf\\WIDTH=s32'00000000000000000000000000000101": 1, "SB_MAC16": 1 }
      }
   },
   top                               1
     pair                            3
       $paramod$0123\leaf            2
      "design": { "num_cells_by_type": { "SB_LUT4": 23, "SB_DFFE": 12, "SB_CARRY": 21, "SB_MAC16": 1 } }
}
)";

TEST(Modules, AreCountedThroughTheHierarchyAndJoinedByName) {
  const auto modules = parse_modules(kHierarchy, "top", Target::ice40, {});
  ASSERT_THAT(modules, SizeIs(3));
  EXPECT_EQ(modules[0].name, "top");
  EXPECT_EQ(modules[0].cells.dsp, 1);
  EXPECT_EQ(modules[1].name, "leaf");
  EXPECT_EQ(modules[1].count, 3 * 2 + 1);
  EXPECT_EQ(modules[1].cells.lut, 3 * 2 * 3 + 5);
  EXPECT_EQ(modules[1].cells.ff, 3 * 2 * 2);
  EXPECT_EQ(modules[2].name, "pair");
  EXPECT_EQ(modules[2].count, 3);
  EXPECT_EQ(modules[2].cells.carry, 21);
  EXPECT_EQ(modules[2].cells.lut, 0);
}

TEST(Modules, SumEqualsTheTotals) {
  Cells sum;
  for (const ModuleArea& module : parse_modules(kHierarchy, "top", Target::ice40, {})) sum += module.cells;
  const Cells total = parse_totals(kHierarchy, Target::ice40, {});
  EXPECT_EQ(sum.lut, total.lut);
  EXPECT_EQ(sum.ff, total.ff);
  EXPECT_EQ(sum.carry, total.carry);
  EXPECT_EQ(sum.dsp, total.dsp);
}

std::string totals_with(const std::string& cells) {
  return R"({"modules": {}, "design": {"num_cells_by_type": {)" + cells + "}}}";
}

TEST(Totals, FamiliesOfEveryTarget) {
  const Cells ecp5 =
      parse_totals(totals_with(R"("LUT4": 1, "CCU2C": 2, "TRELLIS_FF": 3, "DP16KD": 4, "MULT18X18D": 5,
                                                 "TRELLIS_DPR16X4": 6)"),
                   Target::ecp5, {});
  EXPECT_EQ(ecp5.lut, 1);
  EXPECT_EQ(ecp5.carry, 2);
  EXPECT_EQ(ecp5.ff, 3);
  EXPECT_EQ(ecp5.bram, 4);
  EXPECT_EQ(ecp5.dsp, 5);
  EXPECT_EQ(ecp5.lutram, 6);
  const Cells xilinx = parse_totals(
      totals_with(R"("LUT2": 1, "LUT6": 2, "FDRE": 3, "RAMB18E1": 4, "RAM32M": 5, "DSP48E1": 6)"),
      Target::xilinx, {});
  EXPECT_EQ(xilinx.lut, 3);
  EXPECT_EQ(xilinx.ff, 3);
  EXPECT_EQ(xilinx.bram, 4);
  EXPECT_EQ(xilinx.lutram, 5);
  EXPECT_EQ(xilinx.dsp, 6);
  const Cells gowin = parse_totals(
      totals_with(R"("LUT4": 1, "DFFE": 2, "ALU": 3, "SDPB": 4, "RAM16SDP4": 5)"), Target::gowin, {});
  EXPECT_EQ(gowin.lut, 1);
  EXPECT_EQ(gowin.ff, 2);
  EXPECT_EQ(gowin.carry, 3);
  EXPECT_EQ(gowin.bram, 4);
  EXPECT_EQ(gowin.lutram, 5);
  const Cells ice40 = parse_totals(totals_with(R"("SB_SPRAM256KA": 2, "SB_RAM40_4K": 3)"), Target::ice40, {});
  EXPECT_EQ(ice40.spram, 2);
  EXPECT_EQ(ice40.bram, 3);
}

TEST(Totals, StandardCellsAreMeasuredByTheirLibraryAndMacrosAreApart) {
  const Cells cells = parse_totals(totals_with(R"("INVX1": 3, "DFFPOSX1": 2, "dpwa_memory_macro": 4)"),
                                   Target::asic, {{"INVX1", 16.0}, {"DFFPOSX1", 96.0}});
  EXPECT_DOUBLE_EQ(cells.area, 3 * 16.0 + 2 * 96.0);
  EXPECT_EQ(cells.macro, 4);
  EXPECT_EQ(cells.ff, 2);
}

TEST(Totals, UnmappedOrUnknownCellsAreErrors) {
  EXPECT_THROW(parse_totals(totals_with(R"("$mul": 1)"), Target::ice40, {}), Error);
  EXPECT_THROW(parse_totals(totals_with(R"("CCU2C": 1)"), Target::ice40, {}), Error);
  EXPECT_THROW(parse_totals(totals_with(R"("NAND9": 1)"), Target::asic, {{"INVX1", 16.0}}), Error);
  EXPECT_THROW(parse_totals("ERROR", Target::ice40, {}), Error);
}

constexpr const char* kMemories = R"(
module $paramod$0123\leaf
  parameter \WIDTH 99
  cell $mem_v2 \memory
    parameter \ABITS 6
    parameter \SIZE 64
    parameter \WIDTH 8
    connect \RD_CLK \clk_i
  end
end
module \top
  cell $mem_v2 \small
    parameter \SIZE 16
    parameter \WIDTH 4
  end
end
)";

TEST(Memories, AreCountedThroughTheHierarchyLargestFirst) {
  const auto memories = parse_memories(kMemories, kHierarchy, "top", Target::asic);
  ASSERT_THAT(memories, SizeIs(2));
  EXPECT_EQ(memories[0].module, "leaf");
  EXPECT_EQ(memories[0].depth, 64);
  EXPECT_EQ(memories[0].width, 8);
  EXPECT_EQ(memories[0].count, 6);
  EXPECT_TRUE(memories[0].macro);
  EXPECT_EQ(memories[1].name, "small");
  EXPECT_FALSE(memories[1].macro) << "16 words become flip-flops";
  EXPECT_FALSE(parse_memories(kMemories, kHierarchy, "top", Target::ice40)[0].macro);
}

TEST(Liberty, AreaOfEachCellNotOfItsPins) {
  const auto areas = liberty_areas("l.lib", R"(library (x) { cell (INVX1) { area : 16; pin (A) { area : 5; } }
                                               cell ("DFF") { cell_footprint : "d"; area : 96.5 ; } })");
  EXPECT_THAT(areas, SizeIs(2));
  EXPECT_DOUBLE_EQ(areas.at("INVX1"), 16);
  EXPECT_DOUBLE_EQ(areas.at("DFF"), 96.5);
}

std::string refusal_of(const std::string& text) {
  try {
    liberty_areas("l.lib", text);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(Liberty, AnAreaThatIsNoNumberIsRefused) {
  for (const char* area : {"e", "1.5.2", "1e999", "-1", "+"}) {
    EXPECT_THAT(refusal_of(std::string("cell (INV) { area : ") + area + "; }"), HasSubstr("cell INV: area"));
  }
}

TEST(Liberty, ANameWithoutEndIsNoCell) {
  EXPECT_THAT(refusal_of("cell (" + std::string(1 << 20, 'x')), HasSubstr("no cell with an area"));
  EXPECT_THAT(refusal_of("cell " + std::string(1 << 20, ' ')), HasSubstr("no cell with an area"));
}

TEST(Liberty, AnotherFileIsRefusedByName) {
  try {
    liberty_areas("picture.png", "not a library");
    FAIL() << "accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::bad_input);
    EXPECT_THAT(error.what(), HasSubstr("picture.png"));
  }
}

TEST(BaseName, OfEveryFormThatYosysGives) {
  EXPECT_EQ(base_name("\\dpwa_ram"), "dpwa_ram");
  EXPECT_EQ(base_name("dpwa_ram"), "dpwa_ram");
  EXPECT_EQ(base_name("$paramod$0a1b\\dpwa_ram"), "dpwa_ram");
  EXPECT_EQ(base_name("$paramod\\dpwa_ram\\WIDTH=s32'0101"), "dpwa_ram");
}

}  // namespace
}  // namespace dpwa::synth
