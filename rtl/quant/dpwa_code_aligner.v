// SPDX-License-Identifier: Apache-2.0
//
// dpwa_code_aligner: a code of a storage format -> an integer on the grid of a window.
//
//   q_o = sat[lower,upper]( RNE(number of the code * 2**-e) )
//   nan_o        the code is a NaN, or nan_i; q_o is 0
//   saturated_o  the rounded value lay beyond a limit; always for an infinity
//
// format_i: 0 int2, 1 int4, 2 int8, 3 int12, 4 int16, 5 fp16, 6 bf16, 7 fp8e4m3, 8 fp8e5m2, 9 mxint8, 10 mxfp8e4m3,
// 11 mxfp8e5m2, 12 mxfp6e2m3, 13 mxfp6e3m2, 14 mxfp4; bits of code_i above the format's are ignored.
// base_i = (power of two of the format's lowest bit, the block's scale included) - e, -1024 .. 767.
//
// Latency 4, one code per cycle; nothing moves in a cycle without en_i. lower_i and upper_i belong to the value that
// leaves. No reset: the user carries the valid bit.
//
//   stage 1     the code taken apart: significand * 2**left, left limited to where every code saturates or is 0
//   stage 2..4  dpwa_round_limit, the significand placed PLACE bits up so that one right shift serves every code
//
// Numerics: docs/numerics.md, N9. Golden twin: dpwa::num::align.

`default_nettype none

module dpwa_code_aligner (
  input  wire               clk_i,
  input  wire               en_i,
  input  wire        [15:0] code_i,
  input  wire        [3:0]  format_i,
  input  wire signed [10:0] base_i,
  input  wire               nan_i,
  input  wire signed [16:0] lower_i,
  input  wire signed [16:0] upper_i,
  output wire signed [16:0] q_o,
  output wire               nan_o,
  output wire               saturated_o
);

  localparam integer VALUE_W   = 17;
  localparam integer PLACE     = VALUE_W;
  localparam integer SHIFT_MAX = PLACE + 16;  // 2**15 shifted by 16 is a tie to 0

  // Stage 1. Floating point: sign, exponent, fraction with the hidden bit; the top exponent or the top code is special.
  reg               negative, infinite, nan;
  reg        [7:0]  exponent;
  reg        [10:0] significand;
  reg signed [16:0] integer_value;
  reg               floating;

  always @* begin
    negative      = 1'b0;
    infinite      = 1'b0;
    nan           = 1'b0;
    exponent      = 8'd0;
    significand   = 11'd0;
    integer_value = 17'sd0;
    floating      = 1'b1;
    case (format_i)
      4'd5: begin
        {negative, exponent[4:0], significand[9:0]} = code_i;
        significand[10] = |exponent[4:0];
        infinite        = (&exponent[4:0]) & ~(|significand[9:0]);
        nan             = (&exponent[4:0]) & (|significand[9:0]);
      end
      4'd6: begin
        {negative, exponent, significand[6:0]} = code_i;
        significand[7] = |exponent;
        infinite       = (&exponent) & ~(|significand[6:0]);
        nan            = (&exponent) & (|significand[6:0]);
      end
      4'd7, 4'd10: begin
        {negative, exponent[3:0], significand[2:0]} = code_i[7:0];
        significand[3] = |exponent[3:0];
        nan            = &code_i[6:0];
      end
      4'd8, 4'd11: begin
        {negative, exponent[4:0], significand[1:0]} = code_i[7:0];
        significand[2] = |exponent[4:0];
        infinite       = (&exponent[4:0]) & ~(|significand[1:0]);
        nan            = (&exponent[4:0]) & (|significand[1:0]);
      end
      4'd12: begin
        {negative, exponent[1:0], significand[2:0]} = code_i[5:0];
        significand[3] = |exponent[1:0];
      end
      4'd13: begin
        {negative, exponent[2:0], significand[1:0]} = code_i[5:0];
        significand[2] = |exponent[2:0];
      end
      4'd14: begin
        {negative, exponent[1:0], significand[0]} = code_i[3:0];
        significand[1] = |exponent[1:0];
      end
      default: begin
        floating = 1'b0;
        case (format_i)
          4'd0:       integer_value = {{15{code_i[1]}}, code_i[1:0]};
          4'd1:       integer_value = {{13{code_i[3]}}, code_i[3:0]};
          4'd2, 4'd9: integer_value = {{9{code_i[7]}}, code_i[7:0]};
          4'd3:       integer_value = {{5{code_i[11]}}, code_i[11:0]};
          default:    integer_value = {code_i[15], code_i};
        endcase
      end
    endcase
  end

  // PLACE - left = PLACE - base - (exponent, 1 for subnormals) + 1, limited to 0 .. SHIFT_MAX.
  localparam [10:0] FURTHEST = PLACE[10:0] + 11'd1;
  wire [7:0]         raised   = (exponent == 8'd0) ? 8'd1 : exponent;
  wire signed [11:0] distance = $signed({1'b0, FURTHEST}) - $signed({base_i[10], base_i}) - $signed({4'd0, raised});
  wire [5:0]         shift    = (infinite || distance < 12'sd0) ? 6'd0
                              : (distance > $signed({1'b0, SHIFT_MAX[10:0]})) ? SHIFT_MAX[5:0] : distance[5:0];
  wire               is_nan   = nan | nan_i;
  // An infinity's significand is its hidden bit.
  wire signed [16:0] magnitude = {6'd0, significand};

  reg signed [16:0] number_q;
  reg        [5:0]  shift_q;
  reg        [3:0]  nan_q;

  always @(posedge clk_i) begin
    if (en_i) begin
      number_q <= is_nan ? 17'sd0 : !floating ? integer_value : negative ? -magnitude : magnitude;
      shift_q  <= shift;
      nan_q    <= {nan_q[2:0], is_nan};
    end
  end

  // Stages 2 to 4.
  wire above, below;

  dpwa_round_limit #(
    .X_W      (17 + PLACE),
    .SHIFT_MAX(SHIFT_MAX),
    .Y_W      (VALUE_W)
  ) u_round_limit (
    .clk_i  (clk_i),
    .en_i   (en_i),
    .x_i    ({number_q, {PLACE{1'b0}}}),
    .shift_i(shift_q),
    .lower_i(lower_i),
    .upper_i(upper_i),
    .y_o    (q_o),
    .above_o(above),
    .below_o(below)
  );

  assign nan_o       = nan_q[3];
  assign saturated_o = above | below;

endmodule

`default_nettype wire
