// SPDX-License-Identifier: Apache-2.0
//
// dpwa_tangnano20k: an accelerator with a serial line on the Tang Nano 20K: clock and pins around dpwa_board.
//
// Clock: the crystal's 27 MHz (PLL = 0), or 9 MHz * (FBDIV_SEL + 1) from the PLL. LED 0 shines while a whole image is
// loaded; with BOOT = 1 LED 1 while the flash is read or an inference is under way, LED 2 when there is no image or the
// loader has found an error. All are active low.

`default_nettype none

module dpwa_tangnano20k #(
  parameter integer CLOCKS_PER_BIT = 234,  // clock cycles per bit of the serial line
  parameter integer PLL            = 0,    // 1: the clock comes from the PLL
  parameter integer FBDIV_SEL      = 5,    // multiplier of 9 MHz, less 1
  parameter integer ODIV_SEL       = 16,   // clock * ODIV_SEL is 500 to 1250 MHz
  parameter integer BOOT           = 0,    // 1: the design reads a flash
  parameter integer FLASH_ADDRESS  = 0     // byte address of the image
) (
  input  wire clk_27mhz_i,
  input  wire uart_rx_i,
  output wire uart_tx_o,
  output wire led_no,
  output wire led_busy_no,
  output wire led_error_no,
  output wire flash_cs_no,
  output wire flash_sck_o,
  output wire flash_mosi_o,
  input  wire flash_miso_i
);

  wire clk;
  wire locked;

  generate
    if (PLL != 0) begin : gen_pll
      rPLL #(
        .DEVICE    ("GW2AR-18C"),
        .FCLKIN    ("27"),
        .IDIV_SEL  (2),
        .FBDIV_SEL (FBDIV_SEL),
        .ODIV_SEL  (ODIV_SEL)
      ) u_pll (
        .CLKIN    (clk_27mhz_i),
        .CLKFB    (1'b0),
        .RESET    (1'b0),
        .RESET_P  (1'b0),
        .FBDSEL   (6'd0),
        .IDSEL    (6'd0),
        .ODSEL    (6'd0),
        .PSDA     (4'd0),
        .DUTYDA   (4'd0),
        .FDLY     (4'd0),
        .CLKOUT   (clk),
        .LOCK     (locked),
        .CLKOUTP  (),
        .CLKOUTD  (),
        .CLKOUTD3 ()
      );
    end else begin : gen_crystal
      assign clk    = clk_27mhz_i;
      assign locked = 1'b1;
    end
  endgenerate

  wire image_valid, busy, error;
  assign led_no       = !image_valid;
  assign led_busy_no  = !busy;
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
    .busy_o        (busy),
    .error_o       (error)
  );

endmodule

`default_nettype wire
