// SPDX-License-Identifier: Apache-2.0
//
// dpwa_half_adder_n: a half adder whose inputs and outputs are inverted: {~carry_no, ~sum_no} = ~x_ni + ~y_ni.

`default_nettype none

module dpwa_half_adder_n (
  input  wire x_ni,
  input  wire y_ni,
  output wire sum_no,
  output wire carry_no
);

  assign sum_no   = ~(x_ni ^ y_ni);
  assign carry_no = x_ni | y_ni;

endmodule

`default_nettype wire
