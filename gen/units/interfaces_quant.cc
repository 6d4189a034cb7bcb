// SPDX-License-Identifier: Apache-2.0
#include "gen/units/interfaces.h"

namespace dpwa::gen::interfaces {

Interface write_back() {
  Interface leaf("dpwa_write_back");
  const Int acc_w = leaf.parameter("ACC_W", 32);
  const Int mult_w = leaf.parameter("MULT_W", 20);
  leaf.parameter("SHIFT_MAX", 47);
  const Int value_w = leaf.parameter("VALUE_W", 17);
  const Int tag_w = leaf.parameter("TAG_W", 8);
  leaf.input("clk_i");
  leaf.input("rst_ni");
  leaf.input("valid_i");
  leaf.input("tag_i", tag_w);
  leaf.input("sum_i", acc_w);
  leaf.input("corr_i", acc_w);
  leaf.signed_input("bias_i", acc_w);
  leaf.input("mult_i", mult_w);
  leaf.input("shift_i", 6);
  leaf.signed_input("lower_i", value_w);
  leaf.signed_input("upper_i", value_w);
  leaf.output("valid_o");
  leaf.output("tag_o", tag_w);
  leaf.signed_output("y_o", value_w);
  leaf.output("above_o");
  leaf.output("below_o");
  return leaf;
}

Interface max_pool() {
  Interface leaf("dpwa_max_pool");
  const Int wb_lanes = leaf.parameter("WB_LANES", 1);
  const Int slices = leaf.parameter("SLICES", 4);
  const Int value_w = leaf.parameter("VALUE_W", 17);
  const Int tag_w = leaf.parameter("TAG_W", 8);
  leaf.input("clk_i");
  leaf.input("rst_ni");
  leaf.input("valid_i");
  leaf.input("slice_i", index_bits(slices));
  leaf.input("first_i");
  leaf.input("last_i");
  leaf.input("tag_i", tag_w);
  leaf.input("y_i", wb_lanes * value_w);
  leaf.output("valid_o");
  leaf.output("tag_o", tag_w);
  leaf.output("y_o", wb_lanes * value_w);
  return leaf;
}

Interface residual() {
  Interface leaf("dpwa_residual");
  const Int wb_lanes = leaf.parameter("WB_LANES", 1);
  leaf.parameter("SLICES", 4);
  const Int sum_w = leaf.parameter("SUM_W", 22);
  const Int fine_w = leaf.parameter("FINE_W", 18);
  const Int value_w = leaf.parameter("VALUE_W", 17);
  const Int words = leaf.parameter("WORDS", 1024);
  leaf.parameter("CUTS", 0);
  leaf.parameter("POOL_DELAY", 0);
  const Int factors = leaf.parameter("FACTORS", 0);
  leaf.input("clk_i");
  leaf.input("rst_ni");
  leaf.input("start_i");
  leaf.input("add_i");
  leaf.input("multiply_i");
  leaf.input("keep_i");
  leaf.input("shift_i", 4 + 2 * factors);
  leaf.input("read_base_i", clog2(words));
  leaf.input("write_base_i", clog2(words));
  leaf.signed_input("lower_i", value_w);
  leaf.signed_input("upper_i", value_w);
  leaf.input("valid_i");
  leaf.input("slice_i", 5);
  leaf.input("fine_i", wb_lanes * sum_w);
  leaf.output("valid_o");
  leaf.output("slice_o", 5);
  leaf.output("values_o", wb_lanes * value_w);
  leaf.output("above_o", wb_lanes);
  leaf.output("below_o", wb_lanes);
  leaf.input("window_first_i");
  leaf.input("window_last_i");
  leaf.output("re_o");
  leaf.output("raddr_o", clog2(words));
  leaf.input("rdata_i", wb_lanes * fine_w);
  leaf.output("we_o");
  leaf.output("waddr_o", clog2(words));
  leaf.output("wdata_o", wb_lanes * fine_w);
  return leaf;
}

Interface activation_table() {
  Interface leaf("dpwa_activation_table");
  const Int wb_lanes = leaf.parameter("WB_LANES", 1);
  const Int value_w = leaf.parameter("VALUE_W", 17);
  const Int words = leaf.parameter("WORDS", 1024);
  leaf.input("clk_i");
  leaf.input("rst_ni");
  leaf.input("we_i");
  leaf.input("waddr_i", clog2(words));
  leaf.input("wdata_i", value_w);
  leaf.input("table_i");
  leaf.input("base_i", clog2(words));
  leaf.input("valid_i");
  leaf.input("slice_i", 5);
  leaf.input("values_i", wb_lanes * value_w);
  leaf.input("above_i", wb_lanes);
  leaf.input("below_i", wb_lanes);
  leaf.output("valid_o");
  leaf.output("slice_o", 5);
  leaf.output("values_o", wb_lanes * value_w);
  leaf.output("above_o", wb_lanes);
  leaf.output("below_o", wb_lanes);
  return leaf;
}

Interface tile_assembler() {
  Interface leaf("dpwa_tile_assembler");
  const Int products = leaf.parameter("PRODUCTS", 16);
  const Int wb_lanes = leaf.parameter("WB_LANES", 1);
  leaf.parameter("PLANES_MAX", 4);
  const Int value_w = leaf.parameter("VALUE_W", 17);
  const Int word_addr_w = leaf.parameter("WORD_ADDR_W", 14);
  const Int tile_addr_w = leaf.parameter("TILE_ADDR_W", 12);
  leaf.input("clk_i");
  leaf.input("rst_ni");
  leaf.input("valid_i");
  leaf.input("element_i", clog2(products));
  leaf.input("mask_i", wb_lanes);
  leaf.input("values_i", wb_lanes * value_w);
  leaf.input("flush_i");
  leaf.input("tile_i", tile_addr_w);
  leaf.input("word_i", word_addr_w);
  leaf.input("planes_i", 3);
  leaf.output("word_we_o");
  leaf.output("word_addr_o", word_addr_w);
  leaf.output("word_data_o", 4 * products);
  leaf.output("tile_we_o");
  leaf.output("tile_addr_o", tile_addr_w);
  leaf.output("tile_planes_o", 3);
  leaf.output("busy_o");
  return leaf;
}

Interface write_back_serial() {
  Interface leaf("dpwa_write_back_serial");
  const Int acc_w = leaf.parameter("ACC_W", 32);
  const Int mult_w = leaf.parameter("MULT_W", 20);
  leaf.parameter("SHIFT_MAX", 47);
  const Int value_w = leaf.parameter("VALUE_W", 17);
  leaf.parameter("SLICES", 1);
  leaf.input("clk_i");
  leaf.input("rst_ni");
  leaf.input("start_i");
  leaf.output("take_o");
  leaf.input("sum_i");
  leaf.input("corr_i");
  leaf.input("bias_i", acc_w);
  leaf.input("mult_i", mult_w);
  leaf.input("shift_i", 6);
  leaf.input("first_i");
  leaf.signed_input("lower_i", value_w);
  leaf.signed_input("upper_i", value_w);
  leaf.output("valid_o");
  leaf.signed_output("y_o", value_w);
  leaf.output("above_o");
  leaf.output("below_o");
  return leaf;
}

Interface digit_writer() {
  Interface leaf("dpwa_digit_writer");
  const Int products = leaf.parameter("PRODUCTS", 16);
  leaf.parameter("PLANES_MAX", 4);
  const Int value_w = leaf.parameter("VALUE_W", 17);
  const Int word_addr_w = leaf.parameter("WORD_ADDR_W", 14);
  const Int tile_addr_w = leaf.parameter("TILE_ADDR_W", 12);
  leaf.input("clk_i");
  leaf.input("rst_ni");
  leaf.input("valid_i");
  leaf.output("ready_o");
  leaf.input("element_i", clog2(products));
  leaf.input("mask_i");
  leaf.input("value_i", value_w);
  leaf.input("flush_i");
  leaf.input("tile_i", tile_addr_w);
  leaf.input("word_i", word_addr_w);
  leaf.input("planes_i", 3);
  leaf.input("slot_planes_i", 3);
  leaf.output("digit_we_o", products);
  leaf.output("word_addr_o", word_addr_w);
  leaf.output("word_data_o", 4 * products);
  leaf.output("tile_we_o");
  leaf.output("tile_addr_o", tile_addr_w);
  leaf.output("tile_planes_o", 3);
  leaf.output("busy_o");
  return leaf;
}

Interface quantizer() {
  Interface leaf("dpwa_quantizer");
  const Int mult_w = leaf.parameter("MULT_W", 20);
  const Int addend_w = leaf.parameter("ADDEND_W", 40);
  leaf.parameter("SHIFT_MAX", 47);
  const Int value_w = leaf.parameter("VALUE_W", 17);
  leaf.parameter("FLOAT", 1);
  leaf.parameter("STABLE", 0);
  leaf.input("clk_i");
  leaf.input("rst_ni");
  leaf.input("valid_i");
  leaf.output("ready_o");
  leaf.input("word_i", 16);
  leaf.input("format_i", 2);
  leaf.input("mult_i", mult_w);
  leaf.signed_input("addend_i", addend_w);
  leaf.input("shift_i", 6);
  leaf.signed_input("exponent_i", 8);
  leaf.signed_input("lower_i", value_w);
  leaf.signed_input("upper_i", value_w);
  leaf.output("valid_o");
  leaf.input("ready_i");
  leaf.signed_output("q_o", value_w);
  leaf.output("nan_o");
  leaf.output("saturated_o");
  return leaf;
}

Interface dequantizer() {
  Interface leaf("dpwa_dequantizer");
  const Int value_w = leaf.parameter("VALUE_W", 17);
  leaf.input("clk_i");
  leaf.input("rst_ni");
  leaf.input("valid_i");
  leaf.output("ready_o");
  leaf.signed_input("q_i", value_w);
  leaf.signed_input("exponent_i", 8);
  leaf.input("mode_i", 2);
  leaf.output("valid_o");
  leaf.input("ready_i");
  leaf.output("word_o", 32);
  leaf.output("overflow_o");
  return leaf;
}

Interface weight_decoder() {
  Interface leaf("dpwa_weight_decoder");
  const Int products = leaf.parameter("PRODUCTS", 16);
  leaf.parameter("ELEMENTS", 16);
  leaf.input("clk_i");
  leaf.input("rst_ni");
  leaf.input("tile_valid_i");
  leaf.output("tile_ready_o");
  leaf.input("tile_fresh_i");
  leaf.input("tile_format_i", 4);
  leaf.input("tile_planes_i", 3);
  leaf.input("tile_scale_i", 8);
  leaf.signed_input("tile_exponent_i", 9);
  leaf.input("valid_i");
  leaf.output("ready_o");
  leaf.input("word_i", 4 * products);
  leaf.output("valid_o");
  leaf.input("ready_i");
  leaf.output("digits_o", 4 * products);
  leaf.output("last_o");
  leaf.input("clear_i", 2);
  leaf.output("flags_o", 2);
  return leaf;
}

}  // namespace dpwa::gen::interfaces
