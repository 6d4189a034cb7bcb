// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/net/network.h"
#include "model/num/storage_format.h"
#include "model/plan/plan.h"

namespace dpwa::search {

/// Planes of weights: q fits 16 bits.
inline constexpr int kWidestWeights = 4;

/// Weights of `node` rounded to a storage format and aligned to a window of planes (docs/numerics.md N9.4):
/// sets q, scale and planes of `plan`. The window has `planes` planes, or, where that is 0, the fewest up to
/// `planes_max` that add next to nothing to the error of the rounding. A channel of zeros has `zero_scale`.
void store_weights(const net::Network& network, int node, num::Format format, int planes, int planes_max,
                   double zero_scale, const std::vector<int>& input_order, plan::NodePlan& plan);

}  // namespace dpwa::search
