// SPDX-License-Identifier: Apache-2.0
//
// dpwa_registers: a file of 32-bit registers, all readable at once. Word k is values_o[32*k +: 32]; contents are
// undefined until written.

`default_nettype none

module dpwa_registers #(
  parameter integer WORDS = 16   // at least 2
) (
  input  wire                     clk_i,
  input  wire                     we_i,
  input  wire [$clog2(WORDS)-1:0] waddr_i,
  input  wire [31:0]              wdata_i,
  output reg  [32*WORDS-1:0]      values_o
);

  // Word by word: an index into the bus as a whole becomes a shifter of all its bits.
  localparam integer ADDR_W = $clog2(WORDS);
  genvar k;
  generate
    for (k = 0; k < WORDS; k = k + 1) begin : gen_word
      localparam [ADDR_W-1:0] WORD = k;
      always @(posedge clk_i) begin
        if (we_i & (waddr_i == WORD)) values_o[32*k +: 32] <= wdata_i;
      end
    end
  endgenerate

endmodule

`default_nettype wire
