// SPDX-License-Identifier: Apache-2.0
//
// dpwa_row_chain_ecp5: four signed 4-bit operands, each added under its own condition. Combinational.
//
//   sum_o = (add_i[0] ? x0 : 0) + (add_i[1] ? x1 : 0) + ((add_i[2] ? x2 : 0) + (add_i[3] ? x3 : 0)) << SHIFT
//
// Three carry chains: the first takes two rows at once.

`default_nettype none

module dpwa_row_chain_ecp5 #(
  parameter integer SHIFT = 0  // 0, 1
) (
  input  wire [15:0]      x_i,   // operand k is [4*k +: 4], two's complement
  input  wire [3:0]       add_i,
  output wire [5+SHIFT:0] sum_o
);

  localparam integer ROW2 = 6 - SHIFT;  // bits of row 2: the sum of three rows has 6 bits

  generate
    if (SHIFT < 0 || SHIFT > 1) begin : gen_check
      ERROR_SHIFT_must_be_0_or_1 u_check ();
    end
  endgenerate

  wire [4:0] pair;
  wire [5:0] sum2;

  dpwa_carry_chain #(.WIDTH(5), .INIT(16'h7888)) u_pair (
    .a_i({x_i[3], x_i[3:0]}), .b_i({5{add_i[0]}}), .c_i({5{add_i[1]}}), .d_i({x_i[7], x_i[7:4]}), .s_o(pair));

  dpwa_carry_chain #(.WIDTH(ROW2), .INIT(16'h5AAA)) u_row2 (
    .a_i({pair[4], pair[4:SHIFT]}), .b_i({ROW2{1'b0}}), .c_i({ROW2{add_i[2]}}),
    .d_i({{(ROW2-4){x_i[11]}}, x_i[11:8]}), .s_o(sum2[5:SHIFT]));

  dpwa_carry_chain #(.WIDTH(6), .INIT(16'h5AAA)) u_row3 (
    .a_i({{(1+SHIFT){sum2[5]}}, sum2[4:SHIFT]}), .b_i(6'b0), .c_i({6{add_i[3]}}),
    .d_i({{2{x_i[15]}}, x_i[15:12]}), .s_o(sum_o[5+SHIFT:SHIFT]));

  generate
    if (SHIFT == 1) begin : gen_low
      assign sum2[0]  = pair[0];
      assign sum_o[0] = sum2[0];
    end
  endgenerate

endmodule

`default_nettype wire
