// SPDX-License-Identifier: Apache-2.0
//
// dpwa_crc32: CRC-32 (IEEE 802.3, reflected 0xEDB88320) of a stream of bytes or words, BITS bits per cycle, low bits first.
//
// A stream followed by its own CRC leaves one and the same state, whatever the stream. clear_i begins a stream.

`default_nettype none

module dpwa_crc32 #(
  parameter integer BITS = 4   // per cycle, 1 to 8
) (
  input  wire            clk_i,
  input  wire            clear_i,
  input  wire            valid_i,
  input  wire [BITS-1:0] bits_i,
  output wire            whole_o,  // with these bits the stream ends in its own CRC
  output wire [31:0]     crc_o     // of the bits before these
);

  generate
    if (BITS < 1 || BITS > 8) begin : gen_check
      ERROR_BITS_must_be_1_to_8 u_check ();
    end
  endgenerate

  localparam [31:0] RESIDUE = 32'hdebb20e3;

  function automatic [31:0] next(input [31:0] state, input [BITS-1:0] bits);
    integer i;
    begin
      next = state;
      for (i = 0; i < BITS; i = i + 1) next = (next[0] ^ bits[i]) ? (next >> 1) ^ 32'hedb88320 : next >> 1;
    end
  endfunction

  reg  [31:0] state_q;
  wire [31:0] state_d = next(state_q, bits_i);

  assign whole_o = state_d == RESIDUE;
  assign crc_o   = ~state_q;

  always @(posedge clk_i) begin
    if (clear_i)      state_q <= 32'hffffffff;
    else if (valid_i) state_q <= state_d;
  end

endmodule

`default_nettype wire
