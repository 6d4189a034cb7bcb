// SPDX-License-Identifier: Apache-2.0
#include "gen/lower/tiers.h"

#include <algorithm>
#include <numeric>

namespace dpwa::lower {

tiers::NodeWeights node_weights(const net::Node& node, const Geometry& geometry,
                                const std::vector<Part>& parts) {
  tiers::NodeWeights result;
  double planes = 0, tiles = 0;
  for (const Part& part : parts) {
    if (part.share.idle()) continue;
    const std::vector<std::uint8_t>& all = part.weights.planes;
    result.words = std::max(result.words, part.words());
    result.passes = std::max<std::int64_t>(result.passes, part.share.positions);
    const auto per_group = static_cast<std::ptrdiff_t>(all.size() / part.share.first_channels.size());
    for (auto first = all.begin(); first != all.end(); first += per_group)
      result.group_words =
          std::max(result.group_words, std::accumulate(first, first + per_group, std::int64_t{0}));
    planes += std::accumulate(all.begin(), all.end(), 0.0);
    tiles += static_cast<double>(all.size());
  }
  result.pooled = node.pool && node.pool->kh * node.pool->kw > 1;
  result.shared = geometry.shared;
  result.planes = planes / tiles;
  return result;
}

std::vector<std::uint32_t> dense_rows(const PackedWeights& weights) {
  std::vector<std::uint32_t> rows;
  for (std::size_t word = 0; word < weights.banks[0].size(); ++word) {
    for (const auto& bank : weights.banks) rows.insert(rows.end(), bank[word].begin(), bank[word].end());
  }
  return rows;
}

}  // namespace dpwa::lower
