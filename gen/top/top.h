// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "gen/verilog/design.h"
#include "model/config/config.h"

namespace dpwa::gen {

/// The accelerator: module dpwa_top around its lane groups, with a register port or without; with HOST_PORT
/// uart, dpwa_uart_top around that. Every configuration key that only sizes something is a parameter of
/// dpwa_top.
Design build_top(const config::Config& config);

/// Sources of a machine's benches: paths in the project, for emit_design.
std::vector<std::string> system_bench(const config::Config& config);

/// What the host's software needs of it, name -> text: dpwa_registers.h when it has registers.
std::map<std::string, std::string> host_files(const config::Config& config);

}  // namespace dpwa::gen
