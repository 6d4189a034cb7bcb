// SPDX-License-Identifier: Apache-2.0
//
// dpwa_run_start: where the scanner's run begins: t_o tiles from the tensor's first tile to that of its input row, x_o
// from there to its first column, both modulo 2**(TILE_W+1). Combinational after start_i and move_i.
//
// At the end of a run (move_i) both move by the descriptor's step for the outermost loop that goes on, by one row of the
// map when the job does. The scanner names the loops that end with this run, the inner ones first.
//
// With POOL_PADS = 1 a pool window may reach over the convolution's map (pool_pads_i): a position outside is replaced by
// the nearest one inside, which lies in the same window. The walk goes on outside; where a job begins it is limited to
// low .. high, the map's first and last row and column. Which side of a limit it is on is the sign of the difference
// modulo 2**(TILE_W+1): no position may be 2**TILE_W or more away from a limit.

`default_nettype none

module dpwa_run_start #(
  parameter integer TILE_W    = 15,  // activation tile address bits
  parameter integer POOL_PADS = 0    // 1: max pools with padding
) (
  input  wire              clk_i,
  input  wire              start_i,        // the node's first run; the fields are stable from here on
  input  wire              move_i,         // the run ends
  input  wire              job_end_i,      // and with it the job,
  input  wire              column_end_i,   // the row of a pool window,
  input  wire              window_last_i,  // the pool window,
  input  wire              group_last_i,   // the last channel group,
  input  wire              line_end_i,     // the stored row
  input  wire              later_row_i,    // the run is not its job's first
  // descriptor fields, docs/architecture.md "Node descriptor"
  input  wire [TILE_W-1:0] row_tiles_i,
  input  wire [TILE_W:0]   t_first_i,
  input  wire [TILE_W:0]   t_column_i,
  input  wire [TILE_W:0]   t_window_i,
  input  wire [TILE_W:0]   t_group_i,
  input  wire [TILE_W:0]   t_line_i,
  input  wire [TILE_W:0]   x_first_i,
  input  wire [TILE_W:0]   x_column_i,
  input  wire [TILE_W:0]   x_group_i,
  input  wire [TILE_W:0]   x_position_i,
  input  wire [TILE_W:0]   x_line_i,
  input  wire              pool_pads_i,
  input  wire [TILE_W:0]   t_low_i,
  input  wire [TILE_W:0]   t_high_i,
  input  wire [TILE_W:0]   x_low_i,
  input  wire [TILE_W:0]   x_high_i,
  output wire [TILE_W:0]   t_o,
  output wire [TILE_W:0]   x_o
);

  localparam integer COORD_W = TILE_W + 1;
  localparam [0:0]   PADS    = POOL_PADS != 0;
  localparam [COORD_W-1:0] HALF = {1'b1, {TILE_W{1'b0}}};  // a difference from here on is negative

  reg [COORD_W-1:0] t_q, x_q;                 // of the walk
  reg [COORD_W-1:0] t_step, x_step;
  wire [COORD_W-1:0] row = {1'b0, row_tiles_i} + 1'b1;

  always @(*) begin
    if (!job_end_i) begin
      t_step = row;
      x_step = {COORD_W{1'b0}};
    end else if (!column_end_i) begin
      t_step = t_column_i;
      x_step = x_column_i;
    end else if (!window_last_i) begin
      t_step = t_window_i;
      x_step = x_group_i;
    end else if (!group_last_i) begin
      t_step = t_group_i;
      x_step = x_group_i;
    end else if (!line_end_i) begin
      t_step = t_group_i;
      x_step = x_position_i;
    end else begin
      t_step = t_line_i;
      x_step = x_line_i;
    end
  end

  always @(posedge clk_i) begin
    if (start_i) begin
      t_q <= t_first_i;
      x_q <= x_first_i;
    end else if (move_i) begin
      t_q <= t_q + t_step;
      x_q <= x_q + x_step;
    end
  end

  // The job's first run, limited, and from there on row by row; x is the same in all runs of a job.
  wire limited  = PADS & pool_pads_i;
  wire t_before = limited & (t_q - t_low_i >= HALF);
  wire t_after  = limited & (t_high_i - t_q >= HALF);
  wire x_before = limited & (x_q - x_low_i >= HALF);
  wire x_after  = limited & (x_high_i - x_q >= HALF);
  reg [COORD_W-1:0] t_later_q;

  assign t_o = (PADS & later_row_i) ? t_later_q : t_before ? t_low_i : t_after ? t_high_i : t_q;
  assign x_o = x_before ? x_low_i : x_after ? x_high_i : x_q;

  always @(posedge clk_i) begin
    if (move_i) t_later_q <= t_o + row;
  end

endmodule

`default_nettype wire
