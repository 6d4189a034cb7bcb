// SPDX-License-Identifier: Apache-2.0
#include "calib/search/choose.h"

#include <algorithm>
#include <limits>
#include <numeric>

namespace dpwa::search {

namespace {

/// Plane counts of one node's channels and what they are worth: cost + lambda * loss.
struct NodeChoice {
  std::vector<int> planes;
  double worth = std::numeric_limits<double>::infinity();
};

bool is_zero(const std::array<ChannelOption, kWeightPlanes>& channel) {
  return std::all_of(channel[0].q.begin(), channel[0].q.end(), [](int q) { return q == 0; }) &&
         channel[0].loss == 0;
}

double loss_of(const NodeOptions& options, const std::vector<int>& planes) {
  double loss = 0;
  for (std::size_t c = 0; c < planes.size(); ++c) {
    if (planes[c] > 0) loss += options[c][planes[c] - 1].loss;
  }
  return loss;
}

/// Sells planes `from` -> `to`, group by group, to the channels of `candidates` that gain most by it; stops
/// at the first group that does not earn its price. Returns the buyers.
std::vector<int> buyers(const NodeOptions& options, std::vector<int> candidates, int from, int to, int lanes,
                        double group_price, double lambda) {
  auto gain = [&](int channel) { return options[channel][from - 1].loss - options[channel][to - 1].loss; };
  std::stable_sort(candidates.begin(), candidates.end(), [&](int a, int b) { return gain(a) > gain(b); });
  std::size_t bought = 0;
  while (bought < candidates.size()) {
    const std::size_t end = std::min(candidates.size(), bought + lanes);
    double worth = 0;
    for (std::size_t k = bought; k < end; ++k) worth += lambda * gain(candidates[k]);
    if (worth <= group_price) break;
    bought = end;
  }
  candidates.resize(bought);
  return candidates;
}

std::vector<int> per_channel(const SearchSpace& space, const Price& price, int node, const Reading& reading,
                             double lambda) {
  const NodeOptions& options = space.weights[node];
  const std::vector<int>& allowed = space.scheme.weight_planes;
  std::vector<int> planes(options.size(), 0), candidates;
  for (std::size_t c = 0; c < options.size(); ++c) {
    if (is_zero(options[c])) continue;
    planes[c] = allowed.front();
    candidates.push_back(static_cast<int>(c));
  }
  for (std::size_t k = 1; k < allowed.size(); ++k) {
    const int from = allowed[k - 1], to = allowed[k];
    const double group_price = price.group(node, reading, to) - price.group(node, reading, from);
    candidates = buyers(options, candidates, from, to, price.lanes(), group_price, lambda);
    for (int channel : candidates) planes[channel] = to;
  }
  return planes;
}

NodeChoice choose_node(const SearchSpace& space, const Price& price, int node, const Reading& reading,
                       double lambda) {
  const NodeOptions& options = space.weights[node];
  NodeChoice best;
  auto offer = [&](std::vector<int> planes) {
    const double worth =
        observe::rounded(price.node(node, reading, planes) + lambda * loss_of(options, planes));
    if (worth < best.worth) best = {std::move(planes), worth};
  };
  if (space.scheme.run_time) {
    offer(per_channel(space, price, node, reading, lambda));
    return best;
  }
  for (int planes : space.scheme.weight_planes) {
    std::vector<int> uniform(options.size(), planes);
    for (std::size_t c = 0; c < options.size(); ++c) {
      if (is_zero(options[c])) uniform[c] = 0;
    }
    offer(std::move(uniform));
  }
  return best;
}

}  // namespace

Choice choose(const net::Network& network, const SearchSpace& space, const Price& price, double lambda) {
  Choice choice;
  choice.activation.assign(network.tensors.size(), 0);
  choice.planes.resize(network.nodes.size());
  for (std::size_t t = 0; t < network.tensors.size(); ++t) {
    double best = std::numeric_limits<double>::infinity();
    const std::vector<ActivationOption>& options = space.activations[t];
    for (std::size_t k = 0; k < options.size(); ++k) {
      double worth = lambda * options[k].loss;
      std::vector<NodeChoice> consumers;
      for (std::size_t i = 0; i < network.tensors[t].consumers.size(); ++i) {
        const int node = network.tensors[t].consumers[i];
        consumers.push_back(choose_node(space, price, node, options[k].readings[i], lambda));
        worth += consumers.back().worth;
      }
      worth = observe::rounded(worth);
      if (worth >= best) continue;
      best = worth;
      choice.activation[t] = static_cast<int>(k);
      for (std::size_t i = 0; i < consumers.size(); ++i) {
        choice.planes[network.tensors[t].consumers[i]] = consumers[i].planes;
      }
    }
  }
  return choice;
}

Forecast forecast(const net::Network& network, const SearchSpace& space, const Price& price,
                  const Choice& choice) {
  Forecast forecast;
  for (std::size_t t = 0; t < network.tensors.size(); ++t) {
    const ActivationOption& option = space.activations[t][choice.activation[t]];
    const std::vector<int>& consumers = network.tensors[t].consumers;
    forecast.loss += option.loss;
    for (std::size_t i = 0; i < consumers.size(); ++i) {
      forecast.cost += price.node(consumers[i], option.readings[i], choice.planes[consumers[i]]);
      forecast.loss += loss_of(space.weights[consumers[i]], choice.planes[consumers[i]]);
    }
  }
  return forecast;
}

}  // namespace dpwa::search
