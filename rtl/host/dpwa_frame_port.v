// SPDX-License-Identifier: Apache-2.0
//
// dpwa_frame_port: frames of the host protocol (docs/host-protocol.md), one way at a time, with a buffer for one frame of
// each direction.
//
//   1. While listen_i, a frame is collected. frame_o, one cycle: it is whole; length_o is the number of bytes of its content.
//   2. While not listen_i, the content of that frame is read (re_i, raddr_i: rdata_o 1 + CUTS cycles later) and an answer is
//      written (we_i), in any order, not both at one address in one cycle.
//   3. start_i sends the first length_i bytes of the answer (stable until done_o); no reading until done_o. The answer stays until it
//      is written over.

`default_nettype none

module dpwa_frame_port #(
  parameter integer CUTS = 0   // 1: a register behind the buffer
) (
  input  wire       clk_i,
  input  wire       rst_ni,
  // serial line: bytes, those that come at least ten cycles apart
  input  wire       rx_valid_i,
  input  wire [7:0] rx_byte_i,
  input  wire       rx_error_i,
  output wire       tx_valid_o,
  output wire [7:0] tx_byte_o,
  input  wire       tx_ready_i,
  // frame that came
  input  wire       listen_i,
  output wire       frame_o,
  output wire [7:0] length_o,
  input  wire       re_i,
  input  wire [7:0] raddr_i,
  output wire [7:0] rdata_o,
  // answer
  input  wire       we_i,
  input  wire [7:0] waddr_i,
  input  wire [7:0] wdata_i,
  input  wire       start_i,
  input  wire [7:0] length_i,
  output wire       done_o
);

  wire        store_we, rx_crc_clear, rx_crc_valid, rx_crc_bit, tx_crc_clear, tx_crc_valid, tx_crc_bit, crc_whole, answer_re;
  wire [7:0]  store_addr, store_data, answer_index;
  wire [31:0] crc;

  dpwa_frame_rx u_rx (
    .clk_i      (clk_i),
    .rst_ni     (rst_ni),
    .listen_i   (listen_i),
    .valid_i    (rx_valid_i),
    .byte_i     (rx_byte_i),
    .error_i    (rx_error_i),
    .we_o       (store_we),
    .waddr_o    (store_addr),
    .wdata_o    (store_data),
    .crc_clear_o(rx_crc_clear),
    .crc_valid_o(rx_crc_valid),
    .crc_bit_o  (rx_crc_bit),
    .crc_whole_i(crc_whole),
    .frame_o    (frame_o),
    .length_o   (length_o)
  );

  dpwa_frame_tx #(
    .CUTS(CUTS)
  ) u_tx (
    .clk_i      (clk_i),
    .rst_ni     (rst_ni),
    .start_i    (start_i),
    .length_i   (length_i),
    .done_o     (done_o),
    .re_o       (answer_re),
    .index_o    (answer_index),
    .data_i     (rdata_o),
    .crc_clear_o(tx_crc_clear),
    .crc_valid_o(tx_crc_valid),
    .crc_bit_o  (tx_crc_bit),
    .crc_i      (crc),
    .valid_o    (tx_valid_o),
    .byte_o     (tx_byte_o),
    .ready_i    (tx_ready_i)
  );

  // One CRC serves both: the sender's while it does not listen.
  dpwa_crc32 #(
    .BITS(1)
  ) u_crc (
    .clk_i  (clk_i),
    .clear_i(listen_i ? rx_crc_clear : tx_crc_clear),
    .valid_i(listen_i ? rx_crc_valid : tx_crc_valid),
    .bits_i (listen_i ? rx_crc_bit : tx_crc_bit),
    .whole_o(crc_whole),
    .crc_o  (crc)
  );

  // The frame that came, then the answer.
  wire [7:0] rdata;
  dpwa_delay #(.WIDTH(8), .CYCLES(CUTS)) u_cut (.clk_i(clk_i), .d_i(rdata), .q_o(rdata_o));
  dpwa_ram #(
    .WIDTH(8),
    .DEPTH(512)
  ) u_buffer (
    .clk_i  (clk_i),
    .we_i   (listen_i ? store_we : we_i),
    .waddr_i(listen_i ? {1'b0, store_addr} : {1'b1, waddr_i}),
    .wdata_i(listen_i ? store_data : wdata_i),
    .re_i   (answer_re | re_i),
    .raddr_i(answer_re ? {1'b1, answer_index} : {1'b0, raddr_i}),
    .rdata_o(rdata)
  );

endmodule

`default_nettype wire
