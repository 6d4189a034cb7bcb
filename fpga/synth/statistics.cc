// SPDX-License-Identifier: Apache-2.0
#include "fpga/synth/statistics.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>
#include <sstream>
#include <tuple>

#include "model/base/error.h"

namespace dpwa::synth {
namespace {

using nlohmann::json;

bool starts_with(const std::string& text, const std::string& prefix) { return text.rfind(prefix, 0) == 0; }

/// A family of cells: those whose type begins with `prefix` count in `field`.
struct Family {
  const char* prefix;
  std::int64_t Cells::*field;
};

/// First match wins.
const std::vector<Family>& families(Target target) {
  static const std::vector<Family> ice40{{"SB_LUT4", &Cells::lut},    {"SB_DFF", &Cells::ff},
                                         {"SB_CARRY", &Cells::carry}, {"SB_RAM40", &Cells::bram},
                                         {"SB_SPRAM", &Cells::spram}, {"SB_MAC16", &Cells::dsp},
                                         {"SB_", &Cells::other}};
  static const std::vector<Family> ecp5{
      {"LUT4", &Cells::lut},       {"TRELLIS_FF", &Cells::ff}, {"CCU2C", &Cells::carry},
      {"DP16KD", &Cells::bram},    {"PDPW16KD", &Cells::bram}, {"TRELLIS_DPR16X4", &Cells::lutram},
      {"MULT18X18D", &Cells::dsp}, {"ALU54B", &Cells::dsp},    {"", &Cells::other}};
  static const std::vector<Family> xilinx{
      {"LUT", &Cells::lut},    {"FD", &Cells::ff},      {"CARRY4", &Cells::carry}, {"RAMB", &Cells::bram},
      {"RAM", &Cells::lutram}, {"SRL", &Cells::lutram}, {"DSP48", &Cells::dsp},    {"", &Cells::other}};
  static const std::vector<Family> gowin{
      {"LUT", &Cells::lut},       {"DFF", &Cells::ff},   {"ALU", &Cells::carry},
      {"RAM16S", &Cells::lutram}, {"SP", &Cells::bram},  {"SDP", &Cells::bram},
      {"DP", &Cells::bram},       {"MULT", &Cells::dsp}, {"", &Cells::other}};
  static const std::vector<Family> asic{
      {"dpwa_memory_macro", &Cells::macro}, {"DFF", &Cells::ff}, {"", &Cells::other}};
  switch (target) {
    case Target::ice40:
      return ice40;
    case Target::ecp5:
      return ecp5;
    case Target::xilinx:
      return xilinx;
    case Target::gowin:
      return gowin;
    case Target::asic:
      return asic;
  }
  throw fail(ExitCode::internal, "target {} has no cell families", static_cast<int>(target));
}

/// `count` cells of one type. Throws for a type that Yosys should have mapped.
Cells cells_of(const std::string& type, std::int64_t count, Target target,
               const std::map<std::string, double>& areas) {
  Cells cells;
  const std::vector<Family>& all = families(target);
  const auto family =
      std::find_if(all.begin(), all.end(), [&](const Family& f) { return starts_with(type, f.prefix); });
  if (starts_with(type, "$") || family == all.end()) {
    throw fail(ExitCode::bad_input, "{} cells of type {} were not mapped to {}", count, type,
               target_name(target));
  }
  cells.*(family->field) = count;
  const bool has_area = target == Target::asic && family->field != &Cells::macro;
  if (has_area) {
    const auto area = areas.find(type);
    if (area == areas.end()) throw fail(ExitCode::bad_input, "cell {} is not in the liberty file", type);
    cells.area = static_cast<double>(count) * area->second;
  }
  return cells;
}

/// Yosys 0.23 prints the tree of modules in the middle of the JSON of a hierarchical design; those lines are
/// left out.
json parse(const std::string& text) {
  std::string clean;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t first = line.find_first_not_of(' ');
    if (first != std::string::npos && std::string("{}\"").find(line[first]) != std::string::npos)
      clean += line + "\n";
  }
  const json whole = json::parse(clean, nullptr, false);
  if (!whole.is_object() || !whole.contains("modules") || !whole.contains("design")) {
    throw fail(ExitCode::bad_input,
               "the statistics of yosys have an unknown form; yosys 0.23 is known to work");
  }
  return whole;
}

const json& types_of(const json& statistics) { return statistics.at("num_cells_by_type"); }

/// Instances of each module in the whole design.
std::map<std::string, std::int64_t> instance_counts(const json& modules, const std::string& top) {
  std::map<std::string, std::int64_t> counts;
  std::vector<std::pair<std::string, std::int64_t>> open{{"\\" + top, 1}};
  while (!open.empty()) {
    const auto [name, count] = open.back();
    open.pop_back();
    counts[name] += count;
    if (!modules.contains(name))
      throw fail(ExitCode::bad_input, "module {} is missing in the statistics of yosys", name);
    for (const auto& [type, number] : types_of(modules.at(name)).items()) {
      const std::string module = modules.contains(type) ? type : "\\" + type;
      if (modules.contains(module)) open.emplace_back(module, count * number.get<std::int64_t>());
    }
  }
  return counts;
}

double area_of(const std::string& file, const std::string& cell, const std::string& text) {
  double area = 0;
  const auto [stop, problem] = std::from_chars(text.data(), text.data() + text.size(), area);
  if (problem == std::errc() && stop == text.data() + text.size() && area >= 0) return area;
  throw fail(ExitCode::bad_input, "{}: cell {}: area '{}' is not a number of 0 or more", file, cell, text);
}

bool is_module(const json& modules, const std::string& type) {
  return modules.contains(type) || modules.contains("\\" + type);
}

}  // namespace

