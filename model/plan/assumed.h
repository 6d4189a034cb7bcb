// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/plan/plan.h"

namespace dpwa::plan {

/// The plan of a network nobody has calibrated yet: every tensor pinned to two planes, every weight INT8 by
/// its channel's largest magnitude. It has the right sizes (memories, cycles), not the right values: steps
/// are 1.
Plan assume_int8(const net::Network& network);

}  // namespace dpwa::plan
