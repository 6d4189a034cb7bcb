// SPDX-License-Identifier: Apache-2.0
//
// dpwa_icebreaker: an accelerator with a serial line on the iCEBreaker: clock and pins around dpwa_board.
//
// Clock: the crystal's 12 MHz (PLL = 0), or 12 MHz * (DIVF + 1) / 2^DIVQ from the PLL. The green LED shines while a whole
// image is loaded; with BOOT = 1 the red LED when there is none or the loader has found an error, and LED 1 of the
// snap-off board while the flash is read or an inference is under way.

`default_nettype none

module dpwa_icebreaker #(
  parameter integer CLOCKS_PER_BIT = 104,  // clock cycles per bit of the serial line
  parameter integer PLL            = 0,    // 1: the clock comes from the PLL
  parameter integer DIVF           = 63,   // multiplier of the PLL, less 1: 44 to 87
  parameter integer DIVQ           = 5,    // log2 of the PLL's output divider: 1 to 6
  parameter integer BOOT           = 0,    // 1: the design reads a flash
  parameter integer FLASH_ADDRESS  = 0     // byte address of the image
) (
  input  wire clk_12mhz_i,
  input  wire uart_rx_i,
  output wire uart_tx_o,
  output wire led_no,        // active low
  output wire led_error_no,  // active low
  output wire led_busy_o,
  output wire flash_cs_no,
  output wire flash_sck_o,
  output wire flash_mosi_o,
  input  wire flash_miso_i
);

  wire clk;
  wire locked;

  generate
    if (PLL != 0) begin : gen_pll
      SB_PLL40_PAD #(
        .FEEDBACK_PATH ("SIMPLE"),
        .DIVR          (4'd0),
        .DIVF          (DIVF[6:0]),
        .DIVQ          (DIVQ[2:0]),
        .FILTER_RANGE  (3'd1)
      ) u_pll (
        .PACKAGEPIN   (clk_12mhz_i),
        .PLLOUTGLOBAL (clk),
        .LOCK         (locked),
        .RESETB       (1'b1),
        .BYPASS       (1'b0)
      );
    end else begin : gen_crystal
      assign clk    = clk_12mhz_i;
      assign locked = 1'b1;
    end
  endgenerate

  wire image_valid, error;
  assign led_no       = !image_valid;
  assign led_error_no = !error;

  dpwa_board #(
    .CLOCKS_PER_BIT (CLOCKS_PER_BIT),
    .BOOT           (BOOT),
    .FLASH_ADDRESS  (FLASH_ADDRESS)
  ) u_board (
    .clk_i         (clk),
    .locked_i      (locked),
    .uart_rx_i     (uart_rx_i),
    .uart_tx_o     (uart_tx_o),
    .flash_cs_no   (flash_cs_no),
    .flash_sck_o   (flash_sck_o),
    .flash_mosi_o  (flash_mosi_o),
    .flash_miso_i  (flash_miso_i),
    .image_valid_o (image_valid),
    .busy_o        (led_busy_o),
    .error_o       (error)
  );

endmodule

`default_nettype wire
