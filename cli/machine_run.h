// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "verify/simulation.h"

/// What `dpwa simulate` and `dpwa run` have in common.
namespace dpwa::cli {

/// PCU counters of a node's output, mean per image (docs/registers.md).
nlohmann::ordered_json counters_json(const verify::Counters& counters);

/// `nodes`[] of a result, each with name and counters, as a table; nothing for a design without counters.
std::string counters_text(const nlohmann::ordered_json& nodes);

/// [image][output values] as .npy.
void write_outputs(const std::filesystem::path& path, const std::vector<std::vector<float>>& outputs);

}  // namespace dpwa::cli
