// SPDX-License-Identifier: Apache-2.0
//
// base_dot8_ice40: fixed dot product of four signed 8-bit pairs, the cheapest mix of row chains (four rows each) and
// joins found by the cost search of docs/lane.md. Latency 3: registers after the chains and after joins 2 and 4.

`default_nettype none

module base_dot8_ice40 (
  input  wire        clk_i,
  input  wire [31:0] a_i,
  input  wire [31:0] w_i,
  output wire [17:0] sum_o
);

  wire [7:0] w0 = w_i[7:0];
  wire [7:0] w1 = w_i[15:8];
  wire [7:0] w2 = w_i[23:16];
  wire [7:0] w3 = w_i[31:24];
  wire [7:0] a0 = a_i[7:0];
  wire [7:0] a1 = a_i[15:8];
  wire [7:0] a2 = a_i[23:16];
  wire [7:0] a3 = a_i[31:24];

  // Chains, named by the activation bits of their rows; bit 7 is subtracted.
  wire [10:0] c0012a, c0012b, c2234, c3344, c5567a, c5567b, c6677;
  wire [11:0] c1134;
  base_chain_ice40 #(.SHIFT2(1), .SHIFT3(2)) u_c0012a (
    .x_i({w0, w0, w1, w0}), .add_i({a0[2], a0[1], a1[0], a0[0]}), .sum_o(c0012a));
  base_chain_ice40 #(.SHIFT2(1), .SHIFT3(2)) u_c0012b (
    .x_i({w1, w1, w3, w2}), .add_i({a1[2], a1[1], a3[0], a2[0]}), .sum_o(c0012b));
  base_chain_ice40 #(.SHIFT2(2), .SHIFT3(3)) u_c1134 (
    .x_i({w0, w0, w3, w2}), .add_i({a0[4], a0[3], a3[1], a2[1]}), .sum_o(c1134));
  base_chain_ice40 #(.SHIFT2(1), .SHIFT3(2)) u_c2234 (
    .x_i({w1, w1, w3, w2}), .add_i({a1[4], a1[3], a3[2], a2[2]}), .sum_o(c2234));
  base_chain_ice40 #(.SHIFT2(1), .SHIFT3(1)) u_c3344 (
    .x_i({w3, w2, w3, w2}), .add_i({a3[4], a2[4], a3[3], a2[3]}), .sum_o(c3344));
  base_chain_ice40 #(.SHIFT2(1), .SHIFT3(2), .NEGATIVE(1)) u_c5567a (
    .x_i({w0, w0, w1, w0}), .add_i({a0[7], a0[6], a1[5], a0[5]}), .sum_o(c5567a));
  base_chain_ice40 #(.SHIFT2(1), .SHIFT3(2), .NEGATIVE(1)) u_c5567b (
    .x_i({w1, w1, w3, w2}), .add_i({a1[7], a1[6], a3[5], a2[5]}), .sum_o(c5567b));
  base_chain_ice40 #(.SHIFT2(1), .SHIFT3(1), .NEGATIVE(2)) u_c6677 (
    .x_i({w3, w2, w3, w2}), .add_i({a3[7], a2[7], a3[6], a2[6]}), .sum_o(c6677));

  reg [10:0] e_q, f_q, g_q, d_q, a_q, b_q, c_q;
  reg [11:0] h_q;

  wire [11:0] ef, ab;
  wire [13:0] def;
  wire [12:0] gh;
  base_join_ice40 #(.X_W(11), .Y_W(11), .S_W(12), .SHIFT(0)) u_ef (.x_i(e_q), .y_i(f_q), .sum_o(ef));
  base_join_ice40 #(.X_W(12), .Y_W(11), .S_W(14), .SHIFT(3)) u_def (.x_i(ef), .y_i(d_q), .sum_o(def));
  base_join_ice40 #(.X_W(12), .Y_W(11), .S_W(13), .SHIFT(1)) u_gh (.x_i(h_q), .y_i(g_q), .sum_o(gh));
  base_join_ice40 #(.X_W(11), .Y_W(11), .S_W(12), .SHIFT(0)) u_ab (.x_i(a_q), .y_i(b_q), .sum_o(ab));

  reg [13:0] def_q;
  reg [12:0] gh_q;
  reg [11:0] ab_q;
  reg [10:0] c2_q;

  wire [14:0] low;
  wire [16:0] most;
  base_join_ice40 #(.X_W(14), .Y_W(13), .S_W(15), .SHIFT(1)) u_low (.x_i(def_q), .y_i(gh_q), .sum_o(low));
  base_join_ice40 #(.X_W(15), .Y_W(11), .S_W(17), .SHIFT(6)) u_most (.x_i(low), .y_i(c2_q), .sum_o(most));

  reg [16:0] most_q;
  reg [11:0] ab2_q;

  base_join_ice40 #(.X_W(17), .Y_W(12), .S_W(18), .SHIFT(5)) u_all (.x_i(most_q), .y_i(ab2_q), .sum_o(sum_o));

  always @(posedge clk_i) begin
    {e_q, f_q, g_q, d_q, a_q, b_q, c_q} <= {c0012a, c0012b, c2234, c3344, c5567a, c5567b, c6677};
    h_q <= c1134;
    {def_q, gh_q, ab_q, c2_q} <= {def, gh, ab, c_q};
    {most_q, ab2_q} <= {most, ab_q};
  end

endmodule

`default_nettype wire
