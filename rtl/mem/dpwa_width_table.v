// SPDX-License-Identifier: Apache-2.0
//
// dpwa_width_table: plane count of each tile; reads READS neighbours per cycle.
//
//   field k of widths_o in cycle t + 1 = entry raddr_i + k of cycle t when re_i; held while re_i is low.
//
// Entry e is row e / READS of bank e % READS, so the neighbours may start anywhere. Collision rule: that of dpwa_ram.

`default_nettype none

module dpwa_width_table #(
  parameter integer ENTRIES = 1024,  // tiles, a multiple of READS, at least 2 * READS
  parameter integer WIDTH   = 3,     // bits of a plane count
  parameter integer READS   = 2      // neighbours read at once: 2, 4
) (
  input  wire                       clk_i,
  input  wire                       we_i,
  input  wire [$clog2(ENTRIES)-1:0] waddr_i,
  input  wire [WIDTH-1:0]           wdata_i,
  input  wire                       re_i,
  input  wire [$clog2(ENTRIES)-1:0] raddr_i,
  output wire [READS*WIDTH-1:0]     widths_o
);

  localparam integer ADDR_W = $clog2(ENTRIES);
  localparam integer BANK_W = $clog2(READS);
  localparam integer ROW_W  = ADDR_W - BANK_W;

  generate
    if (READS != 2 && READS != 4) begin : gen_check_reads
      ERROR_READS_must_be_2_or_4 u_check ();
    end
    if (ENTRIES < 2 * READS || ENTRIES % READS != 0) begin : gen_check
      ERROR_ENTRIES_must_be_a_multiple_of_READS_and_two_rows_at_least u_check ();
    end
  endgenerate

  wire [BANK_W-1:0]      start = raddr_i[BANK_W-1:0];   // bank of the first
  wire [ROW_W-1:0]       row   = raddr_i[ADDR_W-1:BANK_W];
  wire [READS*WIDTH-1:0] banks;
  reg  [BANK_W-1:0]      start_q;

  always @(posedge clk_i) begin
    if (re_i) start_q <= start;
  end

  wire [2*READS*WIDTH-1:0] twice = {banks, banks};
  assign widths_o = twice[start_q*WIDTH +: READS*WIDTH];

  genvar b;
  generate
    for (b = 0; b < READS; b = b + 1) begin : gen_bank
      localparam [BANK_W-1:0] BANK = b;
      wire next_row;
      if (b + 1 < READS) begin : gen_before
        assign next_row = BANK < start;
      end else begin : gen_never
        assign next_row = 1'b0;
      end
      dpwa_ram #(.WIDTH(WIDTH), .DEPTH(ENTRIES / READS)) u_bank (
        .clk_i  (clk_i),
        .we_i   (we_i & (waddr_i[BANK_W-1:0] == BANK)),
        .waddr_i(waddr_i[ADDR_W-1:BANK_W]),
        .wdata_i(wdata_i),
        .re_i   (re_i),
        .raddr_i(row + {{(ROW_W-1){1'b0}}, next_row}),
        .rdata_o(banks[b*WIDTH +: WIDTH])
      );
    end
  endgenerate

endmodule

`default_nettype wire
