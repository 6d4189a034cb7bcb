// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "fpga/synth/fit.h"
#include "fpga/synth/recipe.h"
#include "fpga/synth/statistics.h"
#include "model/base/progress.h"

namespace dpwa::synth {

/// Area of one generated design on one target.
struct Report {
  Target target = Target::ice40;
  std::string top;
  Cells total;                      ///< flattened design
  std::vector<ModuleArea> modules;  ///< mapped with hierarchy; their sum differs a little from `total`
  std::vector<Memory> memories;
  std::optional<Fit> fit;  ///< ice40, when nextpnr-ice40 is on PATH
  std::string liberty;     ///< asic: file name of the cell library
  double seconds = 0;      ///< wall time of the tools
};

/// The Verilog of a generated directory: sources.f and the `top` of manifest.json, paths relative to `out`.
/// Throws Error(bad_input) when `out` is no generated directory or names a missing file.
Design read_design(const std::filesystem::path& out);

/// The cell library used without --liberty: OSU 0.18 um of Debian's qflow-tech-osu018.
inline constexpr const char* kDefaultLiberty = "/usr/share/qflow/tech/osu018/osu018_stdcells.lib";

/// That file. Throws Error(missing_tool) with the package to install.
std::filesystem::path default_liberty();

/// Runs Yosys on the design in `out`; leaves synth.ys, yosys.log, the tool's statistics, the netlist and
/// report.json in out/synth/<target>/ (same design, same bytes, except yosys.log and netlist.json, which name
/// source positions). Throws Error(missing_tool), Error(bad_input) with Yosys' message, Error(interrupted).
Report synthesise(const std::filesystem::path& out, Target target, const std::filesystem::path& liberty,
                  Progress& progress);

/// The JSON object of docs/commands.md, without `seconds`.
nlohmann::ordered_json to_json(const Report& report);

/// The same as a table for people.
std::string to_text(const Report& report);

}  // namespace dpwa::synth
