// SPDX-License-Identifier: Apache-2.0
//
// dpwa_output_tail: finds the last word of an output behind a pipeline of unknown latency.
//
// Counts the values inside the pipeline. last_o: the reader has handed over its last value and the word leaving now is
// the only one left. done_o: nothing is inside and the reader is at rest.

`default_nettype none

module dpwa_output_tail (
  input  wire clk_i,
  input  wire rst_ni,
  input  wire enter_i,        // a value enters the pipeline
  input  wire leave_i,        // a word leaves it
  input  wire reader_done_i,  // no value will enter any more
  output wire last_o,
  output wire done_o
);

  reg [5:0] inside_q;

  assign last_o = reader_done_i & (inside_q == 6'd1);
  assign done_o = reader_done_i & (inside_q == 6'd0);

  always @(posedge clk_i) begin
    if (!rst_ni) inside_q <= 6'd0;
    else         inside_q <= inside_q + {5'd0, enter_i} - {5'd0, leave_i};
  end

endmodule

`default_nettype wire
