// SPDX-License-Identifier: Apache-2.0
//
// dpwa_dot_asic: the adder tree of a MAC lane from full adders, kept inverted throughout.
//
//   sum_o = sum over e of A(a_i[e]) * W(w_i[e]) - (a_signed_i ? 8 : 0) + 120 * PRODUCTS
//
// A weight's bit 3 counts negative: -8*b = 8*~b - 8, so every partial product is an unsigned bit and a constant is
// deferred. The rows of activation bit 3 are summed apart and inverted bit by bit when they count negative.
//
// Latency CUTS, a new beat every cycle. CUTS = 1: registers before the last sum (of eight products each, and of the rows
// of bit 3); 2: also before the ripple adders that make those sums; 3: also half-way down their trees.

`default_nettype none

module dpwa_dot_asic #(
  parameter integer PRODUCTS = 16,  // 8, 16, 32
  parameter integer CUTS     = 0    // 0..3
) (
  input  wire                        clk_i,
  input  wire                        a_signed_i,
  input  wire [4*PRODUCTS-1:0]       a_i,
  input  wire [4*PRODUCTS-1:0]       w_i,
  output wire [7+$clog2(PRODUCTS):0] sum_o        // unsigned
);

  localparam integer SUM_W  = 8 + $clog2(PRODUCTS);
  localparam integer EIGHTS = PRODUCTS / 8;
  localparam integer LOW_W  = 10;                    // rows of bits 0..2 of eight products: 0..840
  localparam integer HIGH_W = 4 + $clog2(PRODUCTS);  // rows of bit 3: 0..15*PRODUCTS
  localparam integer CUT1   = CUTS >= 1 ? 1 : 0;
  localparam integer CUT2   = CUTS >= 2 ? 1 : 0;
  localparam integer CUT3   = CUTS >= 3 ? 1 : 0;

  // Heights of the columns: 8, 16, 24, 24, 16, 8 bits; PRODUCTS bits each; one bit of each sum.
  localparam [8*LOW_W-1:0]  LOW_HEIGHTS  = {32'd0, 8'd8, 8'd16, 8'd24, 8'd24, 8'd16, 8'd8};
  localparam [8*HIGH_W-1:0] HIGH_HEIGHTS = {{(HIGH_W-4){8'd0}}, {4{PRODUCTS[7:0]}}};
  localparam [8*SUM_W-1:0]  LOW_PART     = {{(SUM_W-LOW_W){8'd0}}, {LOW_W{EIGHTS[7:0]}}};
  localparam [8*SUM_W-1:0]  HIGH_PART    = {{(SUM_W-HIGH_W-3){8'd0}}, {HIGH_W{8'd1}}, 24'd0};
  localparam integer        MERGE_BITS   = LOW_W * EIGHTS + HIGH_W;

  // Partial products, inverted: a and w for a weight's bit 3 (its own inversion cancels), else NAND.
  wire [EIGHTS*LOW_W-1:0] low_n;
  wire [4*PRODUCTS-1:0]   high_bits_n;

  genvar g, e, i, j;
  generate
    for (g = 0; g < EIGHTS; g = g + 1) begin : gen_eight
      wire [95:0]      bits_n;
      wire [LOW_W-1:0] sum_n;

      for (e = 0; e < 8; e = e + 1) begin : gen_product
        for (i = 0; i < 3; i = i + 1) begin : gen_row
          for (j = 0; j < 4; j = j + 1) begin : gen_bit
            // Column i + j starts at bit 0, 8, 24, 48, 72, 88 and holds its rows in order.
            localparam integer COLUMN = i + j;
            localparam integer START  = COLUMN < 3 ? 4*COLUMN*(COLUMN+1) : 96 - 4*(6-COLUMN)*(7-COLUMN);
            localparam integer ROW    = COLUMN < 4 ? i : i - COLUMN + 3;
            wire partial = a_i[32*g + 4*e + i] & w_i[32*g + 4*e + j];
            assign bits_n[START + 8*ROW + e] = (j == 3) ? partial : ~partial;
          end
        end
        for (j = 0; j < 4; j = j + 1) begin : gen_sign
          wire partial = a_i[32*g + 4*e + 3] & w_i[32*g + 4*e + j];
          assign high_bits_n[PRODUCTS*j + 8*g + e] = (j == 3) ? partial : ~partial;
        end
      end

      dpwa_bit_heap #(.COLUMNS(LOW_W), .HEIGHTS(LOW_HEIGHTS), .BITS(96), .TREE_CUT(CUT3), .RIPPLE_CUT(CUT2)) u_low (
        .clk_i(clk_i), .bits_ni(bits_n), .sum_no(sum_n));
      dpwa_delay #(.WIDTH(LOW_W), .CYCLES(CUT1)) u_cut (
        .clk_i(clk_i), .d_i(sum_n), .q_o(low_n[LOW_W*g +: LOW_W]));
    end
  endgenerate

  wire [HIGH_W-1:0] high_sum_n;
  wire [HIGH_W-1:0] high_n;
  wire              negative;
  dpwa_bit_heap #(
    .COLUMNS(HIGH_W), .HEIGHTS(HIGH_HEIGHTS), .BITS(4*PRODUCTS), .TREE_CUT(CUT3), .RIPPLE_CUT(CUT2)
  ) u_high (
    .clk_i(clk_i), .bits_ni(high_bits_n), .sum_no(high_sum_n));
  dpwa_delay #(.WIDTH(1), .CYCLES(CUTS)) u_negative (.clk_i(clk_i), .d_i(a_signed_i), .q_o(negative));
  dpwa_delay #(.WIDTH(HIGH_W), .CYCLES(CUT1)) u_high_cut (.clk_i(clk_i), .d_i(high_sum_n), .q_o(high_n));

  // The last sum, column by column: bit c of each sum of eight, and of the rows of bit 3, which count eightfold.
  wire [MERGE_BITS-1:0] merge_n;
  wire [SUM_W-1:0]      sum_n;
  generate
    for (i = 0; i < SUM_W; i = i + 1) begin : gen_merge
      localparam integer BELOW_LOW  = i < LOW_W ? i : LOW_W;
      localparam integer BELOW_HIGH = i < 3 ? 0 : i < HIGH_W + 3 ? i - 3 : HIGH_W;
      localparam integer START      = EIGHTS * BELOW_LOW + BELOW_HIGH;
      if (i < LOW_W) begin : gen_low
        for (g = 0; g < EIGHTS; g = g + 1) begin : gen_eight
          assign merge_n[START + g] = low_n[LOW_W*g + i];
        end
      end
      if (i >= 3 && i < HIGH_W + 3) begin : gen_high
        assign merge_n[START + (i < LOW_W ? EIGHTS : 0)] = high_n[i-3] ^ negative;
      end
    end
  endgenerate
  dpwa_bit_heap #(.COLUMNS(SUM_W), .HEIGHTS(LOW_PART + HIGH_PART), .BITS(MERGE_BITS)) u_merge (
    .clk_i(clk_i), .bits_ni(merge_n), .sum_no(sum_n));

  assign sum_o = ~sum_n;

endmodule

`default_nettype wire
