// SPDX-License-Identifier: Apache-2.0
#include "gen/top/top_builder.h"

#include "gen/lower/packets.h"

namespace dpwa::gen {

void TopBuilder::build() {
  sizes();
  ports();
  nets();
  host();
  input_path();
  groups();
  output_path();
  host_registers();
  module_.comment("Bits of wide buses that this configuration does not need.");
  module_.unused("unused_bits", concat({net("load_addr"), net("load_data"), net("border")}));
}

void TopBuilder::sizes() {
  declare_sizes(config_.lanes);
  parameter("INPUT_VALUES", config_.input_values, "values of one input");
  parameter("INPUT_PLANES", config_.input_planes_max(), "most planes of an input value, at most PLANES_MAX");
  parameter("INPUT_CHANNELS", config_.input_channels, "input channels with constants of their own");
  parameter("CONFIG_HASH", Int::sized(32, config::config_hash(config_)), "images carry the same value");
  if (streams()) constant("DENSE_WORDS", config_.dense_words);
  derive_sizes();
  derive("GROUPS", config_.groups);
  derive("ADDEND_W", size("MULT_W") + 20);
}

void TopBuilder::ports() {
  input("clk_i");
  input("rst_ni", 1, "synchronous, active low");
  module_.port_group("packets: images and inputs (dpwa_loader)");
  input("s_axis_tdata_i", 32);
  input("s_axis_tvalid_i");
  output("s_axis_tready_o");
  module_.port_group("outputs: one word per value, in stored order");
  output("m_axis_tdata_o", 32);
  output("m_axis_tvalid_o");
  output("m_axis_tlast_o", 1, "the output's last word");
  input("m_axis_tready_i");
  register_ports();
  module_.port_group("status");
  output("image_valid_o", 1, "an image is loaded and whole");
  output("errors_o", 6, "dpwa_loader's sticky errors");
  output("cycles_o", 32, "cycles of the newest inference");
  output("transfer_o", 32, "cycles of its transfers");
  output("images_o", 32, "inferences done");
  if (config_.boots()) {
    input("boot_i", 1, "an image is being read from the flash");
    output("busy_o", 1, "an inference is under way");
  }
  if (config_.tests_at_boot()) {
    input("test_passed_i", 1, "tests before the image found every output as expected");
    input("test_failed_i", 1, "they did not");
  }
  output("counter_o", 32, "the selected PCU counter, all groups together");
  if (streams()) {
    output("refill_words_o", 32,
           "plane words copied from the dense tier in the newest inference, all groups");
    output("weight_stalls_o", 32, "cycles in which beats waited for weights in it, all groups");
  }
  module_.port_group("observation, for benches and traces; may stay open");
  output("observe_start_o", 1, "a node begins");
  output("observe_fetch_o", 1, "an inference begins");
  output("observe_done_o", 1, "the last node is done");
  output("observe_beats_o", config_.groups, "a beat is issued, per group");
  output("observe_tile_we_o", 1, "a tile's width is stored");
  output("observe_tile_o", clog2(size("ACTIVATION_TILES")));
  output("observe_planes_o", entry_bits(), entry_doc());
  output("observe_word_we_o", 1, "a plane word is stored");
  output("observe_word_addr_o", clog2(size("ACTIVATION_WORDS")));
  output("observe_word_o", 4 * size("PRODUCTS"));
  if (config_.serial_write_back())
    output("observe_digits_o", size("PRODUCTS"), "digits of the word that are stored");
}

void TopBuilder::nets() {
  module_.section("Nets between sections");
  if (floats()) declare("output_mode", 2, "from the host");
  declare("counter_node", clog2(size("NODES")));
  declare("counter_index", 4);
  declare("load_we", 1, "loader: one entry");
  declare("load_target", 4);
  declare("load_bank", 8);
  declare("load_addr", 32);
  declare("load_data", 128);
  declare("border", 32 * lower::kBorderWords);
  declare("input_begin");
  declare("idle");
  declare("packet");
  declare("receive");
  declare("input_valid");
  declare("input_word", 32);
  declare("input_ready");
  declare("input_start");
  declare("input_done");
  declare("packing", 1, "input quantizer and packer own PCU and assembler of group 0");
  declare("pack_start");
  declare("pack_done");
  declare("run");
  declare("run_done");
  declare("send_start");
  declare("send_done");
  declare("value_valid");
  declare("value_cut", 1, "the input quantizer saturated");
  declare("pack_valid");
  declare("pack_element", size("ELEMENT_W"));
  declare("pack_mask", size("WB_LANES"));
  declare("pack_values", size("WB_LANES") * size("VALUE_W"));
  declare("pack_flush");
  declare("pack_tile", size("TILE_W"));
  declare("pack_word", size("WORD_W"));
  declare("pack_ready", 1, "the next value may be packed");
  declare("stored", 1, "every group has stored what it had");
  declare("read_table_re", 1, "output reader");
  declare("read_tile", size("TILE_W"));
  declare("read_width", 3);
  declare("read_word_re");
  declare("read_word", size("WORD_W"));
  declare("read_data", size("PLANE_W"));
}

Expr TopBuilder::border_field(const std::string& name) const {
  return field(net("border"), lower::border_field(name.c_str()));
}

Expr TopBuilder::border_field(const std::string& name, const Int& width) const {
  return field(net("border"), lower::border_field(name.c_str()), width);
}

Expr TopBuilder::border_bit(const std::string& name, int index) const {
  const lower::Field& f = lower::border_field(name.c_str());
  return bit(net("border"), 32 * f.word + f.lsb + index);
}

Expr TopBuilder::load_we(lower::Target target) const {
  return net("load_we") & equal(net("load_target"), literal(4, static_cast<std::uint64_t>(target)));
}

}  // namespace dpwa::gen
