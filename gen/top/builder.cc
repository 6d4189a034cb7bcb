// SPDX-License-Identifier: Apache-2.0
#include "gen/top/builder.h"

#include "gen/lower/descriptor.h"
#include "gen/lower/packets.h"

namespace dpwa::gen {

void TopBuilder::build() {
  parameters();
  ports();
  nets();
  host();
  input();
  sequence();
  memories();
  scan_and_issue();
  arithmetic();
  store();
  output();
  top_.comment("Bits of wide buses that this configuration does not need.");
  top_.unused("unused_bits", concat({net("load_addr"), net("load_data"), net("descriptor"), net("border")}));
}

void TopBuilder::parameters() {
  const auto parameter = [&](const char* name, const Int& value, const char* doc) {
    sizes_.emplace(name, top_.parameter(name, value, doc));
  };
  parameter("LANES", config_.lanes, "MAC lanes");
  parameter("WB_LANES", config_.wb_lanes, "write-back lanes, divides LANES");
  parameter("PRODUCTS", config_.products, "values per tile; LANES divides it");
  parameter("PLANES_MAX", config_.planes_max, "most planes of a tile");
  parameter("ACC_W", config_.acc_w, "accumulator bits");
  parameter("MULT_W", config_.mult_w, "write-back multiplier bits");
  parameter("SHIFT_MAX", config_.shift_max, "largest write-back shift");
  parameter("LANE_CUTS", config_.lane_cuts, "register levels in a lane's adder tree");
  parameter("LUT_STYLE", static_cast<int>(config_.lut_style), "0 generic, 1 ice40, 2 ecp5, 3 asic");
  parameter("WEIGHT_WORDS", config_.weight_words, "fast-tier plane words per lane");
  parameter("WEIGHT_TILES", config_.weight_tiles, "entries of the weight width table");
  parameter("ACTIVATION_WORDS", config_.activation_words, "plane words of activation memory");
  parameter("ACTIVATION_TILES", config_.activation_tiles, "entries of the activation width table");
  parameter("INPUT_VALUES", config_.input_values, "values of one input");
  parameter("CHANNELS", config_.channels, "channel constants");
  parameter("NODES", config_.nodes, "node descriptors and PCU records, a power of two");
  parameter("CONFIG_HASH", Int::sized(32, config::config_hash(config_)), "images carry the same value");

  const auto derived = [&](const char* name, const Int& value) {
    sizes_.emplace(name, top_.localparam(name, value));
  };
  derived("VALUE_W", 4 * size("PLANES_MAX") + 1);
  derived("SLICES", size("LANES") / size("WB_LANES"));
  derived("PLANE_W", 4 * size("PRODUCTS"));
  derived("ELEMENT_W", clog2(size("PRODUCTS")));
  derived("TILE_W", clog2(size("ACTIVATION_TILES")));
  derived("WORD_W", clog2(size("ACTIVATION_WORDS")));
  derived("WTILE_W", clog2(size("WEIGHT_TILES")));
  derived("WWORD_W", clog2(size("WEIGHT_WORDS")));
  derived("ROWS", size("CHANNELS") / size("WB_LANES"));
  derived("ROW_W", clog2(size("ROWS")));
  derived("NODE_W", clog2(size("NODES")));
  derived("ADDEND_W", size("MULT_W") + 20);
  derived("LEVEL_W", 4);
  derived("ENTRY_W", size("WORD_W") + size("WWORD_W") + 6);
}

void TopBuilder::ports() {
  const auto in = [&](const char* name, const Int& width, const char* doc) {
    nets_.emplace(name, top_.input(name, width, doc));
  };
  const auto out = [&](const char* name, const Int& width, const char* doc) {
    nets_.emplace(name, top_.output(name, width, doc));
  };
  in("clk_i", 1, "");
  in("rst_ni", 1, "synchronous, active low");
  top_.port_group("packets: images and inputs (dpwa_loader)");
  in("s_axis_tdata_i", 32, "");
  in("s_axis_tvalid_i", 1, "");
  out("s_axis_tready_o", 1, "");
  top_.port_group("outputs: one word per value, in stored order");
  out("m_axis_tdata_o", 32, "");
  out("m_axis_tvalid_o", 1, "");
  out("m_axis_tlast_o", 1, "the output's last word");
  in("m_axis_tready_i", 1, "");
  top_.port_group("status");
  in("output_mode_i", 2, "0 integer, 1 float32, 2 binary16");
  out("image_valid_o", 1, "an image is loaded and whole");
  out("errors_o", 5, "dpwa_loader's sticky errors");
  out("cycles_o", 32, "cycles of the newest inference");
  out("transfer_o", 32, "cycles of its transfers");
  out("images_o", 32, "inferences done");
  in("counter_node_i", clog2(size("NODES")), "PCU counter: tensor");
  in("counter_index_i", 3, "PCU counter: index (dpwa_pcu)");
  out("counter_o", 32, "PCU counter, two cycles later");
  top_.port_group("observation, for benches and traces; may stay open");
  out("observe_start_o", 1, "a node begins");
  out("observe_fetch_o", 1, "an inference begins");
  out("observe_done_o", 1, "the last node is done");
  out("observe_beat_o", 1, "a beat is issued");
  out("observe_tile_we_o", 1, "a tile's width is stored");
  out("observe_tile_o", clog2(size("ACTIVATION_TILES")), "");
  out("observe_planes_o", 3, "");
  out("observe_word_we_o", 1, "a plane word is stored");
  out("observe_word_addr_o", clog2(size("ACTIVATION_WORDS")), "");
  out("observe_word_o", 4 * size("PRODUCTS"), "");
}

void TopBuilder::nets() {
  top_.section("Nets between sections");
  declare("load_we", 1, "loader: one entry");
  declare("load_target", 4);
  declare("load_bank", 8);
  declare("load_addr", 32);
  declare("load_data", 128);
  declare("input_start");
  declare("packing", 1, "the input quantizer and the packer own PCU and assembler");
  declare("limit_lower", size("VALUE_W"), "the PCU's effective limits");
  declare("limit_upper", size("VALUE_W"));
  declare("node_start");
  declare("descriptor", 32 * lower::kDescriptorWords);
  declare("border", 32 * lower::kBorderWords);
  declare("scan_table_re");
  declare("scan_tile", size("TILE_W"));
  declare("act_first", 3);
  declare("act_second", 3);
  declare("scan_wtile", size("WTILE_W"));
  declare("weight_first", 3);
  declare("weight_second", 3);
  declare("beat");
  declare("beat_last");
  declare("beat_level", size("LEVEL_W"));
  declare("beat_signed");
  declare("beat_act", size("WORD_W"));
  declare("beat_weight", size("WWORD_W"));
  declare("act_word", size("PLANE_W"));
  declare("weight_words", size("LANES") * size("PLANE_W"));
  declare("read_table_re", 1, "output reader");
  declare("read_tile", size("TILE_W"));
  declare("read_word_re");
  declare("read_word", size("WORD_W"));
  declare("pack_valid");
  declare("pack_element", size("ELEMENT_W"));
  declare("pack_mask", size("WB_LANES"));
  declare("pack_values", size("WB_LANES") * size("VALUE_W"));
  declare("pack_flush");
  declare("pack_tile", size("TILE_W"));
  declare("pack_word", size("WORD_W"));
  declare("value_valid");
  declare("value_cut", 1, "the input quantizer saturated");
  declare("result_valid", 1, "write-back");
  declare("result_slice", 5);
  declare("result_values", size("WB_LANES") * size("VALUE_W"));
  declare("result_above", size("WB_LANES"));
  declare("result_below", size("WB_LANES"));
  declare("word_we", 1, "tile assembler");
  declare("word_addr", size("WORD_W"));
  declare("word_data", size("PLANE_W"));
  declare("tile_we");
  declare("tile_addr", size("TILE_W"));
  declare("tile_planes", 3);
  declare("store_done");
  declare("assembler_busy");
  declare("send_start");
  declare("send_done");
  declare("input_begin");
  declare("idle");
  declare("receive");
  declare("input_valid");
  declare("input_word", 32);
  declare("input_ready");
  declare("input_done");
  declare("pack_start");
  declare("pack_done");
  declare("run");
  declare("run_done");
}

void TopBuilder::declare(const std::string& name, const Int& width, const std::string& doc) {
  nets_.emplace(name, top_.wire(name, width, doc));
}

Instance& TopBuilder::place(const std::string& name, const Interface& leaf) {
  Instance& instance = top_.instance(name, leaf);
  if (leaf.find_port("clk_i") != nullptr) instance.connect("clk_i", net("clk_i"));
  if (leaf.find_port("rst_ni") != nullptr) instance.connect("rst_ni", net("rst_ni"));
  return instance;
}

Expr TopBuilder::node_field(const std::string& name) const {
  return node_field(name, lower::node_field(name.c_str()).bits);
}

Expr TopBuilder::node_field(const std::string& name, const Int& width) const {
  const lower::Field& field = lower::node_field(name.c_str());
  return part(net("descriptor"), 32 * field.word + field.lsb, width);
}

Expr TopBuilder::border_field(const std::string& name) const {
  return border_field(name, lower::border_field(name.c_str()).bits);
}

Expr TopBuilder::border_field(const std::string& name, const Int& width) const {
  const lower::Field& field = lower::border_field(name.c_str());
  return part(net("border"), 32 * field.word + field.lsb, width);
}

Expr TopBuilder::border_bit(const std::string& name, int index) const {
  const lower::Field& field = lower::border_field(name.c_str());
  return bit(net("border"), 32 * field.word + field.lsb + index);
}

Expr TopBuilder::load_we(int target) const {
  return net("load_we") & equal(net("load_target"), literal(4, static_cast<std::uint64_t>(target)));
}

}  // namespace dpwa::gen
