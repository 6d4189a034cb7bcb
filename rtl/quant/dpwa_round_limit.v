// SPDX-License-Identifier: Apache-2.0
//
// dpwa_round_limit: shift right, round to nearest even, saturate: the last three stages of every stored value.
//
//   y_o = sat[lower,upper]( RNE(x_i / 2**shift_i) )      exact for every x_i and every shift_i in 0 .. SHIFT_MAX
//   above_o, below_o: the rounded value lay above upper_i, below lower_i
//
// Latency 3, one result per cycle; nothing moves in a cycle without en_i. lower_i and upper_i belong to the value
// that leaves: the user holds them still while values are inside. No reset: the user carries the valid bit.
//
// A full-width shifter is not needed: only Y_W result bits, "is it too large" and "was anything lost" matter, so
// each step keeps just the bits that a later, smaller step can still move into the result (dpwa_shift_step).
//
//   stage 1  shift by 32, 16, 8
//   stage 2  shift by 4, 2, 1; round
//   stage 3  saturate
//
// Numerics: docs/numerics.md, N4 and N6.2. Golden twins: dpwa::num::round_shift and saturate.

`default_nettype none

module dpwa_round_limit #(
  parameter integer X_W       = 52,  // bits of x_i
  parameter integer SHIFT_MAX = 47,  // largest shift_i, at most 63
  parameter integer Y_W       = 17   // bits of y_o and the limits, at most X_W
) (
  input  wire                  clk_i,
  input  wire                  en_i,
  input  wire signed [X_W-1:0] x_i,
  input  wire        [5:0]     shift_i,
  input  wire signed [Y_W-1:0] lower_i,
  input  wire signed [Y_W-1:0] upper_i,
  output wire signed [Y_W-1:0] y_o,
  output wire                  above_o,
  output wire                  below_o
);

  generate
    if (SHIFT_MAX < 1 || SHIFT_MAX > 63) begin : gen_check_shift
      ERROR_SHIFT_MAX_must_be_1_to_63 u_check ();
    end
    if (Y_W < 2 || Y_W > X_W) begin : gen_check_y
      ERROR_Y_W_must_be_2_to_X_W u_check ();
    end
  endgenerate

  // Bits kept after the step of each amount: the result, its half bit, and what smaller steps can still shift.
  localparam integer KEEP = Y_W + 1;
  localparam integer X0_W = X_W + 1;
  localparam integer W32  = (X0_W < KEEP + 31) ? X0_W : KEEP + 31;
  localparam integer W16  = (X0_W < KEEP + 15) ? X0_W : KEEP + 15;
  localparam integer W8   = (X0_W < KEEP + 7) ? X0_W : KEEP + 7;
  localparam integer W4   = (X0_W < KEEP + 3) ? X0_W : KEEP + 3;
  localparam integer W2   = (X0_W < KEEP + 1) ? X0_W : KEEP + 1;

  // Shift bits that SHIFT_MAX never needs are constant zero: their steps leave no cells.
  localparam [31:0] SHIFT_MASK = (32'd1 << $clog2(SHIFT_MAX + 1)) - 32'd1;
  wire [5:0] shift = shift_i & SHIFT_MASK[5:0];

  // Stage 1.
  wire sign = x_i[X_W-1];
  wire [W32-1:0] x32;
  wire [W16-1:0] x16;
  wire [W8-1:0]  x8;
  wire over32, over16, over8, sticky32, sticky16, sticky8;

  dpwa_shift_step #(.IN_W(X0_W), .OUT_W(W32), .AMOUNT(32)) u_shift_32 (
    .take_i(shift[5]), .sign_i(sign), .x_i({x_i, 1'b0}), .over_i(1'b0), .sticky_i(1'b0),
    .y_o(x32), .over_o(over32), .sticky_o(sticky32));
  dpwa_shift_step #(.IN_W(W32), .OUT_W(W16), .AMOUNT(16)) u_shift_16 (
    .take_i(shift[4]), .sign_i(sign), .x_i(x32), .over_i(over32), .sticky_i(sticky32),
    .y_o(x16), .over_o(over16), .sticky_o(sticky16));
  dpwa_shift_step #(.IN_W(W16), .OUT_W(W8), .AMOUNT(8)) u_shift_8 (
    .take_i(shift[3]), .sign_i(sign), .x_i(x16), .over_i(over16), .sticky_i(sticky16),
    .y_o(x8), .over_o(over8), .sticky_o(sticky8));

  reg [W8-1:0] x8_q;
  reg [2:0]    shift_q;
  reg          sign1_q, over1_q, sticky_q;

  always @(posedge clk_i) begin
    if (en_i) begin
      x8_q     <= x8;
      shift_q  <= shift[2:0];
      sign1_q  <= sign;
      over1_q  <= over8;
      sticky_q <= sticky8;
    end
  end

  // Stage 2.
  wire [W4-1:0]   x4;
  wire [W2-1:0]   x2;
  wire [KEEP-1:0] x1;
  wire over4, over2, over1, sticky4, sticky2, sticky1;

  dpwa_shift_step #(.IN_W(W8), .OUT_W(W4), .AMOUNT(4)) u_shift_4 (
    .take_i(shift_q[2]), .sign_i(sign1_q), .x_i(x8_q), .over_i(over1_q), .sticky_i(sticky_q),
    .y_o(x4), .over_o(over4), .sticky_o(sticky4));
  dpwa_shift_step #(.IN_W(W4), .OUT_W(W2), .AMOUNT(2)) u_shift_2 (
    .take_i(shift_q[1]), .sign_i(sign1_q), .x_i(x4), .over_i(over4), .sticky_i(sticky4),
    .y_o(x2), .over_o(over2), .sticky_o(sticky2));
  dpwa_shift_step #(.IN_W(W2), .OUT_W(KEEP), .AMOUNT(1)) u_shift_1 (
    .take_i(shift_q[0]), .sign_i(sign1_q), .x_i(x2), .over_i(over2), .sticky_i(sticky2),
    .y_o(x1), .over_o(over1), .sticky_o(sticky1));

  wire half = x1[0];
  wire odd  = x1[1];
  wire up   = half & (sticky1 | odd);        // above the tie, or at the tie and odd

  reg signed [Y_W+1:0] rounded_q;
  reg                  sign2_q, over2_q;

  always @(posedge clk_i) begin
    if (en_i) begin
      rounded_q <= {sign1_q, sign1_q, x1[KEEP-1:1]} + {{(Y_W+1){1'b0}}, up};
      sign2_q   <= sign1_q;
      over2_q   <= over1;
    end
  end

  // Stage 3.
  wire above = over2_q ? ~sign2_q : (rounded_q > $signed({{2{upper_i[Y_W-1]}}, upper_i}));
  wire below = over2_q ?  sign2_q : (rounded_q < $signed({{2{lower_i[Y_W-1]}}, lower_i}));

  reg signed [Y_W-1:0] y_q;
  reg                  above_q, below_q;

  always @(posedge clk_i) begin
    if (en_i) begin
      y_q     <= above ? upper_i : below ? lower_i : rounded_q[Y_W-1:0];
      above_q <= above;
      below_q <= below;
    end
  end

  assign y_o     = y_q;
  assign above_o = above_q;
  assign below_o = below_q;

endmodule

`default_nettype wire
