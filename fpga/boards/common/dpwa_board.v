// SPDX-License-Identifier: Apache-2.0
//
// dpwa_board: an accelerator with a serial line behind the pads of any board: reset, flash and LEDs.
//
// Reset: from configuration until the clock has been stable (locked_i, of no clock) for 64 cycles; flip-flops have their
// initial values after configuration. With BOOT = 1 the design reads an image from the board's flash; with BOOT = 0 the
// flash is not selected, busy_o and error_o are 0.

`default_nettype none

module dpwa_board #(
  parameter integer CLOCKS_PER_BIT = 104,  // clock cycles per bit of the serial line
  parameter integer BOOT           = 0,    // 1: the design reads a flash
  parameter integer FLASH_ADDRESS  = 0     // byte address of the image
) (
  input  wire clk_i,
  input  wire locked_i,
  input  wire uart_rx_i,
  output wire uart_tx_o,
  output wire flash_cs_no,
  output wire flash_sck_o,
  output wire flash_mosi_o,
  input  wire flash_miso_i,
  output wire image_valid_o,  // a whole image is loaded
  output wire busy_o,         // the flash is read, or an inference is under way
  output wire error_o         // no image, or the loader or a test has found an error
);

  reg [1:0] locked_q = 2'd0;
  reg [6:0] stable_q = 7'd0;  // cycles with lock; bit 6: enough of them
  always @(posedge clk_i) begin
    locked_q <= {locked_q[0], locked_i};
    if (!locked_q[1])      stable_q <= 7'd0;
    else if (!stable_q[6]) stable_q <= stable_q + 7'd1;
  end

  generate
    if (BOOT != 0) begin : gen_boot
      dpwa_uart_top #(
        .CLOCKS_PER_BIT (CLOCKS_PER_BIT),
        .FLASH_ADDRESS  (FLASH_ADDRESS)
      ) u_design (
        .clk_i         (clk_i),
        .rst_ni        (stable_q[6]),
        .uart_rx_i     (uart_rx_i),
        .uart_tx_o     (uart_tx_o),
        .flash_cs_no   (flash_cs_no),
        .flash_sck_o   (flash_sck_o),
        .flash_mosi_o  (flash_mosi_o),
        .flash_miso_i  (flash_miso_i),
        .image_valid_o (image_valid_o),
        .busy_o        (busy_o),
        .error_o       (error_o)
      );
    end else begin : gen_no_boot
      assign flash_cs_no  = 1'b1;
      assign flash_sck_o  = 1'b0;
      assign flash_mosi_o = 1'b0;
      assign busy_o       = 1'b0;
      assign error_o      = 1'b0;
      wire unused = &{1'b0, flash_miso_i};
      dpwa_uart_top #(
        .CLOCKS_PER_BIT (CLOCKS_PER_BIT)
      ) u_design (
        .clk_i         (clk_i),
        .rst_ni        (stable_q[6]),
        .uart_rx_i     (uart_rx_i),
        .uart_tx_o     (uart_tx_o),
        .image_valid_o (image_valid_o)
      );
    end
  endgenerate

endmodule

`default_nettype wire
