// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>

#include "calib/search/calibrate.h"

namespace dpwa::search {

/// Six significant digits: a report is read, not computed with.
double brief(double value);

/// The `held_out` object of `dpwa calibrate --json`: what the chosen plan loses on the held-out samples.
nlohmann::ordered_json held_out_json(const Calibration& calibration);

/// One object per node: step of its output, widths, sensitivity (gradient magnitude and variance), weight
/// planes needed and granted. docs/calibration.md names every key.
nlohmann::ordered_json nodes_json(const net::Network& network, const Calibration& calibration);

/// report.json: held_out_json and nodes_json, plus the tensors' observations and every measured point of the
/// searches and the baselines. No clock times: the same input gives the same bytes.
nlohmann::ordered_json report_json(const net::Network& network, const Calibration& calibration);

}  // namespace dpwa::search
