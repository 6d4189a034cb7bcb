// SPDX-License-Identifier: Apache-2.0
//
// base_lane: a fixed-format MAC lane, the honest rival of dpwa_mac_lane: best known structure per target, same pipelining.
//
// X_W = 8: four signed 8-bit products per beat; X_W = 4: sixteen signed 4-bit products. No level, no run-time sign.
// sum_o, LATENCY cycles after a beat, is the sum since the last last_i plus (number of beats) * constant, where the constant is
//   iCE40 (1): 0 | -16    ECP5 (2): -256 | -64    ASIC (3): 130048 | 1792     for X_W = 8 | 4.
// LATENCY: iCE40 4, ECP5 3, ASIC 1.

`default_nettype none

module base_lane #(
  parameter integer X_W       = 8,   // 8, 4
  parameter integer ACC_W     = 32,
  parameter integer LUT_STYLE = 1    // 1 ice40, 2 ecp5, 3 asic
) (
  input  wire               clk_i,
  input  wire               rst_ni,
  input  wire               valid_i,
  input  wire               last_i,
  input  wire [256/X_W-1:0] a_i,
  input  wire [256/X_W-1:0] w_i,
  output wire [ACC_W-1:0]   sum_o
);

  localparam integer SUM_W   = X_W == 8 ? 18 : 12;
  localparam integer TREE    = LUT_STYLE == 1 ? 3 : LUT_STYLE == 2 ? 2 : 0;  // register levels in the adder tree
  localparam integer LATENCY = TREE + 1;

  generate
    if ((X_W != 8 && X_W != 4) || LUT_STYLE < 1 || LUT_STYLE > 3) begin : gen_check
      ERROR_X_W_must_be_8_or_4_and_LUT_STYLE_1_to_3 u_check ();
    end
  endgenerate

  wire             idle;
  wire [SUM_W-1:0] sum;
  reg  [SUM_W-1:0] sum_q;
  reg  [ACC_W-1:0] acc_q;

  reg  [LATENCY-1:0] last_q;
  wire [LATENCY:0]   last_next   = {last_q, last_i};
  wire               unused_last = last_next[LATENCY];

  dpwa_delay #(.WIDTH(1), .CYCLES(TREE)) u_idle (.clk_i(clk_i), .d_i(~valid_i), .q_o(idle));

  generate
    if (X_W == 8 && LUT_STYLE == 1) begin : gen_8_ice40
      base_dot8_ice40 u_dot (.clk_i(clk_i), .a_i(a_i), .w_i(w_i), .sum_o(sum));
    end
    if (X_W == 8 && LUT_STYLE == 2) begin : gen_8_ecp5
      base_dot8_ecp5 u_dot (.clk_i(clk_i), .a_i(a_i), .w_i(w_i), .sum_o(sum));
    end
    if (X_W == 4 && LUT_STYLE == 1) begin : gen_4_ice40
      wire [10:0] low, high;
      base_dot4x8_ice40 u_low (.clk_i(clk_i), .a_i(a_i[31:0]), .w_i(w_i[31:0]), .sum_o(low));
      base_dot4x8_ice40 u_high (.clk_i(clk_i), .a_i(a_i[63:32]), .w_i(w_i[63:32]), .sum_o(high));
      dpwa_adder #(.WIDTH(12)) u_join (
        .x_i({low[10], low}), .y_i({high[10], high}), .invert_i(1'b0), .s_o(sum));
    end
    if (X_W == 4 && LUT_STYLE == 2) begin : gen_4_ecp5
      wire [10:0] low, high;
      base_dot4x8_ecp5 u_low (.clk_i(clk_i), .a_i(a_i[31:0]), .w_i(w_i[31:0]), .sum_o(low));
      base_dot4x8_ecp5 u_high (.clk_i(clk_i), .a_i(a_i[63:32]), .w_i(w_i[63:32]), .sum_o(high));
      dpwa_adder_ecp5 #(.WIDTH(12)) u_join (
        .x_i({low[10], low}), .y_i({high[10], high}), .invert_y_i(1'b0), .s_o(sum));
    end
    if (LUT_STYLE == 3) begin : gen_asic
      base_dot_asic #(.X_W(X_W), .PRODUCTS(256 / (X_W * X_W))) u_dot (.a_i(a_i), .w_i(w_i), .sum_o(sum));
    end

    if (LUT_STYLE == 1) begin : gen_add
      dpwa_adder #(.WIDTH(ACC_W)) u_accumulate (
        .x_i(acc_q), .y_i({{(ACC_W-SUM_W){sum_q[SUM_W-1]}}, sum_q}), .invert_i(1'b0), .s_o(sum_o));
    end else if (LUT_STYLE == 2) begin : gen_chain
      dpwa_adder_ecp5 #(.WIDTH(ACC_W)) u_accumulate (
        .x_i(acc_q), .y_i({{(ACC_W-SUM_W){sum_q[SUM_W-1]}}, sum_q}), .invert_y_i(1'b0), .s_o(sum_o));
    end else begin : gen_adders
      base_accumulate_asic #(.ACC_W(ACC_W), .X_W(SUM_W)) u_accumulate (.acc_i(acc_q), .x_i(sum_q), .s_o(sum_o));
    end
  endgenerate

  always @(posedge clk_i) begin
    if (idle) sum_q <= {SUM_W{1'b0}};
    else sum_q <= sum;
    if (!rst_ni) last_q <= {LATENCY{1'b1}};
    else last_q <= last_next[LATENCY-1:0];
    if (last_q[LATENCY-1]) acc_q <= {ACC_W{1'b0}};
    else acc_q <= sum_o;
  end

endmodule

`default_nettype wire
