// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gen/verilog/interface.h"

/// Interfaces of the leaf modules in rtl/, written down a second time in C++ and
/// compared with the Verilog in tests/gen. Contracts: docs/architecture.md.
namespace dpwa::gen::interfaces {

Interface mac_lane();
Interface corrector();
Interface delay();
Interface sum_words();

Interface write_back();
Interface max_pool();
Interface tile_assembler();
Interface write_back_serial();
Interface digit_writer();
Interface residual();
Interface activation_table();
Interface quantizer();
Interface dequantizer();
Interface weight_decoder();

Interface pcu();

Interface control();
Interface sequencer();
Interface scanner();
Interface refill();
Interface tile_queue();
Interface issue();
Interface lane_array();
Interface drain();
Interface write_back_array();
Interface store();
Interface store_serial();
Interface store_room();
Interface write_bus();
Interface premax();

Interface ram();
Interface digit_ram();
Interface width_table();
Interface weight_sram();
Interface dense_sram();
Interface registers();

Interface unpacker();
Interface input_constants();
Interface packer();
Interface output_reader();
Interface output_tail();

Interface loader();
Interface sticky();
Interface axil_slave();
Interface uart_host();
Interface flash_boot();
Interface boot_test();

}  // namespace dpwa::gen::interfaces
