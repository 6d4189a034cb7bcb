// SPDX-License-Identifier: Apache-2.0
//
// dpwa_adder: s_o = (x_i + y_i) ^ {WIDTH{invert_i}}, modulo 2**WIDTH. Combinational.
//
// One LUT4 per bit next to its carry, the inversion included; tied to 0 it costs nothing. Kept apart for the same reason
// as dpwa_row.

`default_nettype none

(* keep_hierarchy *)
module dpwa_adder #(
  parameter integer WIDTH = 4
) (
  input  wire [WIDTH-1:0] x_i,
  input  wire [WIDTH-1:0] y_i,
  input  wire             invert_i,
  output wire [WIDTH-1:0] s_o
);

  wire [WIDTH-1:0] sum = x_i + y_i;

  assign s_o = sum ^ {WIDTH{invert_i}};

endmodule

`default_nettype wire
