// SPDX-License-Identifier: Apache-2.0
//
// base_matrix: the same beats into every fixed baseline of bench/lanes and the naive multi-unit lane.
//
// sum_o[32*k +: 32]: k = 2*(style-1) + (X_W == 4) for base_lane, k = 6 for base_naive.

`default_nettype none

module base_matrix (
  input  wire         clk_i,
  input  wire         rst_ni,
  input  wire         valid_i,
  input  wire         last_i,
  input  wire [1:0]   format_i,
  input  wire [63:0]  a_i,
  input  wire [63:0]  w_i,
  output wire [223:0] sum_o
);

  genvar style;
  generate
    for (style = 1; style < 4; style = style + 1) begin : gen_style
      base_lane #(.X_W(8), .ACC_W(32), .LUT_STYLE(style)) u_int8x4 (
        .clk_i(clk_i), .rst_ni(rst_ni), .valid_i(valid_i), .last_i(last_i), .a_i(a_i[31:0]), .w_i(w_i[31:0]),
        .sum_o(sum_o[64*(style-1) +: 32]));
      base_lane #(.X_W(4), .ACC_W(32), .LUT_STYLE(style)) u_int4x16 (
        .clk_i(clk_i), .rst_ni(rst_ni), .valid_i(valid_i), .last_i(last_i), .a_i(a_i), .w_i(w_i),
        .sum_o(sum_o[64*(style-1) + 32 +: 32]));
    end
  endgenerate

  base_naive u_naive (
    .clk_i(clk_i), .rst_ni(rst_ni), .valid_i(valid_i), .last_i(last_i), .format_i(format_i), .a_i(a_i), .w_i(w_i),
    .sum_o(sum_o[192 +: 32]));

endmodule

`default_nettype wire
