// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "calib/search/choose.h"
#include "model/plan/plan.h"

namespace dpwa::search {

/// A channel of zeros adds its bias only: its scale makes one accumulator step this fraction of an output
/// step.
inline constexpr double kZeroChannelStep = 1.0 / 256;

/// The plan of a choice, with the network's own biases. Channel order by docs/numerics.md N1.6. Where the
/// accumulator of `config` could overflow, the headroom of the node's input is given up (never planes that
/// the calibration data use).
plan::Plan assemble(const net::Network& network, const SearchSpace& space, const Choice& choice,
                    const plan::InputPort& port, const config::Config& config);

/// Moves each bias so that every node's mean pre-activation over the fit samples is the float network's
/// again: rounding errors of one sign would else add up over a sum. Node by node, on the quantised values of
/// the nodes before. `samples`: the samples of `observation`, ONNX order.
void correct_biases(const net::Network& network, const observe::Observation& observation,
                    const std::vector<float>& samples, plan::Plan& plan);

}  // namespace dpwa::search
