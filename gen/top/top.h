// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gen/verilog/design.h"
#include "model/config/config.h"

namespace dpwa::gen {

/// The accelerator: module dpwa_top around one lane group. Every configuration key that only sizes something
/// is a parameter of dpwa_top.
Design build_top(const config::Config& config);

}  // namespace dpwa::gen
