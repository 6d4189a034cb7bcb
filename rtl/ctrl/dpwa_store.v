// SPDX-License-Identifier: Apache-2.0
//
// dpwa_store: gives write-back results their place: max pool, tile, element, and which of them exist.
//
// Results of a job arrive slice by slice (valid_i, slice_i). Those of the last group's missing channels are masked. The
// largest of each pool window leaves one cycle later with its element, tile and slot; flush_o marks the transfer that
// completes a tile, position_o one that completes a stored position too. saturated_o counts the results that a format
// limit cut (docs/numerics.md, N4.4), one cycle after valid_i. done_o: every job of the node was stored by the tile
// assembler's input.

`default_nettype none

module dpwa_store #(
  parameter integer LANES    = 4,
  parameter integer WB_LANES = 1,
  parameter integer PRODUCTS = 16,
  parameter integer VALUE_W  = 21,
  parameter integer TILE_W   = 15,
  parameter integer WORD_W   = 17,
  parameter integer WINDOW   = 0     // 1: nodes with tap windows
) (
  input  wire                                  clk_i,
  input  wire                                  rst_ni,
  // node
  input  wire                                  start_i,
  input  wire                                  windowed_i,      // it has tap windows
  input  wire [7:0]                            window_i,        // positions of the pool window - 1; windowed: stored columns - 1
  input  wire [11:0]                           groups_i,        // channel groups - 1
  input  wire [7:0]                            last_channels_i, // channels of the last group
  input  wire                                  idle_i,          // the share is empty
  input  wire [19:0]                           positions_i,     // stored positions of the share - 1; windowed: stored rows - 1
  input  wire [TILE_W-1:0]                     tile_base_i,
  input  wire [WORD_W-1:0]                     word_base_i,
  input  wire [7:0]                            tile_step_i,     // from one tile of the share to the next
  input  wire [7:0]                            word_step_i,     // the same in words
  input  wire [7:0]                            column_tiles_i,  // windowed: tiles of a stored position
  input  wire [7:0]                            column_words_i,  // the same in words
  input  wire                                  count_above_i,
  input  wire                                  count_below_i,
  // write-back
  input  wire                                  valid_i,
  input  wire [4:0] slice_i,
  input  wire [WB_LANES*VALUE_W-1:0]           values_i,
  input  wire [WB_LANES-1:0]                   above_i,
  input  wire [WB_LANES-1:0]                   below_i,
  output wire                                  window_first_o,  // of the pool window: the transfer on valid_i
  output wire                                  window_last_o,
  // tile assembler and PCU
  output wire                                  valid_o,
  output wire [$clog2(PRODUCTS)-1:0]           element_o,
  output wire [WB_LANES-1:0]                   mask_o,
  output wire [WB_LANES*VALUE_W-1:0]           values_o,
  output wire                                  flush_o,
  output wire                                  position_o,
  output wire [TILE_W-1:0]                     tile_o,
  output wire [WORD_W-1:0]                     word_o,
  output reg  [$clog2(WB_LANES+1)-1:0]         saturated_o,
  output wire                                  done_o
);

  localparam integer SLICES    = LANES / WB_LANES;
  localparam integer SLICE_W   = (SLICES > 1) ? $clog2(SLICES) : 1;
  localparam integer ELEMENT_W = $clog2(PRODUCTS);
  localparam integer COUNT_W   = $clog2(WB_LANES + 1);
  localparam integer LAST      = SLICES - 1;
  localparam integer TAG_W     = ELEMENT_W + WB_LANES + 2 + TILE_W + WORD_W;

  wire                 window_first, window_last, group_last, flush, walker_done;
  assign window_first_o = window_first;
  assign window_last_o  = window_last;
  wire [ELEMENT_W-1:0] job_element;
  wire [TILE_W-1:0]    tile;
  wire [WORD_W-1:0]    word;
  wire [2:0]           row;
  wire                 last_slice = slice_i == LAST[4:0];

  dpwa_job_walker #(
    .LANES   (LANES),
    .PRODUCTS(PRODUCTS),
    .SLICES  (SLICES),
    .ROW_W   (3),
    .TILE_W  (TILE_W),
    .WORD_W  (WORD_W),
    .WINDOW  (WINDOW)
  ) u_walker (
    .clk_i         (clk_i),
    .rst_ni        (rst_ni),
    .start_i       (start_i),
    .step_i        (valid_i & last_slice),
    .windowed_i    (windowed_i),
    .window_i      (window_i),
    .groups_i      (groups_i),
    .positions_i   (positions_i),
    .row_base_i    (3'd0),
    .tile_base_i   (tile_base_i),
    .word_base_i   (word_base_i),
    .tile_step_i   (tile_step_i),
    .word_step_i   (word_step_i),
    .column_tiles_i(column_tiles_i),
    .column_words_i(column_words_i),
    .window_first_o(window_first),
    .window_last_o (window_last),
    .group_last_o  (group_last),
    .flush_o       (flush),
    .element_o     (job_element),
    .row_o         (row),
    .tile_o        (tile),
    .word_o        (word),
    .done_o        (walker_done)
  );

  // Channel of write-back lane w in the job: slice * WB_LANES + w.
  wire [7:0]          slice_channel = {3'd0, slice_i} * WB_LANES[7:0];
  wire [WB_LANES-1:0] mask;
  wire [WB_LANES-1:0] cut = mask & ((above_i & {WB_LANES{count_above_i}}) | (below_i & {WB_LANES{count_below_i}}));

  genvar w;
  generate
    for (w = 0; w < WB_LANES; w = w + 1) begin : gen_mask
      localparam [7:0] LANE = w;
      assign mask[w] = ~group_last | (slice_channel + LANE < last_channels_i);
    end
  endgenerate

  reg [COUNT_W-1:0] cut_count;
  integer i;
  always @(*) begin
    cut_count = {COUNT_W{1'b0}};
    for (i = 0; i < WB_LANES; i = i + 1) cut_count = cut_count + {{(COUNT_W-1){1'b0}}, cut[i]};
  end

  always @(posedge clk_i) saturated_o <= valid_i ? cut_count : {COUNT_W{1'b0}};

  wire [ELEMENT_W-1:0] element = job_element + slice_channel[ELEMENT_W-1:0];

  dpwa_max_pool #(
    .WB_LANES(WB_LANES),
    .SLICES  (SLICES),
    .VALUE_W (VALUE_W),
    .TAG_W   (TAG_W)
  ) u_pool (
    .clk_i  (clk_i),
    .rst_ni (rst_ni),
    .valid_i(valid_i),
    .slice_i(slice_i[SLICE_W-1:0]),
    .first_i(window_first),
    .last_i (window_last),
    .tag_i  ({element, mask, flush & last_slice, group_last, tile, word}),
    .y_i    (values_i),
    .valid_o(valid_o),
    .tag_o  (tag),
    .y_o    (values_o)
  );

  wire [TAG_W-1:0] tag;
  wire             flush_tag, last_tag;
  assign {element_o, mask_o, flush_tag, last_tag, tile_o, word_o} = tag;
  assign flush_o    = valid_o & flush_tag;
  assign position_o = flush_o & last_tag;
  assign done_o  = idle_i | (walker_done & ~valid_o);

  wire unused = &{1'b0, row};   // the constants' row is the drain's business

endmodule

`default_nettype wire
