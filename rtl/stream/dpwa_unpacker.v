// SPDX-License-Identifier: Apache-2.0
//
// dpwa_unpacker: splits 32-bit beats into port words, low part first: four 8-bit words (u8, s8) or two 16-bit words
// (s16, binary16) per beat. word_o holds an 8-bit word in its low half; its high half is not defined then.
//
// No register holds the beat: it stays on beat_i until ready_o, with its last word. clear_i: the next beat starts anew.
// Full throughput, latency 0.

`default_nettype none

module dpwa_unpacker (
  input  wire        clk_i,
  input  wire        rst_ni,
  input  wire        clear_i,
  input  wire        narrow_i,   // 8-bit words
  input  wire        valid_i,
  input  wire [31:0] beat_i,
  output wire        ready_o,
  output wire        valid_o,
  output wire [15:0] word_o,
  input  wire        ready_i
);

  reg [1:0] byte_q;   // first byte of the word

  assign valid_o      = valid_i;
  assign word_o[7:0]  = beat_i[byte_q * 8 +: 8];
  assign word_o[15:8] = byte_q[1] ? beat_i[31:24] : beat_i[15:8];
  assign ready_o      = ready_i & byte_q[1] & (byte_q[0] | ~narrow_i);

  always @(posedge clk_i) begin
    if (!rst_ni || clear_i)     byte_q <= 2'd0;
    else if (valid_i & ready_i) byte_q <= byte_q + (narrow_i ? 2'd1 : 2'd2);
  end

endmodule

`default_nettype wire
