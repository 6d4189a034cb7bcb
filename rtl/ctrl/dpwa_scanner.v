// SPDX-License-Identifier: Apache-2.0
//
// dpwa_scanner: walks a node's loop nest READS tiles per cycle and queues the tiles that cost beats.
//
//   for each stored position of the group's share, for each channel group, for each pool-window position (one job):
//     for ky: the kw * tiles-per-pixel tiles of one input row lie side by side: a *run*
// Where a run begins is a distance in tiles (dpwa_run_start): t from the tensor's first tile to that of its input row,
// x from there to its first column, both modulo 2**(TILE_W+1). A tap is outside the map when one of them is.
//
// Every tap is scanned; one outside the map counts as a tile of width 0. Weight words lie in scan order, so their address
// is a running sum of widths that goes back to the group's start for the next position of a pool window, to the node's for
// a new position (not when endless_i). With shared_i all runs have the same weights: each starts at the group's start.
// With CONV = 0 a map is one pixel, and a channel group has one run.
//
// A node with tap windows (windowed_i, WINDOW = 1) is walked row by row, channel group by channel group:
//   for each stored row, for each channel group, for each column of the input row: its kernel rows, one tile each
// in the loops of a node whose stored rows are one position wide, with a pool window as wide as the row. A job ends with the
// column that completes a window, so it begins with the column after the one before; every tile of it is queued.
//
// Two stages. A: loop counters, addresses of both width tables. B (dpwa_scan_step): the widths arrive; the step goes to
// the queue.

