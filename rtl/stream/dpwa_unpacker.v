// SPDX-License-Identifier: Apache-2.0
//
// dpwa_unpacker: splits 32-bit beats into port words, low part first: four 8-bit words (u8, s8) or two 16-bit words
// (s16, binary16) per beat. word_o holds an 8-bit word in its low half. Full throughput; clear_i drops what is left.

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

  reg [31:0] beat_q;
  reg [2:0]  left_q;   // words left in beat_q

  assign valid_o = left_q != 3'd0;
  assign word_o  = narrow_i ? {8'd0, beat_q[7:0]} : beat_q[15:0];
  assign ready_o = (left_q == 3'd0) | (ready_i & (left_q == 3'd1));

  always @(posedge clk_i) begin
    if (!rst_ni || clear_i)       left_q <= 3'd0;
    else if (valid_i & ready_o)   left_q <= narrow_i ? 3'd4 : 3'd2;
    else if (valid_o & ready_i)   left_q <= left_q - 3'd1;
    if (valid_i & ready_o)        beat_q <= beat_i;
    else if (valid_o & ready_i)   beat_q <= narrow_i ? {8'd0, beat_q[31:8]} : {16'd0, beat_q[31:16]};
  end

endmodule

`default_nettype wire
