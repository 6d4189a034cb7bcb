// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <vector>

#include "calib/search/energy.h"
#include "calib/search/reading.h"
#include "model/config/config.h"
#include "model/net/network.h"

namespace dpwa::search {

/// What is minimised within the budgets.
/// balanced: half beats, half cycles. Cycles alone would spend beats for nothing wherever write-back or a
/// fetch is the bottleneck; beats are what the arithmetic's energy is proportional to, and what other
/// configurations will turn into cycles. cycles, energy: these alone. weights: bytes of weights, and an
/// eighth of `balanced`, because bytes alone would store every tensor on its finest grid.
enum class Optimise { balanced, cycles, weights, energy };
inline constexpr std::array kOptimise{Optimise::balanced, Optimise::cycles, Optimise::weights,
                                      Optimise::energy};

/// "balanced", "cycles", "weights", "energy".
const char* name_of(Optimise optimise);

/// What one inference takes.
struct Costs {
  double beats = 0;   ///< of the lane groups: planes of a tile x planes of the widest channel of a group
  double cycles = 0;  ///< cycles::Estimate
  double weight_bytes =
      0;              ///< plane words of the granted planes; a lane group has those of its widest channel
  double energy = 0;  ///< pJ, EnergyModel

  Costs& operator+=(const Costs& other);
  double energy_nj() const { return energy / 1000; }
};

/// What nodes cost: one figure, relative to the whole network with two planes everywhere (INT8), as
/// `Optimise` weighs it. A lane group works in lockstep, so a group of channels pays its widest member.
class Price {
 public:
  Price(const net::Network& network, const config::Config& config, Optimise optimise);

  /// Channels per group: the quantum in which widths are bought.
  int lanes() const { return lanes_; }
  /// Cost of one group of channels that are issued with `planes` planes.
  double group(int node, const Reading& reading, int planes) const;
  /// Cost of a node for channel widths in any order; groups are formed widest first, as they will be stored.
  double node(int node, const Reading& reading, std::vector<int> planes) const;
  /// What the node takes, not relative to anything.
  Costs costs(int node, const Reading& reading, std::vector<int> planes) const;
  /// The cost of it: node() is relative(costs()).
  double relative(const Costs& costs) const;

 private:
  struct NodeShape {
    dpwa::cycles::Estimate estimate;
    double reads = 0;        ///< tiles read per group of channels, the mean of the groups
    double input_tiles = 0;  ///< stored
    double group_words = 0;  ///< weight words of one plane of a group of channels
  };

  /// Without the node's cycles.
  Costs group_costs(int node, const Reading& reading, double planes) const;

  int lanes_, lane_groups_;
  double word_bytes_;
  bool dense_tier_;
  EnergyModel energy_;
  std::vector<NodeShape> nodes_;
  Costs factors_;  ///< cost of one beat, cycle, byte and pJ
};

}  // namespace dpwa::search
