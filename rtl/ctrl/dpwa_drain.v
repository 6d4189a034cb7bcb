// SPDX-License-Identifier: Apache-2.0
//
// dpwa_drain: takes the finished accumulators of a lane group to the write-back lanes, one slice per cycle.
//
// The lanes of slice s run s cycles behind slice 0, so each slice is final exactly when its turn comes and no output
// registers are needed. A job's last beat enters slice 0 in cycle t (last_i); its slices are on sum_o in cycles t +
// LATENCY + s, with the corrector's value of that job. pre_* announce a slice one cycle earlier, with the row of its
// channel constants; position_o: it is the last one of a stored position. Jobs come at least SLICES cycles apart (the
// issue stage's duty).

`default_nettype none

module dpwa_drain #(
  parameter integer LANES    = 4,    // lanes of the group
  parameter integer WB_LANES = 1,    // write-back lanes = lanes per slice
  parameter integer PRODUCTS = 16,   // values per tile
  parameter integer ACC_W    = 48,   // accumulator bits
  parameter integer ROW_W    = 13,   // channel-constant row address bits
  parameter integer LATENCY  = 5,    // of dpwa_mac_lane, at least 2
  parameter integer WINDOW   = 0     // 1: nodes with tap windows
) (
  input  wire                              clk_i,
  input  wire                              rst_ni,
  // node
  input  wire                              start_i,
  input  wire                              windowed_i,   // it has tap windows
  input  wire [7:0]                        window_i,     // positions of the pool window - 1; windowed: stored columns - 1
  input  wire [11:0]                       groups_i,     // channel groups - 1
  input  wire [ROW_W-1:0]                  row_base_i,   // first channel constants
  // lanes
  input  wire                              last_i,       // with the beat at slice 0's input
  input  wire [LANES*ACC_W-1:0]            sums_i,
  input  wire [ACC_W-1:0]                  corr_i,       // of slice 0's timing
  // announcement, one cycle early
  output wire                              pre_valid_o,
  output wire [ROW_W-1:0]                  pre_row_o,
  output wire                              position_o,
  // write-back lanes
  output reg                               valid_o,
  output reg  [4:0] slice_o,
  output wire [WB_LANES*ACC_W-1:0]         sum_o,
  output wire [ACC_W-1:0]                  corr_o
);

  localparam integer SLICES  = LANES / WB_LANES;
  localparam integer LAST    = SLICES - 1;

  generate
    if (LATENCY < 2 || SLICES * WB_LANES != LANES || SLICES > 32 || ROW_W < 6) begin : gen_check
      ERROR_LATENCY_at_least_2_ROW_W_at_least_6_and_LANES_at_most_32_slices_of_WB_LANES u_check ();
    end
  endgenerate

  reg [LATENCY-2:0] last_q;        // delay line: bit k is last_i of k + 1 cycles ago
  reg [4:0] next_slice_q;  // announced next; 0: wait for a job
  reg [ACC_W-1:0]   corr_q;

  wire job_ready = last_q[LATENCY-2];

  wire [4:0] pre_slice = job_ready ? 5'd0 : next_slice_q;
  wire               pre_last  = pre_slice == LAST[4:0];
  wire [ROW_W-1:0]   job_row;

  assign pre_valid_o = job_ready | (next_slice_q != 5'd0);
  assign position_o  = pre_valid_o & pre_last & window_last & group_last;
  assign pre_row_o   = job_row + {{(ROW_W-5){1'b0}}, pre_slice};

  wire                        window_first, window_last, group_last, flush, done;
  wire [$clog2(PRODUCTS)-1:0] element;
  wire [7:0]                  tile, word;

  dpwa_job_walker #(
    .LANES   (LANES),
    .PRODUCTS(PRODUCTS),
    .SLICES  (SLICES),
    .ROW_W   (ROW_W),
    .TILE_W  (8),
    .WORD_W  (8),
    .WINDOW  (WINDOW)
  ) u_walker (
    .clk_i         (clk_i),
    .rst_ni        (rst_ni),
    .start_i       (start_i),
    .step_i        (pre_valid_o & pre_last),
    .windowed_i    (windowed_i),
    .window_i      (window_i),
    .groups_i      (groups_i),
    .positions_i   (20'd0),
    .row_base_i    (row_base_i),
    .tile_base_i   (8'd0),
    .word_base_i   (8'd0),
    .tile_step_i   (8'd0),
    .word_step_i   (8'd0),
    .column_tiles_i(8'd0),
    .column_words_i(8'd0),
    .window_first_o(window_first),
    .window_last_o (window_last),
    .group_last_o  (group_last),
    .flush_o       (flush),
    .element_o     (element),
    .row_o         (job_row),
    .tile_o        (tile),
    .word_o        (word),
    .done_o        (done)
  );

  wire unused = &{1'b0, window_first, flush, element, tile, word, done};

  generate
    if (LATENCY == 2) begin : gen_short
      always @(posedge clk_i) last_q <= last_i & rst_ni;
    end else begin : gen_long
      always @(posedge clk_i) begin
        if (!rst_ni) last_q <= {(LATENCY-1){1'b0}};
        else         last_q <= {last_q[LATENCY-3:0], last_i};
      end
    end
  endgenerate

  always @(posedge clk_i) begin
    if (!rst_ni) begin
      next_slice_q <= 5'd0;
      valid_o      <= 1'b0;
    end else begin
      valid_o <= pre_valid_o;
      if (pre_valid_o) next_slice_q <= pre_last ? 5'd0 : pre_slice + 5'd1;
    end
    slice_o <= pre_slice;
    if (slice_o == 5'd0) corr_q <= corr_i;
  end

  assign corr_o = (slice_o == 5'd0) ? corr_i : corr_q;
  assign sum_o  = sums_i[slice_o * (WB_LANES * ACC_W) +: WB_LANES * ACC_W];

endmodule

`default_nettype wire
