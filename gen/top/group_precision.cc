// SPDX-License-Identifier: Apache-2.0
// What dpwa_group does with a value on its way to memory: precision control and tile assembly.
#include "gen/top/group.h"

namespace dpwa::gen {

using lower::Target;

void GroupBuilder::precision_control() {
  module_.section("Precision control");
  module_.comment("The packer fills the input tensor in the same way.");
  const auto choose = [&](const char* name, const Int& width) {
    const std::string tile = std::string("tile_") + name;
    declare(tile, width);
    Expr chosen =
        mux(net("packing_i"), net(std::string("pack_") + name + "_i"), net(std::string("store_") + name));
    if (!cut()) {
      module_.assign(net(tile), chosen);
      return;
    }
    declare("next_" + tile, width);
    module_.assign(net("next_" + tile), chosen);
    register_between("u_" + tile + "_cut", width, net("next_" + tile), net(tile));
  };
  choose("valid", 1);
  choose("element", size("ELEMENT_W"));
  choose("mask", size("WB_LANES"));
  choose("values", size("WB_LANES") * size("VALUE_W"));
  choose("flush", 1);
  choose("tile", size("TILE_W"));
  choose("word", size("WORD_W"));
  const Expr input_cut = config_.wb_lanes == 1
                             ? net("value_cut_i")
                             : concat({zeros(clog2(size("WB_LANES") + 1) - 1), net("value_cut_i")});
  declare("decided_planes", 3);
  declare("decided_class", 2);
  declare("stored_planes", 3);
  declare("trace_valid");
  declare("trace_node", size("NODE_W"));
  declare("trace_planes", 3);
  place("u_pcu", interfaces::pcu())
      .set("WB_LANES", size("WB_LANES"))
      .set("PLANES_MAX", size("PLANES_MAX"))
      .set("VALUE_W", size("VALUE_W"))
      .set("NODES", size("NODES"))
      .set("RANGE", config_.policies.range ? 1 : 0)
      .set("STATIC", config_.policies.static_ ? 1 : 0)
      .set("VARIANCE", size("CLASSES"))
      .set("COLUMN_W", size("TILE_W"))
      .set("COUNTERS", size("PCU_COUNTERS"))
      .set("COUNTER_W", 32)
      .connect("record_we_i", load_we(Target::pcu_records))
      .connect("record_addr_i", part(net("load_addr_i"), 0, size("NODE_W")))
      .connect("record_data_i", slice(net("load_data_i"), 31, 0))
      .connect("node_start_i", net("input_start_i") | net("node_start_o"))
      .connect("node_i", mux(net("packing_i"), zeros(size("NODE_W")), node_field("tensor", size("NODE_W"))))
      .connect("signed_i", mux(net("packing_i"), border_field("input_signed"), node_field("out_signed")))
      .connect("columns_i", node_field("out_columns", size("TILE_W")))
      .connect("valid_i", net("tile_valid"))
      .connect("mask_i", net("tile_mask"))
      .connect("values_i", net("tile_values"))
      .connect("flush_i", net("tile_flush"))
      .connect("position_i", net("store_position"))
      .connect("planes_o", net("decided_planes"))
      .connect("class_o", net("decided_class"))
      .connect("drained_i", net("drained"))
      .connect("drain_class_o", net("drain_class"))
      .connect("saturated_i", mux(net("packing_i"), input_cut, net("store_cut")))
      .connect("beat_i", net("beat"))
      .connect("stall_i", net("stall"))
      .connect("counter_node_i", net("counter_node_i"))
      .connect("counter_index_i", net("counter_index_i"))
      .connect("counter_o", net("counter_o"))
      .connect("trace_valid_o", net("trace_valid"))
      .connect("trace_node_o", net("trace_node"))
      .connect("trace_planes_o", net("trace_planes"));
  module_.unused("unused_trace", concat({net("trace_valid"), net("trace_node"), net("trace_planes")}));
  store_entry();
}

/// What the width table takes in the cycle after a decision, when the tile's planes leave the assembler.
void GroupBuilder::store_entry() {
  if (!config_.has_classes()) {
    module_.assign(net("store_planes_o"), net("stored_planes"));
    module_.unused("unused_class", concat({net("decided_class"), net("drain_class"), net("drained")}));
    return;
  }
  declare("stored_class", 2);
  place("u_class_delay", interfaces::delay())
      .set("WIDTH", 2)
      .set("CYCLES", 1)
      .connect("d_i", net("decided_class"))
      .connect("q_o", net("stored_class"));
  module_.assign(net("store_planes_o"), concat({net("stored_class"), net("stored_planes")}));
}

Instance& GroupBuilder::tile_writer(const std::string& name, const Interface& leaf) {
  return place(name, leaf)
      .set("PRODUCTS", size("PRODUCTS"))
      .set("PLANES_MAX", size("PLANES_MAX"))
      .set("VALUE_W", size("VALUE_W"))
      .set("WORD_ADDR_W", size("WORD_W"))
      .set("TILE_ADDR_W", size("TILE_W"))
      .connect("valid_i", net("tile_valid"))
      .connect("element_i", net("tile_element"))
      .connect("mask_i", net("tile_mask"))
      .connect("flush_i", net("tile_flush"))
      .connect("tile_i", net("tile_tile"))
      .connect("word_i", net("tile_word"))
      .connect("planes_i", net("decided_planes"))
      .connect("word_addr_o", net("store_addr_o"))
      .connect("word_data_o", net("store_word_o"))
      .connect("tile_we_o", net("store_tile_we_o"))
      .connect("tile_addr_o", net("store_tile_o"))
      .connect("tile_planes_o", net("stored_planes"))
      .connect("busy_o", net(cut() ? "writing" : "busy_o"));
}

void GroupBuilder::assembler() {
  module_.section("Tile assembly");
  if (cut()) {
    declare("writing");
    module_.assign(net("busy_o"), net("writing") | net("tile_valid"));
  }
  tile_writer("u_assembler", interfaces::tile_assembler())
      .set("WB_LANES", size("WB_LANES"))
      .connect("values_i", net("tile_values"))
      .connect("word_we_o", net("store_word_we_o"));
}

}  // namespace dpwa::gen
