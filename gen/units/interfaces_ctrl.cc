// SPDX-License-Identifier: Apache-2.0
#include "gen/units/interfaces.h"

namespace dpwa::gen::interfaces {

Interface control() {
  Interface leaf("dpwa_control");
  leaf.input("clk_i");
  leaf.input("rst_ni");
  leaf.input("input_begin_i");
  leaf.output("idle_o");
  leaf.output("input_start_o");
  leaf.output("receive_o");
  leaf.input("input_done_i");
  leaf.output("pack_start_o");
  leaf.output("packing_o");
  leaf.input("pack_done_i");
  leaf.output("run_o");
  leaf.input("run_done_i");
  leaf.output("send_start_o");
  leaf.input("send_done_i");
  leaf.output("cycles_o", 32);
  leaf.output("transfer_o", 32);
  leaf.output("images_o", 32);
  return leaf;
}

Interface sequencer() {
  Interface leaf("dpwa_sequencer");
  const Int nodes = leaf.parameter("NODES", 128);
  const Int words = leaf.parameter("WORDS", 20);
  leaf.parameter("BANK", 0);
  leaf.input("clk_i");
  leaf.input("rst_ni");
  leaf.input("we_i");
  leaf.input("bank_i", 8);
  leaf.input("waddr_i", clog2(nodes) + clog2(words));
  leaf.input("wdata_i", 32);
  leaf.input("run_i");
  leaf.output("done_o");
  leaf.output("node_start_o");
  leaf.output("node_o", clog2(nodes));
  leaf.output("descriptor_o", 32 * words);
  leaf.input("node_done_i");
  return leaf;
}

Interface scanner() {
  Interface leaf("dpwa_scanner");
  const Int reads = leaf.parameter("READS", 2);
  const Int tile_w = leaf.parameter("TILE_W", 15);
  const Int word_w = leaf.parameter("WORD_W", 17);
  const Int wtile_w = leaf.parameter("WTILE_W", 16);
  const Int wword_w = leaf.parameter("WWORD_W", 16);
  const Int group_w = leaf.parameter("GROUP_W", 11);
  const Int kernel_w = leaf.parameter("KERNEL_W", 8);
  leaf.parameter("CONV", 1);
  leaf.parameter("POOL_PADS", 0);
  leaf.parameter("CUTS", 0);
  leaf.parameter("WINDOW", 0);
  const Int column_w = leaf.parameter("COLUMN_W", 4);
  leaf.input("clk_i");
  leaf.input("rst_ni");
  leaf.input("start_i");
  leaf.input("in_tile_base_i", tile_w);
  leaf.input("in_word_base_i", word_w);
  leaf.input("in_planes_i", 3);
  leaf.input("in_tiles_i", tile_w);
  leaf.input("row_tiles_i", tile_w);
  leaf.input("run_steps_i", tile_w + 1 - clog2(reads));
  leaf.input("run_rest_i", clog2(reads));
  leaf.input("kernel_rows_i", kernel_w);
  leaf.input("shared_i");
  leaf.input("pool_rows_i", 4);
  leaf.input("pool_columns_i", column_w);
  leaf.input("windowed_i");
  leaf.input("window_wait_i", 4);
  leaf.input("window_skip_i", 4);
  leaf.input("groups_i", group_w);
  leaf.input("out_columns_i", tile_w);
  leaf.input("first_column_i", tile_w);
  leaf.input("positions_i", tile_w);
  for (const char* coordinate : {"t_first_i", "t_column_i", "t_window_i", "t_group_i", "t_line_i",
                                 "x_first_i", "x_column_i", "x_group_i", "x_position_i", "x_line_i"})
    leaf.input(coordinate, tile_w + 1);
  leaf.input("pool_pads_i");
  for (const char* limit : {"t_low_i", "t_high_i", "x_low_i", "x_high_i"}) leaf.input(limit, tile_w + 1);
  leaf.input("weight_tile_base_i", wtile_w);
  leaf.input("weight_word_base_i", wword_w);
  leaf.input("endless_i");
  leaf.output("table_re_o");
  leaf.output("act_tile_o", tile_w);
  leaf.input("act_widths_i", 3 * reads);
  leaf.output("weight_tile_o", wtile_w);
  leaf.input("weight_widths_i", 3 * reads);
  leaf.input("space_i");
  leaf.output("step_o");
  leaf.output("act_planes_o", 3 * reads);
  leaf.output("weight_planes_o", 3 * reads);
  leaf.output("act_word_o", word_w);
  leaf.output("weight_word_o", wword_w);
  leaf.output("end_o");
  leaf.output("job_o", 3);
  leaf.output("oldest_word_o", wword_w);
  return leaf;
}

Interface refill() {
  Interface leaf("dpwa_refill");
  const Int lanes = leaf.parameter("LANES", 4);
  leaf.parameter("FIRST_BANK", 0);
  const Int wword_w = leaf.parameter("WWORD_W", 8);
  const Int dense_w = leaf.parameter("DENSE_W", 14);
  const Int index_w = leaf.parameter("INDEX_W", 10);
  const Int tile_w = leaf.parameter("TILE_W", 15);
  leaf.parameter("CONV", 1);
  leaf.input("clk_i");
  leaf.input("rst_ni");
  leaf.input("node_start_i");
  leaf.input("node_done_i");
  leaf.input("streamed_i");
  leaf.input("keep_i");
  leaf.input("first_row_i", dense_w - clog2(lanes));
  leaf.input("last_row_i", dense_w - clog2(lanes));
  leaf.input("ring_mask_i", wword_w);
  leaf.input("positions_i", tile_w);
  leaf.input("scan_index_i", index_w);
  leaf.output("too_far_o");
  leaf.input("head_valid_i");
  leaf.input("step_index_i", index_w);
  leaf.input("tile_offset_i", 5);
  leaf.input("plane_i", 3);
  leaf.input("window_last_i");
  leaf.input("word_index_i", index_w);
  leaf.output("word_ready_o");
  leaf.output("word_addr_o", wword_w);
  leaf.output("dense_re_o");
  leaf.output("dense_addr_o", dense_w);
  leaf.output("bank_we_o");
  leaf.output("bank_o", 8);
  leaf.output("bank_addr_o", wword_w);
  leaf.input("clear_i");
  leaf.input("stall_i");
  leaf.output("words_o", 32);
  leaf.output("stalls_o", 32);
  return leaf;
}

Interface tile_queue() {
  Interface leaf("dpwa_tile_queue");
  const Int reads = leaf.parameter("READS", 2);
  const Int word_w = leaf.parameter("WORD_W", 17);
  const Int wword_w = leaf.parameter("WWORD_W", 16);
  const Int job_w = leaf.parameter("JOB_W", 3);
  leaf.input("clk_i");
  leaf.input("rst_ni");
  leaf.input("step_i");
  leaf.input("act_planes_i", 3 * reads);
  leaf.input("weight_planes_i", 3 * reads);
  leaf.input("act_word_i", word_w);
  leaf.input("weight_word_i", wword_w);
  leaf.input("end_i");
  leaf.input("job_i", job_w);
  leaf.output("space_o");
  leaf.input("slot_planes_i", 3);
  leaf.input("pop_i");
  leaf.output("valid_o");
  leaf.output("end_o");
  leaf.output("job_o", job_w);
  leaf.output("act_planes_o", 3);
  leaf.output("weight_planes_o", 3);
  leaf.output("act_word_o", word_w);
  leaf.output("step_word_o", wword_w);
  leaf.output("tile_offset_o", 5);
  return leaf;
}

Interface issue() {
  Interface leaf("dpwa_issue");
  leaf.parameter("LANES", 4);
  leaf.parameter("PRODUCTS", 16);
  leaf.parameter("SLICES", 4);
  leaf.parameter("PREMAX", 0);
  leaf.parameter("SERIAL", 0);
  const Int word_w = leaf.parameter("WORD_W", 17);
  const Int wword_w = leaf.parameter("WWORD_W", 16);
  const Int level_w = leaf.parameter("LEVEL_W", 4);
  const Int slot_w = leaf.parameter("SLOT_W", 6);
  leaf.parameter("WINDOW_PLANES", 0);
  leaf.parameter("WINDOW_TAPS", 9);
  leaf.input("clk_i");
  leaf.input("rst_ni");
  leaf.input("start_i");
  leaf.input("signed_i");
  leaf.input("windowed_i");
  leaf.input("flush_cycles_i", slot_w);
  leaf.input("free_i");
  leaf.input("room_i");
  leaf.input("valid_i");
  leaf.input("end_i");
  leaf.input("job_i", 3);
  leaf.input("class_i", 2);
  leaf.input("act_planes_i", 3);
  leaf.input("weight_planes_i", 3);
  leaf.input("act_word_i", word_w);
  leaf.input("step_word_i", wword_w);
  leaf.input("tile_offset_i", 5);
  leaf.output("pop_o");
  leaf.input("ready_i");
  leaf.output("starved_o");
  leaf.output("stall_o");
  leaf.output("read_o");
  leaf.output("beat_o");
  leaf.output("last_o");
  leaf.output("flush_o");
  leaf.output("level_o", level_w);
  leaf.output("top_signed_o");
  leaf.output("window_o", 6);
  leaf.output("act_addr_o", word_w);
  leaf.output("weight_plane_o", 3);
  leaf.output("weight_addr_o", wword_w);
  return leaf;
}

Interface lane_array() {
  Interface leaf("dpwa_lane_array");
  const Int lanes = leaf.parameter("LANES", 4);
  leaf.parameter("WB_LANES", 1);
  const Int products = leaf.parameter("PRODUCTS", 16);
  const Int acc_w = leaf.parameter("ACC_W", 48);
  const Int level_w = leaf.parameter("LEVEL_W", 4);
  leaf.parameter("LUT_STYLE", 0);
  leaf.parameter("CUTS", 2);
  leaf.parameter("WINDOW_PLANES", 0);
  leaf.parameter("WINDOW_TAPS", 9);
  leaf.input("clk_i");
  leaf.input("rst_ni");
  leaf.input("valid_i");
  leaf.input("last_i");
  leaf.input("level_i", level_w);
  leaf.input("a_signed_i");
  leaf.input("windowed_i");
  leaf.input("window_i", 6);
  leaf.input("a_i", 4 * products);
  leaf.input("w_i", lanes * 4 * products);
  leaf.output("sums_o", lanes * acc_w);
  leaf.output("corr_o", acc_w);
  return leaf;
}

}  // namespace dpwa::gen::interfaces
