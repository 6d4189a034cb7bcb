// SPDX-License-Identifier: Apache-2.0
//
// dpwa_ram: one write port, one read port, registered read.
//
//   rdata_o in cycle t + 1 = memory[raddr_i] of cycle t when re_i; held while re_i is low.
//
// Collision rule: reading and writing one address in one cycle returns an undefined value; every user excludes it
// (so that block RAM needs no bypass). An address at or above DEPTH reads an undefined value.
// No reset: contents are loaded before use.

`default_nettype none

module dpwa_ram #(
  parameter integer WIDTH = 64,   // bits of a word
  parameter integer DEPTH = 256   // words, at least 2
) (
  input  wire                     clk_i,
  input  wire                     we_i,
  input  wire [$clog2(DEPTH)-1:0] waddr_i,
  input  wire [WIDTH-1:0]         wdata_i,
  input  wire                     re_i,
  input  wire [$clog2(DEPTH)-1:0] raddr_i,
  output reg  [WIDTH-1:0]         rdata_o
);

  generate
    if (DEPTH < 2) begin : gen_check
      ERROR_DEPTH_must_be_at_least_2 u_check ();
    end
  endgenerate

  (* no_rw_check *)
  reg [WIDTH-1:0] memory [0:DEPTH-1];

  always @(posedge clk_i) begin
    if (we_i) memory[waddr_i] <= wdata_i;
  end

  always @(posedge clk_i) begin
    if (re_i) rdata_o <= memory[raddr_i];
  end

endmodule

`default_nettype wire
