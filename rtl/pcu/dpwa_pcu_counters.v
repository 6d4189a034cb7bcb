// SPDX-License-Identifier: Apache-2.0
//
// dpwa_pcu_counters: event counters of every node, in memory.
//
//   index 0..5   tiles decided with that many planes (tile_valid_i, tile_planes_i)
//   index 6      saturated values (saturated_i)
//   index 7      policy violations (violated_i, with tile_valid_i); violations of consecutive cycles count as one
//   index 8      class changes (changed_i)
//   index 9, 10  beats and stalls of the lane group (beat_i, stall_i)
//
// start_i makes node_i the counted node and restarts its counters; those of other nodes keep their values. The events
// of the node before end 14 cycles before start_i, those of the new node begin three cycles after it. Two start_i are
// at least 30 cycles apart, 26 of them without a tile (asserted in simulation).
// Reading: counter_o = counter (counter_node_i, counter_index_i), latency 2; exact from 30 cycles after start_i and
// from 16 cycles without a tile after the last event. A node that never started, and index 11 to 15, read as undefined.
//
// One adder: every cycle something is added to one counter of the counted node:
//   1. a tile: 1
//   2. else a violation that waits: 1
//   3. else what waits for the index whose turn it is, 0 to 10 and round again; nothing ever waits for 0 to 5 and 7
// So every counter is written after a start, also one without events.
// Stage 1 chooses and reads, stage 2 adds and writes. `live_mem` holds the counted node's counters; until a counter
// is first written after a start it counts from zero (live_q). `archive_mem` mirrors every write, for reading. So both
// are memories with one read and one write port.
//
// Collision rule: a word read in the cycle that writes it may be anything. Such a live word is replaced by the
// value just written (same_q).

