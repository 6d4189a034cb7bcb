// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gen/verilog/module.h"

namespace dpwa::gen {

/// Refuses a module that would not lint clean or would not mean what it says. Throws Error (one line naming
/// module, instance and port or net) unless all of this holds:
///
/// - names: letters, digits and underscores, no keyword of Verilog or SystemVerilog, not ending in _<number>,
///   unique in the module; instances start with u_, generate blocks with gen_;
/// - every name inside a width, index or text is declared, and every parameter is used;
/// - instances: parameters and ports exist, each connected once; inputs connected, outputs connected or left
///   open; every width equal for every value of the parameters (always_equal);
/// - bits, counted at the default parameters with loops unrolled: each is in range, driven exactly once and
///   read at least once; a reg is driven by text, all else is not a reg.
void check(const Module& module);

}  // namespace dpwa::gen
