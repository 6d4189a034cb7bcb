// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "model/config/config.h"
#include "model/net/network.h"
#include "model/num/storage_format.h"
#include "model/plan/plan.h"

/// Pins: formats that the user gives instead of the calibration (docs/numerics.md N8).
namespace dpwa::search {

/// Format of one node, or of every node ("all"): of its weights and, for the operand formats (INT4, INT8,
/// INT12, INT16, FP16), of the tensor that it reads.
struct Pin {
  std::string node;
  num::Format format = num::Format::int8;
};

/// The names of all formats, for messages.
std::string pin_formats();

/// "NODE=FORMAT"; everything before the last '=' is the name. Throws Error(usage).
Pin parse_pin(const std::string& text);

/// `plan` with pins, the later ones over the earlier ones. `plan_dir`: what dpwa calibrate wrote; its
/// baselines give the INT4 and INT8 operands, its report the observed ranges of the wider ones. Throws
/// Error(usage) for a node that is not there or a format that the configuration's PLANES_MAX does not hold,
/// Error(bad_input) where the directory lacks what is needed or the result is no legal plan.
plan::Plan apply_pins(const std::filesystem::path& plan_dir, const net::Network& network,
                      const config::Config& config, const std::vector<Pin>& pins, plan::Plan plan);

}  // namespace dpwa::search
