// SPDX-License-Identifier: Apache-2.0
#include "model/config/config.h"

#include <toml++/toml.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <numeric>
#include <sstream>

#include "model/base/error.h"
#include "model/base/files.h"
#include "model/config/descriptor.h"
#include "model/config/presets.h"

namespace dpwa::config {
namespace {

constexpr const char* kPresetFolder = "model/config/presets/";

/// Letters to insert, delete or replace to turn one word into the other.
int edit_distance(const std::string& a, const std::string& b) {
  std::vector<int> row(b.size() + 1);
  std::iota(row.begin(), row.end(), 0);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    int diagonal = row[0];
    row[0] = static_cast<int>(i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const int replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row[b.size()];
}

std::string upper_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::toupper(c); });
  return text;
}

std::string nearest(const std::string& word, const std::vector<std::string>& known) {
  return *std::min_element(known.begin(), known.end(), [&](const std::string& a, const std::string& b) {
    return edit_distance(upper_case(word), upper_case(a)) < edit_distance(upper_case(word), upper_case(b));
  });
}

const Field& find_field(const std::string& key) {
  std::vector<std::string> keys;
  for (const Field& field : fields()) {
    if (field.key == key) return field;
    keys.push_back(field.key);
  }
  throw fail(ExitCode::usage, "unknown key '{}'; the nearest known key is {}", key, nearest(key, keys));
}

std::string value_text(const Field& field, const toml::node& node) {
  if (const auto* value = node.as_integer(); value != nullptr && field.is_integer)
    return std::to_string(value->get());
  if (const auto* value = node.as_string(); value != nullptr && !field.is_integer) return value->get();
  std::ostringstream found;
  node.visit([&](const auto& each) { found << each; });
  throw fail(ExitCode::usage, "{}: expected {}, found the {} {}", field.key,
             field.is_integer ? field.allowed : "a string: " + field.allowed,
             node.is_string()    ? "string"
             : node.is_integer() ? "integer"
                                 : "value",
             found.str());
}

void apply_toml(Config& config, std::string_view text, const std::string& file) {
  try {
    const toml::table table = toml::parse(text);
    for (const auto& [key, node] : table) {
      const Field& field = find_field(std::string(key.str()));
      field.set(config, value_text(field, node));
    }
  } catch (const toml::parse_error& problem) {
    throw fail(ExitCode::usage, "{}: line {}: not TOML: {}", file, problem.source().begin.line,
               problem.description());
  } catch (const Error& problem) {
    throw fail(problem.code(), "{}: {}", file, problem.what());
  }
}

Config load_base(const std::string& name_or_file) {
  Config config;
  for (const EmbeddedFile& preset : embedded_presets()) {
    if (preset.path != kPresetFolder + name_or_file + ".toml") continue;
    config.name = name_or_file;
    apply_toml(config, preset.text, "preset " + name_or_file);
    return config;
  }
  const std::filesystem::path path(name_or_file);
  if (!std::filesystem::exists(path)) {
    throw fail(ExitCode::usage, "configuration '{}' is neither a file nor a preset; the nearest preset is {}",
               name_or_file, nearest(name_or_file, preset_names()));
  }
  config.name = "custom";
  apply_toml(config, read_file(path), name_or_file);
  return config;
}

void apply_override(Config& config, const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos) {
    throw fail(ExitCode::usage, "--set {}: expected KEY=VALUE", text);
  }
  try {
    find_field(text.substr(0, equals)).set(config, text.substr(equals + 1));
  } catch (const Error& problem) {
    throw fail(problem.code(), "--set {}: {}", text, problem.what());
  }
}

std::string body_text(const Config& config) {
  std::string text;
  for (const Field& field : fields()) {
    if (std::string_view(field.key) == "NAME" || !is_named(field, config)) continue;
    const std::string quote = field.is_integer ? "" : "\"";
    text += fmt::format("{} = {}{}{}  # {}\n", field.key, quote, field.get(config), quote, field.meaning);
  }
  return text;
}

}  // namespace

std::vector<std::string> preset_names() {
  std::vector<std::string> names;
  for (const EmbeddedFile& preset : embedded_presets()) {
    names.push_back(std::filesystem::path(preset.path).stem().string());
  }
  return names;
}

Config load(const std::string& name_or_file, const std::vector<std::string>& overrides) {
  Config config = load_base(name_or_file);
  for (const std::string& each : overrides) apply_override(config, each);
  validate(config);
  return config;
}

std::vector<std::string> differences(const Config& config) {
  std::vector<std::string> texts;
  for (const Field& field : fields()) {
    if (field.get(config) != field.get(Config{})) {
      texts.push_back(fmt::format("{}={}", field.key, field.get(config)));
    }
  }
  return texts;
}

bool is_named(const Field& field, const Config& config) {
  return !field.optional || field.get(config) != field.get(Config{});
}

std::string to_toml(const Config& config) {
  return fmt::format("NAME = \"{}\"\n", config.name) + body_text(config);
}

std::string identity(const Config& config) {
  std::string text;
  for (const Field& field : fields()) {
    if (std::string_view(field.key) != "NAME" && is_named(field, config))
      text += fmt::format("{}={}\n", field.key, field.get(config));
  }
  for (const NodeField& field : node_fields(config))
    text += fmt::format("{}: {} bits from {}\n", field.name, field.bits, field.lsb);
  return text;
}

std::uint32_t config_hash(const Config& config) {
  const std::string hash = content_hash(identity(config));
  return static_cast<std::uint32_t>(std::stoul(hash.substr(hash.size() - 8), nullptr, 16));
}

}  // namespace dpwa::config
