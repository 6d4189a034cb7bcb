// SPDX-License-Identifier: Apache-2.0
//
// dpwa_loader: reads the host's packets of 32-bit words: images go to the memories, inputs to the input quantizer.
//
//   word 0 = {opcode[4], target[4], bank[8], words per entry - 1 [4], zero[12]}
//   BEGIN 1: configuration hash, CRC                                  a new image starts; inputs are refused until END
//   LOAD  2: address, number of entries, entries, CRC                 entry e goes to target, bank, address + e
//   END   3: number of packets since BEGIN (BEGIN and END counted), CRC    the image is whole: inputs are accepted
//   INPUT 4: number of data words (in word 1), data words             one input of the network, no CRC
//
// A word takes eight cycles, a data word of an input one. CRC = CRC-32 of the packet's words before it (dpwa_crc32). A
// wrong CRC, hash, count or opcode sets a sticky flag in errors_o and makes the image invalid; the data of a refused
// input are read and dropped. errors_o: 0 CRC, 1 configuration hash, 2 packet count (an END without BEGIN too), 3
// opcode, 4 input without a valid image, 5 input with a wrong number of data words. BEGIN clears errors_o, an accepted
// input flag 5. packet_o: between the first cycle of a packet's first word and its last.

`default_nettype none

module dpwa_loader #(
  parameter integer ENTRY_WORDS = 3,          // 32-bit words of the widest entry, at most 16
  parameter [31:0]  CONFIG_HASH = 32'd0
) (
  input  wire                      clk_i,
  input  wire                      rst_ni,
  // host
  input  wire                      valid_i,
  input  wire [31:0]               word_i,
  output wire                      ready_o,
  // memories: one entry per cycle with we_o
  output reg                       we_o,
  output wire [3:0]                target_o,
  output wire [7:0]                bank_o,
  output reg  [31:0]               addr_o,
  output reg  [32*ENTRY_WORDS-1:0] data_o,
  // input
  input  wire [19:0]               input_words_i,   // data words of an input - 1
  output wire                      input_begin_o,   // an accepted input packet waits for receive_i
  input  wire                      idle_i,          // the machine takes packets
  input  wire                      receive_i,
  output wire                      input_valid_o,
  output wire [31:0]               input_word_o,
  input  wire                      input_ready_i,
  // status
  output wire                      image_valid_o,
  output wire                      packet_o,        // in the middle of a packet
  output wire [5:0]                errors_o
);

  localparam [3:0] OP_BEGIN = 4'd1, OP_LOAD = 4'd2, OP_END = 4'd3, OP_INPUT = 4'd4;
  localparam [2:0] ST_OPCODE = 3'd0, ST_FIELD = 3'd1, ST_COUNT = 3'd2, ST_DATA = 3'd3, ST_CRC = 3'd4, ST_INPUT = 3'd5;

  reg [2:0]  state_q, state_d;
  reg [31:0] head_q;
  reg [31:0] left_q;       // entries or input words still to come
  reg [3:0]  part_q;       // word of the entry
  reg [31:0] next_addr_q;
  reg [15:0] packets_q;    // since BEGIN
  reg [2:0]  nibble_q;     // of the word, for the CRC
  reg        begun_q;      // there was a BEGIN
  reg        valid_q;      // the image is whole
  reg        fails_q;      // this packet's field was wrong
  reg [5:0]  errors_q;

  wire [3:0]  opcode    = head_q[31:28];
  wire        entry_end = part_q == head_q[15:12];
  wire        accepted  = valid_q & ~fails_q;
  wire        length_ok = word_i == {11'd0, {1'b0, input_words_i} + 21'd1};
  wire        crc_ok;
  wire [31:0] crc;

  assign target_o      = head_q[27:24];
  assign bank_o        = head_q[23:16];
  assign image_valid_o = valid_q;
  assign packet_o      = (state_q != ST_OPCODE) | (|nibble_q);
  assign errors_o      = errors_q;
  assign input_begin_o = (state_q == ST_INPUT) & accepted;
  assign input_valid_o = (state_q == ST_INPUT) & accepted & receive_i & valid_i;
  assign input_word_o  = word_i;

  wire checked = (state_q != ST_INPUT) & ((state_q != ST_OPCODE) | idle_i);   // a word that is read by nibbles

  assign ready_o = (state_q == ST_INPUT) ? (~accepted | (receive_i & input_ready_i)) : (checked & (&nibble_q));

  wire take = valid_i & ready_o;
  wire read = valid_i & checked;

  always @(*) begin
    state_d = state_q;
    case (state_q)
      ST_OPCODE: state_d = (word_i[31:28] >= OP_BEGIN && word_i[31:28] <= OP_INPUT) ? ST_FIELD : ST_OPCODE;
      ST_FIELD:  state_d = (opcode == OP_LOAD) ? ST_COUNT : (opcode != OP_INPUT) ? ST_CRC
                         : (word_i == 32'd0) ? ST_OPCODE : ST_INPUT;
      ST_COUNT:  state_d = (word_i == 32'd0) ? ST_CRC : ST_DATA;
      ST_DATA:   state_d = (entry_end && left_q == 32'd1) ? ST_CRC : ST_DATA;
      ST_INPUT:  state_d = (left_q == 32'd1) ? ST_OPCODE : ST_INPUT;
      default:   state_d = ST_OPCODE;
    endcase
  end

  always @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q  <= ST_OPCODE;
      we_o     <= 1'b0;
      begun_q  <= 1'b0;
      valid_q  <= 1'b0;
      errors_q <= 6'd0;
      nibble_q <= 3'd0;
    end else begin
      if (read) nibble_q <= nibble_q + 3'd1;
      we_o <= take & (state_q == ST_DATA) & entry_end;
      if (take) begin
        state_q <= state_d;
        case (state_q)
          ST_OPCODE: begin
            packets_q <= (word_i[31:28] == OP_BEGIN) ? 16'd1 : packets_q + 16'd1;
            if (word_i[31:28] == OP_BEGIN) begin
              begun_q  <= 1'b1;
              errors_q <= 6'd0;
            end else if (state_d == ST_OPCODE) begin
              errors_q[3] <= 1'b1;
            end
            if (word_i[31:28] != OP_INPUT) valid_q <= 1'b0;
            else if (!valid_q)             errors_q[4] <= 1'b1;
          end
          ST_FIELD: begin
            case (opcode)
              OP_BEGIN: fails_q <= word_i != CONFIG_HASH;
              OP_END:   fails_q <= ~begun_q | (word_i != {16'd0, packets_q});
              default:  fails_q <= (opcode == OP_INPUT) & ~length_ok;
            endcase
            if (opcode == OP_INPUT && valid_q) errors_q[5] <= ~length_ok;
          end
          ST_CRC: begin
            if (!crc_ok)                       errors_q[0] <= 1'b1;
            if (fails_q && opcode == OP_BEGIN) errors_q[1] <= 1'b1;
            if (fails_q && opcode == OP_END)   errors_q[2] <= 1'b1;
            valid_q <= (opcode == OP_END) & ~fails_q & crc_ok & (errors_q[3:0] == 4'd0);
          end
          default: ;
        endcase
      end
    end
  end

  // Datapath: no reset.
  always @(posedge clk_i) begin
    if (take) begin
      case (state_q)
        ST_OPCODE: begin
          head_q <= word_i;
          part_q <= 4'd0;
        end
        ST_FIELD: begin
          next_addr_q <= word_i;
          left_q      <= word_i;
        end
        ST_COUNT: left_q <= word_i;
        ST_DATA: begin
          data_o[part_q * 32 +: 32] <= word_i;
          part_q <= entry_end ? 4'd0 : part_q + 4'd1;
          if (entry_end) begin
            addr_o      <= next_addr_q;
            next_addr_q <= next_addr_q + 32'd1;
            left_q      <= left_q - 32'd1;
          end
        end
        ST_INPUT: left_q <= left_q - 32'd1;
        default: ;
      endcase
    end
  end

  dpwa_crc32 #(
    .BITS(4)
  ) u_crc (
    .clk_i  (clk_i),
    .clear_i(~rst_ni | (take & (state_d == ST_OPCODE))),
    .valid_i(read),
    .bits_i (word_i[nibble_q * 4 +: 4]),
    .whole_o(crc_ok),
    .crc_o  (crc)
  );

  wire unused = &{1'b0, crc, head_q[11:0]};

endmodule

`default_nettype wire
