// SPDX-License-Identifier: Apache-2.0
//
// dpwa_weight_sram: the fast tier of a lane group: one bank per lane, one plane word per lane and cycle, and the table
// of plane counts of each (channel group, tile).
//
//   word l of words_o in cycle t + 1 = bank l [addr of its slice in cycle t] when that slice reads
//
// Lanes of slice s read s cycles after slice 0: the address rides down the slices, so the lanes stay skewed
// (docs/architecture.md, "Skew"). Loading excludes reading (dpwa_ram's collision rule).

`default_nettype none

module dpwa_weight_sram #(
  parameter integer LANES    = 4,      // banks
  parameter integer WB_LANES = 1,      // lanes per slice, divides LANES
  parameter integer WORD_BITS = 64,    // bits of a plane word
  parameter integer WORDS    = 65536,  // plane words per bank
  parameter integer TILES    = 65536,  // plane counts
  parameter integer READS    = 2,      // plane counts read at once: 2, 4
  parameter integer FIRST_BANK = 0,    // bank_i of lane 0
  parameter integer TABLE_BANK = 0     // bank_i of the table
) (
  input  wire                       clk_i,
  // loader
  input  wire                       word_we_i,
  input  wire [7:0]                 bank_i,
  input  wire [$clog2(WORDS)-1:0]   word_waddr_i,
  input  wire [WORD_BITS-1:0]       word_wdata_i,
  input  wire                       tile_we_i,
  input  wire [$clog2(TILES)-1:0]   tile_waddr_i,
  input  wire [2:0]                 tile_wdata_i,
  // scanner
  input  wire                       tile_re_i,
  input  wire [$clog2(TILES)-1:0]   tile_raddr_i,
  output wire [3*READS-1:0]         tile_planes_o,   // of READS neighbours, the first lowest
  // issue: address of slice 0
  input  wire                       word_re_i,
  input  wire [$clog2(WORDS)-1:0]   word_raddr_i,
  output wire [LANES*WORD_BITS-1:0] words_o
);

  localparam integer ADDR_W = $clog2(WORDS);
  localparam integer SLICES = LANES / WB_LANES;

  // Stage s of the delay line is the read command of slice s.
  wire [SLICES*(ADDR_W+1)-1:0] command;
  assign command[0 +: ADDR_W+1] = {word_re_i, word_raddr_i};

  genvar s, l;
  generate
    for (s = 1; s < SLICES; s = s + 1) begin : gen_slice
      reg [ADDR_W:0] command_q;
      always @(posedge clk_i) command_q <= command[(s-1)*(ADDR_W+1) +: ADDR_W+1];
      assign command[s*(ADDR_W+1) +: ADDR_W+1] = command_q;
    end
    for (l = 0; l < LANES; l = l + 1) begin : gen_lane
      localparam integer SLICE = l / WB_LANES;
      localparam integer BANK = FIRST_BANK + l;
      dpwa_ram #(.WIDTH(WORD_BITS), .DEPTH(WORDS)) u_bank (
        .clk_i  (clk_i),
        .we_i   (word_we_i & (bank_i == BANK[7:0])),
        .waddr_i(word_waddr_i),
        .wdata_i(word_wdata_i),
        .re_i   (command[SLICE*(ADDR_W+1) + ADDR_W]),
        .raddr_i(command[SLICE*(ADDR_W+1) +: ADDR_W]),
        .rdata_o(words_o[l*WORD_BITS +: WORD_BITS])
      );
    end
  endgenerate

  dpwa_width_table #(.ENTRIES(TILES), .WIDTH(3), .READS(READS)) u_tiles (
    .clk_i   (clk_i),
    .we_i    (tile_we_i & (bank_i == TABLE_BANK[7:0])),
    .waddr_i (tile_waddr_i),
    .wdata_i (tile_wdata_i),
    .re_i    (tile_re_i),
    .raddr_i (tile_raddr_i),
    .widths_o(tile_planes_o)
  );

endmodule

`default_nettype wire
