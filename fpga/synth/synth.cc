// SPDX-License-Identifier: Apache-2.0
#include "fpga/synth/synth.h"

#include <fmt/format.h>

#include <chrono>
#include <sstream>

#include "model/base/error.h"
#include "model/base/files.h"
#include "model/base/process.h"

namespace dpwa::synth {
namespace fs = std::filesystem;
namespace {

constexpr const char* kYosysAdvice = "install it (Debian: apt-get install yosys) or run scripts/setup.sh";

/// Collects the log of the tools without their timings, counts steps, remembers the first error.
class Listener {
 public:
  explicit Listener(Progress& progress) : progress_(progress) {}

  void operator()(const std::string& line) {
    progress_.advance(line.rfind(kStepMark, 0) == 0 ? 1 : 0);
    const std::size_t error = line.find("ERROR: ");  // after "file:line: " when the reader complains
    if (error != std::string::npos && error_.empty()) error_ = line;
    const bool timing = line.find("CPU: user") != std::string::npos || line.rfind("Time spent", 0) == 0;
    if (!timing) log_ += line + "\n";
  }
  const std::string& log() const { return log_; }
  const std::string& error() const { return error_; }

 private:
  Progress& progress_;
  std::string log_;
  std::string error_;
};

void run_yosys(const fs::path& directory, const fs::path& log_after, Listener& listener) {
  const int status = dpwa::run({{"yosys", "-s", "synth.ys"}, directory, std::ref(listener)});
  if (status == 0) return;
  // The directory goes away with the error, so what explains it is kept beside it.
  write_file(log_after, listener.log());
  throw fail(ExitCode::bad_input, "yosys failed (status {}): {}; see {}", status, listener.error(),
             log_after.string());
}

nlohmann::ordered_json cells_json(const Cells& cells, Target target) {
  if (target == Target::asic) {
    return {
        {"area", cells.area}, {"cells", cells.ff + cells.other}, {"ff", cells.ff}, {"macros", cells.macro}};
  }
  nlohmann::ordered_json object;
  object[target == Target::xilinx ? "lut6" : "lut4"] = cells.lut;
  object["ff"] = cells.ff;
  object["carry"] = cells.carry;
  object["bram"] = cells.bram;
  object["dsp"] = cells.dsp;
  if (target == Target::ice40) object["spram"] = cells.spram;
  if (target != Target::ice40) object["lutram"] = cells.lutram;
  object["other"] = cells.other;
  return object;
}

std::string cells_row(const std::string& name, std::int64_t count, const Cells& cells, Target target) {
  if (target == Target::asic) {
    return fmt::format("{:<28}{:>6}{:>14.0f}{:>10}{:>10}{:>8}\n", name, count, cells.area,
                       cells.ff + cells.other, cells.ff, cells.macro);
  }
  return fmt::format("{:<28}{:>6}{:>9}{:>9}{:>9}{:>7}{:>7}{:>8}\n", name, count, cells.lut, cells.ff,
                     cells.carry, cells.bram, cells.dsp,
                     target == Target::ice40 ? cells.spram : cells.lutram);
}

}  // namespace

Design read_design(const fs::path& out) {
  const fs::path manifest = out / "manifest.json";
  const fs::path list = out / "sources.f";
  if (!fs::exists(manifest) || !fs::exists(list)) {
    throw fail(ExitCode::bad_input,
               "{}: no generated design (manifest.json and sources.f); make one with dpwa generate",
               out.string());
  }
  const nlohmann::json parsed = nlohmann::json::parse(read_file(manifest), nullptr, false);
  if (!parsed.is_object() || !parsed.contains("top") || !parsed.at("top").is_string()) {
    throw fail(ExitCode::bad_input, "{}: no \"top\"; generate the design again", manifest.string());
  }
  Design design;
  design.top = parsed.at("top");
  std::istringstream lines(read_file(list));
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line[0] == '#' || line.rfind("//", 0) == 0) continue;
    if (!fs::is_regular_file(out / line)) {
      throw fail(ExitCode::bad_input, "{}: names {}, which is not there; generate the design again",
                 list.string(), line);
    }
    design.sources.emplace_back(line);
  }
  if (design.sources.empty()) throw fail(ExitCode::bad_input, "{}: names no file", list.string());
  return design;
}

fs::path default_liberty() {
  const fs::path file = kDefaultLiberty;
  if (fs::exists(file)) return file;
  throw fail(ExitCode::missing_tool,
             "{}: not found; install it (Debian: apt-get install qflow-tech-osu018) or give --liberty FILE",
             file.string());
}

