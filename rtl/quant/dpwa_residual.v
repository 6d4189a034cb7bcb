// SPDX-License-Identifier: Apache-2.0
//
// dpwa_residual: fine sums -> stored values, with the fine values of another tensor added, or multiplied, on the
// way.
//
//   u = fine_i + r            r: from the fine memory when add_i, else 0
//   u = fine_i * r            when multiply_i, only with FACTORS = 1; fine_i then fits FINE_W bits, keep_i is 0
//   y = sat[lower,upper]( RNE(u / 2**shift_i) )              above_o, below_o: the limit was hit
//   kept when keep_i, the largest of each pool window: sat[lower * 2**shift, upper * 2**shift]( u )
//
// Values come and go as transfers of WB_LANES, latency 5, 6 with CUTS or FACTORS, one per cycle, never stalls. The fine memory holds one transfer
// per word, in the order in which a node stores them, so both addresses only count; they start at the node's bases in
// the cycle after start_i. window_first_i and window_last_i belong to the transfer that was on valid_o POOL_DELAY cycles ago. A word may be written that
// was read for the same or an earlier transfer of the node. add_i .. upper_i are stable while values are inside.
// The memory's read data come one cycle after re_o. FINE_W is large enough that a fine sum which was cut to it is
// beyond the limits, whatever r (docs/numerics.md, N10 and N12). Reset clears the valid bits only.

