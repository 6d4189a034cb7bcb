// SPDX-License-Identifier: Apache-2.0
//
// dpwa_scanner: walks a node's loop nest two tiles per cycle and queues the tiles that cost beats.
//
//   for each stored position of the group's share, for each channel group, for each pool-window position (one job):
//     for ky: the kw * tiles-per-pixel tiles of one input row lie side by side: a *run*, read two per cycle
//
// Every tap is scanned; a tap outside the map counts as a tile of width 0. A tile is queued when both its activation
// and its weight width are not 0. Weight words lie in scan order, so their address is a running sum of weight widths
// that goes back to the group's start for the next position of a pool window and to the node's for a new position
// (not when endless_i).
//
// Two stages. A: loop counters, addresses of both width tables. B: the widths arrive; entries go to the queue.
// Advance rule: B moves when the queue has space; A moves when B is empty or moves.

`default_nettype none

module dpwa_scanner #(
  parameter integer TILE_W  = 15,   // activation tile address bits
  parameter integer WORD_W  = 17,   // activation word address bits
  parameter integer WTILE_W = 16,   // weight tile address bits
  parameter integer WWORD_W = 16    // weight word address bits
) (
  input  wire                          clk_i,
  input  wire                          rst_ni,
  input  wire                          start_i,           // begins the node; the fields are stable from here on
  // descriptor fields, docs/architecture.md "Node descriptor"
  input  wire [TILE_W-1:0]             in_tile_base_i,
  input  wire [WORD_W-1:0]             in_word_base_i,
  input  wire [2:0]                    in_planes_i,
  input  wire [15:0]                   in_rows_i,         // rows of the input map
  input  wire [15:0]                   row_tiles_i,       // tiles of an input row
  input  wire [15:0]                   run_tiles_i,       // tiles of a run
  input  wire [7:0]                    kernel_rows_i,     // - 1
  input  wire [15:0]                   y_start_i,         // signed: first row of the first window
  input  wire [15:0]                   y_step_i,          // rows per output row
  input  wire [15:0]                   pool_y_step_i,     // rows per stored row
  input  wire [TILE_W-1:0]             y_start_tiles_i,   // the same three in tiles, modulo 2**TILE_W
  input  wire [TILE_W-1:0]             y_step_tiles_i,
  input  wire [TILE_W-1:0]             pool_y_step_tiles_i,
  input  wire [15:0]                   x_start_i,         // signed, in tiles: first window of a row
  input  wire [15:0]                   x_first_i,         // signed, in tiles: the share's first window
  input  wire [15:0]                   x_step_i,          // tiles per output column
  input  wire [15:0]                   pool_x_step_i,     // tiles per stored column
  input  wire [3:0]                    pool_rows_i,       // pool window - 1
  input  wire [3:0]                    pool_columns_i,
  input  wire [15:0]                   out_columns_i,     // stored columns - 1
  input  wire [15:0]                   first_column_i,    // of the share's first position
  input  wire [19:0]                   positions_i,       // of the share - 1
  input  wire [11:0]                   groups_i,          // channel groups - 1
  input  wire [WTILE_W-1:0]            weight_tile_base_i,
  input  wire [WWORD_W-1:0]            weight_word_base_i,
  input  wire                          endless_i,         // weight words are numbered on from position to position
  // width tables, latency 1
  output wire                          table_re_o,
  output wire [TILE_W-1:0]             act_tile_o,
  input  wire [2:0]                    act_first_i,
  input  wire [2:0]                    act_second_i,
  output wire [WTILE_W-1:0]            weight_tile_o,
  input  wire [2:0]                    weight_first_i,
  input  wire [2:0]                    weight_second_i,
  // queue
  input  wire                          space_i,
  output wire                          step_o,
  output wire [1:0]                    push_o,
  output wire                          end_o,
  output wire [WORD_W+WWORD_W+5:0]     entry0_o,          // {act planes, weight planes, act word, weight word}; without a
                                                         // push its act planes are 0
  output wire [WORD_W+WWORD_W+5:0]     entry1_o,
  output wire [WWORD_W-1:0]            oldest_word_o      // weight words before it will not be queued any more
);

  // Stage A: loop counters ------------------------------------------------------------------------------------------
  reg         active_q;
  reg [15:0]  run_q;                          // tiles of the run already scanned
  reg [7:0]   ky_q;
  reg [3:0]   wy_q, wx_q;                     // position in the pool window
  reg [11:0]  group_q;
  reg [15:0]  ox_q;                           // stored column
  reg [19:0]  position_q;                     // of the share
  reg [15:0]  y_pos_q, y_win_q, y_row_q;      // first input row of: the stored row, the window row, this kernel row
  reg [TILE_W-1:0] t_pos_q, t_win_q, t_row_q; // the same in tiles from the tensor's base
  reg [15:0]  x_pos_q, x_win_q;               // first input column, in tiles
  reg [WTILE_W-1:0] wtile_q, wtile_group_q;

  wire run_end    = run_q + 16'd2 >= run_tiles_i;
  wire job_end    = run_end & (ky_q == kernel_rows_i);
  wire column_end = wx_q == pool_columns_i;
  wire window_end = column_end & (wy_q == pool_rows_i);
  wire group_end  = group_q == groups_i;
  wire row_end    = ox_q == out_columns_i;
  wire node_end   = job_end & window_end & group_end & (position_q == positions_i);

  wire two        = run_q + 16'd1 < run_tiles_i;
  wire row_inside = y_row_q < in_rows_i;      // a negative row is a large unsigned one
  wire [15:0] x0  = x_win_q + run_q;
  wire [15:0] x1  = x0 + 16'd1;
  wire inside0    = row_inside & (x0 < row_tiles_i);
  wire inside1    = row_inside & (x1 < row_tiles_i) & two;

  wire b_moves, a_moves;
  wire a_steps = active_q & a_moves;

  wire [TILE_W-1:0] x_tiles;                  // x0, sign-extended or cut to the address width
  generate
    if (TILE_W > 16) begin : gen_wide
      assign x_tiles = {{(TILE_W-16){x0[15]}}, x0};
    end else begin : gen_narrow
      assign x_tiles = x0[TILE_W-1:0];
    end
  endgenerate
  wire [TILE_W-1:0] tile = t_row_q + x_tiles;

  assign table_re_o    = a_steps;
  assign act_tile_o    = in_tile_base_i + tile;
  assign weight_tile_o = wtile_q;

  wire [WTILE_W-1:0] wtile_next = wtile_q + {{(WTILE_W-2){1'b0}}, two, ~two};

  always @(posedge clk_i) begin
    if (!rst_ni) begin
      active_q <= 1'b0;
    end else if (start_i) begin
      active_q <= 1'b1;
    end else if (a_steps & node_end) begin
      active_q <= 1'b0;
    end
  end

  always @(posedge clk_i) begin
    if (start_i) begin
      {run_q, ky_q, wy_q, wx_q, group_q, position_q} <= {16'd0, 8'd0, 4'd0, 4'd0, 12'd0, 20'd0};
      ox_q <= first_column_i;
      {y_pos_q, y_win_q, y_row_q} <= {3{y_start_i}};
      {t_pos_q, t_win_q, t_row_q} <= {3{y_start_tiles_i}};
      {x_pos_q, x_win_q}          <= {2{x_first_i}};
      {wtile_q, wtile_group_q}    <= {2{weight_tile_base_i}};
    end else if (a_steps) begin
      run_q   <= run_end ? 16'd0 : run_q + 16'd2;
      wtile_q <= wtile_next;
      if (run_end) begin
        ky_q    <= ky_q + 8'd1;
        y_row_q <= y_row_q + 16'd1;
        t_row_q <= t_row_q + row_tiles_cut;
      end
      if (job_end) begin
        ky_q <= 8'd0;
        // next position of the pool window
        wx_q    <= column_end ? 4'd0 : wx_q + 4'd1;
        x_win_q <= column_end ? x_pos_q : x_win_q + x_step_i;
        y_row_q <= column_end ? y_win_q + y_step_i : y_win_q;
        t_row_q <= column_end ? t_win_q + y_step_tiles_i : t_win_q;
        if (column_end) begin
          wy_q    <= wy_q + 4'd1;
          y_win_q <= y_win_q + y_step_i;
          t_win_q <= t_win_q + y_step_tiles_i;
        end
        wtile_q <= wtile_group_q;
      end
      if (job_end & window_end) begin
        // next channel group: the same window again
        {wy_q, wx_q} <= {4'd0, 4'd0};
        {y_win_q, y_row_q} <= {2{y_pos_q}};
        {t_win_q, t_row_q} <= {2{t_pos_q}};
        group_q       <= group_end ? 12'd0 : group_q + 12'd1;
        wtile_q       <= group_end ? weight_tile_base_i : wtile_next;
        wtile_group_q <= group_end ? weight_tile_base_i : wtile_next;
      end
      if (job_end & window_end & group_end) begin
        // next stored position
        position_q <= position_q + 20'd1;
        ox_q    <= row_end ? 16'd0 : ox_q + 16'd1;
        x_pos_q <= row_end ? x_start_i : x_pos_q + pool_x_step_i;
        x_win_q <= row_end ? x_start_i : x_pos_q + pool_x_step_i;
        if (row_end) begin
          {y_pos_q, y_win_q, y_row_q} <= {3{y_pos_q + pool_y_step_i}};
          {t_pos_q, t_win_q, t_row_q} <= {3{t_pos_q + pool_y_step_tiles_i}};
        end
      end
    end
  end

  wire [TILE_W-1:0] row_tiles_cut;
  generate
    if (TILE_W > 16) begin : gen_wide_row
      assign row_tiles_cut = {{(TILE_W-16){1'b0}}, row_tiles_i};
    end else begin : gen_narrow_row
      assign row_tiles_cut = row_tiles_i[TILE_W-1:0];
    end
  endgenerate

  // Stage B: widths arrive ------------------------------------------------------------------------------------------
  reg               b_valid_q, b_inside0_q, b_inside1_q, b_two_q, b_end_q;
  reg               b_window_end_q, b_group_end_q;
  reg [WORD_W-1:0]  b_word1_q;   // slot of the second tile
  reg [WWORD_W-1:0] wword_q, wword_group_q;

  // The first tile may lie one before the tensor (outside the map) while the second is its first, so the address of the
  // second is computed and the first's is one slot below it.
  wire [TILE_W-1:0] tile1 = tile + {{(TILE_W-1){1'b0}}, 1'b1};
  wire [WORD_W-1:0] tile1_word;
  generate
    if (TILE_W >= WORD_W) begin : gen_word_cut
      assign tile1_word = tile1[WORD_W-1:0];
    end else begin : gen_word_extend
      assign tile1_word = {{(WORD_W-TILE_W){1'b0}}, tile1};
    end
  endgenerate

  assign b_moves = b_valid_q & space_i;
  assign a_moves = ~b_valid_q | space_i;

  always @(posedge clk_i) begin
    if (!rst_ni)      b_valid_q <= 1'b0;
    else if (a_moves) b_valid_q <= active_q;
    if (a_moves) begin
      b_inside0_q    <= inside0;
      b_inside1_q    <= inside1;
      b_two_q        <= two;
      b_end_q        <= job_end;
      b_window_end_q <= window_end;
      b_group_end_q  <= group_end;
      b_word1_q      <= in_word_base_i + tile1_word * {{(WORD_W-3){1'b0}}, in_planes_i};
    end
  end

  wire take0 = b_inside0_q & (act_first_i != 3'd0) & (weight_first_i != 3'd0);
  wire take1 = b_inside1_q & (act_second_i != 3'd0) & (weight_second_i != 3'd0);

  wire [WWORD_W-1:0] wword1     = wword_q + {{(WWORD_W-3){1'b0}}, weight_first_i};
  wire [WWORD_W-1:0] wword_next = b_two_q ? wword1 + {{(WWORD_W-3){1'b0}}, weight_second_i} : wword1;

  always @(posedge clk_i) begin
    if (start_i) begin
      {wword_q, wword_group_q} <= {2{weight_word_base_i}};
    end else if (b_moves) begin
      wword_q <= wword_next;
      if (b_end_q & ~b_window_end_q) wword_q <= wword_group_q;
      if (b_end_q & b_window_end_q) begin
        wword_q       <= (b_group_end_q & ~endless_i) ? weight_word_base_i : wword_next;
        wword_group_q <= (b_group_end_q & ~endless_i) ? weight_word_base_i : wword_next;
      end
    end
  end

  wire [WORD_W-1:0] b_word0 = b_word1_q - {{(WORD_W-3){1'b0}}, in_planes_i};
  wire [WORD_W+WWORD_W+5:0] entry0 = {act_first_i, weight_first_i, b_word0, wword_q};
  wire [WORD_W+WWORD_W+5:0] entry1 = {act_second_i, weight_second_i, b_word1_q, wword1};

  assign step_o   = b_moves;
  assign push_o   = {take0 & take1, take0 ^ take1};
  assign end_o    = b_end_q;
  assign entry0_o = take0 ? entry0 : {entry1[WORD_W+WWORD_W+5 -: 3] & {3{take1}}, entry1[WORD_W+WWORD_W+2:0]};
  assign entry1_o = entry1;

  assign oldest_word_o = b_window_end_q ? wword_q : wword_group_q;

endmodule

`default_nettype wire
