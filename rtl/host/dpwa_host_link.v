// SPDX-License-Identifier: Apache-2.0
//
// dpwa_host_link: the board's side of the host protocol (docs/host-protocol.md): takes frames, executes their requests at the
// machine's streams and registers, answers.
//
//   1. A frame is waited for (dpwa_frame_port). If its sequence number is not that of the newest executed one, or it is a
//      HELLO, it is executed; else the answer, which is still there, goes out again.
//   2. Executing reads the request byte by byte (2 + CUTS cycles each) and writes the answer as it becomes known: sequence number,
//      code, payload, status.
//   3. The answer goes out. Bytes that came since the frame ended are lost.
//
// A word of SEND that the stream did not take in PATIENCE cycles is withdrawn: dpwa_loader looks at no word before it can
// take it. A word that comes stays on its port until its last byte is written. Ports of streams and registers are those of dpwa_top from the other side; machine_rst_no resets it.

`default_nettype none

module dpwa_host_link #(
  parameter integer ADDR_W   = 8,     // bits of a register's byte address, 3 to 8
  parameter integer PATIENCE = 4096,  // clock cycles that a word is waited for, 32 to 65536
  parameter integer CUTS     = 0      // 1: a register behind the frame buffer
) (
  input  wire              clk_i,
  input  wire              rst_ni,
  // serial line: bytes
  input  wire              rx_valid_i,
  input  wire [7:0]        rx_byte_i,
  input  wire              rx_error_i,
  output wire              tx_valid_o,
  output wire [7:0]        tx_byte_o,
  input  wire              tx_ready_i,
  // machine
  output reg               machine_rst_no,
  output wire [31:0]       packet_data_o,
  output wire              packet_valid_o,
  input  wire              packet_ready_i,
  input  wire [31:0]       output_data_i,
  input  wire              output_valid_i,
  input  wire              output_last_i,
  output wire              output_ready_o,
  // registers: AXI4-Lite
  output wire [ADDR_W-1:0] m_axil_addr_o,      // of reads and writes
  output wire              m_axil_awvalid_o,
  input  wire              m_axil_awready_i,
  output wire [31:0]       m_axil_wdata_o,
  output wire              m_axil_wvalid_o,
  input  wire              m_axil_wready_i,
  input  wire [1:0]        m_axil_bresp_i,
  input  wire              m_axil_bvalid_i,
  output wire              m_axil_arvalid_o,
  input  wire              m_axil_arready_i,
  input  wire [31:0]       m_axil_rdata_i,
  input  wire [1:0]        m_axil_rresp_i,
  input  wire              m_axil_rvalid_i,
  output wire              m_axil_ready_o      // for responses of both kinds
);

  generate
    if (ADDR_W < 3 || ADDR_W > 8 || PATIENCE < 32 || PATIENCE > 65536) begin : gen_check
      ERROR_illegal_ADDR_W_or_PATIENCE u_check ();
    end
  endgenerate

  localparam [7:0] HELLO = 8'd0, READ = 8'd1, WRITE = 8'd2, SEND = 8'd3, TAKE = 8'd4, RESET = 8'd5;
  localparam [1:0] OK = 2'd0, UNKNOWN = 2'd1, LENGTH = 2'd2, REFUSED = 2'd3;
  localparam [7:0] PROTOCOL = 8'd1, MOST_WORDS = 8'd62, HEAD = 8'd3;
  localparam [3:0] ST_IDLE = 4'd0, ST_SEQUENCE = 4'd1, ST_CODE = 4'd2, ST_ARGUMENT = 4'd3, ST_WORD_IN = 4'd4, ST_ACCESS = 4'd5,
                   ST_PUSH = 4'd6, ST_PULL = 4'd7, ST_WORD_OUT = 4'd8, ST_EXTRA = 4'd9, ST_RESET = 4'd10, ST_STATUS = 4'd11,
                   ST_START = 4'd12, ST_ANSWER = 4'd13;
  localparam integer TIME_W = $clog2(PATIENCE);
  localparam integer TIME_LAST = PATIENCE - 1;

  reg [3:0]        state_q, state_d;
  reg              known_q;      // there is an answer to repeat
  reg              repeat_q;     // this frame has its sequence number
  reg [7:0]        sequence_q;
  reg [2:0]        code_q;
  reg [7:0]        argument_q;
  reg [1:0]        status_q;
  reg [7:0]        length_q;     // bytes of the request
  reg [7:0]        position_q;   // next of them to read
  reg [CUTS:0]     fetched_q;    // its top bit: that byte is on buffer_data
  reg [7:0]        answer_q;     // bytes of the answer so far
  reg [1:0]        part_q;       // byte of a word
  reg [31:0]       word_q;       // of the request
  reg [5:0]        words_q;      // words taken from either side
  reg              last_q;       // the newest output word ended an output
  reg              asked_q;      // the address of this access was taken
  reg              data_taken_q; // its data too
  reg [TIME_W-1:0] time_q;

  wire       frame, sent;
  wire       expired = time_q == TIME_LAST[TIME_W-1:0];
  wire [7:0] length, buffer_data;

  // Requests: what is expected of each code.
  wire       reads    = (state_q == ST_SEQUENCE) | (state_q == ST_CODE) | (state_q == ST_ARGUMENT) | (state_q == ST_WORD_IN);
  wire       got      = reads & fetched_q[CUTS];             // the byte at position_q is there
  wire       executed = ~repeat_q | (buffer_data == HELLO);
  wire       word_end = part_q == 2'd3;
  wire       hello = code_q == HELLO[2:0], reading = code_q == READ[2:0], writing = code_q == WRITE[2:0], taking = code_q == TAKE[2:0];
  wire [7:0] payload  = length_q - 8'd2;
  wire       fixed_ok = payload == ((buffer_data == HELLO) ? 8'd4 : (buffer_data == WRITE) ? 8'd5 : (buffer_data == RESET) ? 8'd0 : 8'd1);
  wire       words_ok = (payload[1:0] == 2'd0) & (payload != 8'd0) & (payload <= {MOST_WORDS[5:0], 2'b00});
  wire       length_ok = (buffer_data == SEND) ? words_ok : fixed_ok;
  wire       count_ok = (buffer_data != 8'd0) & (buffer_data <= MOST_WORDS);

  // Accesses.
  wire accessing = state_q == ST_ACCESS;
  wire answered  = accessing & (writing ? m_axil_bvalid_i : m_axil_rvalid_i);
  wire refused   = (writing ? m_axil_bresp_i : m_axil_rresp_i) != 2'b00;
  wire word_done = (state_q == ST_WORD_OUT) & word_end;
  wire pushed    = packet_valid_o & packet_ready_i;
  wire pulled    = word_done & taking;
  wire all_out   = output_last_i | ({2'b00, words_q + 6'd1} == argument_q);

  assign packet_data_o    = word_q;
  assign packet_valid_o   = state_q == ST_PUSH;
  assign output_ready_o   = pulled;
  assign m_axil_addr_o    = argument_q[ADDR_W-1:0];
  assign m_axil_wdata_o   = word_q;
  assign m_axil_awvalid_o = accessing & writing & ~asked_q;
  assign m_axil_wvalid_o  = accessing & writing & ~data_taken_q;
  assign m_axil_arvalid_o = accessing & ~writing & ~asked_q;
  assign m_axil_ready_o   = (accessing & (writing | refused)) | (word_done & reading);

  always @(*) begin
    state_d = state_q;
    case (state_q)
      ST_IDLE:     if (frame) state_d = ST_SEQUENCE;
      ST_SEQUENCE: if (got) state_d = ST_CODE;
      ST_CODE:
        if (got) begin
          if (!executed)                                        state_d = ST_START;
          else if (buffer_data > RESET || !length_ok)           state_d = ST_STATUS;
          else if (buffer_data == HELLO || buffer_data == SEND) state_d = ST_WORD_IN;
          else if (buffer_data == RESET)                        state_d = ST_RESET;
          else                                                  state_d = ST_ARGUMENT;
        end
      ST_ARGUMENT: if (got) state_d = reading ? ST_ACCESS : writing ? ST_WORD_IN : count_ok ? ST_PULL : ST_STATUS;
      ST_WORD_IN:  if (got && word_end) state_d = hello ? ST_EXTRA : writing ? ST_ACCESS : ST_PUSH;
      ST_ACCESS:   if (answered) state_d = (writing | refused) ? ST_STATUS : ST_WORD_OUT;
      ST_PUSH:     if (pushed) state_d = (position_q == length_q) ? ST_EXTRA : ST_WORD_IN;
                   else if (expired) state_d = ST_EXTRA;
      ST_PULL:     if (output_valid_i) state_d = ST_WORD_OUT;
                   else if (expired) state_d = ST_EXTRA;
      ST_WORD_OUT: if (word_end) state_d = reading ? ST_STATUS : all_out ? ST_EXTRA : ST_PULL;
      ST_EXTRA:    state_d = ST_STATUS;
      ST_RESET:    if (time_q[4]) state_d = ST_STATUS;
      ST_STATUS:   state_d = ST_START;
      ST_START:    state_d = ST_ANSWER;
      ST_ANSWER:   if (sent) state_d = ST_IDLE;
      default:     state_d = ST_IDLE;
    endcase
  end

  always @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q        <= ST_IDLE;
      known_q        <= 1'b0;
      machine_rst_no <= 1'b0;
    end else begin
      state_q        <= state_d;
      known_q        <= known_q | (state_q == ST_START);
      machine_rst_no <= state_q != ST_RESET;
    end
  end

  // The request as it is read, and what becomes of it.
  always @(posedge clk_i) begin
    fetched_q <= (reads & ~got) ? ~(~fetched_q << 1) : {(CUTS+1){1'b0}};
    if (state_q == ST_IDLE) begin
      length_q   <= length;
      position_q <= 8'd0;
      words_q    <= 6'd0;
      last_q     <= 1'b0;
      status_q   <= OK;
    end
    if (got) begin
      position_q <= position_q + 8'd1;
      word_q     <= {buffer_data, word_q[31:8]};
    end
    if (got && state_q == ST_SEQUENCE) begin
      sequence_q <= buffer_data;
      repeat_q   <= known_q & (buffer_data == sequence_q);
    end
    if (got && state_q == ST_CODE) begin
      code_q   <= buffer_data[2:0];
      status_q <= (buffer_data > RESET) ? UNKNOWN : length_ok ? OK : LENGTH;
    end
    if (got && state_q == ST_ARGUMENT) begin
      argument_q <= buffer_data;
      if (taking && !count_ok) status_q <= LENGTH;
    end
    if (answered && refused) status_q <= REFUSED;
    if (pushed | pulled) words_q <= words_q + 6'd1;
    if (pulled) last_q <= output_last_i;
    asked_q      <= accessing & (asked_q | (writing ? m_axil_awready_i : m_axil_arready_i));
    data_taken_q <= accessing & (data_taken_q | m_axil_wready_i);
    time_q       <= (state_q == state_d) ? time_q + {{TIME_W-1{1'b0}}, 1'b1} : {TIME_W{1'b0}};
    if (state_d != state_q)                    part_q <= 2'd0;
    else if (got || state_q == ST_WORD_OUT)    part_q <= part_q + 2'd1;
  end

  // The answer. Its payload grows behind a head of three bytes; that of SEND and TAKE begins with the byte that is known
  // last.
  reg         answer_we;
  reg  [7:0]  answer_addr, answer_data;
  wire [31:0] word_out = taking ? output_data_i : m_axil_rdata_i;

  always @(*) begin
    answer_we   = 1'b1;
    answer_addr = answer_q;
    answer_data = buffer_data;
    case (state_q)
      ST_SEQUENCE: answer_addr = 8'd0;
      ST_CODE: begin
        answer_we      = got & executed;
        answer_addr    = 8'd1;
        answer_data[7] = 1'b1;
      end
      ST_WORD_IN:  answer_we = got & hello;
      ST_WORD_OUT: answer_data = word_out[part_q * 8 +: 8];
      ST_EXTRA: begin
        if (!hello) answer_addr = HEAD;
        answer_data = hello ? PROTOCOL : taking ? {7'd0, last_q} : {2'd0, words_q};
      end
      ST_STATUS: begin
        answer_addr = 8'd2;
        answer_data = {6'd0, status_q};
      end
      default:     answer_we = 1'b0;
    endcase
  end

  always @(posedge clk_i) begin
    if (state_q == ST_CODE) begin
      if (got && executed) answer_q <= (buffer_data == SEND || buffer_data == TAKE) ? HEAD + 8'd1 : HEAD;
    end else if (state_q == ST_STATUS) begin
      if (status_q != OK) answer_q <= HEAD;
    end else if (answer_we && answer_addr == answer_q) begin
      answer_q <= answer_q + 8'd1;
    end
  end

  dpwa_frame_port #(
    .CUTS(CUTS)
  ) u_frames (
    .clk_i      (clk_i),
    .rst_ni     (rst_ni),
    .rx_valid_i (rx_valid_i),
    .rx_byte_i  (rx_byte_i),
    .rx_error_i (rx_error_i),
    .tx_valid_o (tx_valid_o),
    .tx_byte_o  (tx_byte_o),
    .tx_ready_i (tx_ready_i),
    .listen_i   (state_q == ST_IDLE),
    .frame_o    (frame),
    .length_o   (length),
    .re_i       (reads),
    .raddr_i    (position_q),
    .rdata_o    (buffer_data),
    .we_i       (answer_we),
    .waddr_i    (answer_addr),
    .wdata_i    (answer_data),
    .start_i    (state_q == ST_START),
    .length_i   (answer_q),
    .done_o     (sent)
  );

endmodule

`default_nettype wire
