// SPDX-License-Identifier: Apache-2.0
//
// dpwa_shift_step: one step of an arithmetic right shift that keeps a window and remembers what fell out.
//
//   y_o      = low OUT_W bits of (take_i ? x_i >> AMOUNT : x_i), filled from the left with sign_i
//   over_o   = over_i, or a bit dropped on the left differs from the sign (the value left the window)
//   sticky_o = sticky_i, or a bit lost on the right was one
//
// The number meant is {sign_i, x_i} in two's complement: x_i need not repeat its sign. Latency 0.
// Chained by dpwa_round_limit, largest AMOUNT first: the window narrows as the shift still possible shrinks.

`default_nettype none

module dpwa_shift_step #(
  parameter integer IN_W   = 40,  // bits of x_i
  parameter integer OUT_W  = 33,  // bits of y_o, at most IN_W
  parameter integer AMOUNT = 16   // bits shifted when take_i
) (
  input  wire             take_i,
  input  wire             sign_i,
  input  wire [IN_W-1:0]  x_i,
  input  wire             over_i,
  input  wire             sticky_i,
  output wire [OUT_W-1:0] y_o,
  output wire             over_o,
  output wire             sticky_o
);

  generate
    if (OUT_W < 1 || OUT_W > IN_W) begin : gen_check_out
      ERROR_OUT_W_must_be_1_to_IN_W u_check ();
    end
    if (AMOUNT < 1) begin : gen_check_amount
      ERROR_AMOUNT_must_be_positive u_check ();
    end
  endgenerate

  wire [AMOUNT+IN_W-1:0] extended = {{AMOUNT{sign_i}}, x_i};
  wire [IN_W-1:0]        shifted  = take_i ? extended[AMOUNT +: IN_W] : x_i;

  assign y_o      = shifted[OUT_W-1:0];
  assign sticky_o = sticky_i | (take_i & (|extended[AMOUNT-1:0]));

  generate
    if (OUT_W < IN_W) begin : gen_drop
      assign over_o = over_i | (shifted[IN_W-1:OUT_W] != {(IN_W-OUT_W){sign_i}});
    end else begin : gen_keep
      assign over_o = over_i;
    end
  endgenerate

endmodule

`default_nettype wire
