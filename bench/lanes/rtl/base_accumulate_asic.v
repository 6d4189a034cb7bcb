// SPDX-License-Identifier: Apache-2.0
//
// base_accumulate_asic: s_o = acc_i + x_i, full adders for the bits of x_i, half adders above. Combinational.

`default_nettype none

module base_accumulate_asic #(
  parameter integer ACC_W = 32,
  parameter integer X_W   = 12   // less than ACC_W
) (
  input  wire [ACC_W-1:0] acc_i,
  input  wire [X_W-1:0]   x_i,
  output wire [ACC_W-1:0] s_o
);

  genvar i;
  generate
    for (i = 0; i < ACC_W; i = i + 1) begin : gen_bit
      wire carry;
      if (i == 0) begin : gen_first
        assign s_o[0] = acc_i[0] ^ x_i[0];
        assign carry  = acc_i[0] & x_i[0];
      end else if (i < X_W) begin : gen_full
        dpwa_full_adder u_adder (
          .x_i(acc_i[i]), .y_i(x_i[i]), .z_i(gen_bit[i-1].carry), .sum_o(s_o[i]), .carry_o(carry));
      end else begin : gen_half
        assign s_o[i] = acc_i[i] ^ gen_bit[i-1].carry;
        assign carry  = acc_i[i] & gen_bit[i-1].carry;
      end
    end
  endgenerate

  wire unused_carry = &{1'b0, gen_bit[ACC_W-1].carry};

endmodule

`default_nettype wire
