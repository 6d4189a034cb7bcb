// SPDX-License-Identifier: Apache-2.0
//
// dpwa_tile_assembler: stored values -> the plane words and the width-table entry of one tile.
//
//   Every cycle with valid_i: values_i[l] becomes element element_i + l of the tile, for each l with mask_i[l].
//   flush_i in cycle t (with or without a transfer, which still belongs to the tile) completes it:
//     tile_we_o, tile_addr_o, tile_planes_o   in t + 1
//     word_we_o, word_addr_o, word_data_o     in t + 1 .. t + planes: plane 0 at word_i, plane 1 at word_i + 1, ...
//   Elements not delivered are zero. Transfers of the next tile may start in t + 1; its flush_i comes in
//   t + max(1, planes_i) or later (asserted in simulation).
//   busy_o from t + 1 to t + max(1, planes): something of the tile is written in this cycle or later.
//
// Plane p of element e is word_data_o[4*e +: 4] of word p: digit p of the value, which loses nothing when planes_i
// is at least the tile's width (N1.3). Reset clears the tile and what is still to be written.
//
// A tile stays where it was collected for one more cycle: plane 0 is written from there while the other planes move
// to the output stage, so that a bit costs no multiplexer on its way in and one on its way out.

`default_nettype none

module dpwa_tile_assembler #(
  parameter integer PRODUCTS    = 16,  // values per tile
  parameter integer WB_LANES    = 1,   // values per transfer, a divisor of PRODUCTS
  parameter integer PLANES_MAX  = 4,   // 2 to 7
  parameter integer VALUE_W     = 17,  // 4 * PLANES_MAX + 1
  parameter integer WORD_ADDR_W = 14,  // bits of a plane word's address
  parameter integer TILE_ADDR_W = 12   // bits of a tile's index
) (
  input  wire                        clk_i,
  input  wire                        rst_ni,
  input  wire                        valid_i,
  input  wire [$clog2(PRODUCTS)-1:0] element_i,  // a multiple of WB_LANES
  input  wire [WB_LANES-1:0]         mask_i,
  input  wire [WB_LANES*VALUE_W-1:0] values_i,
  input  wire                        flush_i,
  input  wire [TILE_ADDR_W-1:0]      tile_i,
  input  wire [WORD_ADDR_W-1:0]      word_i,
  input  wire [2:0]                  planes_i,
  output wire                        word_we_o,
  output wire [WORD_ADDR_W-1:0]      word_addr_o,
  output wire [4*PRODUCTS-1:0]       word_data_o,
  output wire                        tile_we_o,
  output wire [TILE_ADDR_W-1:0]      tile_addr_o,
  output wire [2:0]                  tile_planes_o,
  output wire                        busy_o
);

  generate
    if (PLANES_MAX < 2 || PLANES_MAX > 7) begin : gen_check_planes
      ERROR_PLANES_MAX_must_be_2_to_7 u_check ();
    end
    if (VALUE_W != 4*PLANES_MAX + 1) begin : gen_check_value
      ERROR_VALUE_W_must_be_4_PLANES_MAX_plus_1 u_check ();
    end
    if (WORD_ADDR_W < 2) begin : gen_check_address
      ERROR_WORD_ADDR_W_must_be_2_or_more u_check ();
    end
    if (PRODUCTS < 2 || WB_LANES < 1 || PRODUCTS % WB_LANES != 0) begin : gen_check_lanes
      ERROR_WB_LANES_must_divide_PRODUCTS u_check ();
    end
  endgenerate

  localparam integer WORD_W    = 4*PRODUCTS;
  localparam integer ELEMENT_W = $clog2(PRODUCTS);

  wire accept = rst_ni & valid_i;
  reg  flush_q;                                // cycle t + 1

  // Collecting: digit p of element e is collected[p*WORD_W + 4*e +: 4].
  reg [PLANES_MAX*WORD_W-1:0] collected_q;

  generate
    genvar e, p;
    for (e = 0; e < PRODUCTS; e = e + 1) begin : gen_element
      localparam integer LANE  = e % WB_LANES;
      localparam integer GROUP = e - LANE;
      wire write = accept & mask_i[LANE] & (element_i == GROUP[ELEMENT_W-1:0]);
      for (p = 0; p < PLANES_MAX; p = p + 1) begin : gen_plane
        always @(posedge clk_i) begin
          if (write || flush_q || !rst_ni) begin
            if (!write) collected_q[p*WORD_W + 4*e +: 4] <= 4'd0;
            else        collected_q[p*WORD_W + 4*e +: 4] <= values_i[LANE*VALUE_W + 4*p +: 4];
          end
        end
      end
    end

    // The sign bit above the top plane repeats it when the tile's width is right.
    genvar l;
    for (l = 0; l < WB_LANES; l = l + 1) begin : gen_sign
      wire unused_sign = values_i[l*VALUE_W + VALUE_W - 1];
    end
  endgenerate

  // Writing: left_q words after the one of this cycle; the output stage holds them, the next one lowest.
  reg [(PLANES_MAX-1)*WORD_W-1:0] output_q;
  reg [2:0]                       planes_q;
  reg [2:0]                       left_q;
  reg [WORD_ADDR_W-1:0]           word_q;
  reg [TILE_ADDR_W-1:0]           tile_q;

  wire [(PLANES_MAX-1)*WORD_W-1:0] rest = output_q >> WORD_W;
  wire writing = flush_q ? (planes_q != 3'd0) : (left_q != 3'd0);

  always @(posedge clk_i) begin
    flush_q <= rst_ni & flush_i;
    if (!rst_ni)      left_q <= 3'd0;
    else if (flush_q) left_q <= (planes_q == 3'd0) ? 3'd0 : planes_q - 3'd1;
    else if (writing) left_q <= left_q - 3'd1;
  end

  always @(posedge clk_i) begin
    if (flush_i) begin
      planes_q <= planes_i;
      tile_q   <= tile_i;
    end
    if (flush_i)      word_q <= word_i;
    else if (writing) word_q <= word_q + {{(WORD_ADDR_W-1){1'b0}}, 1'b1};
    output_q <= flush_q ? collected_q[PLANES_MAX*WORD_W-1:WORD_W] : rest;
  end

  assign word_we_o     = writing;
  assign word_addr_o   = word_q;
  assign word_data_o   = flush_q ? collected_q[WORD_W-1:0] : output_q[WORD_W-1:0];
  assign tile_we_o     = flush_q;
  assign tile_addr_o   = tile_q;
  assign tile_planes_o = planes_q;
  assign busy_o        = flush_q | (left_q != 3'd0);

`ifndef SYNTHESIS
  // The word written in the cycle of flush_i must be the last one of the tile before.
  wire early = flush_q ? (planes_q > 3'd1) : (left_q > 3'd1);
  always @(posedge clk_i) begin
    if (rst_ni && flush_i && early) begin
      $display("dpwa_tile_assembler: flush_i before the words of the tile before are written");
      $stop;
    end
    if (rst_ni && valid_i && {{(32-ELEMENT_W){1'b0}}, element_i} % WB_LANES != 0) begin
      $display("dpwa_tile_assembler: element_i %0d is not a multiple of WB_LANES", element_i);
      $stop;
    end
  end
`endif

endmodule

`default_nettype wire
