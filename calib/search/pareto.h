// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "calib/search/calibrate.h"

namespace dpwa::search {

/// [point of the search]: no other point is at least as good in divergence, beats, cycles, weight bytes and
/// energy, and better in one of them.
std::vector<bool> pareto_front(const std::vector<Point>& points);

/// pareto.json: every measured point of the search and of its baselines, docs/calibration.md.
nlohmann::ordered_json pareto_json(const net::Network& network, const config::Config& config,
                                   const Calibration& calibration);

/// pareto.svg: divergence over cycles, weight bytes and energy, drawn from pareto_json().
std::string pareto_svg(const nlohmann::ordered_json& pareto);

}  // namespace dpwa::search
