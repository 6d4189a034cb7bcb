// SPDX-License-Identifier: Apache-2.0
//
// dpwa_quantizer: port words -> stored values, on the fly.
//
//   format_i 0 u8, 1 s8, 2 s16:  q_o = sat[lower,upper]( RNE((word * mult_i + addend_i) / 2**shift_i) )
//   format_i 3 binary16:         q_o = sat[lower,upper]( RNE(x * 2**-exponent_i) ), x the real value of word_i; needs FLOAT
//   nan_o        word_i was a NaN; q_o is 0
//   saturated_o  the rounded value lay beyond a limit; always for an infinity
//
// u8 and s8 are the low byte of word_i. Exact: no intermediate is rounded or cut. lower_i <= 0 <= upper_i are stable while
// words are inside; format_i, mult_i, addend_i, shift_i and exponent_i travel with their word, or with STABLE are stable too.
//
// Pipeline of 6 stages, one word per cycle, latency 6 when never stalled. Advance rule:
//   1. valid_o and its payload stay until ready_i.
//   2. All stages advance together: when the last one is empty or read (ready_i).
//   3. ready_o says that they do. It depends on ready_i in the same cycle, on nothing else from outside.
//
//   stage 1     the word as a number; a binary16 is taken apart
//   stage 2     product
//   stage 3     number to be shifted: product + addend, or the significand placed PLACE bits up
//   stage 4..6  dpwa_round_limit
//
// PLACE makes one right shift serve every binary16: a shift by 0 leaves any significand but zero beyond VALUE_W
// bits, a shift by FLOAT_SHIFT_MAX leaves less than half of the last bit.
//
// Numerics: docs/numerics.md, N6.2. Golden twins: dpwa::num::quantize_integer, quantize_binary16.