`default_nettype none

module dpwa_scanner #(
  parameter integer READS     = 2,    // tiles of a step: 2, 4
  parameter integer TILE_W    = 15,   // activation tile address bits
  parameter integer WORD_W    = 17,   // activation word address bits
  parameter integer WTILE_W   = 16,   // weight tile address bits
  parameter integer WWORD_W   = 16,   // weight word address bits
  parameter integer GROUP_W   = 11,   // bits of a channel group's number
  parameter integer KERNEL_W  = 8,    // bits of a kernel row's number
  parameter integer CONV      = 1,    // 0: dense layers only
  parameter integer POOL_PADS = 0,    // 1: max pools with padding
  parameter integer CUTS      = 0,    // 1: a register behind the width tables
  parameter integer WINDOW    = 0,    // 1: nodes with tap windows
  parameter integer COLUMN_W  = 4     // bits of pool_columns_i
) (
  input  wire                clk_i,
  input  wire                rst_ni,
  input  wire                start_i,            // begins the node; the fields are stable from here on
  // descriptor fields, docs/architecture.md "Node descriptor"
  input  wire [TILE_W-1:0]   in_tile_base_i,
  input  wire [WORD_W-1:0]   in_word_base_i,
  input  wire [2:0]          in_planes_i,
  input  wire [TILE_W-1:0]   in_tiles_i,         // of the input map - 1
  input  wire [TILE_W-1:0]   row_tiles_i,        // of an input row - 1
  input  wire [TILE_W-$clog2(READS):0] run_steps_i,  // steps of a run - 1
  input  wire [$clog2(READS)-1:0]      run_rest_i,   // tiles of its last step - 1
  input  wire [KERNEL_W-1:0] kernel_rows_i,      // - 1
  input  wire                shared_i,           // the runs of a job share their weights
  input  wire [3:0]          pool_rows_i,        // pool window - 1
  input  wire [COLUMN_W-1:0] pool_columns_i,     // windowed: columns of an input row - 1
  input  wire                windowed_i,
  input  wire [3:0]          window_wait_i,      // windowed: columns before the one that completes a row's first window
  input  wire [3:0]          window_skip_i,      // windowed: columns between two that complete one
  input  wire [GROUP_W-1:0]  groups_i,           // channel groups - 1
  input  wire [TILE_W-1:0]   out_columns_i,      // stored columns - 1
  input  wire [TILE_W-1:0]   first_column_i,     // of the share's first position
  input  wire [TILE_W-1:0]   positions_i,        // of the share - 1
  input  wire [TILE_W:0]     t_first_i,          // of the share's first run
  input  wire [TILE_W:0]     t_column_i,         // to the next column of a pool window,
  input  wire [TILE_W:0]     t_window_i,         // the next row of a pool window,
  input  wire [TILE_W:0]     t_group_i,          // the next channel group or stored column,
  input  wire [TILE_W:0]     t_line_i,           // the next stored row
  input  wire [TILE_W:0]     x_first_i,
  input  wire [TILE_W:0]     x_column_i,         // to the next column of a pool window,
  input  wire [TILE_W:0]     x_group_i,          // the next row of a pool window or channel group,
  input  wire [TILE_W:0]     x_position_i,       // the next stored column,
  input  wire [TILE_W:0]     x_line_i,           // the next stored row
  input  wire                pool_pads_i,        // the pool has padding
  input  wire [TILE_W:0]     t_low_i,            // of the convolution's first row
  input  wire [TILE_W:0]     t_high_i,           // of its last one
  input  wire [TILE_W:0]     x_low_i,
  input  wire [TILE_W:0]     x_high_i,
  input  wire [WTILE_W-1:0]  weight_tile_base_i,
  input  wire [WWORD_W-1:0]  weight_word_base_i,
  input  wire                endless_i,          // weight words are numbered on from position to position
  // width tables, latency 1
  output wire                table_re_o,
  output wire [TILE_W-1:0]   act_tile_o,
  input  wire [3*READS-1:0]  act_widths_i,       // of the step's tiles, the first lowest
  output wire [WTILE_W-1:0]  weight_tile_o,
  input  wire [3*READS-1:0]  weight_widths_i,
  // queue: one step
  input  wire                space_i,
  output wire                step_o,
  output wire [3*READS-1:0]  act_planes_o,       // 0: the tile costs no beat
  output wire [3*READS-1:0]  weight_planes_o,    // 0 past the end of the run
  output wire [WORD_W-1:0]   act_word_o,         // slot of the first
  output wire [WWORD_W-1:0]  weight_word_o,
  output wire                end_o,              // of its job
  output wire [2:0]          job_o,              // the job is of the last {position, channel group, pool-window position}
  output wire [WWORD_W-1:0]  oldest_word_o       // weight words before it will not be queued any more
);

  localparam integer COORD_W = TILE_W + 1;
  localparam integer INDEX_W = $clog2(READS);      // bits of a tile's number in its step
  localparam integer STEP_W  = COORD_W - INDEX_W;
  localparam [0:0]   DENSE   = CONV == 0;

  generate
    if (READS != 2 && READS != 4) begin : gen_check
      ERROR_READS_must_be_2_or_4 u_check ();
    end
  endgenerate

  // Stage A: loop counters ------------------------------------------------------------------------------------------
  reg                active_q;
  reg [STEP_W-1:0]   step_q;                 // steps of the run already scanned
  reg [KERNEL_W-1:0] ky_q;
  reg [3:0]          wy_q;                   // position in the pool window
  reg [COLUMN_W-1:0] wx_q;
  reg [GROUP_W-1:0]  group_q;
  reg [TILE_W-1:0]   column_q;               // stored column
  reg [TILE_W-1:0]   position_q;             // of the share
  wire [COORD_W-1:0] t, x_run;               // where the run begins
  reg [WTILE_W-1:0]  wtile_q, wtile_group_q; // from weight_tile_base_i

  wire run_end       = step_q == run_steps_i;
  wire job_end       = run_end & (DENSE | (ky_q == kernel_rows_i));
  wire column_end    = DENSE | (wx_q == pool_columns_i);
  wire window_last   = column_end & (DENSE | (wy_q == pool_rows_i));
  wire group_last    = group_q == groups_i;
  wire position_last = DENSE | (position_q == positions_i);
  wire window_end    = job_end & window_last;
  wire group_end     = window_end & group_last;
  wire line_end      = column_q == out_columns_i;
  wire back          = run_end & (job_end ? ~window_last : shared_i);  // the next weights are the group's first

  wire [INDEX_W-1:0] rest       = run_rest_i | {INDEX_W{~run_end}};   // tiles of this step - 1
  wire [COORD_W-1:0] x          = x_run + {step_q, {INDEX_W{1'b0}}};
  wire               row_inside = t <= {1'b0, in_tiles_i};            // what lies before the map is a large number
  wire [READS-1:0]   in_run     = ~({READS{1'b1}} << rest << 1);
  wire [READS-1:0]   in_map;

  genvar i;
  generate
    for (i = 0; i < READS; i = i + 1) begin : gen_tile
      localparam [COORD_W-1:0] INDEX = i;
      wire [COORD_W-1:0] x_tile = x + INDEX;
      assign in_map[i] = in_run[i] & (DENSE | (row_inside & (x_tile <= {1'b0, row_tiles_i})));
    end
  endgenerate

  wire a_moves;
  wire a_steps = active_q & a_moves;
  wire [COORD_W-1:0] tile = t + x;            // from the tensor's first
  assign table_re_o    = a_steps;
  assign act_tile_o    = in_tile_base_i + tile[TILE_W-1:0];
  assign weight_tile_o = weight_tile_base_i + wtile_q;

  // wtile_q + rest + 1 in one adder: the lowest digit is the carry.
  wire [WTILE_W:0]   wtile_sum  = {wtile_q, 1'b1} + {{(WTILE_W-INDEX_W){1'b0}}, rest, 1'b1};
  wire [WTILE_W-1:0] wtile_next = wtile_sum[WTILE_W:1];

  always @(posedge clk_i) begin
    if (!rst_ni)                                    active_q <= 1'b0;
    else if (start_i)                               active_q <= 1'b1;
    else if (a_steps & group_end & position_last)   active_q <= 1'b0;
  end

  // Columns until one that completes a window.
  wire completes;

  generate
    if (WINDOW == 0) begin : gen_no_window
      assign completes = 1'b1;
      wire unused = &{1'b0, window_wait_i, window_skip_i};
    end else begin : gen_window
      reg [3:0] until_q;
      assign completes = ~windowed_i | (until_q == 4'd0);
      always @(posedge clk_i) begin
        if (start_i) until_q <= window_wait_i;
        else if (a_steps & job_end) until_q <= column_end ? window_wait_i : completes ? window_skip_i : until_q - 4'd1;
      end
    end
  endgenerate

  dpwa_run_start #(
    .TILE_W    (TILE_W),
    .POOL_PADS (POOL_PADS)
  ) u_run_start (
    .clk_i (clk_i), .start_i (start_i), .move_i (a_steps & run_end & ~DENSE),
    .job_end_i (job_end), .column_end_i (column_end), .window_last_i (window_last), .group_last_i (group_last),
    .line_end_i (line_end), .later_row_i (ky_q != {KERNEL_W{1'b0}}), .row_tiles_i (row_tiles_i),
    .t_first_i (t_first_i), .t_column_i (t_column_i), .t_window_i (t_window_i), .t_group_i (t_group_i),
    .t_line_i (t_line_i), .x_first_i (x_first_i), .x_column_i (x_column_i), .x_group_i (x_group_i),
    .x_position_i (x_position_i), .x_line_i (x_line_i),
    .pool_pads_i (pool_pads_i), .t_low_i (t_low_i), .t_high_i (t_high_i), .x_low_i (x_low_i), .x_high_i (x_high_i),
    .t_o (t), .x_o (x_run)
  );

  // Every counter goes to 0 with its loop.
  always @(posedge clk_i) begin
    if (start_i) begin
      step_q        <= {STEP_W{1'b0}};
      ky_q          <= {KERNEL_W{1'b0}};
      wy_q          <= 4'd0;
      wx_q          <= {COLUMN_W{1'b0}};
      group_q       <= {GROUP_W{1'b0}};
      column_q      <= first_column_i;
      position_q    <= {TILE_W{1'b0}};
      wtile_q       <= {WTILE_W{1'b0}};
      wtile_group_q <= {WTILE_W{1'b0}};
    end else if (a_steps) begin
      step_q  <= run_end ? {STEP_W{1'b0}} : step_q + 1'b1;
      wtile_q <= back ? wtile_group_q : group_end ? {WTILE_W{1'b0}} : wtile_next;
      if (run_end & ~DENSE) begin
        ky_q <= job_end ? {KERNEL_W{1'b0}} : ky_q + 1'b1;
      end
      if (job_end) wx_q <= column_end ? {COLUMN_W{1'b0}} : wx_q + 1'b1;
      if (job_end & column_end) wy_q <= window_last ? 4'd0 : wy_q + 4'd1;
      if (window_end) begin
        group_q       <= group_last ? {GROUP_W{1'b0}} : group_q + 1'b1;
        wtile_group_q <= group_last ? {WTILE_W{1'b0}} : wtile_next;
      end
      if (group_end & ~DENSE) begin
        position_q <= position_q + 1'b1;
        column_q   <= line_end ? {TILE_W{1'b0}} : column_q + 1'b1;
      end
    end
  end

  // Stage B ---------------------------------------------------------------------------------------------------------
  dpwa_scan_step #(
    .READS  (READS),
    .COORD_W(COORD_W),
    .WORD_W (WORD_W),
    .WWORD_W(WWORD_W),
    .CUTS   (CUTS),
    .WINDOW (WINDOW)
  ) u_step (
    .clk_i             (clk_i),
    .rst_ni            (rst_ni),
    .start_i           (start_i),
    .in_word_base_i    (in_word_base_i),
    .in_planes_i       (in_planes_i),
    .weight_word_base_i(weight_word_base_i),
    .endless_i         (endless_i),
    .windowed_i        (windowed_i),
    .valid_i           (active_q),
    .ready_o           (a_moves),
    .in_run_i          (in_run),
    .in_map_i          (in_map),
    .tile_i            (tile),
    .back_i            (back),
    .end_i             (job_end & completes),
    .job_i             ({position_last, group_last, window_last}),
    .act_widths_i      (act_widths_i),
    .weight_widths_i   (weight_widths_i),
    .space_i           (space_i),
    .step_o            (step_o),
    .act_planes_o      (act_planes_o),
    .weight_planes_o   (weight_planes_o),
    .act_word_o        (act_word_o),
    .weight_word_o     (weight_word_o),
    .end_o             (end_o),
    .job_o             (job_o),
    .oldest_word_o     (oldest_word_o)
  );

  wire unused = &{1'b0, wtile_sum[0]};

endmodule

`default_nettype wire
