// SPDX-License-Identifier: Apache-2.0
//
// dpwa_crc32: CRC-32 (IEEE 802.3, reflected 0xEDB88320) of a stream of 32-bit words, low byte first, one word per cycle.
//
// clear_i sets the state to all ones; crc_o is the finished value (state inverted) of the words so far.

`default_nettype none

module dpwa_crc32 (
  input  wire        clk_i,
  input  wire        clear_i,
  input  wire        valid_i,
  input  wire [31:0] word_i,
  output wire [31:0] crc_o
);

  function automatic [31:0] next(input [31:0] state, input [31:0] word);
    integer i;
    begin
      next = state ^ word;
      for (i = 0; i < 32; i = i + 1) next = next[0] ? (next >> 1) ^ 32'hedb88320 : next >> 1;
    end
  endfunction

  reg [31:0] state_q;

  assign crc_o = ~state_q;

  always @(posedge clk_i) begin
    if (clear_i)      state_q <= 32'hffffffff;
    else if (valid_i) state_q <= next(state_q, word_i);
  end

endmodule

`default_nettype wire
