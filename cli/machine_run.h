// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "calib/data/samples.h"
#include "model/base/progress.h"
#include "verify/simulation.h"

/// What the commands that run samples have in common.
namespace dpwa::cli {

/// The first `count` samples, as inputs; 0: all. `samples` must outlive them.
std::vector<const float*> first_samples(const data::Samples& samples, std::int64_t count);

/// PCU counters of a node's output, mean per image (docs/registers.md).
nlohmann::ordered_json counters_json(const verify::Counters& counters);

/// `nodes`[] of a result, each with name and counters, as a table; nothing for a design without counters.
std::string counters_text(const nlohmann::ordered_json& nodes);

}  // namespace dpwa::cli
