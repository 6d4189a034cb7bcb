// SPDX-License-Identifier: Apache-2.0
//
// dpwa_crc32: CRC-32 (IEEE 802.3, reflected 0xEDB88320) of a stream of bytes or words, four bits per cycle, low bits first.
//
// A stream of words followed by its own CRC leaves one and the same state, whatever the words. clear_i begins a stream.

`default_nettype none

module dpwa_crc32 (
  input  wire        clk_i,
  input  wire        clear_i,
  input  wire        valid_i,
  input  wire [3:0]  nibble_i,
  output wire        whole_o,  // with this nibble the stream ends in its own CRC
  output wire [31:0] crc_o     // of the nibbles before this one
);

  localparam [31:0] RESIDUE = 32'hdebb20e3;

  function automatic [31:0] next(input [31:0] state, input [3:0] nibble);
    integer i;
    begin
      next = state ^ {28'd0, nibble};
      for (i = 0; i < 4; i = i + 1) next = next[0] ? (next >> 1) ^ 32'hedb88320 : next >> 1;
    end
  endfunction

  reg  [31:0] state_q;
  wire [31:0] state_d = next(state_q, nibble_i);

  assign whole_o = state_d == RESIDUE;
  assign crc_o   = ~state_q;

  always @(posedge clk_i) begin
    if (clear_i)      state_q <= 32'hffffffff;
    else if (valid_i) state_q <= state_d;
  end

endmodule

`default_nettype wire
