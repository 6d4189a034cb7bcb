// SPDX-License-Identifier: Apache-2.0
#include "gen/emit/sources.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <regex>

#include "model/base/error.h"

namespace dpwa::gen {
namespace {

namespace fs = std::filesystem;

const EmbeddedFile* find(const std::string& path) {
  for (const EmbeddedFile& file : embedded_sources()) {
    if (file.path == path) return &file;
  }
  return nullptr;
}

const EmbeddedFile* find_module(const std::string& module) {
  for (const EmbeddedFile& file : embedded_sources()) {
    const fs::path path(file.path);
    if (path.extension() == ".v" && path.stem() == module) return &file;
  }
  return nullptr;
}

/// First capture of every match.
std::vector<std::string> matches(std::string_view text, const std::regex& pattern) {
  std::vector<std::string> found;
  using Iterator = std::regex_iterator<std::string_view::const_iterator>;
  for (Iterator it(text.begin(), text.end(), pattern); it != Iterator(); ++it) found.push_back((*it)[1]);
  return found;
}

std::vector<EmbeddedFile> sorted(const std::map<std::string_view, EmbeddedFile>& files) {
  std::vector<EmbeddedFile> result;
  for (const auto& [path, file] : files) result.push_back(file);
  return result;
}

}  // namespace

const EmbeddedFile& source(const std::string& path) {
  const EmbeddedFile* file = find(path);
  if (file == nullptr) throw fail(ExitCode::usage, "{}: not among the sources of this dpwa", path);
  return *file;
}

std::vector<EmbeddedFile> module_closure(const std::vector<std::string>& modules) {
  // An instance starts a line: "name #(" or "name u_role (".
  static const std::regex instance(R"((?:^|\n)\s*(\w+)\s+(?:#\s*\(|u_\w+\s*\())");
  std::map<std::string_view, EmbeddedFile> files;
  std::vector<std::string> open = modules;
  while (!open.empty()) {
    const std::string module = open.back();
    open.pop_back();
    const EmbeddedFile* file = find_module(module);
    if (file == nullptr) throw fail(ExitCode::usage, "module {}: not among the sources of this dpwa", module);
    if (!files.emplace(file->path, *file).second) continue;
    for (const std::string& name : matches(file->text, instance)) {
      if (find_module(name) != nullptr) open.push_back(name);
    }
  }
  return sorted(files);
}

std::vector<EmbeddedFile> include_closure(const std::string& path) {
  static const std::regex include(R"((?:^|\n)#include "([^"]+)\")");
  std::map<std::string_view, EmbeddedFile> files;
  std::vector<std::string> open = {path};
  source(path);
  while (!open.empty()) {
    const EmbeddedFile* file = find(open.back());
    open.pop_back();
    if (file == nullptr || !files.emplace(file->path, *file).second) continue;
    for (const std::string& name : matches(file->text, include)) open.push_back(name);
  }
  return sorted(files);
}

}  // namespace dpwa::gen
