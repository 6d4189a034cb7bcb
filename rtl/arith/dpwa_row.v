// SPDX-License-Identifier: Apache-2.0
//
// dpwa_row: a row that adds conditionally: s_o = (add_i ? x_i + y_i : x_i) ^ INVERT, modulo 2**WIDTH. Combinational.
//
// One LUT4 per bit next to its carry: the sum needs x, y, the condition and the carry, while the carry itself does not
// depend on the condition. The module is kept so that synthesis does not fuse neighbouring rows into carry-save form,
// which costs two LUT4 per bit. A row is subtracted as ~(~x + y): the row before stores its bits inverted.

`default_nettype none

(* keep_hierarchy *)
module dpwa_row #(
  parameter integer         WIDTH  = 4,
  parameter [WIDTH-1:0]     INVERT = {WIDTH{1'b0}}  // result bits that are stored inverted
) (
  input  wire [WIDTH-1:0] x_i,
  input  wire [WIDTH-1:0] y_i,
  input  wire             add_i,
  output wire [WIDTH-1:0] s_o
);

  wire [WIDTH-1:0] sum = x_i + y_i;

  assign s_o = (add_i ? sum : x_i) ^ INVERT;

endmodule

`default_nettype wire
