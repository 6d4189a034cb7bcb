// SPDX-License-Identifier: Apache-2.0
#include "cli/machine_run.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/text_table.h"

namespace dpwa::cli {

using nlohmann::ordered_json;

std::vector<const float*> first_samples(const data::Samples& samples, std::int64_t count) {
  std::vector<const float*> inputs;
  const std::int64_t end = count == 0 ? samples.count : std::min(count, samples.count);
  for (std::int64_t i = 0; i < end; ++i) inputs.push_back(samples.sample(i));
  return inputs;
}

ordered_json counters_json(const verify::Counters& counters) {
  const auto widths = ordered_json(std::vector<double>(counters.begin(), counters.begin() + 6));
  return {{"tiles_per_width", widths}, {"skipped", counters[0]},       {"saturated", counters[6]},
          {"violations", counters[7]}, {"class_changes", counters[8]}, {"beats", counters[9]},
          {"stalls", counters[10]}};
}

std::string counters_text(const ordered_json& nodes) {
  const std::vector<const char*> keys = {"beats", "stalls", "skipped", "saturated", "class_changes"};
  std::vector<std::vector<std::string>> rows = {
      {"counted per image", "beats", "stalls", "skipped tiles", "saturated values", "class changes"}};
  for (const ordered_json& node : nodes) {
    if (node["counters"].is_null()) return "";
    rows.push_back({node["name"]});
    for (const char* key : keys)
      rows.back().push_back(fmt::format("{:.1f}", node["counters"][key].get<double>()));
  }
  return "\n" + text_table(rows);
}

}  // namespace dpwa::cli