`default_nettype none

module dpwa_residual #(
  parameter integer WB_LANES = 1,
  parameter integer SLICES   = 4,    // transfers of a job
  parameter integer SUM_W    = 22,   // bits of a fine sum
  parameter integer FINE_W   = 18,   // bits of a fine value
  parameter integer VALUE_W  = 17,   // bits of a stored value and the limits
  parameter integer WORDS    = 1024, // of the fine memory
  parameter integer CUTS     = 0,    // 1: a register behind the fine memory
  parameter integer POOL_DELAY = 0,  // cycles from valid_o to the transfer that window_first_i and window_last_i belong to
  parameter integer FACTORS  = 0     // 1: multiplies, too
) (
  input  wire                         clk_i,
  input  wire                         rst_ni,
  // node
  input  wire                         start_i,
  input  wire                         add_i,
  input  wire                         multiply_i,
  input  wire                         keep_i,
  input  wire [3+2*FACTORS:0]         shift_i,
  input  wire [$clog2(WORDS)-1:0]     read_base_i,
  input  wire [$clog2(WORDS)-1:0]     write_base_i,
  input  wire signed [VALUE_W-1:0]    lower_i,
  input  wire signed [VALUE_W-1:0]    upper_i,
  // fine sums
  input  wire                         valid_i,
  input  wire [4:0]                   slice_i,
  input  wire [WB_LANES*SUM_W-1:0]    fine_i,
  // stored values, before the pool
  output wire                         valid_o,
  output wire [4:0]                   slice_o,
  output wire [WB_LANES*VALUE_W-1:0]  values_o,
  output wire [WB_LANES-1:0]          above_o,
  output wire [WB_LANES-1:0]          below_o,
  input  wire                         window_first_i,
  input  wire                         window_last_i,
  // fine memory
  output wire                         re_o,
  output wire [$clog2(WORDS)-1:0]     raddr_o,
  input  wire [WB_LANES*FINE_W-1:0]   rdata_i,
  output wire                         we_o,
  output wire [$clog2(WORDS)-1:0]     waddr_o,
  output wire [WB_LANES*FINE_W-1:0]   wdata_o
);

  localparam integer READ_CUTS = (CUTS != 0 || FACTORS != 0) ? 1 : 0;
  localparam integer LATENCY = 5 + READ_CUTS;
  localparam integer POOLED  = LATENCY + POOL_DELAY;
  localparam integer ADDR_W  = $clog2(WORDS);
  localparam integer SLICE_W = (SLICES > 1) ? $clog2(SLICES) : 1;
  localparam integer SUMMED_W = SUM_W + 1;
  localparam integer U_W     = (FACTORS != 0) ? 2 * FINE_W : SUMMED_W;

  generate
    if (FACTORS < 0 || FACTORS > 1 || (FACTORS == 1 && (FINE_W > 32 || 2 * FINE_W <= SUMMED_W))) begin : gen_check_factors
      ERROR_FACTORS_must_be_0_or_1_with_FINE_W_at_most_32_and_more_than_half_of_SUM_W u_check ();
    end
    if (SUM_W < FINE_W + 2 || SUM_W < VALUE_W + 1 || WORDS < 2) begin : gen_check
      ERROR_SUM_W_must_be_FINE_W_plus_2_and_VALUE_W_plus_1_or_more_and_WORDS_2_or_more u_check ();
    end
  endgenerate

  // Valid and slice.
  reg [POOLED-1:0]    valid_q;
  reg [LATENCY*5-1:0] slice_q;
  wire                pool_valid;

  always @(posedge clk_i) begin
    if (!rst_ni) valid_q <= {POOLED{1'b0}};
    else         valid_q <= {valid_q[POOLED-2:0], valid_i};
    slice_q <= {slice_q[(LATENCY-1)*5-1:0], slice_i};
  end

  assign valid_o    = valid_q[LATENCY-1];
  assign pool_valid = valid_q[POOLED-1];
  assign slice_o = slice_q[(LATENCY-1)*5 +: 5];

  // Addresses.
  reg [ADDR_W-1:0] raddr_q, waddr_q;
  wire             pooled;

  assign re_o    = valid_i & (add_i | ((FACTORS != 0) & multiply_i));
  assign raddr_o = raddr_q;
  assign we_o    = pooled & keep_i;
  assign waddr_o = waddr_q;

  always @(posedge clk_i) begin
    if (start_i) begin
      raddr_q <= read_base_i;
      waddr_q <= write_base_i;
    end else begin
      if (re_o) raddr_q <= raddr_q + {{(ADDR_W-1){1'b0}}, 1'b1};
      if (we_o) waddr_q <= waddr_q + {{(ADDR_W-1){1'b0}}, 1'b1};
    end
  end

  // Limits on the fine grid; the compiler's duty is that they fit.
  wire signed [FINE_W+VALUE_W-1:0] lower_wide = {{FINE_W{lower_i[VALUE_W-1]}}, lower_i};
  wire signed [FINE_W+VALUE_W-1:0] upper_wide = {{FINE_W{upper_i[VALUE_W-1]}}, upper_i};
  reg  signed [FINE_W+VALUE_W-1:0] lower_q, upper_q;

  always @(posedge clk_i) begin
    lower_q <= lower_wide <<< shift_i;
    upper_q <= upper_wide <<< shift_i;
  end

  wire signed [FINE_W-1:0] fine_lower = lower_q[FINE_W-1:0];
  wire signed [FINE_W-1:0] fine_upper = upper_q[FINE_W-1:0];
  wire [WB_LANES*FINE_W-1:0] kept;
  wire [5:0]                 shift;

  generate
    if (FACTORS != 0) begin : gen_shift
      assign shift = shift_i;
    end else begin : gen_short_shift
      assign shift = {2'b00, shift_i};
    end
  endgenerate

  genvar w;
  generate
    for (w = 0; w < WB_LANES; w = w + 1) begin : gen_lane
      // Stages 1 and 2, one more with READ_CUTS: the sum or the product.
      wire signed [SUM_W-1:0]    fine;
      wire signed [FINE_W-1:0]   stored;
      reg  signed [U_W-1:0]      u_q;
      wire        [FINE_W-1:0]   r      = stored & {FINE_W{add_i}};
      wire        [SUMMED_W-1:0] summed = {fine[SUM_W-1], fine} + {{(SUMMED_W-FINE_W){r[FINE_W-1]}}, r};
      dpwa_delay #(.WIDTH(SUM_W), .CYCLES(1 + READ_CUTS)) u_fine (.clk_i(clk_i), .d_i(fine_i[w*SUM_W +: SUM_W]), .q_o(fine));
      dpwa_delay #(.WIDTH(FINE_W), .CYCLES(READ_CUTS)) u_stored (.clk_i(clk_i), .d_i(rdata_i[w*FINE_W +: FINE_W]), .q_o(stored));
      if (FACTORS != 0) begin : gen_multiply
        wire signed [FINE_W-1:0] v       = fine[FINE_W-1:0];
        wire signed [U_W-1:0]    product = v * stored;
        always @(posedge clk_i) u_q <= multiply_i ? product : {{(U_W-SUMMED_W){summed[SUMMED_W-1]}}, summed};
      end else begin : gen_add
        always @(posedge clk_i) u_q <= summed;
      end

      // The last three stages: the stored value, and the fine value beside it.
      dpwa_round_limit #(
        .X_W      (U_W),
        .SHIFT_MAX((FACTORS != 0) ? 2 * FINE_W - 1 : 15),
        .Y_W      (VALUE_W)
      ) u_round_limit (
        .clk_i  (clk_i),
        .en_i   (1'b1),
        .x_i    (u_q),
        .shift_i(shift),
        .lower_i(lower_i),
        .upper_i(upper_i),
        .y_o    (values_o[w*VALUE_W +: VALUE_W]),
        .above_o(above_o[w]),
        .below_o(below_o[w])
      );

      wire above = u_q > $signed({{(U_W-FINE_W){fine_upper[FINE_W-1]}}, fine_upper});
      wire below = u_q < $signed({{(U_W-FINE_W){fine_lower[FINE_W-1]}}, fine_lower});
      reg signed [FINE_W-1:0] limited_q, delayed_q, kept_q;
      always @(posedge clk_i) begin
        limited_q <= above ? fine_upper : below ? fine_lower : u_q[FINE_W-1:0];
        delayed_q <= limited_q;
        kept_q <= delayed_q;
      end
      assign kept[w*FINE_W +: FINE_W] = kept_q;
    end
  endgenerate

  wire                        unused_tag;
  wire [SLICE_W-1:0]          pool_slice;
  wire [WB_LANES*FINE_W-1:0]  pool_kept;

  dpwa_delay #(
    .WIDTH (SLICE_W + WB_LANES*FINE_W),
    .CYCLES(POOL_DELAY)
  ) u_pool_delay (
    .clk_i(clk_i),
    .d_i  ({slice_o[SLICE_W-1:0], kept}),
    .q_o  ({pool_slice, pool_kept})
  );

  dpwa_max_pool #(
    .WB_LANES(WB_LANES),
    .SLICES  (SLICES),
    .VALUE_W (FINE_W),
    .TAG_W   (1)
  ) u_pool (
    .clk_i  (clk_i),
    .rst_ni (rst_ni),
    .valid_i(pool_valid),
    .slice_i(pool_slice),
    .first_i(window_first_i),
    .last_i (window_last_i),
    .tag_i  (1'b0),
    .y_i    (pool_kept),
    .valid_o(pooled),
    .tag_o  (unused_tag),
    .y_o    (wdata_o)
  );

  wire unused = &{1'b0, unused_tag, multiply_i, lower_q[FINE_W+VALUE_W-1:FINE_W], upper_q[FINE_W+VALUE_W-1:FINE_W], slice_o};

endmodule

`default_nettype wire
