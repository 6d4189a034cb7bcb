// SPDX-License-Identifier: Apache-2.0
//
// dpwa_pcu_counters: event counters of every node, in memory.
//
//   index 0..5   tiles decided with that many planes (tile_valid_i, tile_planes_i)
//   index 6      saturated values (saturated_i, every cycle)
//   index 7      policy violations (violated_i); stays at 255
//
// start_i makes node_i the counted node and restarts its counters; those of other nodes keep their values. The events
// of the node before end with the cycle of start_i, those of the new node begin four cycles later (saturated_i:
// three). Two start_i are at least 16 cycles apart, 12 of them without a tile (asserted in simulation).
// Reading: counter_o = counter (counter_node_i, counter_index_i), latency 2; exact from four cycles after the last
// event, and from 16 cycles after a start_i (10 cycles without a tile among them). A node that never started reads
// as undefined.
//
// Tiles: read, add, write, one per cycle. `live_mem` holds the counted node's tile counters, `archive_mem` mirrors
// every write for reading, so each is a memory with one read and one write port. A live counter reads as zero until
// its first event (counted_q); the archive is cleared in idle cycles (sweep_q). The two other counters are
// registers, moved to the archive when the next node starts:
//
//   start_i in cycle t;  t + 2: write index 7 of the old node;  t + 3: write index 6, switch;  t + 4 on: clear
//
// Collision rule: a word read in the cycle that writes it may be anything. Such a live word is replaced by the
// value just written (same_q).

`default_nettype none

module dpwa_pcu_counters #(
  parameter integer NODES     = 32,  // counted nodes
  parameter integer COUNTER_W = 32,  // bits of a counter, 8 or more
  parameter integer INC_W     = 1    // bits of saturated_i, at most COUNTER_W
) (
  input  wire                                         clk_i,
  input  wire                                         rst_ni,
  input  wire                                         start_i,
  input  wire [((NODES > 1) ? $clog2(NODES) : 1)-1:0] node_i,
  input  wire                                         tile_valid_i,
  input  wire [2:0]                                   tile_planes_i,
  input  wire                                         violated_i,
  input  wire [INC_W-1:0]                             saturated_i,
  input  wire [((NODES > 1) ? $clog2(NODES) : 1)-1:0] counter_node_i,
  input  wire [2:0]                                   counter_index_i,
  output wire [COUNTER_W-1:0]                         counter_o
);

  generate
    if (COUNTER_W < 8 || INC_W < 1 || INC_W > COUNTER_W - 1) begin : gen_check
      ERROR_COUNTER_W_must_be_8_or_more_and_INC_W_less u_check ();
    end
  endgenerate

  localparam integer NODE_W      = (NODES > 1) ? $clog2(NODES) : 1;
  localparam [2:0]   SATURATIONS = 3'd6;
  localparam [2:0]   VIOLATIONS  = 3'd7;
  localparam [2:0]   SWEPT       = 3'd6;      // sweep_q when nothing is left to clear

  // Start, delayed until the old node's events are counted.
  reg [2:0]        start_q;
  reg [NODE_W-1:0] next_node_q, node_q;
  reg              counting_q;                // some node has started since reset
  wire             store_violations  = start_q[1] & counting_q;
  wire             store_saturations = start_q[2] & counting_q;
  wire             switch            = start_q[2];

  always @(posedge clk_i) begin
    if (!rst_ni) start_q <= 3'd0;
    else         start_q <= {start_q[1:0], start_i};
    if (start_i) next_node_q <= node_i;
    if (switch)  node_q <= next_node_q;
    if (!rst_ni)     counting_q <= 1'b0;
    else if (switch) counting_q <= 1'b1;
  end

  // Tiles. Stage 1 reads the live counter, stage 2 adds and writes.
  (* no_rw_check *)
  reg [COUNTER_W-1:0] live_mem [0:7];
  reg [COUNTER_W-1:0] read_q, written_q;
  reg [5:0]           counted_q;              // live counters that this node has written
  reg                 add_q, same_q;
  reg [2:0]           index_q;

  wire [7:0]           counted = {2'b00, counted_q};
  wire [COUNTER_W-1:0] old_count = !counted[index_q] ? {COUNTER_W{1'b0}} : same_q ? written_q : read_q;
  wire [COUNTER_W-1:0] new_count = old_count + {{(COUNTER_W-1){1'b0}}, 1'b1};

  always @(posedge clk_i) begin
    add_q   <= rst_ni & tile_valid_i & counting_q;
    index_q <= tile_planes_i;
    same_q  <= add_q && index_q == tile_planes_i;
    read_q  <= live_mem[tile_planes_i];
    if (add_q) begin
      live_mem[index_q] <= new_count;
      written_q         <= new_count;
    end
  end

  integer c;
  always @(posedge clk_i) begin
    for (c = 0; c < 6; c = c + 1) begin
      if (switch)                                counted_q[c] <= 1'b0;
      else if (add_q && index_q == c[2:0])       counted_q[c] <= 1'b1;
    end
  end

  // Saturated values and violations.
  reg [COUNTER_W-1:0] saturations_q;
  reg [7:0]           violations_q;

  always @(posedge clk_i) begin
    saturations_q <= (switch ? {COUNTER_W{1'b0}} : saturations_q) + {{(COUNTER_W-INC_W){1'b0}}, saturated_i};
    if (start_q[1])                                     violations_q <= 8'd0;
    else if (violated_i && violations_q != 8'd255)      violations_q <= violations_q + 8'd1;
  end

  // Archive.
  reg [2:0] sweep_q;
  wire      sweep      = sweep_q != SWEPT;
  wire      sweep_here = sweep & ~add_q;      // this cycle's write is free for it
  wire      sweep_skip = sweep & counted[sweep_q];

  always @(posedge clk_i) begin
    if (!rst_ni)                       sweep_q <= SWEPT;
    else if (switch)                   sweep_q <= 3'd0;
    else if (sweep_here || sweep_skip) sweep_q <= sweep_q + 3'd1;
  end

  wire archive_we = store_violations | store_saturations | add_q | (sweep_here & ~sweep_skip);
  wire [2:0] archive_index = store_violations ? VIOLATIONS : store_saturations ? SATURATIONS :
                             add_q ? index_q : sweep_q;
  wire [COUNTER_W-1:0] archive_data = store_violations ? {{(COUNTER_W-8){1'b0}}, violations_q} :
                                      store_saturations ? saturations_q :
                                      add_q ? new_count : {COUNTER_W{1'b0}};

  (* no_rw_check *)
  reg [COUNTER_W-1:0] archive_mem [0:(8<<NODE_W)-1];
  reg [COUNTER_W-1:0] archive_q, counter_q;
  reg                 register_q;             // the counter asked for is still a register
  reg                 violations_asked_q;

  always @(posedge clk_i) begin
    if (archive_we) archive_mem[{node_q, archive_index}] <= archive_data;
    archive_q          <= archive_mem[{counter_node_i, counter_index_i}];
    register_q         <= counting_q && counter_node_i == node_q && counter_index_i >= SATURATIONS;
    violations_asked_q <= counter_index_i == VIOLATIONS;
    counter_q          <= !register_q ? archive_q :
                          violations_asked_q ? {{(COUNTER_W-8){1'b0}}, violations_q} : saturations_q;
  end

  assign counter_o = counter_q;

`ifndef SYNTHESIS
  always @(posedge clk_i) begin
    if (rst_ni && start_i && (sweep || start_q != 3'd0)) begin
      $display("dpwa_pcu_counters: start_i before the counters of the node before are cleared");
      $stop;
    end
  end
`endif

endmodule

`default_nettype wire
