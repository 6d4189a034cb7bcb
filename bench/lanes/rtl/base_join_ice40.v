// SPDX-License-Identifier: Apache-2.0
//
// base_join_ice40: sum_o = x_i + (y_i << SHIFT) with an adder only where the operands overlap. Combinational.

`default_nettype none

module base_join_ice40 #(
  parameter integer X_W   = 8,  // bits of x_i, two's complement, more than SHIFT
  parameter integer Y_W   = 8,  // bits of y_i, two's complement
  parameter integer S_W   = 9,  // bits of sum_o, more than X_W, at least Y_W + SHIFT
  parameter integer SHIFT = 0
) (
  input  wire [X_W-1:0] x_i,
  input  wire [Y_W-1:0] y_i,
  output wire [S_W-1:0] sum_o
);

  localparam integer N = S_W - SHIFT;

  wire [S_W-1:0]     x = {{(S_W-X_W){x_i[X_W-1]}}, x_i};
  wire [S_W+Y_W-1:0] y = {{S_W{y_i[Y_W-1]}}, y_i};
  wire               unused_sign = &{1'b0, y[S_W+Y_W-1:N]};

  dpwa_adder #(.WIDTH(N)) u_adder (
    .x_i(x[S_W-1:SHIFT]), .y_i(y[N-1:0]), .invert_i(1'b0), .s_o(sum_o[S_W-1:SHIFT]));

  generate
    if (SHIFT > 0) begin : gen_low
      assign sum_o[SHIFT-1:0] = x[SHIFT-1:0];
    end
  endgenerate

endmodule

`default_nettype wire
