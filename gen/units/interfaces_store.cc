// SPDX-License-Identifier: Apache-2.0
// From the lanes' sums to the store bus.
#include "gen/units/interfaces.h"

namespace dpwa::gen::interfaces {

Interface drain() {
  Interface leaf("dpwa_drain");
  const Int lanes = leaf.parameter("LANES", 4);
  const Int wb_lanes = leaf.parameter("WB_LANES", 1);
  leaf.parameter("PRODUCTS", 16);
  const Int acc_w = leaf.parameter("ACC_W", 48);
  const Int row_w = leaf.parameter("ROW_W", 13);
  leaf.parameter("LATENCY", 5);
  leaf.parameter("WINDOW", 0);
  leaf.input("clk_i");
  leaf.input("rst_ni");
  leaf.input("start_i");
  leaf.input("windowed_i");
  leaf.input("window_i", 8);
  leaf.input("groups_i", 12);
  leaf.input("row_base_i", row_w);
  leaf.input("last_i");
  leaf.input("sums_i", lanes * acc_w);
  leaf.input("corr_i", acc_w);
  leaf.output("pre_valid_o");
  leaf.output("pre_row_o", row_w);
  leaf.output("position_o");
  leaf.output("valid_o");
  leaf.output("slice_o", 5);
  leaf.output("sum_o", wb_lanes * acc_w);
  leaf.output("corr_o", acc_w);
  return leaf;
}

Interface write_back_array() {
  Interface leaf("dpwa_write_back_array");
  const Int wb_lanes = leaf.parameter("WB_LANES", 1);
  const Int acc_w = leaf.parameter("ACC_W", 48);
  const Int mult_w = leaf.parameter("MULT_W", 24);
  leaf.parameter("SHIFT_MAX", 63);
  const Int value_w = leaf.parameter("VALUE_W", 21);
  const Int rows = leaf.parameter("ROWS", 2048);
  leaf.parameter("CLASSES", 0);
  leaf.parameter("CUTS", 0);
  leaf.parameter("FIRST_BANK", 0);
  leaf.input("clk_i");
  leaf.input("rst_ni");
  leaf.input("const_we_i");
  leaf.input("const_bank_i", 8);
  leaf.input("const_waddr_i", clog2(rows));
  leaf.input("const_wdata_i", 6 + mult_w + acc_w);
  leaf.input("pre_valid_i");
  leaf.input("pre_row_i", clog2(rows));
  leaf.input("pre_class_i", 2);
  leaf.input("valid_i");
  leaf.input("slice_i", 5);
  leaf.input("sum_i", wb_lanes * acc_w);
  leaf.input("corr_i", acc_w);
  leaf.input("lower_i", value_w);
  leaf.input("upper_i", value_w);
  leaf.output("valid_o");
  leaf.output("slice_o", 5);
  leaf.output("values_o", wb_lanes * value_w);
  leaf.output("above_o", wb_lanes);
  leaf.output("below_o", wb_lanes);
  return leaf;
}

Interface store() {
  Interface leaf("dpwa_store");
  leaf.parameter("LANES", 4);
  const Int wb_lanes = leaf.parameter("WB_LANES", 1);
  const Int products = leaf.parameter("PRODUCTS", 16);
  const Int value_w = leaf.parameter("VALUE_W", 21);
  const Int tile_w = leaf.parameter("TILE_W", 15);
  const Int word_w = leaf.parameter("WORD_W", 17);
  leaf.parameter("WINDOW", 0);
  leaf.input("clk_i");
  leaf.input("rst_ni");
  leaf.input("start_i");
  leaf.input("windowed_i");
  leaf.input("window_i", 8);
  leaf.input("groups_i", 12);
  leaf.input("last_channels_i", 8);
  leaf.input("idle_i");
  leaf.input("positions_i", 20);
  leaf.input("tile_base_i", tile_w);
  leaf.input("word_base_i", word_w);
  leaf.input("tile_step_i", 8);
  leaf.input("word_step_i", 8);
  leaf.input("column_tiles_i", 8);
  leaf.input("column_words_i", 8);
  leaf.input("count_above_i");
  leaf.input("count_below_i");
  leaf.input("valid_i");
  leaf.input("slice_i", 5);
  leaf.input("values_i", wb_lanes * value_w);
  leaf.input("above_i", wb_lanes);
  leaf.input("below_i", wb_lanes);
  leaf.output("window_first_o");
  leaf.output("window_last_o");
  leaf.output("valid_o");
  leaf.output("element_o", clog2(products));
  leaf.output("mask_o", wb_lanes);
  leaf.output("values_o", wb_lanes * value_w);
  leaf.output("flush_o");
  leaf.output("position_o");
  leaf.output("tile_o", tile_w);
  leaf.output("word_o", word_w);
  leaf.output("saturated_o", clog2(wb_lanes + 1));
  leaf.output("done_o");
  return leaf;
}

Interface store_serial() {
  Interface leaf("dpwa_store_serial");
  const Int lanes = leaf.parameter("LANES", 4);
  const Int products = leaf.parameter("PRODUCTS", 16);
  leaf.parameter("PLANES_MAX", 4);
  const Int acc_w = leaf.parameter("ACC_W", 32);
  const Int mult_w = leaf.parameter("MULT_W", 20);
  leaf.parameter("SHIFT_MAX", 47);
  const Int value_w = leaf.parameter("VALUE_W", 17);
  const Int rows = leaf.parameter("ROWS", 256);
  const Int tile_w = leaf.parameter("TILE_W", 15);
  const Int word_w = leaf.parameter("WORD_W", 17);
  leaf.parameter("LATENCY", 5);
  leaf.input("clk_i");
  leaf.input("rst_ni");
  leaf.input("const_we_i");
  leaf.input("const_waddr_i", clog2(rows));
  leaf.input("const_wdata_i", 6 + mult_w + acc_w);
  leaf.input("start_i");
  leaf.input("last_channels_i", 5);
  leaf.input("row_base_i", clog2(rows));
  leaf.input("tile_base_i", tile_w);
  leaf.input("word_base_i", word_w);
  leaf.input("slot_planes_i", 3);
  leaf.input("lower_i", value_w);
  leaf.input("upper_i", value_w);
  leaf.input("count_above_i");
  leaf.input("count_below_i");
  leaf.input("issued_i");
  leaf.input("job_i", 3);
  leaf.output("free_o");
  leaf.input("last_i");
  leaf.input("sums_i", lanes * acc_w);
  leaf.input("corr_i", acc_w);
  leaf.output("valid_o");
  leaf.output("element_o", clog2(products));
  leaf.output("mask_o");
  leaf.output("value_o", value_w);
  leaf.output("flush_o");
  leaf.output("tile_o", tile_w);
  leaf.output("word_o", word_w);
  leaf.output("saturated_o");
  leaf.output("done_o");
  return leaf;
}

Interface store_room() {
  Interface leaf("dpwa_store_room");
  leaf.parameter("DEPTH", 16);
  leaf.input("clk_i");
  leaf.input("start_i");
  leaf.input("slot_i", 3);
  leaf.input("job_i");
  leaf.input("tile_i");
  leaf.input("planes_i", 3);
  leaf.input("popped_i");
  leaf.output("room_o");
  return leaf;
}

Interface write_bus() {
  Interface leaf("dpwa_write_bus");
  const Int groups = leaf.parameter("GROUPS", 2);
  const Int entry_w = leaf.parameter("ENTRY_W", 100);
  leaf.parameter("DEPTH", 16);
  leaf.input("clk_i");
  leaf.input("rst_ni");
  leaf.input("start_i");
  leaf.input("push_i", groups);
  leaf.input("entries_i", groups * entry_w);
  leaf.output("valid_o");
  leaf.output("entry_o", entry_w);
  leaf.output("popped_o", groups);
  leaf.output("empty_o", groups);
  return leaf;
}

Interface premax() {
  Interface leaf("dpwa_premax");
  const Int lanes = leaf.parameter("LANES", 4);
  leaf.parameter("WB_LANES", 1);
  leaf.parameter("PRODUCTS", 16);
  const Int acc_w = leaf.parameter("ACC_W", 48);
  leaf.parameter("LATENCY", 5);
  leaf.parameter("CUTS", 0);
  leaf.parameter("WINDOW", 0);
  leaf.input("clk_i");
  leaf.input("rst_ni");
  leaf.input("start_i");
  leaf.input("windowed_i");
  leaf.input("window_i", 8);
  leaf.input("groups_i", 12);
  leaf.input("last_i");
  leaf.input("sums_i", lanes * acc_w);
  leaf.input("corr_i", acc_w);
  leaf.output("last_o");
  leaf.output("pooled_o", lanes * acc_w);
  return leaf;
}

}  // namespace dpwa::gen::interfaces
