// SPDX-License-Identifier: Apache-2.0
#include "gen/verilog/design.h"

#include <algorithm>
#include <set>

#include "gen/verilog/check.h"
#include "gen/verilog/printer.h"
#include "model/base/error.h"

namespace dpwa::gen {
namespace {

void collect_instances(const Body& body, std::vector<std::string>& names) {
  for (const Item& item : body.items()) {
    if (const auto* instance = std::get_if<std::unique_ptr<Instance>>(&item)) {
      const std::string& name = (*instance)->interface().module();
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    } else if (const auto* generate = std::get_if<std::unique_ptr<Generate>>(&item)) {
      collect_instances(**generate, names);
    }
  }
}

}  // namespace

Module& Design::add(const std::string& name, const std::string& doc) {
  for (const Module& module : modules_) {
    if (module.name() == name) throw fail(ExitCode::usage, "design: module '{}' is added twice", name);
  }
  modules_.emplace_back(name, doc);
  return modules_.back();
}

const Module& Design::module(const std::string& name) const {
  for (const Module& module : modules_) {
    if (module.name() == name) return module;
  }
  throw fail(ExitCode::usage, "design: there is no module '{}'", name);
}

std::vector<std::string> Design::leaves() const {
  std::vector<std::string> names;
  for (const Module& module : modules_) collect_instances(module, names);
  const auto is_generated = [this](const std::string& name) {
    return std::any_of(modules_.begin(), modules_.end(),
                       [&](const Module& module) { return module.name() == name; });
  };
  names.erase(std::remove_if(names.begin(), names.end(), is_generated), names.end());
  return names;
}

std::vector<Design::File> Design::print(const std::string& version) const {
  for (const Module& module : modules_) check(module);
  std::vector<File> files;
  for (const Module& module : modules_) files.push_back({module.name() + ".v", gen::print(module, version)});
  return files;
}

}  // namespace dpwa::gen
