// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/net/network.h"
#include "model/plan/plan.h"

namespace dpwa::plan {

/// A legal plan of a tiny network to break in tests: 4 x 4 x 1 pixels -> conv "conv" 2 x 2 to 3 channels,
/// ReLU -> dense "/fc/Gemm" to 2 outputs.
struct SmallPlan {
  net::Network network;
  Plan plan;
};
SmallPlan small_plan();

}  // namespace dpwa::plan
