// SPDX-License-Identifier: Apache-2.0
//
// dpwa_store_room: whether a lane group's next tile has room in its queue of the store bus (dpwa_write_bus).
//
// How wide a tile is shows only when it is stored, so a job that completes one (job_i) reserves entries for all planes
// of an output slot. Its tile gives back what it does not need (tile_i), and every entry that the bus takes, one (popped_i).
// room_o counts what a job reserves from the next cycle on, what is given back one cycle later.

`default_nettype none

module dpwa_store_room #(
  parameter integer DEPTH = 16    // entries of the queue, at least 10
) (
  input  wire       clk_i,
  input  wire       start_i,      // begins a node: the queue is empty
  input  wire [2:0] slot_i,       // most entries of a tile, at least 1; stable during a node
  input  wire       job_i,
  input  wire       tile_i,
  input  wire [2:0] planes_i,     // of that tile; one of no planes has an entry too
  input  wire       popped_i,
  output reg        room_o
);

  localparam integer COUNT_W = $clog2(DEPTH + 1);

  // Whether a job ends is known late: what follows is ready for both cases.
  reg  [COUNT_W-1:0] used_q;                // entries that are reserved or in the queue
  reg  [COUNT_W-1:0] given_q;               // of them, not any more
  reg  [COUNT_W-1:0] slot_q;
  reg  [COUNT_W-1:0] most_q, most_again_q;  // used entries beside which one tile, or two tiles, have room
  wire [2:0]         spare = slot_i - ((planes_i == 3'd0) ? 3'd1 : planes_i);
  wire [COUNT_W-1:0] slot  = {{(COUNT_W-3){1'b0}}, slot_i};
  wire [COUNT_W-1:0] kept  = used_q - given_q;

  always @(posedge clk_i) begin
    slot_q       <= slot;
    most_q       <= DEPTH[COUNT_W-1:0] - slot;
    most_again_q <= DEPTH[COUNT_W-1:0] - {slot[COUNT_W-2:0], 1'b0};
    given_q <= start_i ? {COUNT_W{1'b0}}
                       : {{(COUNT_W-3){1'b0}}, spare & {3{tile_i}}} + {{(COUNT_W-1){1'b0}}, popped_i};
    used_q  <= start_i ? {COUNT_W{1'b0}} : job_i ? kept + slot_q : kept;
    room_o  <= start_i | (job_i ? kept <= most_again_q : kept <= most_q);
  end

endmodule

`default_nettype wire
