// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "calib/search/rounding.h"
#include "model/plan/plan.h"

namespace dpwa::search {

/// Error-compensated rounding: weights are rounded one after the other, and each makes up for the error that
/// the ones before it leave in the node's output (GPTQ form, strongest inputs first). Scales are those of
/// round_nearest. The input's covariance, shrunk towards its diagonal where samples are few, says how far one
/// weight can stand in for another; inputs are taken in blocks of at most kBlock.
NodeOptions round_compensated(const net::Network& network, int node, const observe::Observation& observation);

/// The same for a finished plan: the weights of `node` are rounded again, now to make up for what storing
/// took away from its inputs, too. [samples][h][w][c] each: `inputs` of the float network, `stored_inputs` of
/// the plan.
void round_for_stored_inputs(const net::Network& network, int node, const std::vector<float>& inputs,
                             const std::vector<float>& stored_inputs, plan::NodePlan& plan);

/// Weights of one channel that are compensated together.
inline constexpr int kCompensationBlock = 1024;

}  // namespace dpwa::search
