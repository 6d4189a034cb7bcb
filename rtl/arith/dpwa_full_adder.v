// SPDX-License-Identifier: Apache-2.0
//
// dpwa_full_adder: {carry_o, sum_o} = x_i + y_i + z_i. Combinational.
//
// Self-dual: inverted inputs give inverted outputs. An ASIC recipe maps this module onto the library's full-adder cell.

`default_nettype none

module dpwa_full_adder (
  input  wire x_i,
  input  wire y_i,
  input  wire z_i,
  output wire sum_o,
  output wire carry_o
);

  assign sum_o   = x_i ^ y_i ^ z_i;
  assign carry_o = (x_i & y_i) | (x_i & z_i) | (y_i & z_i);

endmodule

`default_nettype wire
