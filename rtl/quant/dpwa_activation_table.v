// SPDX-License-Identifier: Apache-2.0
//
// dpwa_activation_table: activation functions read from a table, behind write-back.
//
//   y = table_i ? memory[(base_i + y0) mod 2**ADDR_W] : y0      ADDR_W = clog2(WORDS)
//
// Values come and go as transfers of WB_LANES, latency 2, one per cycle, never stalls; above_i and below_i travel along.
// base_i is the address of y0 = 0, so it may be beyond the table of the node; table_i and base_i are stable while values are
// inside. Every lane has a copy of the memory (block RAM); the loader writes all of them, never while values are inside.
// Reset clears the valid bits only. Numerics: docs/numerics.md, N11.

`default_nettype none

module dpwa_activation_table #(
  parameter integer WB_LANES = 1,
  parameter integer VALUE_W  = 17,   // bits of a stored value
  parameter integer WORDS    = 1024  // values of all tables together
) (
  input  wire                        clk_i,
  input  wire                        rst_ni,
  // loader
  input  wire                        we_i,
  input  wire [$clog2(WORDS)-1:0]    waddr_i,
  input  wire [VALUE_W-1:0]          wdata_i,
  // node
  input  wire                        table_i,
  input  wire [$clog2(WORDS)-1:0]    base_i,
  // limited results of write-back
  input  wire                        valid_i,
  input  wire [4:0]                  slice_i,
  input  wire [WB_LANES*VALUE_W-1:0] values_i,
  input  wire [WB_LANES-1:0]         above_i,
  input  wire [WB_LANES-1:0]         below_i,
  // stored values, before the pool
  output wire                        valid_o,
  output wire [4:0]                  slice_o,
  output wire [WB_LANES*VALUE_W-1:0] values_o,
  output wire [WB_LANES-1:0]         above_o,
  output wire [WB_LANES-1:0]         below_o
);

  localparam integer LATENCY = 2;
  localparam integer ADDR_W  = $clog2(WORDS);

  generate
    if (WORDS < 2) begin : gen_check
      ERROR_WORDS_must_be_2_or_more u_check ();
    end
  endgenerate

  reg [LATENCY-1:0] valid_q;

  always @(posedge clk_i) begin
    if (!rst_ni) valid_q <= {LATENCY{1'b0}};
    else         valid_q <= {valid_q[LATENCY-2:0], valid_i};
  end

  assign valid_o = valid_q[LATENCY-1];

  wire [WB_LANES*VALUE_W-1:0] untouched;
  dpwa_delay #(
    .WIDTH (5 + 2*WB_LANES + WB_LANES*VALUE_W),
    .CYCLES(LATENCY)
  ) u_delay (
    .clk_i(clk_i),
    .d_i  ({slice_i, above_i, below_i, values_i}),
    .q_o  ({slice_o, above_o, below_o, untouched})
  );

  genvar w;
  generate
    for (w = 0; w < WB_LANES; w = w + 1) begin : gen_lane
      wire [VALUE_W-1:0]        y0       = values_i[w*VALUE_W +: VALUE_W];
      wire [ADDR_W+VALUE_W-1:0] extended = {{ADDR_W{y0[VALUE_W-1]}}, y0};
      wire [VALUE_W-1:0]        y;
      reg  [ADDR_W-1:0]         address_q;
      wire unused_high = &{1'b0, extended[ADDR_W+VALUE_W-1:ADDR_W]};

      always @(posedge clk_i) address_q <= base_i + extended[ADDR_W-1:0];

      dpwa_ram #(.WIDTH(VALUE_W), .DEPTH(WORDS)) u_table (
        .clk_i  (clk_i),
        .we_i   (we_i),
        .waddr_i(waddr_i),
        .wdata_i(wdata_i),
        .re_i   (valid_q[0] & table_i),
        .raddr_i(address_q),
        .rdata_o(y)
      );

      assign values_o[w*VALUE_W +: VALUE_W] = table_i ? y : untouched[w*VALUE_W +: VALUE_W];
    end
  endgenerate

endmodule

`default_nettype wire
