// SPDX-License-Identifier: Apache-2.0
#include "gen/units/interfaces.h"

namespace dpwa::gen::interfaces {

Interface uart_host() {
  Interface leaf("dpwa_uart_host");
  leaf.parameter("CLOCKS_PER_BIT", 16);
  const Int addr_w = leaf.parameter("ADDR_W", 8);
  leaf.parameter("CUTS", 0);
  leaf.input("clk_i");
  leaf.input("rst_ni");
  leaf.input("uart_rx_i");
  leaf.output("uart_tx_o");
  leaf.output("machine_rst_no");
  leaf.output("packet_data_o", 32);
  leaf.output("packet_valid_o");
  leaf.input("packet_ready_i");
  leaf.input("output_data_i", 32);
  leaf.input("output_valid_i");
  leaf.input("output_last_i");
  leaf.output("output_ready_o");
  leaf.output("m_axil_addr_o", addr_w);
  leaf.output("m_axil_awvalid_o");
  leaf.input("m_axil_awready_i");
  leaf.output("m_axil_wdata_o", 32);
  leaf.output("m_axil_wvalid_o");
  leaf.input("m_axil_wready_i");
  leaf.input("m_axil_bresp_i", 2);
  leaf.input("m_axil_bvalid_i");
  leaf.output("m_axil_arvalid_o");
  leaf.input("m_axil_arready_i");
  leaf.input("m_axil_rdata_i", 32);
  leaf.input("m_axil_rresp_i", 2);
  leaf.input("m_axil_rvalid_i");
  leaf.output("m_axil_ready_o");
  return leaf;
}

Interface flash_boot() {
  Interface leaf("dpwa_flash_boot");
  leaf.parameter("FLASH_ADDRESS", 0);
  leaf.parameter("WORDS_W", 20);
  leaf.input("clk_i");
  leaf.input("rst_ni");
  leaf.output("flash_cs_no");
  leaf.output("flash_sck_o");
  leaf.output("flash_mosi_o");
  leaf.input("flash_miso_i");
  leaf.input("packet_data_i", 32);
  leaf.input("packet_valid_i");
  leaf.output("packet_ready_o");
  leaf.input("machine_rst_ni");
  leaf.output("machine_data_o", 32);
  leaf.output("machine_valid_o");
  leaf.input("machine_ready_i");
  leaf.input("image_valid_i");
  leaf.input("refused_i");
  leaf.output("boot_o");
  return leaf;
}

Interface boot_test() {
  Interface leaf("dpwa_boot_test");
  leaf.input("clk_i");
  leaf.input("rst_ni");
  leaf.input("boot_i");
  leaf.input("word_i", 32);
  leaf.input("word_valid_i");
  leaf.output("word_ready_o");
  leaf.output("image_valid_o");
  leaf.output("machine_valid_o");
  leaf.input("machine_ready_i");
  leaf.input("image_valid_i");
  leaf.input("refused_i");
  leaf.input("output_i", 32);
  leaf.input("output_valid_i");
  leaf.output("output_ready_o");
  leaf.output("host_valid_o");
  leaf.input("host_ready_i");
  leaf.output("passed_o");
  leaf.output("failed_o");
  return leaf;
}

}  // namespace dpwa::gen::interfaces
