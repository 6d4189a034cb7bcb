// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "gen/units/unit.h"
#include "gen/verilog/design.h"
#include "model/config/config.h"

namespace dpwa::gen {

/// The content of one generated directory: relative path -> bytes. Depends on nothing but its arguments and
/// the version: no clock, no path of the machine.
///
///   rtl/*.v          leaves as they are, under a banner with source and content hash; generated modules
///   tb/              the bench and what it includes; dpwa_params.h; for a unit also a Makefile
///   sources.f        the Verilog files, relative to the directory, leaves first
///   <top>.core       the same for FuseSoC
///   config.toml      the configuration
///   manifest.json    version, top, parameters that may be overridden at instantiation, hash of every file
struct Emission {
  std::string top;
  std::map<std::string, std::string> files;
};

/// One unit alone with its bench. The top is the leaf with the configuration's values as parameter defaults.
Emission emit_unit(const config::Config& config, const Unit& unit);

/// A whole design: its generated modules, the leaves they instantiate, the bench sources (project paths, put
/// flat into tb/), and further files as they are: images, a copy of the plan.
Emission emit_design(const config::Config& config, const Design& design,
                     const std::vector<std::string>& bench,
                     const std::map<std::string, std::string>& further = {});

/// Writes the directory in one step (OutputDirectory, kind "generated"): an error leaves what was there.
void write(const Emission& emission, const std::filesystem::path& directory);

}  // namespace dpwa::gen
