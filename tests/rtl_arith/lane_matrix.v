// SPDX-License-Identifier: Apache-2.0
//
// lane_matrix: the same beats into a MAC lane and a corrector of every (LUT_STYLE, CUTS).
//
// dot_o[(4*style + cuts)*ACC_W +: ACC_W] = sum_o - corr_o of that pair; its latency is cuts + 3.

`default_nettype none

module lane_matrix #(
  parameter integer PRODUCTS = 16,
  parameter integer ACC_W    = 32,
  parameter integer LEVEL_W  = 3,
  parameter integer STYLES   = 4    // styles 0 .. STYLES-1
) (
  input  wire                      clk_i,
  input  wire                      rst_ni,
  input  wire                      valid_i,
  input  wire                      last_i,
  input  wire [LEVEL_W-1:0]        level_i,
  input  wire                      a_signed_i,
  input  wire [4*PRODUCTS-1:0]     a_i,
  input  wire [4*PRODUCTS-1:0]     w_i,
  output wire [STYLES*4*ACC_W-1:0] dot_o
);

  genvar style, cuts;
  generate
    for (style = 0; style < STYLES; style = style + 1) begin : gen_style
      for (cuts = 0; cuts < 4; cuts = cuts + 1) begin : gen_cuts
        wire [ACC_W-1:0] sum;
        wire [ACC_W-1:0] corr;

        dpwa_mac_lane #(
          .PRODUCTS(PRODUCTS), .ACC_W(ACC_W), .LEVEL_W(LEVEL_W), .LUT_STYLE(style), .CUTS(cuts)
        ) u_lane (
          .clk_i(clk_i), .rst_ni(rst_ni), .valid_i(valid_i), .last_i(last_i), .level_i(level_i),
          .a_signed_i(a_signed_i), .a_i(a_i), .w_i(w_i), .sum_o(sum));

        dpwa_corrector #(
          .PRODUCTS(PRODUCTS), .ACC_W(ACC_W), .LEVEL_W(LEVEL_W), .LUT_STYLE(style), .LATENCY(cuts + 3)
        ) u_corrector (
          .clk_i(clk_i), .rst_ni(rst_ni), .valid_i(valid_i), .last_i(last_i), .level_i(level_i),
          .a_signed_i(a_signed_i), .corr_o(corr));

        assign dot_o[(4*style + cuts)*ACC_W +: ACC_W] = sum - corr;
      end
    end
  endgenerate

endmodule

`default_nettype wire