Cells& Cells::operator+=(const Cells& more) {
  for (const auto field : {&Cells::lut, &Cells::ff, &Cells::carry, &Cells::bram, &Cells::lutram,
                           &Cells::spram, &Cells::dsp, &Cells::macro, &Cells::other}) {
    this->*field += more.*field;
  }
  area += more.area;
  return *this;
}

std::string base_name(const std::string& yosys_module) {
  std::string name = yosys_module;
  if (starts_with(name, "$paramod")) {
    name = name.substr(name.find('\\') + 1);
    return name.substr(0, name.find('\\'));
  }
  return starts_with(name, "\\") ? name.substr(1) : name;
}

std::map<std::string, double> liberty_areas(const std::string& name, const std::string& text) {
  // Inside a cell group the first simple attribute "area" is the cell's. Bounded repetitions: the matcher
  // calls itself for every character of one.
  static const std::regex token(
      "\\bcell\\s{0,9}\\(\\s{0,9}\"?([\\w.]{1,99})\"?\\s{0,9}\\)|\\barea\\s{0,9}:\\s{0,9}([0-9.eE+-]{1,30})");
  std::map<std::string, double> areas;
  std::string cell;
  for (std::sregex_iterator it(text.begin(), text.end(), token), end; it != end; ++it) {
    if ((*it)[1].matched) {
      cell = (*it)[1];
    } else if (!cell.empty()) {
      areas.emplace(cell, area_of(name, cell, (*it)[2]));
      cell.clear();
    }
  }
  if (areas.empty()) throw fail(ExitCode::bad_input, "{}: no cell with an area; is it a liberty file?", name);
  return areas;
}

Cells parse_totals(const std::string& text, Target target, const std::map<std::string, double>& areas) {
  Cells total;
  const json whole = parse(text);
  for (const auto& [type, number] : types_of(whole.at("design")).items()) {
    total += cells_of(type, number.get<std::int64_t>(), target, areas);
  }
  return total;
}

std::vector<ModuleArea> parse_modules(const std::string& text, const std::string& top, Target target,
                                      const std::map<std::string, double>& areas) {
  const json whole = parse(text);
  const json& modules = whole.at("modules");
  std::map<std::string, ModuleArea> by_name;
  for (const auto& [name, count] : instance_counts(modules, top)) {
    ModuleArea& area = by_name[base_name(name)];
    area.name = base_name(name);
    area.count += count;
    for (const auto& [type, number] : types_of(modules.at(name)).items()) {
      if (!is_module(modules, type))
        area.cells += cells_of(type, count * number.get<std::int64_t>(), target, areas);
    }
  }
  std::vector<ModuleArea> list{by_name.at(top)};
  by_name.erase(top);
  for (const auto& [name, area] : by_name) list.push_back(area);
  return list;
}

std::vector<Memory> parse_memories(const std::string& rtlil, const std::string& modules_json,
                                   const std::string& top, Target target) {
  static const std::regex line_form("^\\s*(module|cell \\$mem_v2|end|parameter \\\\(SIZE|WIDTH))\\s*(\\S*)");
  const json whole = parse(modules_json);
  const auto counts = instance_counts(whole.at("modules"), top);
  std::map<std::tuple<std::string, std::string, std::int64_t, std::int64_t>, std::int64_t> found;
  std::string module;
  Memory memory;
  std::istringstream lines(rtlil);
  for (std::string line; std::getline(lines, line);) {
    std::smatch match;
    if (line.size() > 200 || !std::regex_search(line, match, line_form)) continue;
    if (match[1] == "module") module = match[3];
    if (match[1] == "cell $mem_v2") memory = {base_name(module), base_name(match[3]), 0, 0, 0, false};
    if (match[2] == "SIZE" && !memory.name.empty()) memory.depth = std::stoll(match[3]);
    if (match[2] == "WIDTH" && !memory.name.empty()) memory.width = std::stoll(match[3]);
    if (match[1] == "end" && !memory.name.empty()) {
      const auto count = counts.find(module);
      if (count != counts.end())
        found[{memory.module, memory.name, memory.width, memory.depth}] += count->second;
      memory = {};
    }
  }
  std::vector<Memory> memories;
  for (const auto& [key, count] : found) {
    const auto& [in, name, width, depth] = key;
    memories.push_back({in, name, width, depth, count, target == Target::asic && depth > kMacroWords});
  }
  std::stable_sort(memories.begin(), memories.end(), [](const Memory& a, const Memory& b) {
    return a.width * a.depth * a.count > b.width * b.depth * b.count;
  });
  return memories;
}

}  // namespace dpwa::synth
