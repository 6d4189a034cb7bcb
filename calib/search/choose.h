// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "calib/search/space.h"

namespace dpwa::search {

/// One point of the search space.
struct Choice {
  std::vector<int> activation;  ///< [tensor] index of the option
  std::vector<std::vector<int>>
      planes;  ///< [node][out_channels] granted weight planes, 0 for a channel of zeros

  bool operator==(const Choice& o) const { return activation == o.activation && planes == o.planes; }
};

/// What a node costs: half its beats, half its cycles on the configuration (cycles::Estimate), each
/// relative to the whole network with two planes everywhere (INT8). Cycles alone would spend beats for
/// nothing wherever write-back or a fetch is the bottleneck; beats are what the arithmetic's energy is
/// proportional to, and what other configurations will turn into cycles. A lane group works in lockstep, so a
/// group of channels pays its widest member.
class Price {
 public:
  Price(const net::Network& network, const config::Config& config);

  /// Cost of one group of channels that are issued with `planes` planes.
  double group(int node, const Reading& reading, int planes) const;
  /// Estimated cycles of a node, not relative to anything.
  double cycles(int node, const Reading& reading, std::vector<int> planes) const;
  /// Channels per group: the quantum in which widths are bought.
  int lanes() const { return lanes_; }
  /// Cost of a node for channel widths in any order; groups are formed widest first, as they will be stored.
  double node(int node, const Reading& reading, std::vector<int> planes) const;

 private:
  double beats(int node, const Reading& reading, const std::vector<int>& sorted_planes) const;
  double cost(int node, const Reading& reading, const std::vector<int>& sorted_planes) const;

  int lanes_;
  std::vector<dpwa::cycles::Estimate> estimates_;  ///< [node]
  std::vector<double> reads_;                      ///< [node] tiles read per group of channels
  double int8_beats_ = 0, int8_cycles_ = 0;        ///< the network with two planes everywhere
};

/// The choice that minimises cost + lambda * expected loss. Every tensor is decided with its consumers'
/// weights. Ties go to the earlier option. lambda: cost (1 = INT8) that one nat (or relative squared error)
/// is worth.
Choice choose(const net::Network& network, const SearchSpace& space, const Price& price, double lambda);

/// Expected loss and cost of a choice, as the search sees them.
struct Forecast {
  double loss = 0, cost = 0;
};
Forecast forecast(const net::Network& network, const SearchSpace& space, const Price& price,
                  const Choice& choice);

}  // namespace dpwa::search
