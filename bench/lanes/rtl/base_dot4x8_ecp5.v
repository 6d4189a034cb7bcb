// SPDX-License-Identifier: Apache-2.0
//
// base_dot4x8_ecp5: fixed dot product of eight signed 4-bit pairs, less 32: half of base INT4x16 on ECP5. Latency 2.

`default_nettype none

module base_dot4x8_ecp5 (
  input  wire        clk_i,
  input  wire [31:0] a_i,
  input  wire [31:0] w_i,
  output wire [10:0] sum_o
);

  // Products 0..3 whole, each pair of them with bit 0 of two others; 4, 5 from bit 1 with bit 1 of 6, 7; 6, 7 from bit 2.
  wire [8:0] x0, x1;
  wire [7:0] y;
  wire [6:0] z;
  base_stripe_ecp5 #(.X_W(4), .BITS(4), .EXTRA(1)) u_x0 (
    .clk_i(clk_i), .x_i({w_i[23:16], w_i[7:0]}), .add_i({a_i[20], a_i[16], a_i[7:0]}), .sum_o(x0));
  base_stripe_ecp5 #(.X_W(4), .BITS(4), .EXTRA(1)) u_x1 (
    .clk_i(clk_i), .x_i({w_i[31:24], w_i[15:8]}), .add_i({a_i[28], a_i[24], a_i[15:8]}), .sum_o(x1));
  base_stripe_ecp5 #(.X_W(4), .BITS(3), .EXTRA(1)) u_y (
    .clk_i(clk_i), .x_i(w_i[31:16]), .add_i({a_i[29], a_i[25], a_i[23:21], a_i[19:17]}), .sum_o(y));
  base_stripe_ecp5 #(.X_W(4), .BITS(2), .EXTRA(0)) u_z (
    .clk_i(clk_i), .x_i({8'b0, w_i[31:24]}), .add_i({2'b0, a_i[31:30], a_i[27:26]}), .sum_o(z));

  wire [9:0]  x;
  wire [8:0]  yz;  // at bit 1
  wire [10:0] sum;
  reg  [10:0] sum_q;
  assign yz[0]  = y[0];
  assign sum[0] = x[0];
  dpwa_adder_ecp5 #(.WIDTH(10)) u_xx (
    .x_i({x0[8], x0}), .y_i({x1[8], x1}), .invert_y_i(1'b0), .s_o(x));
  dpwa_adder_ecp5 #(.WIDTH(8)) u_yz (
    .x_i({y[7], y[7:1]}), .y_i({z[6], z}), .invert_y_i(1'b0), .s_o(yz[8:1]));
  dpwa_adder_ecp5 #(.WIDTH(10)) u_sum (
    .x_i({x[9], x[9:1]}), .y_i({yz[8], yz}), .invert_y_i(1'b0), .s_o(sum[10:1]));

  always @(posedge clk_i) sum_q <= sum;
  assign sum_o = sum_q;

endmodule

`default_nettype wire
