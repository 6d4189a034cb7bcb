// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "calib/search/calibrate.h"
#include "calib/search/sweep.h"

/// Plans of quantized networks (net::is_quantized): grids and weights are the file's.
namespace dpwa::search {

/// The port of the network's own quantizer, whose words are the file's integers; the one that carries the
/// data where the network normalises its input itself.
plan::InputPort imported_port(const net::Network& network, const CalibrationData& data);

/// The plan that follows from the file, with widths that follow the data. Throws Error(bad_input) naming what
/// stored values or weights of five planes, or a fine grid, do not hold.
plan::Plan imported_plan(const Problem& problem);

/// Fills in the plan, the same plan pinned (the static mix), and pinned INT8: two planes for everything,
/// where what they do not hold saturates. There is nothing to search.
void take_imported(const Problem& problem, PolicyChoice policy, Calibration& calibration, Progress& progress);

}  // namespace dpwa::search
