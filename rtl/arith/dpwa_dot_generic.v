// SPDX-License-Identifier: Apache-2.0
//
// dpwa_dot_generic: the adder tree of a MAC lane in plain operators (LUT6 devices, simulation).
//
//   sum_o = sum over e of A(a_i[e]) * W(w_i[e])       W signed -8..7, A 0..15 or signed -8..7 when a_signed_i
//
// Latency CUTS (0: combinational), a new beat every cycle. Signed result, no deferred constants.
// CUTS = 1: registers after the sums of four products; 2: also after the products; 3: also after sums of eight.

`default_nettype none

module dpwa_dot_generic #(
  parameter integer PRODUCTS = 16,  // 8, 16, 32
  parameter integer CUTS     = 1    // 0..3
) (
  input  wire                        clk_i,
  input  wire                        a_signed_i,
  input  wire [4*PRODUCTS-1:0]       a_i,
  input  wire [4*PRODUCTS-1:0]       w_i,
  output wire [7+$clog2(PRODUCTS):0] sum_o    // two's complement
);

  localparam integer PRODUCT_W = 9;
  localparam integer FOUR_W    = 11;
  localparam integer EIGHT_W   = 12;
  localparam integer EIGHTS    = PRODUCTS / 8;
  localparam integer SUM_W     = 8 + $clog2(PRODUCTS);
  localparam integer TOTAL_W   = 14;  // of up to four sums of eight

  wire [PRODUCTS*PRODUCT_W-1:0] products;
  wire [2*EIGHTS*FOUR_W-1:0]    fours;
  wire [EIGHTS*EIGHT_W-1:0]     eights;

  genvar e;
  generate
    for (e = 0; e < PRODUCTS; e = e + 1) begin : gen_product
      wire signed [PRODUCT_W-1:0] a = {{5{a_signed_i & a_i[4*e+3]}}, a_i[4*e +: 4]};
      wire signed [PRODUCT_W-1:0] w = {{5{w_i[4*e+3]}}, w_i[4*e +: 4]};
      dpwa_delay #(.WIDTH(PRODUCT_W), .CYCLES(CUTS >= 2 ? 1 : 0)) u_cut (
        .clk_i(clk_i), .d_i(a * w), .q_o(products[e*PRODUCT_W +: PRODUCT_W]));
    end

    for (e = 0; e < 2 * EIGHTS; e = e + 1) begin : gen_four
      wire [FOUR_W-1:0] four;
      dpwa_sum_words #(.WORDS(4), .X_W(PRODUCT_W), .Y_W(FOUR_W)) u_sum (
        .x_i(products[4*e*PRODUCT_W +: 4*PRODUCT_W]), .sum_o(four));
      dpwa_delay #(.WIDTH(FOUR_W), .CYCLES(CUTS >= 1 ? 1 : 0)) u_cut (
        .clk_i(clk_i), .d_i(four), .q_o(fours[e*FOUR_W +: FOUR_W]));
    end

    for (e = 0; e < EIGHTS; e = e + 1) begin : gen_eight
      wire [EIGHT_W-1:0] eight;
      dpwa_sum_words #(.WORDS(2), .X_W(FOUR_W), .Y_W(EIGHT_W)) u_sum (
        .x_i(fours[2*e*FOUR_W +: 2*FOUR_W]), .sum_o(eight));
      dpwa_delay #(.WIDTH(EIGHT_W), .CYCLES(CUTS >= 3 ? 1 : 0)) u_cut (
        .clk_i(clk_i), .d_i(eight), .q_o(eights[e*EIGHT_W +: EIGHT_W]));
    end
  endgenerate

  // Every product is within -120..105, so the top bits of the total repeat its sign.
  wire [TOTAL_W-1:0] total;
  dpwa_sum_words #(.WORDS(EIGHTS), .X_W(EIGHT_W), .Y_W(TOTAL_W)) u_total (.x_i(eights), .sum_o(total));

  assign sum_o = total[SUM_W-1:0];
  wire unused_sign = &{1'b0, total[TOTAL_W-1:SUM_W]};

endmodule

`default_nettype wire
