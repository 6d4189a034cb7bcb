// SPDX-License-Identifier: Apache-2.0
//
// base_naive: what a lane with one unit per format costs: sixteen 4-bit, four 8-bit and one 16-bit signed product, each
// format with its own multipliers and tree in plain operators, a multiplexer, one accumulator.
//
// format_i: 0 INT4, 1 INT8, 2 INT16. INT8 uses the low 32 bits of a_i and w_i, INT16 the low 16.
// sum_o, 2 cycles after a beat, is the sum since the last last_i modulo 2**32.

`default_nettype none

module base_naive (
  input  wire             clk_i,
  input  wire             rst_ni,
  input  wire             valid_i,
  input  wire             last_i,
  input  wire [1:0]       format_i,
  input  wire [63:0]      a_i,
  input  wire [63:0]      w_i,
  output wire [31:0] sum_o
);

  reg signed [31:0] int4, int8, int16;
  reg signed [31:0] int4_q, int8_q, int16_q, sum_q;
  reg [1:0]              format_q;
  reg                    valid_q;
  reg [1:0]              last_q;
  reg [31:0]        acc_q;
  integer                e;

  always @* begin
    int4 = 32'sd0;
    for (e = 0; e < 16; e = e + 1) begin
      int4 = int4 + $signed({{28{a_i[4*e+3]}}, a_i[4*e +: 4]}) * $signed({{28{w_i[4*e+3]}}, w_i[4*e +: 4]});
    end
    int8 = 32'sd0;
    for (e = 0; e < 4; e = e + 1) begin
      int8 = int8 + $signed({{24{a_i[8*e+7]}}, a_i[8*e +: 8]}) * $signed({{24{w_i[8*e+7]}}, w_i[8*e +: 8]});
    end
    int16 = $signed({{16{a_i[15]}}, a_i[15:0]}) * $signed({{16{w_i[15]}}, w_i[15:0]});
  end

  assign sum_o = acc_q + sum_q;

  always @(posedge clk_i) begin
    {int4_q, int8_q, int16_q} <= {int4, int8, int16};
    format_q <= format_i;
    valid_q  <= valid_i;
    if (!valid_q) sum_q <= 32'sd0;
    else sum_q <= format_q == 2'd0 ? int4_q : format_q == 2'd1 ? int8_q : int16_q;
    if (!rst_ni) last_q <= 2'b11;
    else last_q <= {last_q[0], last_i};
    if (last_q[1]) acc_q <= 32'd0;
    else acc_q <= sum_o;
  end

endmodule

`default_nettype wire
