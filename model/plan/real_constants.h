// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/net/network.h"
#include "model/plan/plan.h"

/// The real numbers that the integer constants are rounded from; shared by derive() and check().
namespace dpwa::plan {

/// M of N4.1 for a channel (graph order): accumulator steps per step 2^exponent of what the write-back rounds
/// to.
double rescale_factor(const net::Node& node, const Plan& plan, int node_index, int channel, int exponent);

/// The exponent of what a node's write-back rounds to: the fine grid's (N10), v's (N12), y0's (N11) or the
/// stored tensor's.
int rounded_exponent(const net::Network& network, const Plan& plan, int node);

/// Smallest and largest value of acc + bias of one output channel over every input within `inputs`, each
/// weight's input chosen for the worst (N3.1); zero is always a possible input.
num::Range accumulator_range(const std::int16_t* weights, std::size_t count, std::int64_t bias,
                             num::Range inputs);

/// The bias of a channel (graph order) in accumulator steps, before rounding (N4.1).
double bias_in_steps(const net::Node& node, const Plan& plan, int node_index, int channel);

/// A[c] and B[c] of N6.2, in steps of the input tensor: q = word * gain + offset.
struct InputSteps {
  double gain = 0;
  double offset = 0;
};
InputSteps input_steps(const net::Network& network, const Plan& plan, int channel);

/// What n * S2 - S1^2 of a row of a tensor is compared with (N5.4), n = its values.
struct RowThresholds {
  num::Threshold coarser, finer;
};
RowThresholds row_thresholds(const net::Network& network, const Plan& plan, int tensor);

}  // namespace dpwa::plan
