// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "model/net/network.h"
#include "model/plan/plan.h"

namespace dpwa::golden::reference {

__extension__ typedef __int128 Wide;

std::int64_t power16(int planes);

/// RNE(numerator / 2^shift): the two neighbours, their distances, and the even one where they are equal.
Wide nearest(Wide numerator, int shift);
/// RNE of a real number.
std::int64_t nearest(double value);

/// N1.2, N1.3: what n planes hold.
std::int64_t largest_value(int planes, bool is_signed);
std::int64_t smallest_value(int planes, bool is_signed);

/// N1.4.
std::int64_t upper_limit(const plan::TensorPlan& tensor);
std::int64_t lower_limit(const plan::TensorPlan& tensor);

/// N4.1: multiplier of so many bits and shift of a real factor.
struct Rescale {
  std::int64_t m;
  int shift;
};
Rescale rescale(double factor, int bits);

/// N10.1: the exponent of the fine grid of the tensor's class; nothing when no addition joins it and it is no
/// factor.
std::optional<int> fine_exponent(const net::Network& network, const plan::Plan& plan, int tensor);

/// N12: the exponent of v; nothing for a node without a factor.
std::optional<int> product_exponent(const net::Network& network, const plan::Plan& plan, int node_index);

}  // namespace dpwa::golden::reference
