// SPDX-License-Identifier: Apache-2.0
#include "gen/top/group.h"

#include <algorithm>
#include <stdexcept>

#include "gen/lower/packets.h"

namespace dpwa::gen {

using lower::Target;

void GroupBuilder::build() {
  sizes();
  ports();
  nets();
  sequence();
  memories();
  scan();
  issue();
  if (streams()) weight_stream();
  arithmetic();
  if (serial()) {
    serial_store();
  } else {
    write_back();
    if (config_.adds()) residual();
    if (config_.has_tables()) table();
    store();
  }
  precision_control();
  serial() ? digit_writer() : assembler();
  module_.comment("Bits of wide buses that this configuration does not need.");
  module_.unused("unused_bits", concat({net("load_addr_i"), net("load_data_i"), net("descriptor"),
                                        net("border_i"), net("read_word_i"), net("read_tile_i")}));
}

void GroupBuilder::sizes() {
  declare_sizes(config_.lanes_per_group());
  if (streams()) constant("DENSE_WORDS", config_.dense_words / config_.groups);
  if (config_.adds()) constant("RESIDUAL_WORDS", config_.residual_words);
  if (config_.multiplies()) constant("FACTORS", config_.factors);
  if (config_.has_tables()) constant("TABLE_WORDS", config_.table_words);
  parameter("INDEX", 0, "which of the machine's groups this is");
  derive_sizes();
  derive("NODE_W", clog2(size("NODES")));
  derive("SLICES", size("LANES") / size("WB_LANES"));
  derive("WTILE_W", clog2(size("WEIGHT_TILES")));
  derive("WWORD_W", clog2(size("WEIGHT_WORDS")));
  derive("ROWS", size("CHANNELS") / size("WB_LANES"));
  derive("ROW_W", clog2(size("ROWS")));
  derive("LEVEL_W", 4);
  derive("PREMAX", config_.premax);
  if (config_.has_tap_windows()) derive("WINDOW", 1);
  derive("CLASSES", config_.has_classes() ? 1 : 0);
  derive("JOB_W", size("ENTRY_W"));
  derive("SKEWED", serial() ? size("LANES") : size("WB_LANES"));
  derive("PCU_COUNTERS", config_.pcu_counters);
  derive("INDEX_W", streams() ? size("WWORD_W") + 2 : size("WWORD_W"));
  derive("COORD_W", size("TILE_W") + 1);
  derive("GROUP_W", clog2(size("CHANNELS") / size("LANES")));
}

void GroupBuilder::ports() {
  input("clk_i");
  input("rst_ni", 1, "synchronous, active low");
  module_.port_group("loader; the group takes the banks that are its own");
  input("load_we_i");
  input("load_target_i", 4);
  input("load_bank_i", 8);
  input("load_addr_i", 32);
  input("load_data_i", 128);
  module_.port_group("course of an inference");
  input("run_i");
  output("run_done_o");
  output("node_start_o");
  input("node_done_i", 1, "every group has stored its share");
  output("done_o", 1, "this group has");
  output("busy_o", 1, "words of a tile are still to be written");
  module_.port_group("input tensor, through this group's PCU and assembler");
  input("border_i", 32 * lower::kBorderWords);
  input("input_start_i");
  input("packing_i");
  input("value_cut_i", 1, "the input quantizer saturated a value");
  input("pack_valid_i");
  if (serial()) output("pack_ready_o", 1, "the digit writer can take a value");
  input("pack_element_i", clog2(size("PRODUCTS")));
  input("pack_mask_i", size("WB_LANES"));
  input("pack_values_i", size("WB_LANES") * (4 * size("PLANES_MAX") + 1));
  input("pack_flush_i");
  input("pack_tile_i", clog2(size("ACTIVATION_TILES")));
  input("pack_word_i", clog2(size("ACTIVATION_WORDS")));
  module_.port_group("what this group stores");
  output("store_tile_we_o");
  output("store_tile_o", clog2(size("ACTIVATION_TILES")));
  output("store_planes_o", entry_bits(), entry_doc());
  output("store_word_we_o");
  output("store_addr_o", clog2(size("ACTIVATION_WORDS")));
  output("store_word_o", 4 * size("PRODUCTS"));
  if (serial()) output("store_digits_o", size("PRODUCTS"), "digits of the word that are stored");
  module_.port_group("what any group stores: written to this group's memories");
  input("bus_tile_we_i");
  input("bus_tile_i", clog2(size("ACTIVATION_TILES")));
  input("bus_planes_i", entry_bits());
  input("bus_word_we_i");
  input("bus_addr_i", clog2(size("ACTIVATION_WORDS")));
  input("bus_word_i", 4 * size("PRODUCTS"));
  if (config_.groups > 1) input("bus_popped_i", 1, "an entry of this group's left its queue");
  if (serial()) input("bus_digits_i", size("PRODUCTS"));
  module_.port_group("output reader");
  input("read_table_re_i");
  input("read_tile_i", clog2(size("ACTIVATION_TILES")));
  output("read_width_o", 3);
  input("read_word_re_i");
  input("read_word_i", clog2(size("ACTIVATION_WORDS")));
  output("read_data_o", 4 * size("PRODUCTS"));
  module_.port_group("counters and observation");
  input("counter_node_i", clog2(size("NODES")));
  input("counter_index_i", 4);
  output("counter_o", 32);
  output("beat_o");
  if (streams()) {
    output("refill_words_o", 32, "plane words copied from the dense tier in this inference");
    output("weight_stalls_o", 32, "cycles in which a beat waited for its weights");
  }
}

void GroupBuilder::nets() {
  module_.section("Nets between sections");
  declare("descriptor", 32 * config::descriptor_words(config_));
  declare("scan_re");
  declare("scan_tile", size("TILE_W"));
  declare("act_entries", size("ENTRY_W") * size("SCAN_TILES"));
  declare("act_widths", 3 * size("SCAN_TILES"));
  declare("scan_wtile", size("WTILE_W"));
  declare("weight_widths", 3 * size("SCAN_TILES"));
  declare("beat");
  declare("read");
  declare("beat_last");
  if (config_.groups > 1) {
    declare("beat_flush");
    declare("store_room", 1, "a tile fits in the queue of the store bus");
  }
  declare("beat_level", size("LEVEL_W"));
  declare("beat_signed");
  if (config_.has_tap_windows()) declare("beat_window", 6);
  declare("beat_act", size("WORD_W"));
  declare("beat_weight", size("INDEX_W"));
  declare("weight_words", size("LANES") * size("PLANE_W"));
  declare("share_done");
  declare("store_valid");
  declare("store_element", size("ELEMENT_W"));
  declare("store_mask", size("WB_LANES"));
  declare("store_values", size("WB_LANES") * size("VALUE_W"));
  declare("store_flush");
  declare("store_position");
  declare("drained");
  declare("drain_class", 2);
  declare("store_tile", size("TILE_W"));
  declare("store_word", size("WORD_W"));
  declare("store_cut", clog2(size("WB_LANES") + 1));
  declare("sums", size("LANES") * size("ACC_W"));
  declare("corr", size("ACC_W"));
  if (serial()) declare("store_free", 1, "serial write-back: a job may end");
}

const config::NodeField& GroupBuilder::field_of(const std::string& name) const {
  const auto found = std::find_if(fields_.begin(), fields_.end(),
                                  [&](const config::NodeField& f) { return f.name == name; });
  if (found == fields_.end()) throw std::logic_error("no descriptor field " + name);
  return *found;
}

Expr GroupBuilder::node_field(const std::string& name, const Int& width) const {
  const config::NodeField& f = field_of(name);
  if (f.bits == 0) return zeros(width);
  if (f.bits >= width.eval()) return part(net("descriptor"), f.lsb, width);
  return concat({zeros(width - f.bits), part(net("descriptor"), f.lsb, f.bits)});
}

int GroupBuilder::field_bits(const std::string& name) const { return field_of(name).bits; }

Expr GroupBuilder::border_field(const std::string& name) const {
  return field(net("border_i"), lower::border_field(name.c_str()));
}

Expr GroupBuilder::border_field(const std::string& name, const Int& width) const {
  return field(net("border_i"), lower::border_field(name.c_str()), width);
}

Expr GroupBuilder::drained_window() const {
  const Expr positions = node_field("pool_positions", 8);
  if (config_.premax == 0) return positions;
  return config_.has_tap_windows() ? mux(node_field("windowed"), positions, zeros(8)) : literal(8, 0);
}

Expr GroupBuilder::lane_last() const { return bit(net("lane_beat"), size("LEVEL_W") + 1); }

void GroupBuilder::register_between(const std::string& name, const Int& width, const Expr& from,
                                    const Expr& to) {
  place(name, interfaces::delay())
      .set("WIDTH", width)
      .set("CYCLES", 1)
      .connect("d_i", from)
      .connect("q_o", to);
}

Expr GroupBuilder::load_we(Target target) const {
  return net("load_we_i") & equal(net("load_target_i"), literal(4, static_cast<std::uint64_t>(target)));
}

}  // namespace dpwa::gen
