// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace dpwa::synth {

/// What a design is mapped to: LUT4 fabrics (iCE40, ECP5, Gowin), LUT6 fabric (Xilinx 7), standard cells.
enum class Target { ice40, ecp5, xilinx, gowin, asic };

const std::vector<std::string>& target_names();
/// Throws Error(usage) for an unknown name.
Target parse_target(const std::string& name);
std::string target_name(Target target);

/// Values for parameters of the top module.
using Parameters = std::vector<std::pair<std::string, std::int64_t>>;

/// What Yosys reads. Paths as seen from the directory where it runs.
struct Design {
  std::vector<std::filesystem::path> sources;
  std::string top;
};

/// Files a recipe writes into the directory where Yosys runs.
inline constexpr const char* kModulesFile = "modules.json";  ///< `stat -json`, one entry per module
inline constexpr const char* kTotalsFile = "totals.json";    ///< `stat -json` of the flattened design
inline constexpr const char* kMemoriesFile = "memories.il";  ///< RTLIL of every inferred memory
inline constexpr const char* kNetlistFile = "netlist.json";  ///< mapped, flattened netlist
inline constexpr const char* kMacroFile = "memory_macro.v";  ///< read by the asic recipe

/// ASIC: memories with more words become black boxes, smaller ones flip-flops.
inline constexpr int kMacroWords = 32;

/// Begin of the lines that the recipe logs, one after each step: what progress is counted by.
inline constexpr const char* kStepMark = "dpwa step: ";
int step_count();

/// Content of kMacroFile: replaces a memory by a black box with its ports.
std::string macro_map();

/// The whole Yosys script: maps the design twice, once with its hierarchy (kModulesFile, kMemoriesFile), once
/// flattened (kTotalsFile; ice40: kNetlistFile). `liberty` is used by Target::asic only.
///
/// Modules marked keep_hierarchy (rows and adders of the lane) are borders for arithmetic mapping only: on
/// LUT4 targets they are dissolved after mapping and LUTs are merged across them; on LUT6 and standard cells,
/// where plain operators are better, before. docs/architecture.md, "Synthesis".
std::string recipe(const Design& design, Target target, const std::filesystem::path& liberty);

/// A script for one run of Yosys.
struct Script {
  std::string tool;  ///< as dpwa doctor names it
  std::string file;  ///< where it goes
  std::string text;
};

/// The scripts for a bitstream, in order: they map the design once, as above, and write kNetlistFile,
/// flattened (before mapping on iCE40, where every cell counts; else after it). Gowin's memories and
/// multipliers come from a newer Yosys than Debian's, LUTs from Debian's, since ABC does not run in the newer
/// one of PyPI.
std::vector<Script> netlist_recipe(const Design& design, Target target, const Parameters& parameters);
int netlist_step_count();

}  // namespace dpwa::synth
