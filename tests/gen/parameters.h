// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gen/verilog/interface.h"

namespace dpwa::gen {

/// Legal values for every parameter of a leaf, each different from its default, so that a width over the
/// wrong parameter shows. Throws std::out_of_range for a parameter that the table does not know.
Environment other_parameters(const Interface& leaf);

}  // namespace dpwa::gen
