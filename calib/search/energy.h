// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/config/config.h"

namespace dpwa::search {

/// Estimated energy of what an inference does, in pJ, for 45 nm and 0.9 V. Not a measurement: good for
/// comparing plans of one configuration. docs/calibration.md, "Energy".
struct EnergyModel {
  double lane_beat = 0;        ///< one lane: PRODUCTS products of 4 x 4 bits, their sum, the accumulator
  double fast_word = 0;        ///< one plane word read from or written to a lane's weight memory
  double dense_word = 0;       ///< one plane word read from the dense tier
  double activation_word = 0;  ///< one plane word read from or written to one copy of the activation memory
};

EnergyModel energy_model(const config::Config& config);

}  // namespace dpwa::search