`default_nettype none

module dpwa_quantizer #(
  parameter integer MULT_W    = 20,  // bits of the unsigned multiplier
  parameter integer ADDEND_W  = 40,  // bits of the signed addend
  parameter integer SHIFT_MAX = 47,  // largest shift_i, at most 63
  parameter integer VALUE_W   = 17,  // bits of a stored value, at most 48
  parameter integer FLOAT     = 1,   // binary16 words too
  parameter integer STABLE    = 0    // 1: the constants are stable while words are inside
) (
  input  wire                       clk_i,
  input  wire                       rst_ni,
  input  wire                       valid_i,
  output wire                       ready_o,
  input  wire        [15:0]         word_i,
  input  wire        [1:0]          format_i,
  input  wire        [MULT_W-1:0]   mult_i,
  input  wire signed [ADDEND_W-1:0] addend_i,
  input  wire        [5:0]          shift_i,
  input  wire signed [7:0]          exponent_i,
  input  wire signed [VALUE_W-1:0]  lower_i,
  input  wire signed [VALUE_W-1:0]  upper_i,
  output wire                       valid_o,
  input  wire                       ready_i,
  output wire signed [VALUE_W-1:0]  q_o,
  output wire                       nan_o,
  output wire                       saturated_o
);

  generate
    if (MULT_W < 1 || ADDEND_W < 2) begin : gen_check_widths
      ERROR_MULT_W_must_be_positive_and_ADDEND_W_2_or_more u_check ();
    end
    if (SHIFT_MAX < 1 || SHIFT_MAX > 63) begin : gen_check_shift
      ERROR_SHIFT_MAX_must_be_1_to_63 u_check ();
    end
    if (VALUE_W < 2 || VALUE_W > 48) begin : gen_check_value
      ERROR_VALUE_W_must_be_2_to_48 u_check ();
    end
  endgenerate

  localparam integer STAGES          = 6;
  localparam integer PRODUCT_W       = 17 + MULT_W;
  localparam integer SUM_W           = ((PRODUCT_W > ADDEND_W) ? PRODUCT_W : ADDEND_W) + 1;
  localparam integer PLACE           = VALUE_W;
  localparam integer FLOAT_W         = PLACE + 12;
  localparam integer X_W             = (FLOAT != 0 && SUM_W < FLOAT_W) ? FLOAT_W : SUM_W;
  localparam integer FLOAT_SHIFT_MAX = PLACE + 12;
  localparam integer ANY_SHIFT_MAX   = (FLOAT != 0 && SHIFT_MAX < FLOAT_SHIFT_MAX) ? FLOAT_SHIFT_MAX : SHIFT_MAX;

  localparam [1:0] FORMAT_U8       = 2'd0;
  localparam [1:0] FORMAT_S8       = 2'd1;
  localparam [1:0] FORMAT_BINARY16 = 2'd3;

  // Advance.
  reg [STAGES-1:0] valid_q;
  wire             advance = ready_i | ~valid_q[STAGES-1];

  assign ready_o = advance;
  assign valid_o = valid_q[STAGES-1];

  // Stage 1: the word as a signed integer; of a binary16, its significand.
  wire signed [16:0] number;
  reg  signed [16:0] number_q;

  always @(posedge clk_i) begin
    if (advance) number_q <= number;
  end

  // Constants in the stages that use them.
  wire [MULT_W-1:0]   mult1;
  wire [ADDEND_W-1:0] addend2;
  wire [5:0]          integer_shift3;

  generate
    if (STABLE != 0) begin : gen_stable
      assign mult1          = mult_i;
      assign addend2        = addend_i;
      assign integer_shift3 = shift_i;
    end else begin : gen_travel
      reg [MULT_W-1:0]   mult1_q;
      reg [ADDEND_W-1:0] addend1_q, addend2_q;
      reg [5:0]          shift1_q, shift2_q, shift3_q;
      assign mult1          = mult1_q;
      assign addend2        = addend2_q;
      assign integer_shift3 = shift3_q;
      always @(posedge clk_i) begin
        if (advance) begin
          mult1_q                <= mult_i;
          {addend2_q, addend1_q} <= {addend1_q, addend_i};
          {shift3_q, shift2_q}   <= {shift2_q, shift1_q};
          shift1_q               <= shift_i;
        end
      end
    end
  endgenerate

  // Stage 2.
  reg  signed [PRODUCT_W-1:0] product_q;
  wire signed [PRODUCT_W-1:0] factor_word = {{MULT_W{number_q[16]}}, number_q};
  wire signed [PRODUCT_W-1:0] factor_mult = {17'd0, mult1};

  always @(posedge clk_i) begin
    if (advance) product_q <= factor_word * factor_mult;
  end

  // Stage 3.
  reg signed [X_W-1:0] x_q;
  wire       [X_W-1:0] x;
  wire       [5:0]     shift3;
  wire [X_W-1:0] sum = {{(X_W-PRODUCT_W){product_q[PRODUCT_W-1]}}, product_q} +
                       {{(X_W-ADDEND_W){addend2[ADDEND_W-1]}}, addend2};

  always @(posedge clk_i) begin
    if (advance) x_q <= x;
  end

  // Integers, and binary16 beside them. As a fixed-point number a finite binary16 is significand * 2**(place - 25).
  wire signed [16:0] word_integer = (format_i == FORMAT_U8) ? {9'd0, word_i[7:0]}
                                  : (format_i == FORMAT_S8) ? {{9{word_i[7]}}, word_i[7:0]} : {word_i[15], word_i};

  generate
    if (FLOAT != 0) begin : gen_float
      wire        is_float    = format_i == FORMAT_BINARY16;
      wire [4:0]  biased      = word_i[14:10];
      wire        special     = &biased;
      wire        nan         = is_float & special & (|word_i[9:0]);
      wire [10:0] significand = {|biased, word_i[9:0]};
      wire [4:0]  place       = (biased == 5'd0) ? 5'd1 : biased;

      // PLACE + 25 - place + exponent, limited to 0 .. FLOAT_SHIFT_MAX; an infinity is not shifted at all.
      localparam integer DISTANCE = PLACE + 25;
      wire signed [9:0] distance = $signed(DISTANCE[9:0]) - $signed({5'd0, place}) +
                                   $signed({{2{exponent_i[7]}}, exponent_i});
      wire [5:0] float_shift = (special || distance < 10'sd0) ? 6'd0 :
                               (distance > $signed(FLOAT_SHIFT_MAX[9:0])) ? FLOAT_SHIFT_MAX[5:0] : distance[5:0];
      wire [16:0] magnitude = {6'd0, nan ? 11'd0 : significand};

      reg        [2:0]        float_q;
      reg        [17:0]       shift_q;
      reg signed [11:0]       significand_q;
      reg        [STAGES-1:0] nan_q;

      always @(posedge clk_i) begin
        if (advance) begin
          float_q       <= {float_q[1:0], is_float};
          shift_q       <= {shift_q[11:0], float_shift};
          significand_q <= number_q[11:0];
          nan_q         <= {nan_q[STAGES-2:0], nan};
        end
      end

      assign number = !is_float ? word_integer : word_i[15] ? ~magnitude + 17'd1 : magnitude;
      assign x      = float_q[1] ? {{(X_W-12){significand_q[11]}}, significand_q} << PLACE : sum;
      assign shift3 = float_q[2] ? shift_q[17:12] : integer_shift3;
      assign nan_o  = nan_q[STAGES-1];
    end else begin : gen_integer
      wire unused_float = &{1'b0, exponent_i};
      assign number = word_integer;
      assign x      = sum;
      assign shift3 = integer_shift3;
      assign nan_o  = 1'b0;
    end
  endgenerate

  // Stages 4 to 6.
  wire above, below;

  dpwa_round_limit #(
    .X_W      (X_W),
    .SHIFT_MAX(ANY_SHIFT_MAX),
    .Y_W      (VALUE_W)
  ) u_round_limit (
    .clk_i  (clk_i),
    .en_i   (advance),
    .x_i    (x_q),
    .shift_i(shift3),
    .lower_i(lower_i),
    .upper_i(upper_i),
    .y_o    (q_o),
    .above_o(above),
    .below_o(below)
  );

  always @(posedge clk_i) begin
    if (!rst_ni)      valid_q <= {STAGES{1'b0}};
    else if (advance) valid_q <= {valid_q[STAGES-2:0], valid_i};
  end

  assign saturated_o = above | below;

endmodule

`default_nettype wire
