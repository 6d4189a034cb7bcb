// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include "gen/lower/lower.h"
#include "model/config/config.h"
#include "model/net/network.h"
#include "model/plan/plan.h"

namespace dpwa::cli {

/// The configuration of `out`, a directory made by dpwa generate. Throws Error(bad_input) when it is no such
/// directory, or config.toml is not what its Verilog was generated for.
config::Config design_config(const std::filesystem::path& out);

/// Throws Error(bad_input) unless the design of `out` has a serial line.
void require_serial_line(const std::filesystem::path& out, const config::Config& config);

/// The plan directory to run: `plan` if there is one, else the copy inside `out`. Throws Error(bad_input)
/// when it has no plan.
std::filesystem::path plan_directory(const std::filesystem::path& out,
                                     const std::filesystem::path& plan = {});

/// The content of a file of `out`, as "images/image.bin". Throws Error(bad_input) unless it is there as it
/// was generated.
std::string generated_file(const std::filesystem::path& out, const std::string& name);

/// The image of this plan on this configuration. Throws Error(bad_input) unless images/image.bin is that, and
/// as generated: what is simulated is then what is loaded into hardware.
lower::Image checked_image(const std::filesystem::path& out, const config::Config& config,
                           const net::Network& network, const plan::Plan& plan);

}  // namespace dpwa::cli
