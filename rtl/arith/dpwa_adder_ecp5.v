// SPDX-License-Identifier: Apache-2.0
//
// dpwa_adder_ecp5: s_o = x_i + (y_i ^ {WIDTH{invert_y_i}}), modulo 2**WIDTH, on one carry chain. Combinational.

`default_nettype none

module dpwa_adder_ecp5 #(
  parameter integer WIDTH = 4
) (
  input  wire [WIDTH-1:0] x_i,
  input  wire [WIDTH-1:0] y_i,
  input  wire             invert_y_i,
  output wire [WIDTH-1:0] s_o
);

  dpwa_carry_chain #(.WIDTH(WIDTH), .INIT(16'h9A6A)) u_chain (
    .a_i(x_i), .b_i({WIDTH{invert_y_i}}), .c_i({WIDTH{1'b1}}), .d_i(y_i), .s_o(s_o));

endmodule

`default_nettype wire
