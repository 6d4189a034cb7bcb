// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "model/net/network.h"
#include "model/plan/plan.h"

namespace dpwa::plan {

/// A plan without any search, for tests and benchmarks of what comes after calibration: pixels as u8, every
/// tensor and weight with `planes` planes, steps from the range of `count` samples (ONNX order). model_hash
/// stays empty.
Plan range_plan(const net::Network& network, const std::vector<float>& samples, int count, int planes);

}  // namespace dpwa::plan
