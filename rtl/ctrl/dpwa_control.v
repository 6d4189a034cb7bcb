// SPDX-License-Identifier: Apache-2.0
//
// dpwa_control: one image at a time: receive, pack, compute, send; counts the cycles of each part.
//
//   ST_IDLE     the loader may take any packet
//   ST_PREPARE  an input packet began: input_start_o (one cycle), then LEAD cycles for the PCU's limits
//   ST_RECEIVE  port words become values                       until input_done_i
//   ST_PACK     values become tiles      (pack_start_o)         until pack_done_i
//   ST_RUN      nodes are computed       (run_o)                until run_done_i
//   ST_SEND     the output leaves        (send_start_o)         until send_done_i
//
// cycles_o counts ST_RUN of the newest image, transfer_o everything else from its first word to its last.

`default_nettype none

module dpwa_control (
  input  wire        clk_i,
  input  wire        rst_ni,
  input  wire        input_begin_i,  // the loader met an input packet and waits
  output wire        idle_o,
  output reg         input_start_o,
  output wire        receive_o,      // input words may flow
  input  wire        input_done_i,
  output reg         pack_start_o,
  output wire        packing_o,
  input  wire        pack_done_i,
  output reg         run_o,
  input  wire        run_done_i,
  output reg         send_start_o,
  input  wire        send_done_i,
  output reg  [31:0] cycles_o,
  output reg  [31:0] transfer_o,
  output reg  [31:0] images_o
);

  localparam [2:0] ST_IDLE = 3'd0, ST_PREPARE = 3'd1, ST_RECEIVE = 3'd2, ST_PACK = 3'd3, ST_RUN = 3'd4, ST_SEND = 3'd5;
  localparam [2:0] LEAD = 3'd4;

  reg [2:0] state_q, state_d;
  reg [2:0] lead_q;

  assign idle_o    = state_q == ST_IDLE;
  assign receive_o = state_q == ST_RECEIVE;
  assign packing_o = (state_q == ST_PREPARE) | (state_q == ST_RECEIVE) | (state_q == ST_PACK);

  always @(*) begin
    state_d = state_q;
    case (state_q)
      ST_IDLE:    if (input_begin_i) state_d = ST_PREPARE;
      ST_PREPARE: if (lead_q == LEAD) state_d = ST_RECEIVE;
      ST_RECEIVE: if (input_done_i) state_d = ST_PACK;
      ST_PACK:    if (pack_done_i & ~pack_start_o) state_d = ST_RUN;
      ST_RUN:     if (run_done_i) state_d = ST_SEND;
      default:    if (send_done_i & ~send_start_o) state_d = ST_IDLE;
    endcase
  end

  always @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q       <= ST_IDLE;
      input_start_o <= 1'b0;
      pack_start_o  <= 1'b0;
      run_o         <= 1'b0;
      send_start_o  <= 1'b0;
      images_o      <= 32'd0;
    end else begin
      state_q       <= state_d;
      input_start_o <= (state_q != ST_PREPARE) & (state_d == ST_PREPARE);
      pack_start_o  <= (state_q != ST_PACK) & (state_d == ST_PACK);
      run_o         <= (state_q != ST_RUN) & (state_d == ST_RUN);
      send_start_o  <= (state_q != ST_SEND) & (state_d == ST_SEND);
      if (state_q == ST_SEND && state_d == ST_IDLE) images_o <= images_o + 32'd1;
    end
    lead_q <= (state_q == ST_PREPARE) ? lead_q + 3'd1 : 3'd0;
    if (state_q == ST_IDLE && state_d == ST_PREPARE) begin
      cycles_o   <= 32'd0;
      transfer_o <= 32'd0;
    end else if (state_q == ST_RUN) begin
      cycles_o   <= cycles_o + 32'd1;
    end else if (state_q != ST_IDLE) begin
      transfer_o <= transfer_o + 32'd1;
    end
  end

endmodule

`default_nettype wire
