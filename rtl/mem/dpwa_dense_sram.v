// SPDX-License-Identifier: Apache-2.0
//
// dpwa_dense_sram: the dense tier of a lane group: plane words in the order in which they are copied to the fast tier.
//
//   rdata_o in cycle t + 1 = word raddr_i of cycle t when re_i; undefined after a cycle without re_i.
//
// One port: loading (we_i, in words of this group's bank) and reading exclude each other. An address at or above WORDS
// reads an undefined value. No reset. STYLE 1 is built from the 256 kbit memories of iCE40 UltraPlus.

`default_nettype none

module dpwa_dense_sram #(
  parameter integer WORD_BITS = 64,     // bits of a plane word, a multiple of 16
  parameter integer WORDS     = 16384,  // at least 2
  parameter integer BANK      = 0,      // bank_i of this memory
  parameter integer STYLE     = 0       // 1: SB_SPRAM256KA, anything else: inferred
) (
  input  wire                     clk_i,
  input  wire                     we_i,
  input  wire [7:0]               bank_i,
  input  wire [$clog2(WORDS)-1:0] waddr_i,
  input  wire [WORD_BITS-1:0]     wdata_i,
  input  wire                     re_i,
  input  wire [$clog2(WORDS)-1:0] raddr_i,
  output wire [WORD_BITS-1:0]     rdata_o
);

  localparam integer ADDR_W = $clog2(WORDS);

  wire write = we_i & (bank_i == BANK[7:0]);

  generate
    if (WORDS < 2 || WORD_BITS % 16 != 0) begin : gen_check
      ERROR_WORDS_at_least_2_and_WORD_BITS_a_multiple_of_16 u_check ();
    end

    if (STYLE != 1) begin : gen_inferred
      dpwa_ram #(.WIDTH(WORD_BITS), .DEPTH(WORDS)) u_words (
        .clk_i  (clk_i),
        .we_i   (write),
        .waddr_i(waddr_i),
        .wdata_i(wdata_i),
        .re_i   (re_i),
        .raddr_i(raddr_i),
        .rdata_o(rdata_o)
      );
    end else begin : gen_spram
      localparam integer DEPTH   = 16384;
      localparam integer LEVELS  = (WORDS + DEPTH - 1) / DEPTH;
      localparam integer LEVEL_W = (LEVELS > 1) ? $clog2(LEVELS) : 1;
      localparam integer WIDE_W  = (ADDR_W > 14) ? ADDR_W : 14;

      wire [WIDE_W+LEVEL_W-1:0]   addr;
      wire [LEVELS*WORD_BITS-1:0] data;
      wire [LEVEL_W-1:0]          level = (LEVELS > 1) ? addr[14 +: LEVEL_W] : {LEVEL_W{1'b0}};
      reg  [LEVEL_W-1:0]          level_q;

      assign addr = {{(WIDE_W+LEVEL_W-ADDR_W){1'b0}}, write ? waddr_i : raddr_i};

      always @(posedge clk_i) level_q <= level;
      assign rdata_o = data[level_q * WORD_BITS +: WORD_BITS];

      genvar d, c;
      for (d = 0; d < LEVELS; d = d + 1) begin : gen_level
        localparam [LEVEL_W-1:0] LEVEL = d;
        for (c = 0; c < WORD_BITS / 16; c = c + 1) begin : gen_column
          dpwa_spram_ice40 u_spram (
            .clk_i  (clk_i),
            .en_i   ((write | re_i) & (level == LEVEL)),
            .we_i   (write),
            .addr_i (addr[13:0]),
            .wdata_i(wdata_i[16*c +: 16]),
            .rdata_o(data[d*WORD_BITS + 16*c +: 16])
          );
        end
      end

      wire unused = &{1'b0, addr[WIDE_W+LEVEL_W-1:14]};
    end
  endgenerate

endmodule

`default_nettype wire
