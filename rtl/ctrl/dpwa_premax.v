// SPDX-License-Identifier: Apache-2.0
//
// dpwa_premax: max pool on accumulators: one running maximum per lane, so that only a pool window's last job is drained.
//
//   last_i ends a job whose last beat enters slice 0 in cycle t; its slice s is on sums_i in cycle t + LATENCY + s
//   pooled_o of that slice CUTS cycles later = the largest dot product (corrected: sum - corr) of the window so far
//   last_o = last_i of the window's last job
//
// Write-back rounds and limits monotonically with a positive multiplier, so the largest accumulator gives the largest
// stored value (docs/numerics.md, N4.3). A network without a pool passes through.

`default_nettype none

module dpwa_premax #(
  parameter integer LANES    = 4,    // lanes of the group
  parameter integer WB_LANES = 1,    // lanes per slice, divides LANES
  parameter integer PRODUCTS = 16,   // values per tile
  parameter integer ACC_W    = 48,   // accumulator bits
  parameter integer LATENCY  = 5,    // of dpwa_mac_lane, at least 2
  parameter integer CUTS     = 0,    // 1: a register before the comparison
  parameter integer WINDOW   = 0     // 1: nodes with tap windows
) (
  input  wire                   clk_i,
  input  wire                   rst_ni,
  // node
  input  wire                   start_i,
  input  wire                   windowed_i, // it has tap windows: no pool
  input  wire [7:0]             window_i,   // positions of the pool window - 1
  input  wire [11:0]            groups_i,   // channel groups - 1
  // lanes
  input  wire                   last_i,     // with the beat at slice 0's input
  input  wire [LANES*ACC_W-1:0] sums_i,
  input  wire [ACC_W-1:0]       corr_i,     // of slice 0's timing
  // drain
  output wire                   last_o,
  output wire [LANES*ACC_W-1:0] pooled_o
);

  localparam integer SLICES = LANES / WB_LANES;

  wire                        window_first, window_last, group_last, flush, done;
  wire [$clog2(PRODUCTS)-1:0] element;
  wire [2:0]                  row;
  wire [7:0]                  tile, word;

  dpwa_job_walker #(
    .LANES   (LANES),
    .PRODUCTS(PRODUCTS),
    .SLICES  (SLICES),
    .ROW_W   (3),
    .TILE_W  (8),
    .WORD_W  (8),
    .WINDOW  (WINDOW)
  ) u_walker (
    .clk_i         (clk_i),
    .rst_ni        (rst_ni),
    .start_i       (start_i),
    .step_i        (last_i),
    .windowed_i    (windowed_i),
    .window_i      (window_i),
    .groups_i      (groups_i),
    .positions_i   (20'd0),
    .row_base_i    (3'd0),
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
    .row_o         (row),
    .tile_o        (tile),
    .word_o        (word),
    .done_o        (done)
  );

  wire unused = &{1'b0, group_last, flush, element, row, tile, word, done};

  assign last_o = last_i & window_last;

  // Entry d of the delay line: a job's end, and whether the job is its window's first, d + 1 cycles ago. Slice s looks
  // at entry LATENCY - 1 + CUTS + s; the corrector's value of slice 0 goes down the slices in the same way.
  localparam integer FIRST = LATENCY - 1 + CUTS;
  localparam integer DEPTH = FIRST + SLICES;

  reg [DEPTH-1:0] end_q;
  reg [DEPTH-1:0] first_q;

  always @(posedge clk_i) begin
    if (!rst_ni) end_q <= {DEPTH{1'b0}};
    else         end_q <= {end_q[DEPTH-2:0], last_i};
    first_q <= {first_q[DEPTH-2:0], window_first};
  end

  wire [SLICES*ACC_W-1:0] corr;
  assign corr[0 +: ACC_W] = corr_i;

  genvar s, l;
  generate
    if (LATENCY < 2 || SLICES * WB_LANES != LANES) begin : gen_check
      ERROR_LATENCY_at_least_2_and_WB_LANES_divides_LANES u_check ();
    end
    for (s = 1; s < SLICES; s = s + 1) begin : gen_slice
      reg [ACC_W-1:0] corr_q;
      always @(posedge clk_i) corr_q <= corr[(s-1)*ACC_W +: ACC_W];
      assign corr[s*ACC_W +: ACC_W] = corr_q;
    end
    for (l = 0; l < LANES; l = l + 1) begin : gen_lane
      localparam integer SLICE = l / WB_LANES;
      wire signed [ACC_W-1:0] value;
      reg  signed [ACC_W-1:0] best_q;
      dpwa_delay #(.WIDTH(ACC_W), .CYCLES(CUTS)) u_cut (
        .clk_i(clk_i), .d_i(sums_i[l*ACC_W +: ACC_W] - corr[SLICE*ACC_W +: ACC_W]), .q_o(value));
      wire keeps = ~first_q[FIRST+SLICE] & (best_q > value);
      assign pooled_o[l*ACC_W +: ACC_W] = keeps ? best_q : value;
      always @(posedge clk_i) begin
        if (end_q[FIRST+SLICE]) best_q <= pooled_o[l*ACC_W +: ACC_W];
      end
    end
  endgenerate

endmodule

`default_nettype wire
