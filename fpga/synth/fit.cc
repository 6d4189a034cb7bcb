// SPDX-License-Identifier: Apache-2.0
#include "fpga/synth/fit.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <regex>
#include <sstream>

#include "fpga/synth/recipe.h"
#include "model/base/error.h"
#include "model/base/files.h"
#include "model/base/process.h"

namespace dpwa::synth {
namespace {

constexpr int kOutputsPerLut = 3;  // the fourth input is the chain

/// Bits of the inputs (without clock and reset) and outputs of a module, and the port map of an instance of
/// it.
struct Ports {
  int inputs = 0;
  int outputs = 0;
  std::string map;
};

Ports ports_of(const std::string& netlist_json, const std::string& top) {
  const nlohmann::json netlist = nlohmann::json::parse(netlist_json, nullptr, false);
  if (!netlist.is_object() || !netlist.contains("modules") || !netlist.at("modules").contains(top)) {
    throw fail(ExitCode::bad_input, "netlist of yosys has no module {}", top);
  }
  Ports ports;
  for (const auto& [name, port] : netlist.at("modules").at(top).at("ports").items()) {
    const int width = static_cast<int>(port.at("bits").size());
    if (!ports.map.empty()) ports.map += ",\n    ";
    if (name == "clk_i" || name == "rst_ni") {
      ports.map += fmt::format(".{0}({0})", name);
    } else if (port.at("direction") == "input") {
      ports.map += fmt::format(".{}(in_q[{} +: {}])", name, ports.inputs, width);
      ports.inputs += width;
    } else {
      ports.map += fmt::format(".{}(out[{} +: {}])", name, ports.outputs, width);
      ports.outputs += width;
    }
  }
  return ports;
}

void run_tool(const std::filesystem::path& directory, std::vector<std::string> arguments,
              const std::function<void(const std::string&)>& on_line) {
  const std::string tool = arguments.front();
  std::string error;
  const int status = run({std::move(arguments), directory, [&](const std::string& line) {
                            if (line.rfind("ERROR", 0) == 0 && error.empty()) error = line;
                            on_line(line);
                          }});
  if (status != 0) throw fail(ExitCode::bad_input, "{} failed with status {}: {}", tool, status, error);
}

}  // namespace

bool Fit::fits() const {
  return std::all_of(sites.begin(), sites.end(),
                     [](const SiteUse& site) { return site.used <= site.available; });
}

std::string serial_wrapper(const std::string& netlist_json, const std::string& top, int& wrapper_cells) {
  const Ports ports = ports_of(netlist_json, top);
  const int luts = (ports.outputs + kOutputsPerLut - 1) / kOutputsPerLut;
  wrapper_cells = ports.inputs + luts;
  return fmt::format(
      R"(// Four pins around {top}: for packing only.
module dpwa_fit (input wire clk_i, input wire rst_ni, input wire serial_i, output wire serial_o);
  wire [{inputs}:0] in_q;
  wire [{padded}:0] out;
  wire [{luts}:0] chain;
  assign in_q[{inputs}] = serial_i;
  assign out[{padded}:{outputs}] = 0;
  assign chain[0] = 1'b0;
  assign serial_o = chain[{luts}];
  genvar g;
  generate
    for (g = 0; g < {inputs}; g = g + 1) begin : gen_in
      SB_DFF u_q (.C(clk_i), .D(in_q[g+1]), .Q(in_q[g]));
    end
    for (g = 0; g < {luts}; g = g + 1) begin : gen_out
      SB_LUT4 #(.LUT_INIT(16'h6996)) u_xor (
        .I0(chain[g]), .I1(out[3*g]), .I2(out[3*g+1]), .I3(out[3*g+2]), .O(chain[g+1]));
    end
  endgenerate
  {top} u_design (
    {map});
endmodule
)",
      fmt::arg("top", top), fmt::arg("inputs", ports.inputs), fmt::arg("outputs", ports.outputs),
      fmt::arg("padded", kOutputsPerLut * luts), fmt::arg("luts", luts), fmt::arg("map", ports.map));
}

std::string site_kind(const std::string& type) {
  static const std::map<std::string, std::string> kinds{
      {"ICESTORM_LC", "logic_cells"}, {"ICESTORM_RAM", "block_rams"},  {"ICESTORM_SPRAM", "sprams"},
      {"ICESTORM_DSP", "dsps"},       {"TRELLIS_COMB", "logic_cells"}, {"DP16KD", "block_rams"},
      {"MULT18X18D", "dsps"},         {"LUT4", "logic_cells"},         {"BSRAM", "block_rams"},
      {"MULT18X18", "dsps"}};
  const auto found = kinds.find(type);
  return found == kinds.end() ? "" : found->second;
}

std::vector<SiteUse> parse_utilisation(const std::string& log) {
  static const std::regex form("(\\w+):\\s*(\\d+)\\s*/\\s*(\\d+)");
  std::vector<SiteUse> sites;
  std::istringstream lines(log);
  for (std::string line; std::getline(lines, line);) {
    std::smatch match;
    if (!std::regex_search(line, match, form)) continue;
    const std::string kind = site_kind(match[1]);
    if (!kind.empty()) sites.push_back({kind, std::stoi(match[2]), std::stoi(match[3])});
  }
  return sites;
}

Fit pack_up5k(const std::filesystem::path& directory, const std::string& top,
              const std::function<void(const std::string&)>& on_line) {
  Fit fit;
  fit.device = "up5k";
  write_file(directory / "fit.v",
             serial_wrapper(read_file(directory / kNetlistFile), top, fit.wrapper_cells));
  run_tool(directory,
           {"yosys", "-p",
            fmt::format("read_json {}; read_verilog -lib +/ice40/cells_sim.v; read_verilog fit.v; "
                        "hierarchy -check -top dpwa_fit; proc; flatten; opt_clean; write_json fit.json",
                        kNetlistFile)},
           on_line);
  std::string log;
  // A design that is too large still gets its table; the status says the same as the table.
  run({{"nextpnr-ice40", "--up5k", "--package", "sg48", "--pack-only", "--json", "fit.json"},
       directory,
       [&](const std::string& line) {
         log += line + "\n";
         on_line(line);
       }});
  write_file(directory / "nextpnr.log", log);
  fit.sites = parse_utilisation(log);
  if (fit.sites.empty())
    throw fail(ExitCode::bad_input, "nextpnr-ice40 gave no utilisation: see nextpnr.log");
  return fit;
}

}  // namespace dpwa::synth
