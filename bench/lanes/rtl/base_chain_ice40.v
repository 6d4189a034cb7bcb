// SPDX-License-Identifier: Apache-2.0
//
// base_chain_ice40: four signed operands, each added or subtracted under its own condition. Combinational.
//
//   sum_o = +-(add_i[0] ? x0 : 0) +-(add_i[1] ? x1 : 0) +-(add_i[2] ? x2 << SHIFT2 : 0) +-(add_i[3] ? x3 << SHIFT3 : 0)
//
// The last NEGATIVE operands are subtracted as ~(~x + y). With NEGATIVE = 4 the result is one too small.

`default_nettype none

module base_chain_ice40 #(
  parameter integer X_W      = 8,  // bits of one operand
  parameter integer SHIFT2   = 0,
  parameter integer SHIFT3   = 0,  // >= SHIFT2; equal to it when NEGATIVE = 2
  parameter integer NEGATIVE = 0   // 0, 1, 2, 4
) (
  input  wire [4*X_W-1:0]                                    x_i,   // operand k is [k*X_W +: X_W]
  input  wire [3:0]                                          add_i,
  output wire [X_W-1+$clog2(2+(1<<SHIFT2)+(1<<SHIFT3)):0]    sum_o
);

  localparam integer W1   = X_W + 1;                                  // bits of each partial sum
  localparam integer W2   = X_W + $clog2(2 + (1 << SHIFT2));
  localparam integer W3   = X_W + $clog2(2 + (1 << SHIFT2) + (1 << SHIFT3));
  localparam integer ROW2 = W2 - SHIFT2;
  localparam integer ROW3 = W3 - SHIFT3;

  // Bits that the first subtracting row works on leave the row before it inverted.
  localparam [W1-1:0]   INVERT1 = NEGATIVE == 2 ? {W1{1'b1}} << SHIFT2 : {W1{1'b0}};
  localparam [ROW2-1:0] INVERT2 = NEGATIVE == 1 ? {ROW2{1'b1}} << (SHIFT3 - SHIFT2) : {ROW2{1'b0}};
  localparam [ROW3-1:0] INVERT3 = NEGATIVE != 0 ? {ROW3{1'b1}} : {ROW3{1'b0}};

  wire [X_W-1:0] x1 = x_i[X_W +: X_W];
  wire [X_W-1:0] x2 = x_i[2*X_W +: X_W];
  wire [X_W-1:0] x3 = x_i[3*X_W +: X_W];

  wire [X_W-1:0] sum0 = x_i[X_W-1:0] & {X_W{add_i[0]}};
  wire [W1-1:0]  sum1;
  wire [W2-1:0]  sum2;
  wire [W3-1:0]  sum3;

  dpwa_row #(.WIDTH(W1), .INVERT(INVERT1)) u_row1 (
    .x_i({sum0[X_W-1], sum0}), .y_i({x1[X_W-1], x1}), .add_i(add_i[1]), .s_o(sum1));
  dpwa_row #(.WIDTH(ROW2), .INVERT(INVERT2)) u_row2 (
    .x_i({{(W2-W1){sum1[W1-1]}}, sum1[W1-1:SHIFT2]}), .y_i({{(ROW2-X_W){x2[X_W-1]}}, x2}), .add_i(add_i[2]),
    .s_o(sum2[W2-1:SHIFT2]));
  dpwa_row #(.WIDTH(ROW3), .INVERT(INVERT3)) u_row3 (
    .x_i({{(W3-W2+1){sum2[W2-1]}}, sum2[W2-2:SHIFT3]}), .y_i({{(ROW3-X_W){x3[X_W-1]}}, x3}), .add_i(add_i[3]),
    .s_o(sum3[W3-1:SHIFT3]));

  generate
    if (SHIFT2 > 0) begin : gen_low2
      assign sum2[SHIFT2-1:0] = sum1[SHIFT2-1:0];
    end
    if (SHIFT3 > 0) begin : gen_low3
      assign sum3[SHIFT3-1:0] = sum2[SHIFT3-1:0];
    end
  endgenerate

  assign sum_o = sum3;

endmodule

`default_nettype wire
