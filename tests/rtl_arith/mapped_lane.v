// SPDX-License-Identifier: Apache-2.0
//
// mapped_lane: a lane with its corrector, to be synthesized and compared with the RTL by mapped_tb.

`default_nettype none

module mapped_lane #(
  parameter integer LUT_STYLE = 1
) (
  input  wire        clk_i,
  input  wire        rst_ni,
  input  wire        valid_i,
  input  wire        last_i,
  input  wire [2:0]  level_i,
  input  wire        a_signed_i,
  input  wire [63:0] a_i,
  input  wire [63:0] w_i,
  output wire [31:0] dot_o    // latency 6
);

  wire [31:0] sum;
  wire [31:0] corr;

  dpwa_mac_lane #(.PRODUCTS(16), .ACC_W(32), .LEVEL_W(3), .LUT_STYLE(LUT_STYLE), .CUTS(3)) u_lane (
    .clk_i(clk_i), .rst_ni(rst_ni), .valid_i(valid_i), .last_i(last_i), .level_i(level_i), .a_signed_i(a_signed_i),
    .a_i(a_i), .w_i(w_i), .sum_o(sum));
  dpwa_corrector #(.PRODUCTS(16), .ACC_W(32), .LEVEL_W(3), .LUT_STYLE(LUT_STYLE), .LATENCY(6)) u_corrector (
    .clk_i(clk_i), .rst_ni(rst_ni), .valid_i(valid_i), .last_i(last_i), .level_i(level_i), .a_signed_i(a_signed_i),
    .corr_o(corr));

  assign dot_o = sum - corr;

endmodule

`default_nettype wire
