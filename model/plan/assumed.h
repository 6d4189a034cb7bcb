// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/num/integer.h"
#include "model/plan/plan.h"

namespace dpwa::plan {

/// The plan of a network nobody has calibrated yet: every tensor pinned to two planes, every weight INT8 by
/// its channel's largest magnitude; of a quantized network the planes and weights that its file asks for. It
/// has the right sizes (memories, cycles), not the right values: steps are 1.
Plan assume_int8(const net::Network& network);

/// Integers that a tensor with a grid of the file may store: the type's range less the zero point, within
/// Relu and Clip.
num::Range file_limits(const net::Network& network, const net::Tensor& tensor);

}  // namespace dpwa::plan
