// SPDX-License-Identifier: Apache-2.0
//
// dpwa_delay: q_o is d_i of CYCLES cycles ago. CYCLES = 0 is a wire. No reset: payload only.

`default_nettype none

module dpwa_delay #(
  parameter integer WIDTH  = 1,  // bits
  parameter integer CYCLES = 1   // register levels, >= 0
) (
  input  wire             clk_i,
  input  wire [WIDTH-1:0] d_i,
  output wire [WIDTH-1:0] q_o
);

  wire [(CYCLES+1)*WIDTH-1:0] stage;  // stage k is d_i delayed by k cycles

  assign stage[WIDTH-1:0] = d_i;
  assign q_o = stage[CYCLES*WIDTH +: WIDTH];

  genvar k;
  generate
    if (WIDTH < 1 || CYCLES < 0) begin : gen_check
      ERROR_WIDTH_must_be_positive_and_CYCLES_not_negative u_check ();
    end
    if (CYCLES == 0) begin : gen_wire
      wire unused_clk = &{1'b0, clk_i};
    end
    for (k = 0; k < CYCLES; k = k + 1) begin : gen_stage
      reg [WIDTH-1:0] value_q;
      always @(posedge clk_i) value_q <= stage[k*WIDTH +: WIDTH];
      assign stage[(k+1)*WIDTH +: WIDTH] = value_q;
    end
  endgenerate

endmodule

`default_nettype wire