Report synthesise(const fs::path& out, Target target, const fs::path& liberty, Progress& progress) {
  find_tool("yosys", kYosysAdvice);
  Design design = read_design(out);
  Report report;
  report.target = target;
  report.top = design.top;
  std::map<std::string, double> areas;
  if (target == Target::asic) {
    areas = liberty_areas(liberty.string(), read_file(liberty));
    report.liberty = liberty.filename().string();
  }
  // Yosys runs in out/synth/<target>/ (or its staging name beside it), so the sources are two levels up.
  for (fs::path& source : design.sources) source = fs::path("../..") / source;
  const fs::path final_directory = out / "synth" / target_name(target);
  OutputDirectory directory(final_directory, "synth");
  write_file(directory.path() / "synth.ys",
             recipe(design, target, liberty.empty() ? liberty : fs::absolute(liberty)));
  if (target == Target::asic) write_file(directory.path() / kMacroFile, macro_map());

  const auto began = std::chrono::steady_clock::now();
  progress.begin("synth " + target_name(target), step_count());
  Listener listener(progress);
  run_yosys(directory.path(), final_directory.string() + ".failed.log", listener);
  const auto read = [&](const char* name) { return read_file(directory.path() / name); };
  report.total = parse_totals(read(kTotalsFile), target, areas);
  report.modules = parse_modules(read(kModulesFile), report.top, target, areas);
  report.memories = parse_memories(read(kMemoriesFile), read(kModulesFile), report.top, target);
  if (target == Target::ice40 && look_for_tool("nextpnr-ice40")) {
    report.fit = pack_up5k(directory.path(), report.top, std::ref(listener));
  }
  report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  write_file(directory.path() / "yosys.log", listener.log());
  write_file(directory.path() / "report.json", to_json(report).dump(2) + "\n");
  directory.commit();
  return report;
}

nlohmann::ordered_json to_json(const Report& report) {
  nlohmann::ordered_json object;
  object["target"] = target_name(report.target);
  object["top"] = report.top;
  if (report.target == Target::asic) object["liberty"] = report.liberty;
  object["cells"] = cells_json(report.total, report.target);
  object["memories"] = nlohmann::ordered_json::array();
  for (const Memory& memory : report.memories) {
    object["memories"].push_back({{"module", memory.module},
                                  {"name", memory.name},
                                  {"width", memory.width},
                                  {"depth", memory.depth},
                                  {"count", memory.count},
                                  {"bits", memory.width * memory.depth * memory.count},
                                  {"macro", memory.macro}});
  }
  object["modules"] = nlohmann::ordered_json::array();
  for (const ModuleArea& module : report.modules) {
    nlohmann::ordered_json entry{{"name", module.name}, {"count", module.count}};
    entry.update(cells_json(module.cells, report.target));
    object["modules"].push_back(entry);
  }
  if (report.fit) {
    nlohmann::ordered_json fit{{"device", report.fit->device}, {"fits", report.fit->fits()}};
    for (const SiteUse& site : report.fit->sites)
      fit[site.kind] = {{"used", site.used}, {"available", site.available}};
    fit["wrapper_cells"] = report.fit->wrapper_cells;
    object["fit"] = fit;
  }
  return object;
}

std::string to_text(const Report& report) {
  const bool asic = report.target == Target::asic;
  std::string text =
      fmt::format("{} on {}{}\n", report.top, target_name(report.target), asic ? ", " + report.liberty : "");
  text += asic ? fmt::format("{:<28}{:>6}{:>14}{:>10}{:>10}{:>8}\n", "module", "count", "area um2", "cells",
                             "ff", "macros")
               : fmt::format("{:<28}{:>6}{:>9}{:>9}{:>9}{:>7}{:>7}{:>8}\n", "module", "count",
                             report.target == Target::xilinx ? "lut6" : "lut4", "ff", "carry", "bram", "dsp",
                             report.target == Target::ice40 ? "spram" : "lutram");
  for (const ModuleArea& module : report.modules) {
    text += cells_row(module.name, module.count, module.cells, report.target);
  }
  text += cells_row("whole design, flattened", 1, report.total, report.target);
  for (const Memory& memory : report.memories) {
    text +=
        fmt::format("memory {}.{}: {} x {} bits, {} of them{}\n", memory.module, memory.name, memory.depth,
                    memory.width, memory.count, memory.macro ? " (black box, not in the area)" : "");
  }
  if (report.fit) {
    text += fmt::format("{}: {}", report.fit->device, report.fit->fits() ? "fits" : "does not fit");
    for (const SiteUse& site : report.fit->sites) {
      text += fmt::format(", {} {} of {}", site.kind, site.used, site.available);
    }
    text += fmt::format(" ({} logic cells of the test wrapper included)\n", report.fit->wrapper_cells);
  }
  return text;
}

}  // namespace dpwa::synth
