// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "gen/verilog/design.h"
#include "model/config/config.h"

namespace dpwa::gen {

/// The accelerator: module dpwa_top around its lane groups, with a register port or without. Every
/// configuration key that only sizes something is a parameter of dpwa_top.
Design build_top(const config::Config& config);

/// Sources of the system bench of every generated machine: paths in the project, for emit_design.
const std::vector<std::string>& system_bench();

/// What the host's software needs of it, name -> text: dpwa_registers.h when HOST_PORT is axi.
std::map<std::string, std::string> host_files(const config::Config& config);

}  // namespace dpwa::gen
