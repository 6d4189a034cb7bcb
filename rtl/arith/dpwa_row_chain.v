// SPDX-License-Identifier: Apache-2.0
//
// dpwa_row_chain: four signed 4-bit operands, each added under its own condition. Combinational.
//
//   sum_o = (add_i[0] ? x0 : 0) + (add_i[1] ? x1 : 0) + (add_i[2] ? x2 << SHIFT2 : 0) + (add_i[3] ? x3 << SHIFT3 : 0)
//
// The first row is an AND, the others are dpwa_row cells above the lowest bit that they change.

`default_nettype none

module dpwa_row_chain #(
  parameter integer SHIFT2 = 0,  // 0, 1
  parameter integer SHIFT3 = 0   // SHIFT2 .. 2
) (
  input  wire [15:0]                                     x_i,   // operand k is [4*k +: 4], two's complement
  input  wire [3:0]                                      add_i,
  output wire [3+$clog2(2+(1<<SHIFT2)+(1<<SHIFT3)):0]    sum_o
);

  localparam integer SUM_W = 4 + $clog2(2 + (1 << SHIFT2) + (1 << SHIFT3));
  localparam integer ROW2  = 6 - SHIFT2;      // cells of row 2: the sum of three rows has 6 bits
  localparam integer ROW3  = SUM_W - SHIFT3;

  generate
    if (SHIFT2 < 0 || SHIFT2 > 1 || SHIFT3 < SHIFT2 || SHIFT3 > 2) begin : gen_check
      ERROR_shifts_must_be_0_to_2_and_ascending u_check ();
    end
  endgenerate

  wire [3:0]       sum0 = x_i[3:0] & {4{add_i[0]}};
  wire [4:0]       sum1;
  wire [5:0]       sum2;
  wire [SUM_W-1:0] sum3;

  dpwa_row #(.WIDTH(5)) u_row1 (
    .x_i({sum0[3], sum0}), .y_i({x_i[7], x_i[7:4]}), .add_i(add_i[1]), .s_o(sum1));

  dpwa_row #(.WIDTH(ROW2)) u_row2 (
    .x_i({sum1[4], sum1[4:SHIFT2]}), .y_i({{(ROW2-4){x_i[11]}}, x_i[11:8]}), .add_i(add_i[2]),
    .s_o(sum2[5:SHIFT2]));

  dpwa_row #(.WIDTH(ROW3)) u_row3 (
    .x_i({{(SUM_W-6){sum2[5]}}, sum2[5:SHIFT3]}), .y_i({{(ROW3-4){x_i[15]}}, x_i[15:12]}), .add_i(add_i[3]),
    .s_o(sum3[SUM_W-1:SHIFT3]));

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