`default_nettype none

module dpwa_pcu_counters #(
  parameter integer NODES     = 32,  // counted nodes
  parameter integer COUNTER_W = 32,  // bits of a counter, 8 or more
  parameter integer INC_W     = 1    // bits of saturated_i, less than 8
) (
  input  wire                                         clk_i,
  input  wire                                         rst_ni,
  input  wire                                         start_i,
  input  wire [((NODES > 1) ? $clog2(NODES) : 1)-1:0] node_i,
  input  wire                                         tile_valid_i,
  input  wire [2:0]                                   tile_planes_i,
  input  wire                                         violated_i,
  input  wire [INC_W-1:0]                             saturated_i,
  input  wire                                         changed_i,
  input  wire                                         beat_i,
  input  wire                                         stall_i,
  input  wire [((NODES > 1) ? $clog2(NODES) : 1)-1:0] counter_node_i,
  input  wire [3:0]                                   counter_index_i,
  output wire [COUNTER_W-1:0]                         counter_o
);

  generate
    if (NODES < 1 || COUNTER_W < 8 || INC_W < 1 || INC_W > 7) begin : gen_check
      ERROR_NODES_must_be_positive_COUNTER_W_8_or_more_and_INC_W_1_to_7 u_check ();
    end
  endgenerate

  localparam integer NODE_W      = (NODES > 1) ? $clog2(NODES) : 1;
  localparam integer WAITING_W   = (COUNTER_W < 16) ? COUNTER_W : 16;
  localparam [3:0]   SATURATIONS = 4'd6;
  localparam [3:0]   VIOLATIONS  = 4'd7;
  localparam [3:0]   CHANGES     = 4'd8;
  localparam [3:0]   BEATS       = 4'd9;
  localparam [3:0]   STALLS      = 4'd10;

  // Start: the switch waits until everything of the old node is counted.
  reg [2:0]        start_q;
  reg [NODE_W-1:0] next_node_q, node_q;
  reg              counting_q;                // a node has started since reset
  wire             switch = start_q[2];

  always @(posedge clk_i) begin
    if (!rst_ni) start_q <= 3'd0;
    else         start_q <= {start_q[1:0], start_i};
    if (start_i) next_node_q <= node_i;
    if (switch)  node_q <= next_node_q;
    if (!rst_ni)     counting_q <= 1'b0;
    else if (switch) counting_q <= 1'b1;
  end

  // Stage 1: choose.
  reg                 violation_q;            // waits for a cycle without a tile
  reg [WAITING_W-1:0] saturations_q, changes_q, beats_q, stalls_q;   // wait for their turn
  reg [3:0]           turn_q;

  wire violation   = violation_q & ~tile_valid_i;
  wire turn        = ~violation_q & ~tile_valid_i & ~switch;
  wire [3:0] index = tile_valid_i ? {1'b0, tile_planes_i} : violation ? VIOLATIONS : turn_q;

  reg [WAITING_W-1:0] waiting;                // for the index whose turn it is
  always @(*) begin
    case (turn_q)
      SATURATIONS: waiting = saturations_q;
      CHANGES:     waiting = changes_q;
      BEATS:       waiting = beats_q;
      STALLS:      waiting = stalls_q;
      default:     waiting = {WAITING_W{1'b0}};
    endcase
  end

  wire [WAITING_W-1:0] saturated = {{(WAITING_W-INC_W){1'b0}}, saturated_i};
  wire [WAITING_W-1:0] changed   = {{(WAITING_W-1){1'b0}}, changed_i};
  wire [WAITING_W-1:0] beat      = {{(WAITING_W-1){1'b0}}, beat_i};
  wire [WAITING_W-1:0] stall     = {{(WAITING_W-1){1'b0}}, stall_i};
  wire [WAITING_W-1:0] keep_saturations = saturations_q & {WAITING_W{~(turn & (turn_q == SATURATIONS))}};
  wire [WAITING_W-1:0] keep_changes     = changes_q & {WAITING_W{~(turn & (turn_q == CHANGES))}};
  wire [WAITING_W-1:0] keep_beats       = beats_q & {WAITING_W{~(turn & (turn_q == BEATS))}};
  wire [WAITING_W-1:0] keep_stalls      = stalls_q & {WAITING_W{~(turn & (turn_q == STALLS))}};

  always @(posedge clk_i) begin
    if (!rst_ni) begin
      violation_q   <= 1'b0;
      saturations_q <= {WAITING_W{1'b0}};
      changes_q     <= {WAITING_W{1'b0}};
      beats_q       <= {WAITING_W{1'b0}};
      stalls_q      <= {WAITING_W{1'b0}};
      turn_q        <= 4'd0;
    end else begin
      violation_q   <= violated_i | (violation_q & ~violation);
      saturations_q <= keep_saturations + saturated;
      changes_q     <= keep_changes + changed;
      beats_q       <= keep_beats + beat;
      stalls_q      <= keep_stalls + stall;
      if (turn) turn_q <= (turn_q == STALLS) ? 4'd0 : turn_q + 4'd1;
    end
  end

  // Stage 2: add.
  (* no_rw_check *)
  reg [COUNTER_W-1:0] live_mem [0:15];
  reg [COUNTER_W-1:0] read_q, written_q;
  reg [WAITING_W-1:0] increment_q;
  reg [15:0]          live_q;                 // counters written since the start
  reg                 add_q, same_q;
  reg [3:0]           index_q;

  wire [COUNTER_W-1:0] old_count = !live_q[index_q] ? {COUNTER_W{1'b0}} : same_q ? written_q : read_q;
  wire [COUNTER_W-1:0] increment = {{(COUNTER_W-WAITING_W){1'b0}}, increment_q};
  wire [COUNTER_W-1:0] new_count = old_count + increment;

  always @(posedge clk_i) begin
    add_q       <= rst_ni & counting_q & (tile_valid_i | violation | turn);
    index_q     <= index;
    same_q      <= add_q && index_q == index;
    increment_q <= turn ? waiting : {{(WAITING_W-1){1'b0}}, 1'b1};
    read_q      <= live_mem[index];
    if (add_q) begin
      live_mem[index_q] <= new_count;
      written_q         <= new_count;
    end
    if (switch)     live_q <= 16'd0;
    else if (add_q) live_q[index_q] <= 1'b1;
  end

  (* no_rw_check *)
  reg [COUNTER_W-1:0] archive_mem [0:(16<<NODE_W)-1];
  reg [COUNTER_W-1:0] counter_q;
  reg [NODE_W+3:0]    counter_address_q;

  always @(posedge clk_i) begin
    if (add_q) archive_mem[{node_q, index_q}] <= new_count;
    counter_address_q <= {counter_node_i, counter_index_i};
    counter_q         <= archive_mem[counter_address_q];
  end

  assign counter_o = counter_q;

`ifndef SYNTHESIS
  wire [WAITING_W-1:0] waiting_limit = {1'b0, {(WAITING_W-1){1'b1}}};

  always @(posedge clk_i) begin
    if (rst_ni && start_i && counting_q && (live_q[10:0] != 11'h7ff || start_q != 3'd0)) begin
      $display("dpwa_pcu_counters: start_i before the counters of the node before are cleared");
      $stop;
    end
    if (rst_ni && (saturations_q > waiting_limit || beats_q > waiting_limit || stalls_q > waiting_limit)) begin
      $display("dpwa_pcu_counters: too many events without a cycle that completes no tile");
      $stop;
    end
  end
`endif

endmodule

`default_nettype wire
