// SPDX-License-Identifier: Apache-2.0
//
// base_dot4x8_ice40: fixed dot product of eight signed 4-bit pairs, less 8: half of base INT4x16 on iCE40.
// The cheapest mix of row chains (four rows each) and joins. Latency 3: registers after the chains and joins 2 and 4.

`default_nettype none

module base_dot4x8_ice40 (
  input  wire        clk_i,
  input  wire [31:0] a_i,
  input  wire [31:0] w_i,
  output wire [10:0] sum_o
);

  // Rows of bit k are numbered by product; which product a chain takes is free.
  wire [7:0] a0, a1, a2, a3;
  genvar e;
  generate
    for (e = 0; e < 8; e = e + 1) begin : gen_bits
      assign {a3[e], a2[e], a1[e], a0[e]} = a_i[4*e +: 4];
    end
  endgenerate

  wire [3:0] w0 = w_i[3:0];
  wire [3:0] w1 = w_i[7:4];
  wire [3:0] w2 = w_i[11:8];
  wire [3:0] w3 = w_i[15:12];
  wire [3:0] w4 = w_i[19:16];
  wire [3:0] w5 = w_i[23:20];
  wire [3:0] w6 = w_i[27:24];
  wire [3:0] w7 = w_i[31:28];

  wire [6:0] l0, l1, l2, l3;  // rows of bits 0 0 1 2
  wire [6:0] k0, k1;          // 1 1 2 3, bit 3 subtracted
  wire [6:0] m;               // 2 2 3 3
  wire [5:0] n;               // 3 3 3 3, one too small
  base_chain_ice40 #(.X_W(4), .SHIFT2(1), .SHIFT3(2)) u_l0 (
    .x_i({w0, w0, w1, w0}), .add_i({a2[0], a1[0], a0[1], a0[0]}), .sum_o(l0));
  base_chain_ice40 #(.X_W(4), .SHIFT2(1), .SHIFT3(2)) u_l1 (
    .x_i({w1, w1, w3, w2}), .add_i({a2[1], a1[1], a0[3], a0[2]}), .sum_o(l1));
  base_chain_ice40 #(.X_W(4), .SHIFT2(1), .SHIFT3(2)) u_l2 (
    .x_i({w2, w2, w5, w4}), .add_i({a2[2], a1[2], a0[5], a0[4]}), .sum_o(l2));
  base_chain_ice40 #(.X_W(4), .SHIFT2(1), .SHIFT3(2)) u_l3 (
    .x_i({w3, w3, w7, w6}), .add_i({a2[3], a1[3], a0[7], a0[6]}), .sum_o(l3));
  base_chain_ice40 #(.X_W(4), .SHIFT2(1), .SHIFT3(2), .NEGATIVE(1)) u_k0 (
    .x_i({w4, w4, w5, w4}), .add_i({a3[4], a2[4], a1[5], a1[4]}), .sum_o(k0));
  base_chain_ice40 #(.X_W(4), .SHIFT2(1), .SHIFT3(2), .NEGATIVE(1)) u_k1 (
    .x_i({w5, w5, w7, w6}), .add_i({a3[5], a2[5], a1[7], a1[6]}), .sum_o(k1));
  base_chain_ice40 #(.X_W(4), .SHIFT2(1), .SHIFT3(1), .NEGATIVE(2)) u_m (
    .x_i({w7, w6, w7, w6}), .add_i({a3[7], a3[6], a2[7], a2[6]}), .sum_o(m));
  base_chain_ice40 #(.X_W(4), .SHIFT2(0), .SHIFT3(0), .NEGATIVE(4)) u_n (
    .x_i({w3, w2, w1, w0}), .add_i({a3[3], a3[2], a3[1], a3[0]}), .sum_o(n));

  reg [6:0] l0_q, l1_q, l2_q, l3_q, k0_q, k1_q, m_q;
  reg [5:0] n_q;

  wire [7:0] l01, l23, k01;
  wire [8:0] l;
  wire [8:0] km;
  base_join_ice40 #(.X_W(7), .Y_W(7), .S_W(8), .SHIFT(0)) u_l01 (.x_i(l0_q), .y_i(l1_q), .sum_o(l01));
  base_join_ice40 #(.X_W(7), .Y_W(7), .S_W(8), .SHIFT(0)) u_l23 (.x_i(l2_q), .y_i(l3_q), .sum_o(l23));
  base_join_ice40 #(.X_W(8), .Y_W(8), .S_W(9), .SHIFT(0)) u_l (.x_i(l01), .y_i(l23), .sum_o(l));
  base_join_ice40 #(.X_W(7), .Y_W(7), .S_W(8), .SHIFT(0)) u_k01 (.x_i(k0_q), .y_i(k1_q), .sum_o(k01));
  base_join_ice40 #(.X_W(8), .Y_W(7), .S_W(9), .SHIFT(1)) u_km (.x_i(k01), .y_i(m_q), .sum_o(km));

  reg [8:0] l_q, km_q;
  reg [5:0] n2_q;

  wire [9:0]  ln;
  wire [10:0] sum;
  base_join_ice40 #(.X_W(9), .Y_W(6), .S_W(10), .SHIFT(3)) u_ln (.x_i(l_q), .y_i(n2_q), .sum_o(ln));
  base_join_ice40 #(.X_W(10), .Y_W(9), .S_W(11), .SHIFT(1)) u_sum (.x_i(ln), .y_i(km_q), .sum_o(sum));

  reg [10:0] sum_q;

  always @(posedge clk_i) begin
    {l0_q, l1_q, l2_q, l3_q, k0_q, k1_q, m_q, n_q} <= {l0, l1, l2, l3, k0, k1, m, n};
    {l_q, km_q, n2_q} <= {l, km, n_q};
    sum_q <= sum;
  end

  assign sum_o = sum_q;

endmodule

`default_nettype wire
