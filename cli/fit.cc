// SPDX-License-Identifier: Apache-2.0
#include "cli/fit.h"

#include <fmt/format.h>

#include "cli/text_table.h"
#include "model/cycles/worst_case.h"
#include "model/plan/assumed.h"

namespace dpwa::cli {

using nlohmann::ordered_json;

ordered_json footprint_json(const lower::Footprint& footprint) {
  ordered_json json = {{"fits", footprint.shortfall.empty()}, {"requirements", ordered_json::array()}};
  for (const lower::Requirement& r : footprint.requirements) {
    json["requirements"].push_back(
        {{"key", r.key}, {"needed", r.needed}, {"available", r.available}, {"fits", r.fits()}});
  }
  std::int64_t fast = 0, dense = 0;
  for (const lower::StoredWeights& weights : footprint.weights)
    (weights.streamed ? dense : fast) += weights.bytes;
  json["weight_bytes"] = {{"fast", fast}, {"dense", dense}};
  json["activation_bytes"] = footprint.activation_bytes;
  return json;
}

ordered_json fit_json(const config::Config& config, const net::Network& network) {
  const plan::Plan plan = plan::assume_int8(network);
  ordered_json json = {{"config", config.name}};
  json.update(footprint_json(lower::footprint(config, network, plan)));
  // Pinned: every input takes the same cycles.
  json["cycles_int8"] = cycles::total_cycles(cycles::worst_case(config, network, plan));
  json["worst_case_cycles"] = json["cycles_int8"];
  return json;
}

std::string fit_text(const ordered_json& fit, const std::string& precision) {
  std::vector<std::vector<std::string>> rows = {{"limit", "needed", "available", ""}};
  for (const ordered_json& r : fit["requirements"]) {
    const std::string key = r["key"];
    const auto needed = r["needed"].get<std::int64_t>();
    rows.push_back({key, std::to_string(needed), std::to_string(r["available"].get<std::int64_t>()),
                    r["fits"].get<bool>() ? "" : fmt::format("too small: --set {}={}", key, needed)});
  }
  return fmt::format("\n{} on {}: {}, {} cycles per inference, whatever the input\n\n{}", precision,
                     fit["config"].get<std::string>(), fit["fits"].get<bool>() ? "fits" : "does not fit",
                     fit["cycles_int8"].get<std::int64_t>(), text_table(rows));
}

}  // namespace dpwa::cli
