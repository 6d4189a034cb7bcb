// SPDX-License-Identifier: Apache-2.0
// What WRITE_BACK = serial has instead of drain, write-back, store and tile assembler.
#include "gen/top/group.h"

namespace dpwa::gen {

using lower::Target;

void GroupBuilder::serial_store() {
  module_.section("Store: serial write-back, max pool and the place of every result");
  Instance& store = place("u_store", interfaces::store_serial());
  connect_constants(store);
  connect_results(store);
  store.set("LANES", size("LANES"))
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
      .connect("value_o", net("store_values"));
  module_.assign(net("store_position"), literal(1, 0));
  module_.assign(net("drained"), literal(1, 0));
}

void GroupBuilder::digit_writer() {
  module_.section("Digit by digit into activation memory");
  tile_writer("u_writer", interfaces::digit_writer())
      .connect("ready_o", net("pack_ready_o"))
      .connect("value_i", net("tile_values"))
      .connect("slot_planes_i", mux(net("packing_i"), border_field("planes"), node_field("word_step", 3)))
      .connect("digit_we_o", net("store_digits_o"));
  module_.assign(net("store_word_we_o"), any(net("store_digits_o")));
  module_.unused("unused_word_we", net("bus_word_we_i"));
}

}  // namespace dpwa::gen
