// SPDX-License-Identifier: Apache-2.0
//
// dpwa_digit_ram: dpwa_ram whose 4-bit digits are written one by one: digit d of a word is [4*d +: 4].
//
//   rdata_o in cycle t + 1 = memory[raddr_i] of cycle t when re_i; held while re_i is low.
//
// The digits d with we_i[d] are written. Collision rule: that of dpwa_ram.

`default_nettype none

module dpwa_digit_ram #(
  parameter integer WIDTH = 64,   // bits of a word, a multiple of 4
  parameter integer DEPTH = 256   // words, at least 2
) (
  input  wire                     clk_i,
  input  wire [WIDTH/4-1:0]       we_i,
  input  wire [$clog2(DEPTH)-1:0] waddr_i,
  input  wire [WIDTH-1:0]         wdata_i,
  input  wire                     re_i,
  input  wire [$clog2(DEPTH)-1:0] raddr_i,
  output reg  [WIDTH-1:0]         rdata_o
);

  generate
    if (DEPTH < 2 || WIDTH % 4 != 0) begin : gen_check
      ERROR_DEPTH_must_be_at_least_2_and_WIDTH_a_multiple_of_4 u_check ();
    end
  endgenerate

  (* no_rw_check *)
  reg [WIDTH-1:0] memory [0:DEPTH-1];

  integer d;
  always @(posedge clk_i) begin
    for (d = 0; d < WIDTH / 4; d = d + 1) begin
      if (we_i[d]) memory[waddr_i][4*d +: 4] <= wdata_i[4*d +: 4];
    end
  end

  always @(posedge clk_i) begin
    if (re_i) rdata_o <= memory[raddr_i];
  end

endmodule

`default_nettype wire
