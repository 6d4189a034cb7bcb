// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "model/config/config.h"
#include "model/net/network.h"
#include "model/plan/plan.h"

namespace dpwa::cli {

/// The configuration of `out`, a directory made by dpwa generate. Throws Error(bad_input) when it is no such
/// directory, or config.toml is not what its Verilog was generated for.
config::Config design_config(const std::filesystem::path& out);

/// The plan directory to run: `plan` if there is one, else the copy inside `out`. Throws Error(bad_input)
/// when it has no plan.
std::filesystem::path plan_directory(const std::filesystem::path& out,
                                     const std::filesystem::path& plan = {});

/// Throws Error(bad_input) unless images/image.bin is as generated and is the image of this plan on this
/// configuration: what is simulated is then what is loaded into hardware.
void check_image(const std::filesystem::path& out, const config::Config& config, const net::Network& network,
                 const plan::Plan& plan);

}  // namespace dpwa::cli
