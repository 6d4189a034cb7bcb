// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "model/net/network.h"
#include "model/plan/plan.h"

/// The text of plan.json: everything of a plan but the weights.
namespace dpwa::plan {

/// One line per tensor and per channel, fixed key order, doubles with all their digits.
std::string to_json(const net::Network& network, const Plan& plan);

/// The inverse; NodePlan::q stays empty. Throws Error(bad_input) naming `file` and the place for text that is
/// not JSON, a missing or unknown key, a value of the wrong kind, and tensors or nodes that are not the
/// network's.
Plan from_json(const std::string& text, const std::string& file, const net::Network& network);

}  // namespace dpwa::plan
