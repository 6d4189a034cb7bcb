// SPDX-License-Identifier: Apache-2.0
//
// dpwa_frame_rx: finds the frames of the host protocol (docs/host-protocol.md) in a stream of bytes.
//
// Content and CRC of the frame under way are written to a buffer as they come, without stuffing: byte i to address i.
// Their CRC runs in a dpwa_crc32 outside (crc_*), which is cleared before every frame. frame_o, one cycle: the frame that just
// ended is whole; length_o is the number of bytes of its content. Every other frame is forgotten.
// listen_i low: bytes are dropped, and so is the frame that they belong to. Bytes come at least ten cycles apart.

`default_nettype none

module dpwa_frame_rx (
  input  wire       clk_i,
  input  wire       rst_ni,
  input  wire       listen_i,
  input  wire       valid_i,
  input  wire [7:0] byte_i,
  input  wire       error_i,        // a byte was damaged
  // buffer
  output wire       we_o,
  output wire [7:0] waddr_o,
  output wire [7:0] wdata_o,
  // CRC
  output wire       crc_clear_o,
  output wire       crc_valid_o,
  output wire       crc_bit_o,
  input  wire       crc_whole_i,
  // frame
  output wire       frame_o,
  output wire [7:0] length_o
);

  localparam [7:0] FLAG = 8'h7e, ESCAPE = 8'h7d;
  localparam [8:0] SHORTEST = 9'd6;   // bytes, CRC included; the longest has 256

  reg       damaged_q;   // the frame under way cannot be whole
  reg       escape_q;    // the byte before was ESCAPE
  reg       whole_q;     // the bytes so far end in their CRC
  reg [8:0] count_q;     // bytes so far
  reg [7:0] byte_q;      // its bits that the CRC has not seen, from the lowest on
  reg [7:0] unseen_q;    // as many ones from the lowest on

  wire border = valid_i & (byte_i == FLAG);
  wire stored = valid_i & (byte_i != FLAG) & (byte_i != ESCAPE) & ~count_q[8];
  wire bad    = ~listen_i | error_i | (valid_i & count_q[8]) | (valid_i & escape_q & (byte_i == ESCAPE));
  wire [8:0] content = count_q - 9'd4;

  assign we_o         = listen_i & stored;
  assign waddr_o      = count_q[7:0];
  assign wdata_o      = {byte_i[7:6], byte_i[5] ^ escape_q, byte_i[4:0]};
  assign crc_clear_o  = border | ~rst_ni;
  assign crc_valid_o  = unseen_q[0];
  assign crc_bit_o    = byte_q[0];
  assign frame_o      = border & listen_i & whole_q & ~damaged_q & ~escape_q & (count_q >= SHORTEST);
  assign length_o     = content[7:0];

  always @(posedge clk_i) begin
    if (!rst_ni) begin
      damaged_q <= 1'b1;
      escape_q  <= 1'b0;
      count_q   <= 9'd0;
      unseen_q  <= 8'h00;
    end else if (border) begin
      damaged_q <= ~listen_i;
      escape_q  <= 1'b0;
      count_q   <= 9'd0;
      unseen_q  <= 8'h00;
    end else begin
      damaged_q <= damaged_q | bad;
      if (valid_i) escape_q <= byte_i == ESCAPE;
      if (stored)  count_q <= count_q + 9'd1;
      unseen_q  <= stored ? 8'hff : unseen_q >> 1;
    end
  end

  always @(posedge clk_i) begin
    byte_q <= stored ? wdata_o : byte_q >> 1;
    if (crc_valid_o) whole_q <= crc_whole_i;
  end

  wire unused = content[8];

endmodule

`default_nettype wire
