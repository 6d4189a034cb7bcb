// SPDX-License-Identifier: Apache-2.0
//
// dpwa_adder_tree: sum_o = sum of the WORDS signed words of x_i, as a binary tree of carry-chain adders. Combinational.

`default_nettype none

module dpwa_adder_tree #(
  parameter integer WORDS     = 4,  // a power of two; 1 is a wire
  parameter integer X_W       = 9,  // bits of one word
  parameter integer LUT_STYLE = 1   // 1 dpwa_adder, 2 dpwa_adder_ecp5
) (
  input  wire [WORDS*X_W-1:0]         x_i,   // word k is [k*X_W +: X_W], two's complement
  output wire [X_W+$clog2(WORDS)-1:0] sum_o
);

  localparam integer LEVELS = $clog2(WORDS);

  genvar level, k;
  generate
    if (WORDS != (1 << LEVELS)) begin : gen_check_words
      ERROR_WORDS_must_be_a_power_of_two u_check ();
    end
    if (LUT_STYLE < 1 || LUT_STYLE > 2) begin : gen_check_style
      ERROR_LUT_STYLE_must_be_1_or_2 u_check ();
    end
    for (level = 0; level <= LEVELS; level = level + 1) begin : gen_level
      localparam integer WORD_W = X_W + level;
      wire [(WORDS>>level)*WORD_W-1:0] words;  // partial sums of 2**level words each

      if (level == 0) begin : gen_leaf
        assign words = x_i;
      end else begin : gen_join
        for (k = 0; k < (WORDS >> level); k = k + 1) begin : gen_word
          wire [WORD_W-2:0] x = gen_level[level-1].words[2*k*(WORD_W-1) +: WORD_W-1];
          wire [WORD_W-2:0] y = gen_level[level-1].words[(2*k+1)*(WORD_W-1) +: WORD_W-1];
          if (LUT_STYLE == 2) begin : gen_ecp5
            dpwa_adder_ecp5 #(.WIDTH(WORD_W)) u_join (
              .x_i({x[WORD_W-2], x}), .y_i({y[WORD_W-2], y}), .invert_y_i(1'b0), .s_o(words[k*WORD_W +: WORD_W]));
          end else begin : gen_ice40
            dpwa_adder #(.WIDTH(WORD_W)) u_join (
              .x_i({x[WORD_W-2], x}), .y_i({y[WORD_W-2], y}), .invert_i(1'b0), .s_o(words[k*WORD_W +: WORD_W]));
          end
        end
      end
    end
  endgenerate

  assign sum_o = gen_level[LEVELS].words;

endmodule

`default_nettype wire
