// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace dpwa::synth {

/// Use of one kind of site on a device.
struct SiteUse {
  std::string kind;  ///< logic_cells, block_rams, sprams, dsps
  int used = 0;
  int available = 0;
};

/// Whether a design packs into a device (no placement).
struct Fit {
  std::string device;
  std::vector<SiteUse> sites;
  int wrapper_cells = 0;  ///< logic cells that the test wrapper adds, included in logic_cells
  bool fits() const;
};

/// Verilog of a wrapper with four pins (clock, reset, serial in, serial out) around module `top`, so that a
/// design with more ports than the device has pins can be packed: inputs hang on a shift register, outputs
/// are folded by XOR. `netlist_json`: write_json of Yosys. Inputs clk_i and rst_ni are the wrapper's.
std::string serial_wrapper(const std::string& netlist_json, const std::string& top, int& wrapper_cells);

/// Kind of a site that nextpnr names; empty: it is not counted.
std::string site_kind(const std::string& type);

/// Parses the "Device utilisation" table of nextpnr.
std::vector<SiteUse> parse_utilisation(const std::string& log);

/// Packs `directory`/netlist.json for the iCE40 UP5K; leaves fit.v, fit.json and nextpnr.log there.
/// `on_line` gets every line of the tools. Throws Error(bad_input) when a tool fails for another reason than
/// size.
Fit pack_up5k(const std::filesystem::path& directory, const std::string& top,
              const std::function<void(const std::string&)>& on_line);

}  // namespace dpwa::synth
