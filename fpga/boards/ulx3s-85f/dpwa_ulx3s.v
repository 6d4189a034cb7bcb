// SPDX-License-Identifier: Apache-2.0
//
// dpwa_ulx3s: an accelerator with a serial line on the ULX3S: clock and pins around dpwa_board.
//
// Clock: the oscillator's 25 MHz (PLL = 0), or 25 MHz / 5 * CLKFB_DIV from the PLL. LED 0 shines while a whole image is
// loaded; with BOOT = 1 LED 1 while the flash is read or an inference is under way, LED 2 when there is no image or the
// loader has found an error. The flash's clock pin belongs to the configuration port, which USRMCLK leads to.

`default_nettype none

module dpwa_ulx3s #(
  parameter integer CLOCKS_PER_BIT = 217,  // clock cycles per bit of the serial line
  parameter integer PLL            = 0,    // 1: the clock comes from the PLL
  parameter integer CLKFB_DIV      = 10,   // multiplier of 5 MHz
  parameter integer CLKOP_DIV      = 12,   // output divider: clock * CLKOP_DIV is 400 to 800 MHz
  parameter integer BOOT           = 0,    // 1: the design reads a flash
  parameter integer FLASH_ADDRESS  = 0     // byte address of the image
) (
  input  wire clk_25mhz_i,
  input  wire uart_rx_i,
  output wire uart_tx_o,
  output wire led_o,
  output wire led_busy_o,
  output wire led_error_o,
  output wire flash_cs_no,
  output wire flash_mosi_o,
  input  wire flash_miso_i,
  output wire flash_wp_no,
  output wire flash_hold_no
);

  wire clk;
  wire locked;

  generate
    if (PLL != 0) begin : gen_pll
      // Loop filter: the values that ecppll of Project Trellis writes.
      (* ICP_CURRENT = "12" *) (* LPF_RESISTOR = "8" *) (* MFG_ENABLE_FILTEROPAMP = "1" *) (* MFG_GMCREF_SEL = "2" *)
      EHXPLLL #(
        .CLKI_DIV     (5),
        .CLKFB_DIV    (CLKFB_DIV),
        .CLKOP_DIV    (CLKOP_DIV),
        .CLKOP_ENABLE ("ENABLED"),
        .CLKOP_CPHASE (CLKOP_DIV / 2),
        .CLKOP_FPHASE (0),
        .FEEDBK_PATH  ("CLKOP")
      ) u_pll (
        .CLKI         (clk_25mhz_i),
        .CLKFB        (clk),
        .CLKOP        (clk),
        .LOCK         (locked),
        .RST          (1'b0),
        .STDBY        (1'b0),
        .PHASESEL0    (1'b0),
        .PHASESEL1    (1'b0),
        .PHASEDIR     (1'b0),
        .PHASESTEP    (1'b0),
        .PHASELOADREG (1'b0),
        .PLLWAKESYNC  (1'b0),
        .ENCLKOP      (1'b0)
      );
    end else begin : gen_oscillator
      assign clk    = clk_25mhz_i;
      assign locked = 1'b1;
    end
  endgenerate

  assign flash_wp_no   = 1'b1;
  assign flash_hold_no = 1'b1;

  wire flash_sck;
  USRMCLK u_flash_clock (
    .USRMCLKI  (flash_sck),
    .USRMCLKTS (1'b0)
  );

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
    .flash_sck_o   (flash_sck),
    .flash_mosi_o  (flash_mosi_o),
    .flash_miso_i  (flash_miso_i),
    .image_valid_o (led_o),
    .busy_o        (led_busy_o),
    .error_o       (led_error_o)
  );

endmodule

`default_nettype wire
