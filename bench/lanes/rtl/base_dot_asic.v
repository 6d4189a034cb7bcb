// SPDX-License-Identifier: Apache-2.0
//
// base_dot_asic: fixed dot product of signed pairs in one inverted full-adder tree. Combinational.
//
//   sum_o = dot product + PRODUCTS * 2**X_W * (2**(X_W-1) - 1), unsigned

`default_nettype none

module base_dot_asic #(
  parameter integer X_W      = 8,  // 8, 4
  parameter integer PRODUCTS = 4   // 32 / X_W for 8, 64 / X_W for 4
) (
  input  wire [PRODUCTS*X_W-1:0]           a_i,
  input  wire [PRODUCTS*X_W-1:0]           w_i,
  output wire [2*X_W-1+$clog2(PRODUCTS):0] sum_o
);

  localparam integer SUM_W = 2 * X_W + $clog2(PRODUCTS);
  localparam integer BITS  = PRODUCTS * X_W * X_W;

  // Column c holds min(c + 1, 2 * X_W - 1 - c) rows of PRODUCTS bits.
  function [8*SUM_W-1:0] heights(input integer products);
    integer c, height;
    begin
      heights = {8*SUM_W{1'b0}};
      for (c = 0; c < 2 * X_W - 1; c = c + 1) begin
        height  = products * (c < X_W ? c + 1 : 2*X_W - 1 - c);
        heights = heights | ({{(8*SUM_W-32){1'b0}}, height} << (8 * c));
      end
    end
  endfunction

  wire [BITS-1:0]  bits_n;
  wire [SUM_W-1:0] sum_n;

  genvar e, i, j;
  generate
    for (e = 0; e < PRODUCTS; e = e + 1) begin : gen_product
      for (i = 0; i < X_W; i = i + 1) begin : gen_row
        for (j = 0; j < X_W; j = j + 1) begin : gen_bit
          localparam integer C     = i + j;
          localparam integer ABOVE = 2 * X_W - 1 - C;  // columns from C up
          localparam integer START = C < X_W ? C * (C + 1) / 2 : X_W * X_W - ABOVE * (ABOVE + 1) / 2;
          localparam integer ROW   = C < X_W ? i : i - C + X_W - 1;
          wire partial = a_i[X_W*e + i] & w_i[X_W*e + j];
          assign bits_n[PRODUCTS * (START + ROW) + e] = ((i == X_W - 1) != (j == X_W - 1)) ? partial : ~partial;
        end
      end
    end
  endgenerate

  dpwa_bit_heap #(.COLUMNS(SUM_W), .HEIGHTS(heights(PRODUCTS)), .BITS(BITS)) u_heap (
    .clk_i(1'b0), .bits_ni(bits_n), .sum_no(sum_n));

  assign sum_o = ~sum_n;

endmodule

`default_nettype wire
