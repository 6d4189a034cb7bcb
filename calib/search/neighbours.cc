// SPDX-License-Identifier: Apache-2.0
#include "calib/search/neighbours.h"

#include <algorithm>

namespace dpwa::search {

namespace {

/// Channels of a node with `from` planes, those first that gain most or lose least with `to`.
std::vector<int> movers(const NodeOptions& options, const std::vector<int>& granted, int from, int to) {
  std::vector<int> channels;
  for (std::size_t c = 0; c < granted.size(); ++c) {
    if (granted[c] == from) channels.push_back(static_cast<int>(c));
  }
  auto change = [&](int c) { return options[c][to - 1].loss - options[c][from - 1].loss; };
  std::stable_sort(channels.begin(), channels.end(), [&](int a, int b) { return change(a) < change(b); });
  return channels;
}

}  // namespace

std::vector<Choice> neighbours(const SearchSpace& space, const Choice& choice, int lanes) {
  std::vector<Choice> result;
  for (std::size_t t = 0; t < choice.activation.size(); ++t) {
    for (int k = 0; k < static_cast<int>(space.activations[t].size()); ++k) {
      if (k == choice.activation[t]) continue;
      result.push_back(choice);
      result.back().activation[t] = k;
    }
  }
  auto move_group = [&](std::size_t node, int from, int to) {
    std::vector<int> channels = movers(space.weights[node], choice.planes[node], from, to);
    if (channels.empty()) return;
    if (space.scheme.run_time && static_cast<int>(channels.size()) > lanes) channels.resize(lanes);
    result.push_back(choice);
    for (int channel : channels) result.back().planes[node][channel] = to;
  };
  const std::vector<int>& allowed = space.scheme.weight_planes;
  for (std::size_t n = 0; n < choice.planes.size(); ++n) {
    for (std::size_t k = 1; k < allowed.size(); ++k) {
      move_group(n, allowed[k - 1], allowed[k]);
      move_group(n, allowed[k], allowed[k - 1]);
    }
  }
  return result;
}

}  // namespace dpwa::search
