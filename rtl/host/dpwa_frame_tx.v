// SPDX-License-Identifier: Apache-2.0
//
// dpwa_frame_tx: sends a frame of the host protocol (docs/host-protocol.md).
//
// start_i sends one frame of length_i bytes of content (at least 1; stable until done_o). Byte i is asked for with index_o = i and re_o
// and comes on data_i one cycle later, held until the next re_o (dpwa_ram). Flags, stuffing and CRC are added; the CRC
// runs in a dpwa_crc32 outside (crc_*). done_o, one cycle: the last byte, the closing flag, has been taken.

`default_nettype none

module dpwa_frame_tx #(
  parameter integer CUTS = 0   // data_i comes this many cycles later: 0, 1
) (
  input  wire        clk_i,
  input  wire        rst_ni,
  input  wire        start_i,
  input  wire [7:0]  length_i,
  output wire        done_o,
  // content
  output wire        re_o,
  output wire [7:0]  index_o,
  input  wire [7:0]  data_i,
  // CRC
  output wire        crc_clear_o,
  output wire        crc_valid_o,
  output wire        crc_bit_o,
  input  wire [31:0] crc_i,
  // bytes
  output wire        valid_o,
  output wire [7:0]  byte_o,
  input  wire        ready_i
);

  localparam [7:0] FLAG = 8'h7e, ESCAPE = 8'h7d;
  localparam [2:0] ST_IDLE = 3'd0, ST_OPEN = 3'd1, ST_READ = 3'd2, ST_COUNT = 3'd3, ST_DATA = 3'd4, ST_CRC = 3'd5, ST_CLOSE = 3'd6;

  reg [2:0] state_q;
  reg [7:0] index_q;     // byte of the content; of the CRC while ST_CRC
  reg [2:0] bit_q;       // of the byte, for the CRC
  reg       escaped_q;   // ESCAPE went out for this byte
  reg       waited_q;    // a cycle in ST_READ is over

  wire       frame_flag = (state_q == ST_OPEN) | (state_q == ST_CLOSE);
  wire [7:0] plain      = (state_q == ST_CRC) ? crc_i[index_q[1:0] * 8 +: 8] : data_i;
  wire       special    = ~frame_flag & ((plain == FLAG) | (plain == ESCAPE));
  wire       sent       = valid_o & ready_i;
  wire       byte_end   = sent & (~special | escaped_q);
  wire [7:0] next       = index_q + 8'd1;
  wire       last       = (state_q == ST_CRC) ? (index_q[1:0] == 2'd3) : (next == length_i);

  assign done_o       = sent & (state_q == ST_CLOSE);
  assign re_o         = state_q == ST_READ;
  assign index_o      = index_q;
  assign crc_clear_o  = state_q == ST_OPEN;
  assign crc_valid_o  = state_q == ST_COUNT;
  assign crc_bit_o    = data_i[bit_q];
  assign valid_o      = frame_flag | (state_q == ST_DATA) | (state_q == ST_CRC);
  assign byte_o       = frame_flag ? FLAG : (special & ~escaped_q) ? ESCAPE : {plain[7:6], plain[5] ^ escaped_q, plain[4:0]};

  always @(posedge clk_i) begin
    if (!rst_ni) state_q <= ST_IDLE;
    else begin
      case (state_q)
        ST_IDLE:  if (start_i) state_q <= ST_OPEN;
        ST_OPEN:  if (sent) state_q <= ST_READ;
        ST_READ:  if (CUTS == 0 || waited_q) state_q <= ST_COUNT;
        ST_COUNT: if (&bit_q) state_q <= ST_DATA;
        ST_DATA:  if (byte_end) state_q <= last ? ST_CRC : ST_READ;
        ST_CRC:   if (byte_end & last) state_q <= ST_CLOSE;
        ST_CLOSE: if (sent) state_q <= ST_IDLE;
        default:  state_q <= ST_IDLE;
      endcase
    end
  end

  // Position; without meaning while idle.
  always @(posedge clk_i) begin
    waited_q <= re_o & ~waited_q;
    bit_q <= crc_valid_o ? bit_q + 3'd1 : 3'd0;
    if (state_q == ST_OPEN)  index_q <= 8'd0;
    else if (byte_end)       index_q <= last ? 8'd0 : next;
    if (frame_flag)          escaped_q <= 1'b0;
    else if (sent)           escaped_q <= special & ~escaped_q;
  end

endmodule

`default_nettype wire
