// SPDX-License-Identifier: Apache-2.0
//
// dpwa_digit_writer: writes stored values into activation memory one digit per cycle, without collecting a tile.
//
// The work of dpwa_tile_assembler for values that come slowly. valid_i in cycle t, when ready_o: the value becomes element
// element_i of the tile in slot word_i (nothing, without mask_i), and with flush_i it is the tile's last: tile_we_o in t,
// with planes_i. All inputs but valid_i are stable while busy_o, from t + 1 to t + slot_planes_i, or to
// t + 2 * slot_planes_i for the first value of a tile, which clears the slot before: so an element that does not come is
// zero. Every word of the slot is written, also those above the tile's width.
//
// In the word at word_addr_o the digits e with digit_we_o[e] become those of word_data_o. Reset begins a new tile.

`default_nettype none

module dpwa_digit_writer #(
  parameter integer PRODUCTS    = 16,  // values per tile
  parameter integer PLANES_MAX  = 4,   // 2 to 7
  parameter integer VALUE_W     = 17,  // 4 * PLANES_MAX + 1
  parameter integer WORD_ADDR_W = 14,  // bits of a plane word's address
  parameter integer TILE_ADDR_W = 12   // bits of a tile's index
) (
  input  wire                        clk_i,
  input  wire                        rst_ni,
  input  wire                        valid_i,
  output wire                        ready_o,
  input  wire [$clog2(PRODUCTS)-1:0] element_i,
  input  wire                        mask_i,
  input  wire [VALUE_W-1:0]          value_i,
  input  wire                        flush_i,
  input  wire [TILE_ADDR_W-1:0]      tile_i,
  input  wire [WORD_ADDR_W-1:0]      word_i,
  input  wire [2:0]                  planes_i,       // from the PCU
  input  wire [2:0]                  slot_planes_i,  // words of the slot, at least 1
  output wire [PRODUCTS-1:0]         digit_we_o,
  output wire [WORD_ADDR_W-1:0]      word_addr_o,
  output wire [4*PRODUCTS-1:0]       word_data_o,
  output wire                        tile_we_o,
  output wire [TILE_ADDR_W-1:0]      tile_addr_o,
  output wire [2:0]                  tile_planes_o,
  output wire                        busy_o
);

  generate
    if (PLANES_MAX < 2 || PLANES_MAX > 7 || VALUE_W != 4*PLANES_MAX + 1 || WORD_ADDR_W < 3) begin : gen_check
      ERROR_PLANES_MAX_must_be_2_to_7_VALUE_W_4_PLANES_MAX_plus_1_and_WORD_ADDR_W_3_or_more u_check ();
    end
  endgenerate

  reg       busy_q, clearing_q;
  reg       fresh_q;      // nothing of the tile has come yet
  reg [2:0] plane_q;

  wire last = plane_q + 3'd1 == slot_planes_i;

  always @(posedge clk_i) begin
    if (!rst_ni) begin
      busy_q  <= 1'b0;
      fresh_q <= 1'b1;
    end else begin
      busy_q <= valid_i | (busy_q & (clearing_q | ~last));
      if (valid_i) fresh_q <= flush_i;
    end
    clearing_q <= valid_i ? fresh_q : clearing_q & ~last;
    plane_q    <= (valid_i | last) ? 3'd0 : plane_q + 3'd1;
  end

  wire [31:0] digits = {{(32-VALUE_W){1'b0}}, value_i};

  genvar e;
  generate
    for (e = 0; e < PRODUCTS; e = e + 1) begin : gen_element
      localparam integer ELEMENT = e;
      assign digit_we_o[e] = busy_q & (clearing_q | (mask_i & (element_i == ELEMENT[$clog2(PRODUCTS)-1:0])));
    end
  endgenerate

  assign ready_o       = ~busy_q & ~valid_i;
  assign busy_o        = busy_q;
  assign word_addr_o   = word_i + {{(WORD_ADDR_W-3){1'b0}}, plane_q};
  assign word_data_o   = {PRODUCTS{digits[4*plane_q +: 4] & {4{~clearing_q}}}};
  assign tile_we_o     = valid_i & flush_i;
  assign tile_addr_o   = tile_i;
  assign tile_planes_o = planes_i;

  wire unused_sign = value_i[VALUE_W-1];   // it repeats the top plane's

endmodule

`default_nettype wire
