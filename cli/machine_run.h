// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "calib/data/samples.h"
#include "model/base/progress.h"
#include "verify/simulation.h"

/// What the commands that run samples have in common.
namespace dpwa::cli {

/// The samples of a file, what there is to say of them said. Throws Error as data::load_samples does.
data::Samples load_samples(const std::filesystem::path& file, const net::Network& network,
                           const data::Scaling& scaling, Progress& progress);

/// The first `count` samples, as inputs; 0: all. `samples` must outlive them.
std::vector<const float*> first_samples(const data::Samples& samples, std::int64_t count);

/// PCU counters of a node's output, mean per image (docs/registers.md).
nlohmann::ordered_json counters_json(const verify::Counters& counters);

/// `nodes`[] of a result, each with name and counters, as a table; nothing for a design without counters.
std::string counters_text(const nlohmann::ordered_json& nodes);

/// [image][output values] as .npy.
void write_outputs(const std::filesystem::path& path, const std::vector<std::vector<float>>& outputs);

}  // namespace dpwa::cli
