// SPDX-License-Identifier: Apache-2.0
//
// dpwa_sum_words: sum_o = sum of the WORDS signed words of x_i, sign-extended to Y_W bits. Combinational.

`default_nettype none

module dpwa_sum_words #(
  parameter integer WORDS = 4,  // words in x_i, >= 1
  parameter integer X_W   = 8,  // bits of one word
  parameter integer Y_W   = 10  // bits of the sum, more than X_W
) (
  input  wire [WORDS*X_W-1:0] x_i,    // word k is [k*X_W +: X_W]
  output reg  [Y_W-1:0]       sum_o
);

  generate
    if (WORDS < 1 || Y_W <= X_W) begin : gen_check
      ERROR_WORDS_must_be_positive_and_Y_W_above_X_W u_check ();
    end
  endgenerate

  integer k;
  always @* begin
    sum_o = {Y_W{1'b0}};
    for (k = 0; k < WORDS; k = k + 1) sum_o = sum_o + {{(Y_W-X_W){x_i[k*X_W + X_W-1]}}, x_i[k*X_W +: X_W]};
  end

endmodule

`default_nettype wire
