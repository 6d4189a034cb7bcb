// SPDX-License-Identifier: Apache-2.0
// What WRITE_BACK = serial has instead of drain, write-back, store and tile assembler.
#include "gen/top/group.h"

namespace dpwa::gen {

using lower::Target;

void GroupBuilder::serial_store() {
  module_.section("Store: serial write-back, max pool and the place of every result");
  place("u_store", interfaces::store_serial())
      .set("LANES", size("LANES"))
      .set("PRODUCTS", size("PRODUCTS"))
      .set("PLANES_MAX", size("PLANES_MAX"))
      .set("ACC_W", size("ACC_W"))
      .set("MULT_W", size("MULT_W"))
      .set("SHIFT_MAX", size("SHIFT_MAX"))
      .set("VALUE_W", size("VALUE_W"))
      .set("ROWS", size("ROWS"))
      .set("TILE_W", size("TILE_W"))
      .set("WORD_W", size("WORD_W"))
      .set("LATENCY", size("LANE_CUTS") + 3)
      .connect("const_we_i", load_we(Target::channel_constants))
      .connect("const_waddr_i", part(net("load_addr_i"), 0, size("ROW_W")))
      .connect("const_wdata_i", part(net("load_data_i"), 0, size("MULT_W") + size("ACC_W") + 6))
      .connect("start_i", net("node_start_o"))
      .connect("last_channels_i", node_field("last_channels", 5))
      .connect("row_base_i", node_field("const_row", size("ROW_W")))
      .connect("tile_base_i", node_field("out_tile_base", size("TILE_W")))
      .connect("word_base_i", node_field("out_word_base", size("WORD_W")))
      .connect("slot_planes_i", node_field("word_step", 3))
      .connect("lower_i", node_field("lower", size("VALUE_W")))
      .connect("upper_i", node_field("upper", size("VALUE_W")))
      .connect("count_above_i", node_field("count_above"))
      .connect("count_below_i", node_field("count_below"))
      .connect("issued_i", net("beat_last"))
      .connect("job_i", net("head_job"))
      .connect("free_o", net("store_free"))
      .connect("last_i", lane_last())
      .connect("sums_i", net("sums"))
      .connect("corr_i", net("corr"))
      .connect("valid_o", net("store_valid"))
      .connect("element_o", net("store_element"))
      .connect("mask_o", net("store_mask"))
      .connect("value_o", net("store_values"))
      .connect("flush_o", net("store_flush"))
      .connect("tile_o", net("store_tile"))
      .connect("word_o", net("store_word"))
      .connect("saturated_o", net("store_cut"))
      .connect("done_o", net("share_done"));
  module_.assign(net("store_position"), literal(1, 0));
  module_.assign(net("drained"), literal(1, 0));
}

void GroupBuilder::digit_writer() {
  module_.section("Digit by digit into activation memory");
  place("u_writer", interfaces::digit_writer())
      .set("PRODUCTS", size("PRODUCTS"))
      .set("PLANES_MAX", size("PLANES_MAX"))
      .set("VALUE_W", size("VALUE_W"))
      .set("WORD_ADDR_W", size("WORD_W"))
      .set("TILE_ADDR_W", size("TILE_W"))
      .connect("valid_i", net("tile_valid"))
      .connect("ready_o", net("pack_ready_o"))
      .connect("element_i", net("tile_element"))
      .connect("mask_i", net("tile_mask"))
      .connect("value_i", net("tile_values"))
      .connect("flush_i", net("tile_flush"))
      .connect("tile_i", net("tile_tile"))
      .connect("word_i", net("tile_word"))
      .connect("planes_i", net("decided_planes"))
      .connect("slot_planes_i", mux(net("packing_i"), border_field("planes"), node_field("word_step", 3)))
      .connect("digit_we_o", net("store_digits_o"))
      .connect("word_addr_o", net("store_addr_o"))
      .connect("word_data_o", net("store_word_o"))
      .connect("tile_we_o", net("store_tile_we_o"))
      .connect("tile_addr_o", net("store_tile_o"))
      .connect("tile_planes_o", net("stored_planes"))
      .connect("busy_o", net("busy_o"));
  module_.assign(net("store_word_we_o"), any(net("store_digits_o")));
  module_.unused("unused_word_we", net("bus_word_we_i"));
}

}  // namespace dpwa::gen
