// SPDX-License-Identifier: Apache-2.0
//
// dpwa_four_low_rows_ecp5: the activation bits 0..2 of four products (34 CCU2C on ECP5).
//
//   sum_o = sum over e of (a_i[e] mod 8) * W(w_i[e])       -224..196
//
// Latency CHAIN_CUT + JOIN_CUT. Rows are grouped so that chains have even widths: a CCU2C holds two bits.

`default_nettype none

module dpwa_four_low_rows_ecp5 #(
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

  // All rows of bit 0; a pair of bit 1; a pair of bit 2; two of bit 1 with two of bit 2.
  wire [5:0] ones;
  wire [4:0] twos;
  wire [4:0] fours;
  wire [6:0] mixed;
  dpwa_row_chain_ecp5 #(.SHIFT(0)) u_ones (
    .x_i(w_i), .add_i({a_i[12], a_i[8], a_i[4], a_i[0]}), .sum_o(ones));
  dpwa_carry_chain #(.WIDTH(5), .INIT(16'h7888)) u_twos (
    .a_i({w0[3], w0}), .b_i({5{a_i[1]}}), .c_i({5{a_i[5]}}), .d_i({w1[3], w1}), .s_o(twos));
  dpwa_carry_chain #(.WIDTH(5), .INIT(16'h7888)) u_fours (
    .a_i({w0[3], w0}), .b_i({5{a_i[2]}}), .c_i({5{a_i[6]}}), .d_i({w1[3], w1}), .s_o(fours));
  dpwa_row_chain_ecp5 #(.SHIFT(1)) u_mixed (
    .x_i({w3, w2, w3, w2}), .add_i({a_i[14], a_i[10], a_i[13], a_i[9]}), .sum_o(mixed));

  wire [5:0] ones_q;
  wire [4:0] twos_q;
  wire [4:0] fours_q;
  wire [6:0] mixed_q;
  dpwa_delay #(.WIDTH(23), .CYCLES(CHAIN_CUT)) u_chain_cut (
    .clk_i(clk_i), .d_i({mixed, fours, twos, ones}), .q_o({mixed_q, fours_q, twos_q, ones_q}));

  // Joins leave the bits below the larger of the two lowest positions alone.
  wire [6:0] low;    // ones + 2 * twos
  wire [7:0] lower;  // + 4 * fours
  wire [8:0] sum;    // + 2 * mixed
  assign low[0]     = ones_q[0];
  assign lower[1:0] = low[1:0];
  assign sum[0]     = lower[0];
  dpwa_adder_ecp5 #(.WIDTH(6)) u_join_twos (
    .x_i({ones_q[5], ones_q[5:1]}), .y_i({twos_q[4], twos_q}), .invert_y_i(1'b0), .s_o(low[6:1]));
  dpwa_adder_ecp5 #(.WIDTH(6)) u_join_fours (
    .x_i({low[6], low[6:2]}), .y_i({fours_q[4], fours_q}), .invert_y_i(1'b0), .s_o(lower[7:2]));
  dpwa_adder_ecp5 #(.WIDTH(8)) u_join_mixed (
    .x_i({lower[7], lower[7:1]}), .y_i({mixed_q[6], mixed_q}), .invert_y_i(1'b0), .s_o(sum[8:1]));

  dpwa_delay #(.WIDTH(9), .CYCLES(JOIN_CUT)) u_join_cut (.clk_i(clk_i), .d_i(sum), .q_o(sum_o));

endmodule

`default_nettype wire
