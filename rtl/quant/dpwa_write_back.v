// SPDX-License-Identifier: Apache-2.0
//
// dpwa_write_back: accumulator -> stored value, one result per cycle.
//
//   y_o = sat[lower,upper]( RNE( (sum_i - corr_i + bias_i) * mult_i / 2**shift_i ) )
//   above_o, below_o: the rounded value lay above upper_i, below lower_i
//
// Latency 6, a new input every cycle, never stalls. sum - corr + bias is taken modulo 2**ACC_W: exact, because the
// compiler proves that accumulator plus bias fits (N3.1). The product is exact in ACC_W + MULT_W bits. mult_i,
// shift_i, bias_i and tag_i travel with their sum; lower_i and upper_i are stable while values are inside.
// Reset clears the valid bits only.
//
//   stage 1     accumulator = sum - corr + bias
//   stage 2     two partial products, half of the accumulator each: plain `*` between registers, for DSP blocks
//   stage 3     product
//   stage 4..6  dpwa_round_limit
//
// Numerics: docs/numerics.md, N4. Golden twins: dpwa::num::round_shift and saturate.

`default_nettype none

module dpwa_write_back #(
  parameter integer ACC_W     = 32,  // bits of accumulator and bias
  parameter integer MULT_W    = 20,  // bits of the unsigned multiplier
  parameter integer SHIFT_MAX = 47,  // largest shift_i, at most 63
  parameter integer VALUE_W   = 17,  // bits of a stored value and of the limits
  parameter integer TAG_W     = 8    // bits that travel with the value
) (
  input  wire                      clk_i,
  input  wire                      rst_ni,
  input  wire                      valid_i,
  input  wire        [TAG_W-1:0]   tag_i,
  input  wire        [ACC_W-1:0]   sum_i,
  input  wire        [ACC_W-1:0]   corr_i,
  input  wire signed [ACC_W-1:0]   bias_i,
  input  wire        [MULT_W-1:0]  mult_i,
  input  wire        [5:0]         shift_i,
  input  wire signed [VALUE_W-1:0] lower_i,
  input  wire signed [VALUE_W-1:0] upper_i,
  output wire                      valid_o,
  output wire        [TAG_W-1:0]   tag_o,
  output wire signed [VALUE_W-1:0] y_o,
  output wire                      above_o,
  output wire                      below_o
);

  generate
    if (ACC_W < 4 || MULT_W < 1 || TAG_W < 1) begin : gen_check
      ERROR_ACC_W_must_be_4_or_more_and_MULT_W_and_TAG_W_positive u_check ();
    end
  endgenerate

  localparam integer LATENCY = 6;
  localparam integer LOW_W   = ACC_W / 2;
  localparam integer HIGH_W  = ACC_W - LOW_W;

  // Valid and tag.
  reg [LATENCY-1:0]       valid_q;
  reg [LATENCY*TAG_W-1:0] tag_q;

  always @(posedge clk_i) begin
    if (!rst_ni) valid_q <= {LATENCY{1'b0}};
    else         valid_q <= {valid_q[LATENCY-2:0], valid_i};
    tag_q <= {tag_q[(LATENCY-1)*TAG_W-1:0], tag_i};
  end

  // Stages 1 to 3. The low half is unsigned, the high half carries the sign.
  reg        [ACC_W-1:0]         acc_q;
  reg        [MULT_W-1:0]        mult_q;
  reg        [LOW_W+MULT_W-1:0]  low_q;
  reg signed [HIGH_W+MULT_W-1:0] high_q;
  reg signed [ACC_W+MULT_W-1:0]  product_q;
  reg        [5:0]               shift1_q, shift2_q, shift3_q;

  wire        [ACC_W-1:0]         inverted = ~(sum_i + bias_i);  // an inverted sum is free, an inverted addend is not
  wire signed [HIGH_W+MULT_W-1:0] acc_high = $signed({{MULT_W{acc_q[ACC_W-1]}}, acc_q[ACC_W-1:LOW_W]});
  wire        [LOW_W+MULT_W-1:0]  acc_low  = {{MULT_W{1'b0}}, acc_q[LOW_W-1:0]};

  always @(posedge clk_i) begin
    acc_q     <= ~(inverted + corr_i);         // sum - corr + bias
    mult_q    <= mult_i;
    low_q     <= acc_low * {{LOW_W{1'b0}}, mult_q};
    high_q    <= acc_high * $signed({{HIGH_W{1'b0}}, mult_q});
    product_q <= {high_q + $signed({{HIGH_W{1'b0}}, low_q[LOW_W+MULT_W-1:LOW_W]}), low_q[LOW_W-1:0]};
    shift1_q  <= shift_i;
    shift2_q  <= shift1_q;
    shift3_q  <= shift2_q;
  end

  // Stages 4 to 6.
  dpwa_round_limit #(
    .X_W      (ACC_W + MULT_W),
    .SHIFT_MAX(SHIFT_MAX),
    .Y_W      (VALUE_W)
  ) u_round_limit (
    .clk_i  (clk_i),
    .en_i   (1'b1),
    .x_i    (product_q),
    .shift_i(shift3_q),
    .lower_i(lower_i),
    .upper_i(upper_i),
    .y_o    (y_o),
    .above_o(above_o),
    .below_o(below_o)
  );

  assign valid_o = valid_q[LATENCY-1];
  assign tag_o   = tag_q[(LATENCY-1)*TAG_W +: TAG_W];

endmodule

`default_nettype wire
