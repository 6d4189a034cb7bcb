// SPDX-License-Identifier: Apache-2.0
#include "gen/lower/tables.h"

#include <map>

namespace dpwa::lower {

Tables place_tables(const std::vector<plan::NodeConstants>& nodes) {
  Tables tables;
  std::map<std::vector<std::int32_t>, int> placed;
  for (const plan::NodeConstants& node : nodes) {
    const auto [place, is_new] = placed.emplace(node.table, static_cast<int>(tables.values.size()));
    if (is_new) tables.values.insert(tables.values.end(), node.table.begin(), node.table.end());
    tables.first.push_back(place->second);
  }
  return tables;
}

}  // namespace dpwa::lower
