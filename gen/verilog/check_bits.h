// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gen/verilog/module.h"

namespace dpwa::gen {

/// The part of check() that counts drivers and readers of every bit. Precondition: the rest of check()
/// passed.
void check_bits(const Module& module);

}  // namespace dpwa::gen
