// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "calib/search/space.h"
#include "model/base/progress.h"

namespace dpwa::search {

/// Replaces the predicted losses of a space by measured ones: the mean divergence (plain + softened) on the
/// fit samples of a float run in which one tensor is stored with one option, or one node has all its weights
/// at one plane count, with biases corrected. The prediction of the diagonal Fisher information cannot see
/// errors of one sign that add up over neighbouring values. It still says how a node's loss is shared by its
/// channels. `samples`: those of the observation, ONNX order.
void measure_losses(const net::Network& network, const observe::Objective& objective,
                    const observe::Observation& observation, const std::vector<float>& samples, int threads,
                    SearchSpace& space, Progress& progress);

}  // namespace dpwa::search
