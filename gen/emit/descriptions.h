// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "gen/emit/emission.h"

/// The files of a generated directory that describe the others.
namespace dpwa::gen {

/// Version of this dpwa, e.g. "0.1.0".
std::string version();

/// A FuseSoC core (CAPI2) with a default and a lint target.
std::string fusesoc_core(const std::string& top, const std::vector<std::string>& verilog,
                         const Settings& overridable);

/// C++ constants of the configuration for a bench: kLanes, kAccW ... and kConfigHash.
std::string parameter_header(const config::Config& config);

/// JSON: version, top, configuration, overridable parameters with their defaults, content hash of every file.
std::string manifest(const Emission& emission, const config::Config& config, const Settings& overridable);

/// Builds and runs the bench with Verilator and GoogleTest: `make -C tb`. `verilog` is relative to the
/// generated directory, `bench_verilog` to tb/.
std::string bench_makefile(const Bench& bench, const std::vector<std::string>& verilog,
                           const std::vector<std::string>& bench_verilog);

}  // namespace dpwa::gen
