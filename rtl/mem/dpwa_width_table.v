// SPDX-License-Identifier: Apache-2.0
//
// dpwa_width_table: plane count of each tile; reads two neighbours per cycle.
//
//   first_o, second_o in cycle t + 1 = entries raddr_i and raddr_i + 1 of cycle t when re_i; held while re_i is low.
//
// Even and odd entries lie in two banks, so the pair may start anywhere. Collision rule: that of dpwa_ram.

`default_nettype none

module dpwa_width_table #(
  parameter integer ENTRIES = 1024,  // tiles, even, at least 4
  parameter integer WIDTH   = 3      // bits of a plane count
) (
  input  wire                       clk_i,
  input  wire                       we_i,
  input  wire [$clog2(ENTRIES)-1:0] waddr_i,
  input  wire [WIDTH-1:0]           wdata_i,
  input  wire                       re_i,
  input  wire [$clog2(ENTRIES)-1:0] raddr_i,
  output wire [WIDTH-1:0]           first_o,
  output wire [WIDTH-1:0]           second_o
);

  localparam integer ADDR_W = $clog2(ENTRIES);

  generate
    if (ENTRIES < 4 || ENTRIES % 2 != 0) begin : gen_check
      ERROR_ENTRIES_must_be_even_and_at_least_4 u_check ();
    end
  endgenerate

  // Entry 2k is row k of the even bank, entry 2k + 1 row k of the odd bank.
  wire              starts_odd = raddr_i[0];
  wire [ADDR_W-2:0] odd_row    = raddr_i[ADDR_W-1:1];
  wire [ADDR_W-2:0] even_row   = raddr_i[ADDR_W-1:1] + {{(ADDR_W-2){1'b0}}, starts_odd};

  wire [WIDTH-1:0] even;
  wire [WIDTH-1:0] odd;
  reg              starts_odd_q;

  always @(posedge clk_i) begin
    if (re_i) starts_odd_q <= starts_odd;
  end

  assign first_o  = starts_odd_q ? odd : even;
  assign second_o = starts_odd_q ? even : odd;

  dpwa_ram #(.WIDTH(WIDTH), .DEPTH(ENTRIES / 2)) u_even (
    .clk_i  (clk_i),
    .we_i   (we_i & ~waddr_i[0]),
    .waddr_i(waddr_i[ADDR_W-1:1]),
    .wdata_i(wdata_i),
    .re_i   (re_i),
    .raddr_i(even_row),
    .rdata_o(even)
  );

  dpwa_ram #(.WIDTH(WIDTH), .DEPTH(ENTRIES / 2)) u_odd (
    .clk_i  (clk_i),
    .we_i   (we_i & waddr_i[0]),
    .waddr_i(waddr_i[ADDR_W-1:1]),
    .wdata_i(wdata_i),
    .re_i   (re_i),
    .raddr_i(odd_row),
    .rdata_o(odd)
  );

endmodule

`default_nettype wire
