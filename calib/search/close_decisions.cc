// SPDX-License-Identifier: Apache-2.0
#include "calib/search/close_decisions.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "calib/float/executor.h"

namespace dpwa::search {

namespace {

/// Halvings of the way between two samples: down to a word of the longest port.
constexpr int kHalvings = 16;
/// Margins over which the density of close ones is taken to be constant.
constexpr std::size_t kFewestClosest = 10, kClosestPart = 10;

/// Ways between samples that are decided differently, `from` beside `to`.
struct Ways {
  std::vector<float> from, to;  ///< [way] samples
  std::vector<int> decisions;   ///< [way] of `from`
};

Ways ways_between(const observe::Objective& objective, const std::vector<float>& samples,
                  const std::vector<float>& outputs) {
  const std::size_t values = objective.values(), count = outputs.size() / values,
                    size = samples.size() / std::max<std::size_t>(count, 1);
  std::vector<int> decisions;
  for (std::size_t i = 0; i < count; ++i) decisions.push_back(objective.decide(&outputs[i * values]));
  Ways ways;
  const auto add = [&](std::vector<float>& ends, std::size_t sample) {
    std::copy_n(samples.begin() + sample * size, size, std::back_inserter(ends));
  };
  for (std::size_t apart = 1; apart < count; ++apart) {
    for (std::size_t i = 0; i + apart < count && ways.decisions.size() < kCloseDecisions; ++i) {
      if (decisions[i] == decisions[i + apart]) continue;
      add(ways.from, i);
      add(ways.to, i + apart);
      ways.decisions.push_back(decisions[i]);
    }
  }
  return ways;
}

/// The port's value next to `value`.
float on_grid(const plan::InputPort& port, float value) {
  std::int64_t off_grid = 0;
  return static_cast<float>(plan::to_port_word(port, value, off_grid) * port.word_scale + port.word_offset);
}

}  // namespace

CloseDecisions find_close_decisions(const net::Network& network, const observe::Objective& objective,
                                    const plan::InputPort& port, const std::vector<float>& samples,
                                    const std::vector<float>& outputs, int threads) {
  const std::size_t values = objective.values(), size = network.tensors[0].shape.size();
  const floating::FloatExecutor executor(network, threads);
  Ways ways = ways_between(objective, samples, outputs);
  CloseDecisions close;
  close.count = static_cast<std::int64_t>(ways.decisions.size());
  for (int halving = 0; halving < kHalvings; ++halving) {
    std::vector<float> middle(ways.from.size());
    for (std::size_t i = 0; i < middle.size(); ++i) {
      middle[i] = on_grid(port, (ways.from[i] + ways.to[i]) / 2);
    }
    const std::vector<float> found = executor.outputs(middle.data(), close.count);
    for (std::size_t way = 0; way < ways.decisions.size(); ++way) {
      const bool same = objective.decide(&found[way * values]) == ways.decisions[way];
      std::copy_n(&middle[way * size], size, &(same ? ways.from : ways.to)[way * size]);
    }
  }
  close.samples = std::move(ways.from);
  close.outputs = executor.outputs(close.samples.data(), close.count);
  return close;
}

std::vector<double> sorted_margins(const observe::Objective& objective, const std::vector<float>& outputs) {
  std::vector<double> margins;
  for (std::size_t at = 0; at < outputs.size(); at += objective.values()) {
    margins.push_back(objective.margin(&outputs[at], objective.lead(&outputs[at])));
  }
  std::sort(margins.begin(), margins.end());
  return margins;
}

double expected_disagreement(const std::vector<double>& margins, const std::vector<double>& errors) {
  const std::size_t closest =
      std::min(std::max(kFewestClosest, margins.size() / kClosestPart), margins.size());
  const double border = margins[closest - 1];
  double sum = 0;
  for (const double error : errors) {
    const double magnitude = std::abs(error);
    const auto below = std::upper_bound(margins.begin(), margins.end(), magnitude) - margins.begin();
    sum +=
        magnitude < border ? static_cast<double>(closest) * magnitude / border : static_cast<double>(below);
  }
  return sum / 2 / static_cast<double>(margins.size() * errors.size());
}

}  // namespace dpwa::search
