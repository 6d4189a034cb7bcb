// SPDX-License-Identifier: Apache-2.0
//
// dpwa_refill: streams a node's weight words from the dense tier into the ring at the bottom of the lanes' banks.
//
// A *row* is one word for every lane; rows lie in the dense tier in the order in which the lanes read them. Rows and
// weight words are numbered from 0 at node_start_i, modulo 2**INDEX_W; row k lies in ring word k mod ring size.
//   kept node (keep_i)  one pass fits in the ring: it is copied once, every position numbers its words from 0 again
//   other streamed node numbers run on from position to position; the pass is copied once per position
//   resident node       its words are no rows: word_index_i is their address
//
// Advance rule, per cycle:
//   1. A row that nobody needs any more and that is not begun is passed over.
//   2. Otherwise one word is copied (dense_re_o now, bank_we_o in the next cycle), as long as its row is less than a
//      ring ahead of the oldest row that is still needed. Nothing after the last pass.
//   3. A row counts as there two cycles after rule 1 or after the copy of its last word.
// The oldest row needed is that of the queue's head; while its channel group is needed again (window_last_i low) it does
// not move; with an empty queue it is the scanner's. A ring of two channel groups therefore never blocks.
// too_far_o holds the scanner back before numbers could wrap.

`default_nettype none

module dpwa_refill #(
  parameter integer LANES      = 4,    // of the group, a power of two
  parameter integer FIRST_BANK = 0,    // bank of lane 0
  parameter integer WWORD_W    = 8,    // address bits of a bank, at least 4
  parameter integer DENSE_W    = 14,   // address bits of the dense tier
  parameter integer INDEX_W    = 10,   // WWORD_W + 2
  parameter integer TILE_W     = 15,   // activation tile address bits
  parameter integer CONV       = 1     // 0: every node has one position
) (
  input  wire               clk_i,
  input  wire               rst_ni,
  // node
  input  wire               node_start_i,
  input  wire               node_done_i,    // in every group; nothing is copied after it
  input  wire               streamed_i,
  input  wire               keep_i,
  input  wire [DENSE_W-$clog2(LANES)-1:0] first_row_i,  // in the dense tier
  input  wire [DENSE_W-$clog2(LANES)-1:0] last_row_i,
  input  wire [WWORD_W-1:0] ring_mask_i,    // ring size - 1
  input  wire [TILE_W-1:0]  positions_i,    // - 1
  // scanner, queue and issue stage
  input  wire [INDEX_W-1:0] scan_index_i,   // oldest word that the scanner may still queue
  output wire               too_far_o,
  input  wire               head_valid_i,
  input  wire [INDEX_W-1:0] step_index_i,   // first word of the scan step at the queue's head
  input  wire [4:0]         tile_offset_i,  // from there to the first word of the tile at the head,
  input  wire [2:0]         plane_i,        // from there to the word of the next beat
  input  wire               window_last_i,  // it is the last one of a pool window
  input  wire [INDEX_W-1:0] word_index_i,   // of the next beat
  output wire               word_ready_o,
  output wire [WWORD_W-1:0] word_addr_o,
  // dense tier
  output wire               dense_re_o,
  output wire [DENSE_W-1:0] dense_addr_o,
  // banks: data come from the dense tier
  output reg                bank_we_o,
  output wire [7:0]         bank_o,
  output reg  [WWORD_W-1:0] bank_addr_o,
  // counters, from clear_i on
  input  wire               clear_i,
  input  wire               stall_i,        // a beat waits for its words
  output reg  [31:0]        words_o,
  output reg  [31:0]        stalls_o
);

  localparam integer LANE_W    = $clog2(LANES);
  localparam integer LANE_BITS = (LANES > 1) ? LANE_W : 1;
  localparam integer LAST_LANE = LANES - 1;
  localparam integer ROW_W     = DENSE_W - LANE_W;
  localparam [INDEX_W-1:0] ONE = 1;

  generate
    if (LANES != (1 << LANE_W) || INDEX_W != WWORD_W + 2 || WWORD_W < 4) begin : gen_check
      ERROR_LANES_a_power_of_two_INDEX_W_is_WWORD_W_plus_2_WWORD_W_at_least_4 u_check ();
    end
  endgenerate

  wire [INDEX_W-1:0] ring_mask = {2'b00, ring_mask_i};

  reg                 active_q;      // rows of this node are still to be copied
  reg [TILE_W-1:0]    passes_q;      // after this one
  reg [ROW_W-1:0]     row_q;         // next row, in the dense tier
  reg [INDEX_W-1:0]   index_q;       // the same row's number
  reg [LANE_BITS-1:0] lane_q;        // next word of it
  reg [INDEX_W-1:0]   oldest_q;      // oldest row that is still needed
  reg [INDEX_W-1:0]   there_q;       // rows below this number are in the banks
  reg                 row_done_q;    // the word being written completes a row
  reg [LANE_BITS-1:0] bank_lane_q;

  wire [INDEX_W-1:0] lead    = index_q - oldest_q;
  wire               behind  = lead[INDEX_W-1];
  wire               begun   = lane_q != {LANE_BITS{1'b0}};
  wire               pass    = active_q & behind & ~begun;
  wire               copy    = active_q & ~pass & (behind | (lead <= ring_mask));
  wire               last_pass = (CONV == 0) | (passes_q == {TILE_W{1'b0}});
  wire               row_end = pass | (copy & (lane_q == LAST_LANE[LANE_BITS-1:0]));

  // Beats.
  // Rows that are there from the beat's plane in the step's first tile on: more than its own tile's offset, or too few.
  wire [INDEX_W-1:0] stock = (there_q - step_index_i) - {{(INDEX_W-3){1'b0}}, plane_i};
  wire [INDEX_W-1:0] most  = {1'b0, stock[INDEX_W-2:0]};
  wire               ready = ~stock[INDEX_W-1] & ((|most[INDEX_W-1:5]) | (most[4:0] > tile_offset_i));
  wire [INDEX_W-1:0] head_index = step_index_i + {{(INDEX_W-5){1'b0}}, tile_offset_i};
  wire [INDEX_W-1:0] ahead = scan_index_i - there_q;
  wire [INDEX_W-1:0] place = streamed_i ? (word_index_i & ring_mask) : word_index_i;

  assign word_ready_o = ~streamed_i | ready;
  assign word_addr_o  = place[WWORD_W-1:0];
  assign too_far_o    = streamed_i & ~ahead[INDEX_W-1] & ahead[INDEX_W-2];

  // Rule 1 and 2.
  always @(posedge clk_i) begin
    if (!rst_ni)           active_q <= 1'b0;
    else if (node_start_i) active_q <= streamed_i;
    else if (node_done_i)  active_q <= 1'b0;
    else if (row_end && row_q == last_row_i && last_pass) active_q <= 1'b0;

    if (node_start_i) begin
      passes_q <= keep_i ? {TILE_W{1'b0}} : positions_i;
      row_q    <= first_row_i;
      index_q  <= {INDEX_W{1'b0}};
      lane_q   <= {LANE_BITS{1'b0}};
      oldest_q <= {INDEX_W{1'b0}};
    end else begin
      if (!keep_i && !head_valid_i)        oldest_q <= scan_index_i;
      else if (!keep_i && window_last_i)   oldest_q <= head_index;
      if (copy && !row_end) lane_q <= lane_q + {{(LANE_BITS-1){1'b0}}, 1'b1};
      if (row_end) begin
        lane_q  <= {LANE_BITS{1'b0}};
        index_q <= index_q + ONE;
        row_q   <= (row_q == last_row_i) ? first_row_i : row_q + 1'b1;
        if (row_q == last_row_i) passes_q <= passes_q - 1'b1;
      end
    end
  end

  // Rule 3.
  wire [INDEX_W-1:0] ring_word = index_q & ring_mask;

  always @(posedge clk_i) begin
    if (!rst_ni || node_start_i) begin
      bank_we_o  <= 1'b0;
      row_done_q <= 1'b0;
    end else begin
      bank_we_o  <= copy;
      row_done_q <= row_end;
    end
    bank_lane_q  <= lane_q;
    bank_addr_o  <= ring_word[WWORD_W-1:0];
    if (node_start_i)    there_q <= {INDEX_W{1'b0}};
    else if (row_done_q) there_q <= index_q;   // the row after it
  end

  generate
    if (LANES > 1) begin : gen_lanes
      assign dense_addr_o = {row_q, lane_q};
    end else begin : gen_lane
      assign dense_addr_o = row_q;
    end
  endgenerate

  assign dense_re_o = copy;
  assign bank_o     = FIRST_BANK[7:0] + {{(8-LANE_BITS){1'b0}}, bank_lane_q};

  always @(posedge clk_i) begin
    if (clear_i) begin
      words_o  <= 32'd0;
      stalls_o <= 32'd0;
    end else begin
      words_o  <= words_o + {31'd0, copy};
      stalls_o <= stalls_o + {31'd0, stall_i};
    end
  end

  wire unused = &{1'b0, place[INDEX_W-1:WWORD_W], ring_word[INDEX_W-1:WWORD_W], ahead[INDEX_W-3:0]};

endmodule

`default_nettype wire
