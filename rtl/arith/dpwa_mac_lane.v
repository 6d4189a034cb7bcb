// SPDX-License-Identifier: Apache-2.0
//
// dpwa_mac_lane: one plane-serial MAC lane: a dot product of 4-bit digits per beat, summed exactly.
//
// A beat (valid_i) adds 16**level_i * sum over e of A(a_i[e]) * W(w_i[e]) to the accumulator, where W is signed -8..7
// and A is unsigned 0..15, or signed -8..7 with a_signed_i. A cycle without valid_i adds nothing.
//
//   sum_o in cycle t + LATENCY = the sum since the last last_i, the beat of cycle t included,
//                                plus the deferred constants of the style (dpwa_corrector), modulo 2**ACC_W
//
// LATENCY = CUTS + 3: adder tree and sum register, shift by a nibble, shift by bytes. sum_o is the adder's output.
// last_i (with or without valid_i) ends a job: the next cycle's beat starts from zero, without a bubble.
// Reset sets the whole last_i pipeline, which keeps the accumulator at zero until nothing older is in flight.

`default_nettype none

module dpwa_mac_lane #(
  parameter integer PRODUCTS  = 16,  // products per beat: 8, 16, 32
  parameter integer ACC_W     = 32,  // bits of the accumulator, 24..64
  parameter integer LEVEL_W   = 3,   // bits of level_i, 1..4
  parameter integer LUT_STYLE = 0,   // 0 generic, 1 ice40, 2 ecp5, 3 asic
  parameter integer CUTS      = 1    // register levels inside the adder tree, 0..3
) (
  input  wire                  clk_i,
  input  wire                  rst_ni,
  input  wire                  valid_i,
  input  wire                  last_i,
  input  wire [LEVEL_W-1:0]    level_i,     // i + j of the two digits
  input  wire                  a_signed_i,  // the activation digits are signed (top plane of a signed tensor)
  input  wire [4*PRODUCTS-1:0] a_i,         // activation digit e is [4*e +: 4]
  input  wire [4*PRODUCTS-1:0] w_i,         // weight digit e is [4*e +: 4]
  output wire [ACC_W-1:0]      sum_o
);

  localparam integer LATENCY = CUTS + 3;
  localparam integer SUM_W   = 8 + $clog2(PRODUCTS);

  generate
    if (PRODUCTS != 8 && PRODUCTS != 16 && PRODUCTS != 32) begin : gen_check_products
      ERROR_PRODUCTS_must_be_8_or_16_or_32 u_check ();
    end
    if (ACC_W < 24 || ACC_W > 64) begin : gen_check_acc
      ERROR_ACC_W_must_be_24_to_64 u_check ();
    end
    if (LEVEL_W < 1 || LEVEL_W > 4) begin : gen_check_level
      ERROR_LEVEL_W_must_be_1_to_4 u_check ();
    end
    if (LUT_STYLE < 0 || LUT_STYLE > 3) begin : gen_check_style
      ERROR_LUT_STYLE_must_be_0_to_3 u_check ();
    end
    if (CUTS < 0 || CUTS > 3) begin : gen_check_cuts
      ERROR_CUTS_must_be_0_to_3 u_check ();
    end
  endgenerate

  // Control of the beat whose sum enters the sum register, and of the one whose sum has left it.
  wire               idle;
  wire [LEVEL_W-1:0] level;
  dpwa_delay #(.WIDTH(1), .CYCLES(CUTS)) u_idle (.clk_i(clk_i), .d_i(~valid_i), .q_o(idle));
  dpwa_delay #(.WIDTH(LEVEL_W), .CYCLES(CUTS + 1)) u_level (.clk_i(clk_i), .d_i(level_i), .q_o(level));

  wire [SUM_W-1:0] sum;
  reg  [SUM_W-1:0] sum_q;
  reg  [ACC_W-1:0] acc_q;

  always @(posedge clk_i) begin
    if (idle) sum_q <= {SUM_W{1'b0}};
    else sum_q <= sum;
  end

  generate
    if (LUT_STYLE == 0) begin : gen_generic
      wire [ACC_W-1:0] addend;
      dpwa_dot_generic #(.PRODUCTS(PRODUCTS), .CUTS(CUTS)) u_dot (
        .clk_i(clk_i), .a_signed_i(a_signed_i), .a_i(a_i), .w_i(w_i), .sum_o(sum));
      dpwa_level_shift #(.X_W(SUM_W), .Y_W(ACC_W), .LEVEL_W(LEVEL_W), .SIGNED(1), .BYTE_CUT(1)) u_shift (
        .clk_i(clk_i), .level_i(level), .x_i(sum_q), .y_o(addend));
      assign sum_o = acc_q + addend;
    end

    if (LUT_STYLE == 1) begin : gen_ice40
      wire [ACC_W-1:0] addend;
      dpwa_dot_ice40 #(.PRODUCTS(PRODUCTS), .CUTS(CUTS)) u_dot (
        .clk_i(clk_i), .a_signed_i(a_signed_i), .a_i(a_i), .w_i(w_i), .sum_o(sum));
      dpwa_level_shift_onehot #(.X_W(SUM_W), .Y_W(ACC_W), .LEVEL_W(LEVEL_W), .NIBBLE(1)) u_shift (
        .clk_i(clk_i), .level_i(level), .x_i(sum_q), .y_o(addend));
      assign sum_o = acc_q + addend;
    end

    if (LUT_STYLE == 2) begin : gen_ecp5
      wire [ACC_W-1:0] bytes;  // shifted by whole bytes
      wire             odd;    // the level has an odd nibble: the accumulator's adder takes bytes * 16
      dpwa_dot_ecp5 #(.PRODUCTS(PRODUCTS), .CUTS(CUTS)) u_dot (
        .clk_i(clk_i), .a_signed_i(a_signed_i), .a_i(a_i), .w_i(w_i), .sum_o(sum));
      dpwa_level_shift_onehot #(.X_W(SUM_W), .Y_W(ACC_W), .LEVEL_W(LEVEL_W), .NIBBLE(0)) u_shift (
        .clk_i(clk_i), .level_i(level), .x_i(sum_q), .y_o(bytes));
      dpwa_delay #(.WIDTH(1), .CYCLES(2)) u_odd (.clk_i(clk_i), .d_i(level[0]), .q_o(odd));
      dpwa_carry_chain #(.WIDTH(ACC_W), .INIT(16'h596A)) u_accumulate (
        .a_i(acc_q), .b_i({ACC_W{odd}}), .c_i({bytes[ACC_W-5:0], 4'b0}), .d_i(bytes), .s_o(sum_o));
    end

    if (LUT_STYLE == 3) begin : gen_asic
      // The byte shift shares a stage with the adder: the register level it leaves is cheaper on the narrow sum.
      wire [SUM_W-1:0]   narrow;
      wire [LEVEL_W-1:0] narrow_level;
      wire [ACC_W-1:0]   addend;
      dpwa_dot_asic #(.PRODUCTS(PRODUCTS), .CUTS(CUTS)) u_dot (
        .clk_i(clk_i), .a_signed_i(a_signed_i), .a_i(a_i), .w_i(w_i), .sum_o(sum));
      dpwa_delay #(.WIDTH(SUM_W + LEVEL_W), .CYCLES(1)) u_narrow (
        .clk_i(clk_i), .d_i({level, sum_q}), .q_o({narrow_level, narrow}));
      dpwa_level_shift #(.X_W(SUM_W), .Y_W(ACC_W), .LEVEL_W(LEVEL_W), .SIGNED(0), .BYTE_CUT(0)) u_shift (
        .clk_i(clk_i), .level_i(narrow_level), .x_i(narrow), .y_o(addend));
      dpwa_ripple_adder #(.WIDTH(ACC_W)) u_accumulate (.x_i(acc_q), .y_i(addend), .s_o(sum_o));
    end
  endgenerate

  reg [LATENCY-1:0] last_q;

  always @(posedge clk_i) begin
    if (!rst_ni) last_q <= {LATENCY{1'b1}};
    else last_q <= {last_q[LATENCY-2:0], last_i};
    if (last_q[LATENCY-1]) acc_q <= {ACC_W{1'b0}};
    else acc_q <= sum_o;
  end

endmodule

`default_nettype wire
