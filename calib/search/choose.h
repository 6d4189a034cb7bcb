// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "calib/search/price.h"
#include "calib/search/space.h"

namespace dpwa::search {

/// One point of the search space.
struct Choice {
  std::vector<int> activation;  ///< [tensor] index of the option
  std::vector<std::vector<int>>
      planes;  ///< [node][out_channels] granted weight planes, 0 for a channel of zeros

  bool operator==(const Choice& o) const { return activation == o.activation && planes == o.planes; }
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
