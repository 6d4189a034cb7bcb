// SPDX-License-Identifier: Apache-2.0
//
// dpwa_ripple_adder: s_o = x_i + y_i modulo 2**WIDTH, from full adders (smallest area where adders are library cells).
// Combinational.

`default_nettype none

module dpwa_ripple_adder #(
  parameter integer WIDTH = 4  // >= 2
) (
  input  wire [WIDTH-1:0] x_i,
  input  wire [WIDTH-1:0] y_i,
  output wire [WIDTH-1:0] s_o
);

  genvar i;
  generate
    if (WIDTH < 2) begin : gen_check
      ERROR_WIDTH_must_be_at_least_2 u_check ();
    end
    for (i = 0; i < WIDTH; i = i + 1) begin : gen_bit
      wire carry;  // into the next bit
      if (i == 0) begin : gen_first
        assign s_o[0] = x_i[0] ^ y_i[0];
        assign carry  = x_i[0] & y_i[0];
      end else begin : gen_adder
        dpwa_full_adder u_adder (
          .x_i(x_i[i]), .y_i(y_i[i]), .z_i(gen_bit[i-1].carry), .sum_o(s_o[i]), .carry_o(carry));
      end
    end
  endgenerate

  wire unused_carry = &{1'b0, gen_bit[WIDTH-1].carry};

endmodule

`default_nettype wire
