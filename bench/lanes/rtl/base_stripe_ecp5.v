// SPDX-License-Identifier: Apache-2.0
//
// base_stripe_ecp5: the activation bits of two products, one pair of rows per bit, added up from bit 0. Latency 1.
//
//   sum_o = x0 * A0 + x1 * A1 (A two's complement) [+ x2 * c2 + x3 * c3 with EXTRA]  - 2**(BITS-1)
//
// The top pair is subtracted by the adder that inverts, which leaves the constant. Registers after the pairs.

`default_nettype none

module base_stripe_ecp5 #(
  parameter integer X_W   = 4,  // bits of an operand
  parameter integer BITS  = 4,  // activation bits per product, >= 2
  parameter integer EXTRA = 0   // 1: one more pair of rows at bit 0
) (
  input  wire                                              clk_i,
  input  wire [4*X_W-1:0]                                  x_i,   // operands 2 and 3 only with EXTRA
  input  wire [2*BITS+1:0]                                 add_i, // {c3, c2, A1, A0}
  output wire [X_W-1+$clog2(2*(1<<BITS)-2+2*EXTRA):0]      sum_o
);

  localparam integer SUM_W = X_W + $clog2(2 * (1 << BITS) - 2 + 2 * EXTRA);

  wire [X_W-1:0] x0 = x_i[X_W-1:0];
  wire [X_W-1:0] x1 = x_i[X_W +: X_W];
  wire [X_W-1:0] x2 = x_i[2*X_W +: X_W];
  wire [X_W-1:0] x3 = x_i[3*X_W +: X_W];
  wire [X_W:0]   extra;  // zero without EXTRA

  genvar i;
  generate
    if (EXTRA != 0) begin : gen_extra
      wire [X_W:0] pair;
      dpwa_carry_chain #(.WIDTH(X_W + 1), .INIT(16'h7888)) u_pair (
        .a_i({x2[X_W-1], x2}), .b_i({(X_W+1){add_i[2*BITS]}}),
        .c_i({(X_W+1){add_i[2*BITS+1]}}), .d_i({x3[X_W-1], x3}), .s_o(pair));
      dpwa_delay #(.WIDTH(X_W + 1), .CYCLES(1)) u_cut (.clk_i(clk_i), .d_i(pair), .q_o(extra));
    end else begin : gen_no_extra
      wire unused = &{1'b0, x2, x3, add_i[2*BITS+1:2*BITS]};
      assign extra = {(X_W+1){1'b0}};
    end

    for (i = 0; i < BITS; i = i + 1) begin : gen_bit
      localparam integer W = X_W + $clog2(2 * (2 << i) - 2 + 2 * EXTRA);  // bits of the sum so far
      wire [X_W:0]   pair;
      wire [X_W:0]   pair_q;
      wire [W-1:0]   sum;

      dpwa_carry_chain #(.WIDTH(X_W + 1), .INIT(16'h7888)) u_pair (
        .a_i({x0[X_W-1], x0}), .b_i({(X_W+1){add_i[i]}}), .c_i({(X_W+1){add_i[BITS+i]}}),
        .d_i({x1[X_W-1], x1}), .s_o(pair));
      dpwa_delay #(.WIDTH(X_W + 1), .CYCLES(1)) u_cut (.clk_i(clk_i), .d_i(pair), .q_o(pair_q));

      if (i == 0 && EXTRA == 0) begin : gen_first
        wire unused = &{1'b0, extra};
        assign sum = pair_q;
      end else if (i == 0) begin : gen_first_two
        dpwa_adder_ecp5 #(.WIDTH(W)) u_join (
          .x_i({extra[X_W], extra}), .y_i({pair_q[X_W], pair_q}), .invert_y_i(1'b0), .s_o(sum));
      end else begin : gen_join
        localparam integer BELOW = X_W + $clog2(2 * (1 << i) - 2 + 2 * EXTRA);
        localparam integer N     = W - i;
        wire [W-1:0]     x = {{(W-BELOW){gen_bit[i-1].sum[BELOW-1]}}, gen_bit[i-1].sum};
        wire [W+X_W:0]   y = {{W{pair_q[X_W]}}, pair_q};
        wire             unused_sign = &{1'b0, y[W+X_W:N]};
        assign sum[i-1:0] = x[i-1:0];
        dpwa_adder_ecp5 #(.WIDTH(N)) u_join (
          .x_i(x[W-1:i]), .y_i(y[N-1:0]), .invert_y_i(i == BITS - 1), .s_o(sum[W-1:i]));
      end
    end
  endgenerate

  assign sum_o = gen_bit[BITS-1].sum[SUM_W-1:0];

endmodule

`default_nettype wire
