// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "calib/search/choose.h"
#include "model/plan/plan.h"

namespace dpwa::search {

/// A channel of zeros adds its bias only: its scale makes one accumulator step this fraction of an output
/// step.
inline constexpr double kZeroChannelStep = 1.0 / 256;

/// The plan of one tensor, in graph order.
plan::TensorPlan tensor_plan(const net::Tensor& tensor, const ActivationOption& option);

/// The plan of a choice, with the network's own biases. Channel order by docs/numerics.md N1.6. Where the
/// accumulator of `config` could overflow, the headroom of the node's input is given up (never planes that
/// the calibration data use).
plan::Plan assemble(const net::Network& network, const SearchSpace& space, const Choice& choice,
                    const plan::InputPort& port, const config::Config& config);

/// Stored order of the tensors: by the planes granted to their channels, widest first; equally wide ones stay
/// in the order that the plan has. Tensors that share an order have that of their widest channels (N1.6).
void sort_channels(const net::Network& network, const Choice& choice, plan::Plan& plan);

/// Narrows the limits of tensors that additions join to what their class's fine grid holds (docs/numerics.md
/// N10.2).
void fit_residuals(const net::Network& network, plan::Plan& plan);

/// Makes the steps of products with a computed tensor coarser where these have no finer ones
/// (docs/numerics.md N12).
void fit_products(const net::Network& network, plan::Plan& plan);

/// Fits weights and biases to the inputs that the nodes really get, the stored values of the fit samples,
/// node by node: the weights are rounded again (round_for_stored_inputs), and each bias moves so that the
/// node's mean pre-activation is the float network's again, as rounding errors of one sign would else add up
/// over a sum.
void fit_weights(const net::Network& network, const observe::Observation& observation, plan::Plan& plan);

}  // namespace dpwa::search
