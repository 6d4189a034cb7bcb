// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gen/verilog/interface.h"

/// Interfaces of the leaf modules in rtl/arith, rtl/quant and rtl/pcu, written down a second time in C++ and
/// compared with the Verilog in tests/gen. Contracts: docs/architecture.md.
namespace dpwa::gen::interfaces {

Interface mac_lane();
Interface corrector();

Interface write_back();
Interface max_pool();
Interface tile_assembler();
Interface quantizer();
Interface dequantizer();

Interface pcu();

}  // namespace dpwa::gen::interfaces
