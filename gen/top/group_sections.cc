// SPDX-License-Identifier: Apache-2.0
// The sections of dpwa_group, in the order of the data path.
#include <algorithm>

#include "gen/top/group.h"

namespace dpwa::gen {

using lower::Target;

void GroupBuilder::sequence() {
  module_.section("Sequence: node descriptors of this group");
  declare("node", size("NODE_W"));
  place("u_sequencer", interfaces::sequencer())
      .set("NODES", size("NODES"))
      .set("WORDS", config::descriptor_words(config_))
      .set("BANK", size("INDEX"))
      .connect("we_i", load_we(Target::descriptors))
      .connect("bank_i", net("load_bank_i"))
      .connect("waddr_i",
               part(net("load_addr_i"), 0, size("NODE_W") + clog2(config::descriptor_words(config_))))
      .connect("wdata_i", slice(net("load_data_i"), 31, 0))
      .connect("run_i", net("run_i"))
      .connect("done_o", net("run_done_o"))
      .connect("node_start_o", net("node_start_o"))
      .connect("node_o", net("node"))
      .connect("descriptor_o", net("descriptor"))
      .connect("node_done_i", net("node_done_i"));
  module_.unused("unused_node", net("node"));
  module_.assign(net("done_o"), net("share_done") & ~net("busy_o"));
}

Expr GroupBuilder::at_memories(const std::string& name) const { return net(cut() ? name + "_q" : name); }

void GroupBuilder::memories() {
  module_.section("Memories: activation words and widths, weights");
  if (cut()) {
    declare("memory_word", size("PLANE_W"));
    const std::pair<std::string, Int> reads[] = {
        {"read", 1}, {"beat_act", size("WORD_W")}, {"beat_weight", size("INDEX_W")}};
    for (const auto& [name, width] : reads) {
      declare(name + "_q", width);
      register_between("u_" + name + "_cut", width, net(name), at_memories(name));
    }
  }
  place("u_activation_words", serial() ? interfaces::digit_ram() : interfaces::ram())
      .set("WIDTH", size("PLANE_W"))
      .set("DEPTH", size("ACTIVATION_WORDS"))
      .connect("we_i", net(serial() ? "bus_digits_i" : "bus_word_we_i"))
      .connect("waddr_i", net("bus_addr_i"))
      .connect("wdata_i", net("bus_word_i"))
      .connect("re_i", at_memories("read") | net("read_word_re_i"))
      .connect("raddr_i", mux(net("read_word_re_i"), net("read_word_i"), at_memories("beat_act")))
      .connect("rdata_o", net(cut() ? "memory_word" : "read_data_o"));
  place("u_activation_widths", interfaces::width_table())
      .set("ENTRIES", size("ACTIVATION_TILES"))
      .set("WIDTH", size("ENTRY_W"))
      .set("READS", size("SCAN_TILES"))
      .connect("we_i", net("bus_tile_we_i"))
      .connect("waddr_i", net("bus_tile_i"))
      .connect("wdata_i", net("bus_planes_i"))
      .connect("re_i", net("scan_re") | net("read_table_re_i"))
      .connect("raddr_i", mux(net("read_table_re_i"), net("read_tile_i"), net("scan_tile")))
      .connect("widths_o", net("act_entries"));
  std::vector<Expr> widths;  // the highest first
  for (int tile = config_.scan_tiles - 1; tile >= 0; --tile) {
    widths.push_back(part(net("act_entries"), entry_bits() * tile, 3));
  }
  module_.assign(net("act_widths"), concat(widths));
  module_.assign(net("read_width_o"), slice(net("act_widths"), 2, 0));
  bank_ports();
  place("u_weights", interfaces::weight_sram())
      .set("LANES", size("LANES"))
      .set("WB_LANES", size("SKEWED"))
      .set("WORD_BITS", size("PLANE_W"))
      .set("WORDS", size("WEIGHT_WORDS"))
      .set("TILES", size("WEIGHT_TILES"))
      .set("READS", size("SCAN_TILES"))
      .set("FIRST_BANK", size("INDEX") * size("LANES"))
      .set("TABLE_BANK", size("INDEX"))
      .connect("word_we_i", net("bank_we"))
      .connect("bank_i", net("bank"))
      .connect("word_waddr_i", net("bank_addr"))
      .connect("word_wdata_i", net("bank_data"))
      .connect("tile_we_i", load_we(Target::weight_tiles))
      .connect("tile_waddr_i", part(net("load_addr_i"), 0, size("WTILE_W")))
      .connect("tile_wdata_i", slice(net("load_data_i"), 2, 0))
      .connect("tile_re_i", net("scan_re"))
      .connect("tile_raddr_i", net("scan_wtile"))
      .connect("tile_planes_o", net("weight_widths"))
      .connect("word_re_i", streams() ? net("beat") : at_memories("read"))
      .connect("word_raddr_i", net("bank_raddr"))
      .connect("words_o", net("weight_words"));
}

void GroupBuilder::arithmetic() {
  module_.section("Arithmetic: lanes");
  declare("lane_beat", 3 + size("LEVEL_W"), "the beat, when its words have been read");
  place("u_read_delay", interfaces::delay())
      .set("WIDTH", 3 + size("LEVEL_W"))
      .set("CYCLES", cut() ? 3 : 1)
      .connect("d_i", concat({net("beat"), net("beat_last"), net("beat_signed"), net("beat_level")}))
      .connect("q_o", net("lane_beat"));
  if (cut()) {
    register_between("u_word_cut", size("PLANE_W"), net("memory_word"), net("read_data_o"));
    declare("lane_weights", size("LANES") * size("PLANE_W"));
    register_between("u_weight_cut", size("LANES") * size("PLANE_W"), net("weight_words"),
                     net("lane_weights"));
  }
  if (config_.has_tap_windows()) {
    declare("lane_window", 6);
    place("u_window_delay", interfaces::delay())
        .set("WIDTH", 6)
        .set("CYCLES", cut() ? 3 : 1)
        .connect("d_i", net("beat_window"))
        .connect("q_o", net("lane_window"));
  }
  Instance& lanes = place("u_lanes", interfaces::lane_array());
  if (config_.has_tap_windows())
    lanes.set("WINDOW_PLANES", config_.window_planes).set("WINDOW_TAPS", config::kWindowTaps);
  lanes.set("LANES", size("LANES"))
      .set("WB_LANES", size("SKEWED"))
      .set("PRODUCTS", size("PRODUCTS"))
      .set("ACC_W", size("ACC_W"))
      .set("LEVEL_W", size("LEVEL_W"))
      .set("LUT_STYLE", size("LUT_STYLE"))
      .set("CUTS", size("LANE_CUTS"))
      .connect("valid_i", bit(net("lane_beat"), size("LEVEL_W") + 2))
      .connect("last_i", lane_last())
      .connect("level_i", part(net("lane_beat"), 0, size("LEVEL_W")))
      .connect("a_signed_i", bit(net("lane_beat"), size("LEVEL_W")))
      .connect("windowed_i", node_field("windowed"))
      .connect("window_i", config_.has_tap_windows() ? net("lane_window") : zeros(6))
      .connect("a_i", net("read_data_o"))
      .connect("w_i", net(cut() ? "lane_weights" : "weight_words"))
      .connect("sums_o", net("sums"))
      .connect("corr_o", net("corr"));
}

void GroupBuilder::write_back() {
  module_.section("Drain and write-back");
  declare_results("result");
  if (config_.has_tables()) declare_results("index");
  declare("pre_valid");
  declare("pre_row", size("ROW_W"));
  declare("drain_valid");
  declare("drain_slice", 5);
  declare("drain_sum", size("WB_LANES") * size("ACC_W"));
  declare("drain_corr", size("ACC_W"));
  if (config_.premax != 0) {
    declare("pooled_last");
    declare("pooled_sums", size("LANES") * size("ACC_W"));
    Instance& premax = place("u_premax", interfaces::premax());
    if (cut()) premax.set("CUTS", 1);
    connect_windowed(premax);
    premax.set("LANES", size("LANES"))
        .set("WB_LANES", size("WB_LANES"))
        .set("PRODUCTS", size("PRODUCTS"))
        .set("ACC_W", size("ACC_W"))
        .set("LATENCY", size("LANE_CUTS") + 3)
        .connect("start_i", net("node_start_o"))
        .connect("window_i", node_field("pool_positions", 8))
        .connect("groups_i", node_field("groups", 12))
        .connect("last_i", lane_last())
        .connect("sums_i", net("sums"))
        .connect("corr_i", net("corr"))
        .connect("last_o", net("pooled_last"))
        .connect("pooled_o", net("pooled_sums"));
  }
  const bool premax = config_.premax != 0;
  Instance& drain = place("u_drain", interfaces::drain());
  connect_windowed(drain);
  drain.set("LANES", size("LANES"))
      .set("WB_LANES", size("WB_LANES"))
      .set("PRODUCTS", size("PRODUCTS"))
      .set("ACC_W", size("ACC_W"))
      .set("ROW_W", size("ROW_W"))
      .set("LATENCY", size("LANE_CUTS") + 3 + (premax && cut() ? 1 : 0))
      .connect("start_i", net("node_start_o"))
      .connect("window_i", drained_window())
      .connect("groups_i", node_field("groups", 12))
      .connect("row_base_i", node_field("const_row", size("ROW_W")))
      .connect("last_i", premax ? net("pooled_last") : lane_last())
      .connect("sums_i", net(premax ? "pooled_sums" : "sums"))
      .connect("corr_i", premax ? zeros(size("ACC_W")) : net("corr"))
      .connect("pre_valid_o", net("pre_valid"))
      .connect("pre_row_o", net("pre_row"))
      .connect("position_o", net("drained"))
      .connect("valid_o", net("drain_valid"))
      .connect("slice_o", net("drain_slice"))
      .connect("sum_o", net("drain_sum"))
      .connect("corr_o", net("drain_corr"));
  const bool adds = config_.adds();
  if (adds) {
    declare("fine_valid");
    declare("fine_slice", 5);
    declare("fine_sums", size("WB_LANES") * config::kFineSumBits);
  }
  Instance& lanes = place("u_write_back", interfaces::write_back_array());
  connect_constants(lanes);
  if (cut()) lanes.set("CUTS", 1);
  lanes.set("WB_LANES", size("WB_LANES"))
      .set("ACC_W", size("ACC_W"))
      .set("MULT_W", size("MULT_W"))
      .set("SHIFT_MAX", size("SHIFT_MAX"))
      .set("VALUE_W", adds ? Int(config::kFineSumBits) : size("VALUE_W"))
      .set("ROWS", size("ROWS"))
      .set("CLASSES", size("CLASSES"))
      .set("FIRST_BANK", size("INDEX") * size("WB_LANES"))
      .connect("const_bank_i", net("load_bank_i"))
      .connect("pre_valid_i", net("pre_valid"))
      .connect("pre_row_i", net("pre_row"))
      .connect("pre_class_i", net("drain_class"))
      .connect("valid_i", net("drain_valid"))
      .connect("slice_i", net("drain_slice"))
      .connect("sum_i", net("drain_sum"))
      .connect("corr_i", net("drain_corr"));
  if (adds) {
    constexpr std::uint64_t kLowest = std::uint64_t{1} << (config::kFineSumBits - 1);
    lanes.connect("lower_i", literal(config::kFineSumBits, kLowest))
        .connect("upper_i", literal(config::kFineSumBits, kLowest - 1))
        .connect("valid_o", net("fine_valid"))
        .connect("slice_o", net("fine_slice"))
        .connect("values_o", net("fine_sums"))
        .leave_open("above_o")
        .leave_open("below_o");
    return;
  }
  lanes.connect("lower_i", node_field("lower", size("VALUE_W")))
      .connect("upper_i", node_field("upper", size("VALUE_W")));
  connect_rounded(lanes);
}

void GroupBuilder::store() {
  module_.section("Store: max pool and the place of every result");
  Instance& store = place("u_store", interfaces::store());
  connect_results(store);
  connect_windowed(store);
  if (config_.adds()) {
    store.connect("window_first_o", net("window_first")).connect("window_last_o", net("window_last"));
  } else {
    store.leave_open("window_first_o").leave_open("window_last_o");
  }
  store.set("LANES", size("LANES"))
      .set("WB_LANES", size("WB_LANES"))
      .set("PRODUCTS", size("PRODUCTS"))
      .set("VALUE_W", size("VALUE_W"))
      .set("TILE_W", size("TILE_W"))
      .set("WORD_W", size("WORD_W"))
      .connect("start_i", net("node_start_o"))
      .connect("window_i", drained_window())
      .connect("groups_i", node_field("groups", 12))
      .connect("last_channels_i", node_field("last_channels", 8))
      .connect("idle_i", node_field("idle"))
      .connect("positions_i", node_field("positions", 20))
      .connect("tile_base_i", node_field("out_tile_base", size("TILE_W")))
      .connect("word_base_i", node_field("out_word_base", size("WORD_W")))
      .connect("tile_step_i", config_.groups > 1 ? node_field("tile_step", 8) : literal(8, 1))
      .connect("word_step_i", node_field("word_step", 8))
      .connect("column_tiles_i", node_field("column_tiles", 8))
      .connect("column_words_i", node_field("column_words", 8))
      .connect("count_above_i", node_field("count_above"))
      .connect("count_below_i", node_field("count_below"))
      .connect("valid_i", net("result_valid"))
      .connect("slice_i", net("result_slice"))
      .connect("values_i", net("result_values"))
      .connect("above_i", net("result_above"))
      .connect("below_i", net("result_below"))
      .connect("values_o", net("store_values"))
      .connect("position_o", net("store_position"));
}

void GroupBuilder::connect_windowed(Instance& instance) {
  if (config_.has_tap_windows()) instance.set("WINDOW", size("WINDOW"));
  instance.connect("windowed_i", node_field("windowed"));
}

void GroupBuilder::connect_constants(Instance& instance) {
  instance.connect("const_we_i", load_we(Target::channel_constants))
      .connect("const_waddr_i", part(net("load_addr_i"), 0, size("ROW_W")))
      .connect("const_wdata_i", part(net("load_data_i"), 0, size("MULT_W") + size("ACC_W") + 6));
}

void GroupBuilder::connect_results(Instance& store) {
  store.connect("valid_o", net("store_valid"))
      .connect("element_o", net("store_element"))
      .connect("mask_o", net("store_mask"))
      .connect("flush_o", net("store_flush"))
      .connect("tile_o", net("store_tile"))
      .connect("word_o", net("store_word"))
      .connect("saturated_o", net("store_cut"))
      .connect("done_o", net("share_done"));
}

}  // namespace dpwa::gen
