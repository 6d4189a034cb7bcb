// SPDX-License-Identifier: Apache-2.0
//
// dpwa_sequencer: runs the node descriptors of one inference, one node after the other.
//
//   run_i -> for each node: fetch WORDS descriptor words (WORDS cycles), node_start_o, wait for node_done_i
//         -> done_o (one cycle) after the node whose descriptor has bit 0 (last) set
//
// descriptor_o holds the fields from node_start_o until the next node is fetched: a chain of words, and the last word
// where the memory keeps it. Word k of node n is entry n * STRIDE + k of the descriptor memory, STRIDE the power of two
// from WORDS on; the loader writes it while nothing runs.

`default_nettype none

module dpwa_sequencer #(
  parameter integer NODES = 128,  // descriptors, a power of two
  parameter integer WORDS = 20,   // words of a descriptor, 2 to 32
  parameter integer BANK  = 0     // bank_i of this sequencer's memory
) (
  input  wire                           clk_i,
  input  wire                           rst_ni,
  // loader
  input  wire                           we_i,
  input  wire [7:0]                     bank_i,
  input  wire [$clog2(NODES)+$clog2(WORDS)-1:0] waddr_i,
  input  wire [31:0]                    wdata_i,
  // inference
  input  wire                           run_i,
  output reg                            done_o,
  // node
  output reg                            node_start_o,
  output wire [$clog2(NODES)-1:0]       node_o,
  output wire [32*WORDS-1:0]            descriptor_o,
  input  wire                           node_done_i
);

  localparam integer NODE_W = $clog2(NODES);
  localparam integer WORD_W = $clog2(WORDS);
  localparam integer LAST   = WORDS - 1;
  localparam [1:0] ST_IDLE = 2'd0, ST_FETCH = 2'd1, ST_RUN = 2'd2;

  generate
    if (WORDS < 2 || WORDS > 32 || NODES != (1 << NODE_W)) begin : gen_check
      ERROR_WORDS_2_to_32_and_NODES_a_power_of_two u_check ();
    end
  endgenerate

  reg [1:0]         state_q, state_d;
  reg [NODE_W-1:0]  node_q;
  reg [WORD_W-1:0]  word_q;          // word being read
  reg [32*LAST-1:0] chain_q;

  wire [31:0] rdata;
  wire        last_word = word_q == LAST[WORD_W-1:0];
  wire        last_node = chain_q[0];

  assign node_o       = node_q;
  assign descriptor_o = {rdata, chain_q};

  always @(*) begin
    state_d = state_q;
    case (state_q)
      ST_IDLE:  if (run_i) state_d = ST_FETCH;
      ST_FETCH: if (last_word) state_d = ST_RUN;
      default:  if (node_done_i & ~node_start_o) state_d = last_node ? ST_IDLE : ST_FETCH;
    endcase
  end

  always @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q      <= ST_IDLE;
      node_start_o <= 1'b0;
      done_o       <= 1'b0;
    end else begin
      state_q      <= state_d;
      node_start_o <= (state_q == ST_FETCH) & last_word;
      done_o       <= (state_q == ST_RUN) & (state_d == ST_IDLE);
    end
    word_q <= (state_q == ST_FETCH) ? word_q + {{(WORD_W-1){1'b0}}, 1'b1} : {WORD_W{1'b0}};
    if (state_q == ST_IDLE)                               node_q <= {NODE_W{1'b0}};
    else if (state_q == ST_RUN && state_d == ST_FETCH)    node_q <= node_q + {{(NODE_W-1){1'b0}}, 1'b1};
    if (state_q == ST_FETCH && word_q != {WORD_W{1'b0}}) chain_q <= {rdata, chain_q[32*LAST-1:32]};
  end

  dpwa_ram #(.WIDTH(32), .DEPTH(NODES << WORD_W)) u_descriptors (
    .clk_i  (clk_i),
    .we_i   (we_i & (bank_i == BANK[7:0])),
    .waddr_i(waddr_i),
    .wdata_i(wdata_i),
    .re_i   (state_q == ST_FETCH),
    .raddr_i({node_q, word_q}),
    .rdata_o(rdata)
  );

endmodule

`default_nettype wire
