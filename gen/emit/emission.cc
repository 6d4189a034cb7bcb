// SPDX-License-Identifier: Apache-2.0
#include "gen/emit/emission.h"

#include <regex>

#include "gen/emit/descriptions.h"
#include "gen/emit/sources.h"
#include "model/base/error.h"
#include "model/base/files.h"

namespace dpwa::gen {
namespace {

namespace fs = std::filesystem;

std::string file_name(std::string_view path) { return fs::path(path).filename().string(); }

/// The leaf under a banner line; everything else is byte for byte the source.
std::string copy_of_leaf(const EmbeddedFile& leaf, const std::string& remark = "") {
  return fmt::format("// Copied by dpwa {} from {} (content {}){}, do not edit.\n{}", version(), leaf.path,
                     content_hash(leaf.text), remark, leaf.text);
}

/// Replaces the default of one `parameter integer NAME = ...`.
std::string with_default(const std::string& text, const std::string& name, std::int64_t value) {
  const std::regex pattern("(parameter\\s+integer\\s+" + name + "\\s*=\\s*)[^,\\s/)]+");
  if (!std::regex_search(text, pattern)) {
    throw fail(ExitCode::usage, "design: no 'parameter integer {}' in the source of the unit", name);
  }
  return std::regex_replace(text, pattern, "$01" + std::to_string(value),
                            std::regex_constants::format_first_only);
}

/// Files that every generated directory has. `verilog`: in compilation order; `overridable`: of the top.
void describe(Emission& emission, const config::Config& config, const std::vector<std::string>& verilog,
              const Settings& overridable) {
  std::string list = "# Verilog sources of " + emission.top + ", relative to this file.\n";
  for (const std::string& path : verilog) list += path + "\n";
  emission.files["sources.f"] = list;
  emission.files[emission.top + ".core"] = fusesoc_core(emission.top, verilog, overridable);
  emission.files["config.toml"] = config::to_toml(config);
  emission.files["tb/dpwa_params.h"] = parameter_header(config);
  emission.files["manifest.json"] = manifest(emission, config, overridable);
}

Settings overridable_of(const Module& module) {
  Settings settings;
  for (const ParameterSpec& parameter : module.parameters()) {
    settings.emplace_back(parameter.name, parameter.default_value.eval());
  }
  return settings;
}

}  // namespace

Emission emit_unit(const config::Config& config, const Unit& unit) {
  Emission emission;
  emission.top = unit.interface().module();
  const Settings settings = unit.parameters(config);
  std::vector<std::string> verilog;
  for (const EmbeddedFile& leaf : module_closure({emission.top})) {
    const std::string path = "rtl/" + file_name(leaf.path);
    verilog.push_back(path);
    std::string& text = emission.files[path];
    if (file_name(leaf.path) != emission.top + ".v") {
      text = copy_of_leaf(leaf);
      continue;
    }
    text = copy_of_leaf(leaf, " with the parameter defaults of " + config.name);
    for (const auto& [name, value] : settings) text = with_default(text, name, value);
  }
  const Bench bench = unit.bench(config);
  for (const EmbeddedFile& file : include_closure(bench.source)) {
    emission.files["tb/" + std::string(file.path)] = file.text;
  }
  std::vector<std::string> bench_verilog;  // a harness and the leaves that only it needs
  for (const EmbeddedFile& file : module_closure({bench.top})) {
    if (emission.files.count("rtl/" + file_name(file.path)) != 0) continue;
    bench_verilog.push_back(std::string(file.path));
    emission.files["tb/" + std::string(file.path)] = file.text;
  }
  emission.files["tb/Makefile"] = bench_makefile(bench, verilog, bench_verilog);
  describe(emission, config, verilog, settings);
  return emission;
}

Emission emit_design(const config::Config& config, const Design& design,
                     const std::vector<std::string>& bench,
                     const std::map<std::string, std::string>& further) {
  Emission emission{design.top(), further};
  std::vector<std::string> verilog;
  for (const EmbeddedFile& leaf : module_closure(design.leaves())) {
    verilog.push_back("rtl/" + file_name(leaf.path));
    emission.files[verilog.back()] = copy_of_leaf(leaf);
  }
  for (const Design::File& file : design.print(version())) {
    verilog.push_back("rtl/" + file.name);
    emission.files[verilog.back()] = file.text;
  }
  for (const std::string& path : bench) emission.files["tb/" + file_name(path)] = source(path).text;
  describe(emission, config, verilog, overridable_of(design.module(design.top())));
  return emission;
}

void write(const Emission& emission, const fs::path& directory) {
  OutputDirectory output(directory, "generated");
  for (const auto& [path, text] : emission.files) {
    std::error_code problem;
    fs::create_directories((output.path() / path).parent_path(), problem);
    if (problem) {
      throw fail(ExitCode::io, "{}: cannot create its folder: {}", (directory / path).string(),
                 problem.message());
    }
    write_file(output.path() / path, text);
  }
  output.commit();
}

}  // namespace dpwa::gen
