// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "model/cycles/cycles.h"

namespace dpwa::cycles {

/// The most planes that each tile of each stored tensor can have, whatever the input:
/// [network.tensors][tile].
std::vector<std::vector<std::uint8_t>> widest_tiles(const config::Config& config, const net::Network& network,
                                                    const plan::Plan& plan);

/// predict() for these widths: no input takes a node more cycles. A plan that is pinned everywhere takes
/// exactly these. In one case `cycles` is a bound only: a node with a pool that streams its weights gives up
/// rows later when tiles at a window's end are skipped, so that copies overlap fewer beats; it is given the
/// cycles of resident weights plus those of all copies.
std::vector<NodeCycles> worst_case(const config::Config& config, const net::Network& network,
                                   const plan::Plan& plan);

/// Sum over the nodes.
std::int64_t total_cycles(const std::vector<NodeCycles>& nodes);

}  // namespace dpwa::cycles
