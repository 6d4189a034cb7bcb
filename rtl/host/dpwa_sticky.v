// SPDX-License-Identifier: Apache-2.0
//
// dpwa_sticky: flags that stay set until cleared. A set in the cycle of a clear wins.

`default_nettype none

module dpwa_sticky #(
  parameter integer WIDTH = 4
) (
  input  wire             clk_i,
  input  wire             rst_ni,
  input  wire [WIDTH-1:0] set_i,
  input  wire [WIDTH-1:0] clear_i,
  output reg  [WIDTH-1:0] flags_o
);

  always @(posedge clk_i) begin
    if (!rst_ni) flags_o <= {WIDTH{1'b0}};
    else         flags_o <= (flags_o & ~clear_i) | set_i;
  end

endmodule

`default_nettype wire
