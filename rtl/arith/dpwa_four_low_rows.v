// SPDX-License-Identifier: Apache-2.0
//
// dpwa_four_low_rows: the activation bits 0..2 of four products, as three row chains and two joins (74 LUT4 on iCE40).
//
//   sum_o = sum over e of (a_i[e] mod 8) * W(w_i[e])       -224..196
//
// Latency CHAIN_CUT + JOIN_CUT. The twelve rows (one per product and activation bit) are dealt to the chains so that
// every chain has four, with ascending weights; which product a row comes from does not matter for the cost.

`default_nettype none

module dpwa_four_low_rows #(
  parameter integer CHAIN_CUT = 1,  // 1: register after the chains
  parameter integer JOIN_CUT  = 1   // 1: register after the joins
) (
  input  wire        clk_i,
  input  wire [15:0] a_i,    // activation digit e is [4*e +: 4]; bit 3 of each is not used
  input  wire [15:0] w_i,    // weight digit e is [4*e +: 4]
  output wire [8:0]  sum_o
);

  wire [3:0] w0 = w_i[3:0];
  wire [3:0] w1 = w_i[7:4];
  wire [3:0] w2 = w_i[11:8];
  wire [3:0] w3 = w_i[15:12];
  wire       unused_sign = &{1'b0, a_i[3], a_i[7], a_i[11], a_i[15]};

  // Row weights 1 1 2 4, 1 1 2 4 and 2 2 4 4.
  wire [6:0] chain0, chain1, chain2;
  dpwa_row_chain #(.SHIFT2(1), .SHIFT3(2)) u_chain0 (
    .x_i({w0, w0, w1, w0}), .add_i({a_i[2], a_i[1], a_i[4], a_i[0]}), .sum_o(chain0));
  dpwa_row_chain #(.SHIFT2(1), .SHIFT3(2)) u_chain1 (
    .x_i({w1, w1, w3, w2}), .add_i({a_i[6], a_i[5], a_i[12], a_i[8]}), .sum_o(chain1));
  dpwa_row_chain #(.SHIFT2(1), .SHIFT3(1)) u_chain2 (
    .x_i({w3, w2, w3, w2}), .add_i({a_i[14], a_i[10], a_i[13], a_i[9]}), .sum_o(chain2));

  wire [6:0] c0, c1, c2;
  dpwa_delay #(.WIDTH(21), .CYCLES(CHAIN_CUT)) u_chain_cut (
    .clk_i(clk_i), .d_i({chain2, chain1, chain0}), .q_o({c2, c1, c0}));

  wire [7:0] c01;
  wire [7:0] upper;  // the sum above bit 0
  dpwa_adder #(.WIDTH(8)) u_join01 (
    .x_i({c0[6], c0}), .y_i({c1[6], c1}), .invert_i(1'b0), .s_o(c01));
  dpwa_adder #(.WIDTH(8)) u_join2 (
    .x_i({c01[7], c01[7:1]}), .y_i({c2[6], c2}), .invert_i(1'b0), .s_o(upper));

  dpwa_delay #(.WIDTH(9), .CYCLES(JOIN_CUT)) u_join_cut (
    .clk_i(clk_i), .d_i({upper, c01[0]}), .q_o(sum_o));

endmodule

`default_nettype wire
