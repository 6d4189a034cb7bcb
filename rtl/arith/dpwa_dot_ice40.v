// SPDX-License-Identifier: Apache-2.0
//
// dpwa_dot_ice40: the adder tree of a MAC lane from conditional rows, one LUT4 and carry per row bit.
//
//   sum_o = sum over e of A(a_i[e]) * W(w_i[e]) - (a_signed_i ? 8 : 0) + 2**(SUM_W-1)
//
// Activation bit k of product e is the condition of a row w_i[e] << k. The sign rows (bit 3) are summed apart and
// inverted by the last adder's free LUT input when they count negative: -s = ~s + 1, the missing 8 is a constant that
// dpwa_corrector subtracts. The offset makes the sum unsigned, so the shifter fills with zeros.
//
// Latency CUTS, a new beat every cycle. CUTS = 1: registers after the row chains (four rows each); 2: also after the
// sums of four products; 3: also before the sign rows are merged.

`default_nettype none

module dpwa_dot_ice40 #(
  parameter integer PRODUCTS = 16,  // 8, 16, 32
  parameter integer CUTS     = 3    // 0..3
) (
  input  wire                        clk_i,
  input  wire                        a_signed_i,
  input  wire [4*PRODUCTS-1:0]       a_i,
  input  wire [4*PRODUCTS-1:0]       w_i,
  output wire [7+$clog2(PRODUCTS):0] sum_o        // unsigned
);

  localparam integer SUM_W  = 8 + $clog2(PRODUCTS);
  localparam integer FOURS  = PRODUCTS / 4;
  localparam integer LOW_W  = SUM_W - 1;  // sum of the rows of bits 0..2
  localparam integer HIGH_W = SUM_W - 4;  // sum of the rows of bit 3
  localparam integer HALF_W = HIGH_W - 1;
  localparam integer CUT1   = CUTS >= 1 ? 1 : 0;
  localparam integer CUT2   = CUTS >= 2 ? 1 : 0;
  localparam integer CUT3   = CUTS >= 3 ? 1 : 0;

  wire [9*FOURS-1:0] low_fours;
  wire [6*FOURS-1:0] high_fours;

  genvar f;
  generate
    for (f = 0; f < FOURS; f = f + 1) begin : gen_four
      wire [15:0] a = a_i[16*f +: 16];
      wire [5:0]  high;

      dpwa_four_low_rows #(.CHAIN_CUT(CUT1), .JOIN_CUT(CUT2)) u_low (
        .clk_i(clk_i), .a_i(a), .w_i(w_i[16*f +: 16]), .sum_o(low_fours[9*f +: 9]));

      dpwa_row_chain #(.SHIFT2(0), .SHIFT3(0)) u_high (
        .x_i(w_i[16*f +: 16]), .add_i({a[15], a[11], a[7], a[3]}), .sum_o(high));
      dpwa_delay #(.WIDTH(6), .CYCLES(CUT1)) u_cut (.clk_i(clk_i), .d_i(high), .q_o(high_fours[6*f +: 6]));
    end
  endgenerate

  // Bits 0..2.
  wire [LOW_W-1:0] low_sum;
  wire [LOW_W-1:0] low;
  dpwa_adder_tree #(.WORDS(FOURS), .X_W(9), .LUT_STYLE(1)) u_low_tree (.x_i(low_fours), .sum_o(low_sum));
  dpwa_delay #(.WIDTH(LOW_W), .CYCLES(CUT3)) u_low_cut (.clk_i(clk_i), .d_i(low_sum), .q_o(low));

  // Bit 3: two halves, then the adder that inverts.
  wire [2*HALF_W-1:0] halves_sum;
  wire [2*HALF_W-1:0] halves;
  wire                negative;
  wire [HIGH_W-1:0]   high_sum;
  wire [HIGH_W-1:0]   high;
  generate
    for (f = 0; f < 2; f = f + 1) begin : gen_half
      dpwa_adder_tree #(.WORDS(FOURS/2), .X_W(6), .LUT_STYLE(1)) u_high_tree (
        .x_i(high_fours[3*FOURS*f +: 3*FOURS]), .sum_o(halves_sum[HALF_W*f +: HALF_W]));
    end
  endgenerate
  dpwa_delay #(.WIDTH(2*HALF_W), .CYCLES(CUT2)) u_half_cut (.clk_i(clk_i), .d_i(halves_sum), .q_o(halves));
  dpwa_delay #(.WIDTH(1), .CYCLES(CUT1 + CUT2)) u_negative (.clk_i(clk_i), .d_i(a_signed_i), .q_o(negative));
  dpwa_adder #(.WIDTH(HIGH_W)) u_high (
    .x_i({halves[HALF_W-1], halves[HALF_W-1:0]}), .y_i({halves[2*HALF_W-1], halves[HALF_W +: HALF_W]}),
    .invert_i(negative), .s_o(high_sum));
  dpwa_delay #(.WIDTH(HIGH_W), .CYCLES(CUT3)) u_high_cut (.clk_i(clk_i), .d_i(high_sum), .q_o(high));

  // The rows of bit 3 count eightfold.
  wire [SUM_W-4:0] upper;
  dpwa_adder #(.WIDTH(SUM_W - 3)) u_merge (
    .x_i({low[LOW_W-1], low[LOW_W-1:3]}), .y_i({high[HIGH_W-1], high}), .invert_i(1'b0), .s_o(upper));

  assign sum_o = {~upper[SUM_W-4], upper[SUM_W-5:0], low[2:0]};

endmodule

`default_nettype wire
