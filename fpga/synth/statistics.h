// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "fpga/synth/recipe.h"

namespace dpwa::synth {

/// Cells of a mapped design, by what they cost. Fields that a target does not have stay 0.
struct Cells {
  std::int64_t lut = 0;  ///< LUT4 (ice40, ecp5, gowin) or LUT6 and smaller (xilinx)
  std::int64_t ff = 0;
  std::int64_t carry = 0;   ///< SB_CARRY, CCU2C, ALU, CARRY4
  std::int64_t bram = 0;    ///< block RAMs
  std::int64_t lutram = 0;  ///< distributed RAM cells
  std::int64_t spram = 0;   ///< SB_SPRAM256KA
  std::int64_t dsp = 0;
  std::int64_t macro = 0;  ///< asic: memories kept as black boxes
  std::int64_t other =
      0;            ///< anything else that is no wire: buffers, oscillators ...; asic: all library cells
  double area = 0;  ///< asic: sum of the library's cell areas (its unit, usually um2), macros excluded

  Cells& operator+=(const Cells& more);
};

/// One kind of module, all parameterizations of it together.
struct ModuleArea {
  std::string name;
  std::int64_t count = 0;  ///< instances in the whole design
  Cells cells;             ///< of all instances together, their submodules excluded
};

/// One kind of inferred memory.
struct Memory {
  std::string module;  ///< module that declares it
  std::string name;
  std::int64_t width = 0;  ///< bits of a word
  std::int64_t depth = 0;  ///< words
  std::int64_t count = 0;  ///< instances in the whole design
  bool macro = false;      ///< asic: black box, its area not in the totals
};

/// Cell areas of a liberty file by cell name. Throws Error(bad_input) when it holds no cell with an area.
std::map<std::string, double> liberty_areas(const std::string& name, const std::string& text);

/// Totals of `stat -json` of a flattened design. Throws Error(bad_input) for a cell that has no place in
/// Cells.
Cells parse_totals(const std::string& json, Target target, const std::map<std::string, double>& areas);

/// Modules of `stat -json` of a hierarchical design, the top first, then by name.
std::vector<ModuleArea> parse_modules(const std::string& json, const std::string& top, Target target,
                                      const std::map<std::string, double>& areas);

/// Memories of `dump -m t:$mem_v2`, counted by the hierarchy of `modules_json`; widest in bits first.
std::vector<Memory> parse_memories(const std::string& rtlil, const std::string& modules_json,
                                   const std::string& top, Target target);

/// "dpwa_ram" for `dpwa_ram`, `$paramod\dpwa_ram\WIDTH=...` and `$paramod$0123\dpwa_ram`.
std::string base_name(const std::string& yosys_module);

}  // namespace dpwa::synth
