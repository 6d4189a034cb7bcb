// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "gen/lower/lower.h"
#include "model/config/config.h"
#include "model/net/network.h"

namespace dpwa::cli {

/// {fits, requirements[{key, needed, available, fits}], weight_bytes{fast, dense}, activation_bytes}
nlohmann::ordered_json footprint_json(const lower::Footprint& footprint);

/// Would this network fit this configuration at INT8 (a quantized one as it is), and how long would one
/// inference take? {config, cycles_int8, worst_case_cycles} and the footprint. Throws Error for what no size
/// can mend.
nlohmann::ordered_json fit_json(const config::Config& config, const net::Network& network);

/// The same for a reader; requirements that are not met say what to set. `precision`: "at INT8".
std::string fit_text(const nlohmann::ordered_json& fit, const std::string& precision);

}  // namespace dpwa::cli
