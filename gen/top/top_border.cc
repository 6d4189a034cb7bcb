// SPDX-License-Identifier: Apache-2.0
// The machine's border: packets, inputs, outputs.
#include "gen/top/top_builder.h"

namespace dpwa::gen {

using lower::Target;

/// Prefix of the loader's nets: with STAGE_CUTS what it loads is registered on its way to the memories.
std::string TopBuilder::load_prefix() {
  if (config_.stage_cuts == 0) return "load";
  constexpr std::pair<const char*, int> kNets[] = {
      {"we", 1}, {"target", 4}, {"bank", 8}, {"addr", 32}, {"data", 128}};
  for (const auto& [name, width] : kNets) {
    const std::string from = std::string("loader_") + name, to = std::string("load_") + name;
    declare(from, width);
    place("u_" + to + "_cut", interfaces::delay())
        .set("WIDTH", width)
        .set("CYCLES", 1)
        .connect("d_i", net(from))
        .connect("q_o", net(to));
  }
  return "loader";
}

void TopBuilder::host() {
  module_.section("Host: packets and the course of one inference");
  declare("input_values", 20, "- 1");
  declare("input_words", 20, "data words of an input packet - 1");
  module_.assign(net("input_values"), border_field("input_values"));
  module_.assign(net("input_words"),
                 mux(border_bit("port_format", 1), concat({zeros(1), slice(net("input_values"), 19, 1)}),
                     concat({zeros(2), slice(net("input_values"), 19, 2)})));
  const std::string prefix = load_prefix();
  place("u_loader", interfaces::loader())
      .set("ENTRY_WORDS", 4)
      .set("CONFIG_HASH", size("CONFIG_HASH"))
      .connect("valid_i", net("s_axis_tvalid_i"))
      .connect("word_i", net("s_axis_tdata_i"))
      .connect("ready_o", net("s_axis_tready_o"))
      .connect("we_o", net(prefix + "_we"))
      .connect("target_o", net(prefix + "_target"))
      .connect("bank_o", net(prefix + "_bank"))
      .connect("addr_o", net(prefix + "_addr"))
      .connect("data_o", net(prefix + "_data"))
      .connect("input_words_i", net("input_words"))
      .connect("input_begin_o", net("input_begin"))
      .connect("idle_i", net("idle"))
      .connect("receive_i", net("receive"))
      .connect("input_valid_o", net("input_valid"))
      .connect("input_word_o", net("input_word"))
      .connect("input_ready_i", net("input_ready"))
      .connect("image_valid_o", net("image_valid_o"))
      .connect("packet_o", net("packet"))
      .connect("errors_o", net("errors_o"));
  place("u_control", interfaces::control())
      .connect("input_begin_i", net("input_begin"))
      .connect("idle_o", net("idle"))
      .connect("input_start_o", net("input_start"))
      .connect("receive_o", net("receive"))
      .connect("input_done_i", net("input_done") & ~net("input_begin"))
      .connect("pack_start_o", net("pack_start"))
      .connect("packing_o", net("packing"))
      .connect("pack_done_i", net("pack_done") & net("stored"))
      .connect("run_o", net("run"))
      .connect("run_done_i", net("run_done"))
      .connect("send_start_o", net("send_start"))
      .connect("send_done_i", net("send_done"))
      .connect("cycles_o", net("cycles_o"))
      .connect("transfer_o", net("transfer_o"))
      .connect("images_o", net("images_o"));
  place("u_border", interfaces::registers())
      .set("WORDS", lower::kBorderWords)
      .connect("we_i", load_we(Target::border))
      .connect("waddr_i", slice(net("load_addr"), 4, 0))
      .connect("wdata_i", slice(net("load_data"), 31, 0))
      .connect("values_o", net("border"));
  module_.assign(net("observe_fetch_o"), net("run"));
  module_.assign(net("observe_done_o"), net("run_done"));
}

void TopBuilder::input_path() {
  module_.section("Input: port words -> stored values -> tiles");
  declare("port_valid");
  declare("port_word", 16);
  declare("port_ready");
  place("u_unpacker", interfaces::unpacker())
      .connect("clear_i", net("input_start"))
      .connect("narrow_i", ~border_bit("port_format", 1))
      .connect("valid_i", net("input_valid"))
      .connect("beat_i", net("input_word"))
      .connect("ready_o", net("input_ready"))
      .connect("valid_o", net("port_valid"))
      .connect("word_o", net("port_word"))
      .connect("ready_i", net("port_ready"));
  declare("port_mult", size("MULT_W"));
  declare("port_addend", size("ADDEND_W"));
  place("u_input_constants", interfaces::input_constants())
      .set("MULT_W", size("MULT_W"))
      .set("ADDEND_W", size("ADDEND_W"))
      .set("CHANNELS", size("INPUT_CHANNELS"))
      .connect("we_i", load_we(Target::input_constants))
      .connect("waddr_i", slice(net("load_addr"), 3, 0))
      .connect("wdata_i", part(net("load_data"), 0, size("MULT_W") + size("ADDEND_W")))
      .connect("start_i", net("input_start"))
      .connect("step_i", net("port_valid") & net("port_ready"))
      .connect("channels_i", border_field("input_channels", 4))
      .connect("mult_o", net("port_mult"))
      .connect("addend_o", net("port_addend"));
  const Int value_w = 4 * size("INPUT_PLANES") + 1;
  declare("value", value_w);
  declare("value_nan");
  place("u_quantizer", interfaces::quantizer())
      .set("MULT_W", size("MULT_W"))
      .set("ADDEND_W", size("ADDEND_W"))
      .set("SHIFT_MAX", size("SHIFT_MAX"))
      .set("VALUE_W", value_w)
      .set("FLOAT", floats() ? 1 : 0)
      .set("STABLE", config_.input_channels == 1 ? 1 : 0)
      .connect("valid_i", net("port_valid"))
      .connect("word_i", net("port_word"))
      .connect("format_i", border_field("port_format"))
      .connect("mult_i", net("port_mult"))
      .connect("addend_i", net("port_addend"))
      .connect("shift_i", border_field("input_shift"))
      .connect("exponent_i", border_field("input_exponent"))
      .connect("lower_i", border_field("input_lower", value_w))
      .connect("upper_i", border_field("input_upper", value_w))
      .connect("ready_i", literal(1, 1))
      .connect("ready_o", net("port_ready"))
      .connect("valid_o", net("value_valid"))
      .connect("q_o", net("value"))
      .connect("nan_o", net("value_nan"))
      .connect("saturated_o", net("value_cut"));
  place("u_packer", interfaces::packer())
      .set("VALUES", size("INPUT_VALUES"))
      .set("VALUE_W", size("VALUE_W"))
      .set("PLANES", size("INPUT_PLANES"))
      .set("PRODUCTS", size("PRODUCTS"))
      .set("WB_LANES", size("WB_LANES"))
      .set("TILE_W", size("TILE_W"))
      .set("WORD_W", size("WORD_W"))
      .set("GAP", config_.serial_write_back() ? Int(1) : size("PLANES_MAX") * size("GROUPS"))
      .set("CONV", size("CONV"))
      .connect("ready_i", net("pack_ready"))
      .connect("input_start_i", net("input_start"))
      .connect("input_values_i", net("input_values"))
      .connect("value_valid_i", net("value_valid"))
      .connect("value_i", net("value"))
      .connect("input_done_o", net("input_done"))
      .connect("pack_start_i", net("pack_start"))
      .connect("signed_i", border_field("input_signed"))
      .connect("rows_i", border_field("rows"))
      .connect("columns_i", border_field("columns"))
      .connect("in_rows_i", border_field("in_rows"))
      .connect("row_values_i", border_field("row_values"))
      .connect("kernel_rows_i", border_field("kernel_rows"))
      .connect("run_values_i", border_field("run_values"))
      .connect("y_start_i", border_field("y_start"))
      .connect("y_step_i", border_field("y_step"))
      .connect("y_start_values_i", border_field("y_start_values"))
      .connect("y_step_values_i", border_field("y_step_values"))
      .connect("x_start_i", border_field("x_start"))
      .connect("x_step_i", border_field("x_step"))
      .connect("tile_base_i", border_field("tile_base", size("TILE_W")))
      .connect("word_base_i", border_field("word_base", size("WORD_W")))
      .connect("planes_i", border_field("planes"))
      .connect("valid_o", net("pack_valid"))
      .connect("element_o", net("pack_element"))
      .connect("mask_o", net("pack_mask"))
      .connect("values_o", net("pack_values"))
      .connect("flush_o", net("pack_flush"))
      .connect("tile_o", net("pack_tile"))
      .connect("word_o", net("pack_word"))
      .connect("pack_done_o", net("pack_done"));
}

void TopBuilder::output_path() {
  module_.section("Output: tiles -> stored values -> port words");
  declare("read_done");
  declare("read_valid");
  declare("read_q", size("VALUE_W"));
  declare("read_last");
  declare("read_ready");
  Instance& reader = place("u_reader", interfaces::output_reader());
  if (config_.stage_cuts != 0) reader.set("CUTS", 1);
  reader.set("PRODUCTS", size("PRODUCTS"))
      .set("VALUE_W", size("VALUE_W"))
      .set("TILE_W", size("TILE_W"))
      .set("WORD_W", size("WORD_W"))
      .set("CONV", size("CONV"))
      .connect("start_i", net("send_start"))
      .connect("done_o", net("read_done"))
      .connect("tile_base_i", border_field("out_tile_base", size("TILE_W")))
      .connect("word_base_i", border_field("out_word_base", size("WORD_W")))
      .connect("planes_i", border_field("out_planes"))
      .connect("signed_i", border_field("out_signed"))
      .connect("positions_i", border_field("out_positions"))
      .connect("channels_i", border_field("out_channels"))
      .connect("table_re_o", net("read_table_re"))
      .connect("tile_o", net("read_tile"))
      .connect("width_i", net("read_width"))
      .connect("word_re_o", net("read_word_re"))
      .connect("word_o", net("read_word"))
      .connect("word_data_i", net("read_data"))
      .connect("valid_o", net("read_valid"))
      .connect("q_o", net("read_q"))
      .connect("last_o", net("read_last"))
      .connect("ready_i", net("read_ready"));
  if (floats()) {
    dequantizer();
    return;
  }
  module_.assign(net("m_axis_tvalid_o"), net("read_valid"));
  module_.assign(
      net("m_axis_tdata_o"),
      concat({replicate(32 - size("VALUE_W"), bit(net("read_q"), size("VALUE_W") - 1)), net("read_q")}));
  module_.assign(net("m_axis_tlast_o"), net("read_last"));
  module_.assign(net("read_ready"), net("m_axis_tready_i"));
  module_.assign(net("send_done"), net("read_done"));
}

void TopBuilder::dequantizer() {
  declare("word_overflow");
  place("u_dequantizer", interfaces::dequantizer())
      .set("VALUE_W", size("VALUE_W"))
      .connect("valid_i", net("read_valid"))
      .connect("q_i", net("read_q"))
      .connect("exponent_i", border_field("out_exponent"))
      .connect("mode_i", net("output_mode"))
      .connect("ready_i", net("m_axis_tready_i"))
      .connect("ready_o", net("read_ready"))
      .connect("valid_o", net("m_axis_tvalid_o"))
      .connect("word_o", net("m_axis_tdata_o"))
      .connect("overflow_o", net("word_overflow"));
  place("u_tail", interfaces::output_tail())
      .connect("enter_i", net("read_valid") & net("read_ready"))
      .connect("leave_i", net("m_axis_tvalid_o") & net("m_axis_tready_i"))
      .connect("reader_done_i", net("read_done"))
      .connect("last_o", net("m_axis_tlast_o"))
      .connect("done_o", net("send_done"));
  module_.unused("unused_last", net("read_last"));
}

}  // namespace dpwa::gen
