// SPDX-License-Identifier: Apache-2.0
#include "gen/units/interfaces.h"

namespace dpwa::gen::interfaces {

Interface unpacker() {
  Interface leaf("dpwa_unpacker");
  leaf.input("clk_i");
  leaf.input("rst_ni");
  leaf.input("clear_i");
  leaf.input("narrow_i");
  leaf.input("valid_i");
  leaf.input("beat_i", 32);
  leaf.output("ready_o");
  leaf.output("valid_o");
  leaf.output("word_o", 16);
  leaf.input("ready_i");
  return leaf;
}

Interface input_constants() {
  Interface leaf("dpwa_input_constants");
  const Int mult_w = leaf.parameter("MULT_W", 24);
  const Int addend_w = leaf.parameter("ADDEND_W", 44);
  leaf.parameter("CHANNELS", 16);
  leaf.input("clk_i");
  leaf.input("we_i");
  leaf.input("waddr_i", 4);
  leaf.input("wdata_i", mult_w + addend_w);
  leaf.input("start_i");
  leaf.input("step_i");
  leaf.input("channels_i", 4);
  leaf.output("mult_o", mult_w);
  leaf.output("addend_o", addend_w);
  return leaf;
}

Interface packer() {
  Interface leaf("dpwa_packer");
  leaf.parameter("VALUES", 16384);
  const Int value_w = leaf.parameter("VALUE_W", 21);
  const Int planes = leaf.parameter("PLANES", 5);
  const Int products = leaf.parameter("PRODUCTS", 16);
  const Int wb_lanes = leaf.parameter("WB_LANES", 1);
  const Int tile_w = leaf.parameter("TILE_W", 15);
  const Int word_w = leaf.parameter("WORD_W", 17);
  leaf.parameter("GAP", 5);
  leaf.parameter("CONV", 1);
  leaf.input("clk_i");
  leaf.input("rst_ni");
  leaf.input("input_start_i");
  leaf.input("input_values_i", 20);
  leaf.input("value_valid_i");
  leaf.input("value_i", 4 * planes + 1);
  leaf.output("input_done_o");
  leaf.input("pack_start_i");
  leaf.input("ready_i");
  leaf.input("signed_i");
  leaf.input("rows_i", 16);
  leaf.input("columns_i", 16);
  leaf.input("in_rows_i", 16);
  leaf.input("row_values_i", 16);
  leaf.input("kernel_rows_i", 8);
  leaf.input("run_values_i", 16);
  leaf.input("y_start_i", 16);
  leaf.input("y_step_i", 16);
  leaf.input("y_start_values_i", 20);
  leaf.input("y_step_values_i", 20);
  leaf.input("x_start_i", 16);
  leaf.input("x_step_i", 16);
  leaf.input("tile_base_i", tile_w);
  leaf.input("word_base_i", word_w);
  leaf.input("planes_i", 3);
  leaf.output("valid_o");
  leaf.output("element_o", clog2(products));
  leaf.output("mask_o", wb_lanes);
  leaf.output("values_o", wb_lanes * value_w);
  leaf.output("flush_o");
  leaf.output("tile_o", tile_w);
  leaf.output("word_o", word_w);
  leaf.output("pack_done_o");
  return leaf;
}

Interface output_reader() {
  Interface leaf("dpwa_output_reader");
  const Int products = leaf.parameter("PRODUCTS", 16);
  const Int value_w = leaf.parameter("VALUE_W", 21);
  const Int tile_w = leaf.parameter("TILE_W", 15);
  const Int word_w = leaf.parameter("WORD_W", 17);
  leaf.parameter("CONV", 1);
  leaf.parameter("CUTS", 0);
  leaf.input("clk_i");
  leaf.input("rst_ni");
  leaf.input("start_i");
  leaf.output("done_o");
  leaf.input("tile_base_i", tile_w);
  leaf.input("word_base_i", word_w);
  leaf.input("planes_i", 3);
  leaf.input("signed_i");
  leaf.input("positions_i", 20);
  leaf.input("channels_i", 16);
  leaf.output("table_re_o");
  leaf.output("tile_o", tile_w);
  leaf.input("width_i", 3);
  leaf.output("word_re_o");
  leaf.output("word_o", word_w);
  leaf.input("word_data_i", 4 * products);
  leaf.output("valid_o");
  leaf.output("q_o", value_w);
  leaf.output("last_o");
  leaf.input("ready_i");
  return leaf;
}

Interface output_tail() {
  Interface leaf("dpwa_output_tail");
  leaf.input("clk_i");
  leaf.input("rst_ni");
  leaf.input("enter_i");
  leaf.input("leave_i");
  leaf.input("reader_done_i");
  leaf.output("last_o");
  leaf.output("done_o");
  return leaf;
}

Interface loader() {
  Interface leaf("dpwa_loader");
  const Int entry_words = leaf.parameter("ENTRY_WORDS", 3);
  leaf.parameter("CONFIG_HASH", Int::sized(32, 0));
  leaf.input("clk_i");
  leaf.input("rst_ni");
  leaf.input("valid_i");
  leaf.input("word_i", 32);
  leaf.output("ready_o");
  leaf.output("we_o");
  leaf.output("target_o", 4);
  leaf.output("bank_o", 8);
  leaf.output("addr_o", 32);
  leaf.output("data_o", 32 * entry_words);
  leaf.input("input_words_i", 20);
  leaf.output("input_begin_o");
  leaf.input("idle_i");
  leaf.input("receive_i");
  leaf.output("input_valid_o");
  leaf.output("input_word_o", 32);
  leaf.input("input_ready_i");
  leaf.output("image_valid_o");
  leaf.output("packet_o");
  leaf.output("errors_o", 6);
  return leaf;
}

Interface sticky() {
  Interface leaf("dpwa_sticky");
  const Int width = leaf.parameter("WIDTH", 4);
  leaf.input("clk_i");
  leaf.input("rst_ni");
  leaf.input("set_i", width);
  leaf.input("clear_i", width);
  leaf.output("flags_o", width);
  return leaf;
}

Interface axil_slave() {
  Interface leaf("dpwa_axil_slave");
  const Int addr_w = leaf.parameter("ADDR_W", 8);
  leaf.input("clk_i");
  leaf.input("rst_ni");
  leaf.input("s_axil_awaddr_i", addr_w);
  leaf.input("s_axil_awvalid_i");
  leaf.output("s_axil_awready_o");
  leaf.input("s_axil_wdata_i", 32);
  leaf.input("s_axil_wstrb_i", 4);
  leaf.input("s_axil_wvalid_i");
  leaf.output("s_axil_wready_o");
  leaf.output("s_axil_bresp_o", 2);
  leaf.output("s_axil_bvalid_o");
  leaf.input("s_axil_bready_i");
  leaf.input("s_axil_araddr_i", addr_w);
  leaf.input("s_axil_arvalid_i");
  leaf.output("s_axil_arready_o");
  leaf.output("s_axil_rdata_o", 32);
  leaf.output("s_axil_rresp_o", 2);
  leaf.output("s_axil_rvalid_o");
  leaf.input("s_axil_rready_i");
  leaf.output("write_o");
  leaf.output("write_addr_o", addr_w - 2);
  leaf.output("write_data_o", 32);
  leaf.input("write_error_i");
  leaf.output("read_o");
  leaf.output("read_addr_o", addr_w - 2);
  leaf.input("read_data_i", 32);
  leaf.input("read_error_i");
  return leaf;
}

}  // namespace dpwa::gen::interfaces
