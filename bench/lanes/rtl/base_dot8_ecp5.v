// SPDX-License-Identifier: Apache-2.0
//
// base_dot8_ecp5: fixed dot product of four signed 8-bit pairs, less 256, on ECP5 carry chains. Latency 2.

`default_nettype none

module base_dot8_ecp5 (
  input  wire        clk_i,
  input  wire [31:0] a_i,
  input  wire [31:0] w_i,
  output wire [17:0] sum_o
);

  wire [33:0] stripes;
  reg  [33:0] stripes_q;

  genvar k;
  generate
    for (k = 0; k < 2; k = k + 1) begin : gen_stripe
      base_stripe_ecp5 #(.X_W(8), .BITS(8), .EXTRA(0)) u_stripe (
        .clk_i(clk_i), .x_i({16'b0, w_i[16*k +: 16]}), .add_i({2'b0, a_i[16*k +: 16]}),
        .sum_o(stripes[17*k +: 17]));
    end
  endgenerate

  always @(posedge clk_i) stripes_q <= stripes;

  dpwa_adder_ecp5 #(.WIDTH(18)) u_join (
    .x_i({stripes_q[16], stripes_q[16:0]}), .y_i({stripes_q[33], stripes_q[33:17]}), .invert_y_i(1'b0),
    .s_o(sum_o));

endmodule

`default_nettype wire
