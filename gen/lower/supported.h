// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/config/config.h"
#include "model/net/network.h"
#include "model/plan/plan.h"

namespace dpwa::lower {

/// Throws Error(bad_input) when a tensor's record asks for a policy, or a step class, that the configuration
/// does not have: tensor, what is needed, what is there.
void check_policies(const config::Config& config, const net::Network& network, const plan::Plan& plan);

/// Throws Error(bad_input) for what the machine's loop nest cannot do, whatever its size.
void check_supported(const config::Config& config, const net::Network& network);

}  // namespace dpwa::lower
