// SPDX-License-Identifier: Apache-2.0
#include "calib/search/exactness.h"

#include <algorithm>
#include <cmath>

namespace dpwa::search {

void Exactness::add(std::int64_t sample, const float* expected, const float* found, std::int64_t count,
                    double step) {
  values += count;
  for (std::int64_t i = 0; i < count; ++i) {
    const auto steps = static_cast<std::int64_t>(
        std::nearbyint(std::fabs(static_cast<double>(expected[i]) - static_cast<double>(found[i])) / step));
    if (steps == 0) continue;
    ++different;
    largest_steps = std::max(largest_steps, steps);
    if (differences.size() < kListedDifferences) differences.push_back({sample, i, expected[i], found[i]});
  }
}

double output_step(const net::Network& network, const plan::Plan& plan) {
  const std::optional<net::FileGrid>& grid = network.tensors[network.output].grid;
  return grid && grid->exposed ? 1 : plan.tensors[network.output].step();
}

nlohmann::ordered_json exactness_json(const Exactness& exactness) {
  nlohmann::ordered_json json = {{"values", exactness.values},
                                 {"different", exactness.different},
                                 {"largest_steps", exactness.largest_steps},
                                 {"differences", nlohmann::ordered_json::array()}};
  for (const Difference& each : exactness.differences) {
    json["differences"].push_back(
        {{"sample", each.sample}, {"value", each.value}, {"expected", each.expected}, {"found", each.found}});
  }
  return json;
}

}  // namespace dpwa::search
