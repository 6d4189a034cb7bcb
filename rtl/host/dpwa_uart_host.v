// SPDX-License-Identifier: Apache-2.0
//
// dpwa_uart_host: a serial line on one side, the machine's streams and registers on the other (docs/host-protocol.md).

`default_nettype none

module dpwa_uart_host #(
  parameter integer CLOCKS_PER_BIT = 16,   // clock cycles per bit of the line, 4 to 65535
  parameter integer ADDR_W         = 8,   // bits of a register's byte address, 3 to 8
  parameter integer CUTS           = 0    // 1: a register behind the frame buffer
) (
  input  wire              clk_i,
  input  wire              rst_ni,
  input  wire              uart_rx_i,
  output wire              uart_tx_o,
  // machine (dpwa_host_link)
  output wire              machine_rst_no,
  output wire [31:0]       packet_data_o,
  output wire              packet_valid_o,
  input  wire              packet_ready_i,
  input  wire [31:0]       output_data_i,
  input  wire              output_valid_i,
  input  wire              output_last_i,
  output wire              output_ready_o,
  output wire [ADDR_W-1:0] m_axil_addr_o,
  output wire              m_axil_awvalid_o,
  input  wire              m_axil_awready_i,
  output wire [31:0]       m_axil_wdata_o,
  output wire              m_axil_wvalid_o,
  input  wire              m_axil_wready_i,
  input  wire [1:0]        m_axil_bresp_i,
  input  wire              m_axil_bvalid_i,
  output wire              m_axil_arvalid_o,
  input  wire              m_axil_arready_i,
  input  wire [31:0]       m_axil_rdata_i,
  input  wire [1:0]        m_axil_rresp_i,
  input  wire              m_axil_rvalid_i,
  output wire              m_axil_ready_o
);

  wire       rx_valid, rx_error, tx_valid, tx_ready;
  wire [7:0] rx_byte, tx_byte;

  dpwa_uart_rx #(
    .CLOCKS_PER_BIT(CLOCKS_PER_BIT)
  ) u_rx (
    .clk_i  (clk_i),
    .rst_ni (rst_ni),
    .rx_i   (uart_rx_i),
    .valid_o(rx_valid),
    .byte_o (rx_byte),
    .error_o(rx_error)
  );

  dpwa_uart_tx #(
    .CLOCKS_PER_BIT(CLOCKS_PER_BIT)
  ) u_tx (
    .clk_i  (clk_i),
    .rst_ni (rst_ni),
    .valid_i(tx_valid),
    .byte_i (tx_byte),
    .ready_o(tx_ready),
    .tx_o   (uart_tx_o)
  );

  dpwa_host_link #(
    .ADDR_W(ADDR_W),
    .CUTS  (CUTS)
  ) u_link (
    .clk_i           (clk_i),
    .rst_ni          (rst_ni),
    .rx_valid_i      (rx_valid),
    .rx_byte_i       (rx_byte),
    .rx_error_i      (rx_error),
    .tx_valid_o      (tx_valid),
    .tx_byte_o       (tx_byte),
    .tx_ready_i      (tx_ready),
    .machine_rst_no  (machine_rst_no),
    .packet_data_o   (packet_data_o),
    .packet_valid_o  (packet_valid_o),
    .packet_ready_i  (packet_ready_i),
    .output_data_i   (output_data_i),
    .output_valid_i  (output_valid_i),
    .output_last_i   (output_last_i),
    .output_ready_o  (output_ready_o),
    .m_axil_addr_o   (m_axil_addr_o),
    .m_axil_awvalid_o(m_axil_awvalid_o),
    .m_axil_awready_i(m_axil_awready_i),
    .m_axil_wdata_o  (m_axil_wdata_o),
    .m_axil_wvalid_o (m_axil_wvalid_o),
    .m_axil_wready_i (m_axil_wready_i),
    .m_axil_bresp_i  (m_axil_bresp_i),
    .m_axil_bvalid_i (m_axil_bvalid_i),
    .m_axil_arvalid_o(m_axil_arvalid_o),
    .m_axil_arready_i(m_axil_arready_i),
    .m_axil_rdata_i  (m_axil_rdata_i),
    .m_axil_rresp_i  (m_axil_rresp_i),
    .m_axil_rvalid_i (m_axil_rvalid_i),
    .m_axil_ready_o  (m_axil_ready_o)
  );

endmodule

`default_nettype wire
