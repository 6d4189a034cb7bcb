// SPDX-License-Identifier: Apache-2.0
//
// dpwa_issue: turns the tile at the queue's head into beats, one per cycle.
//
// Advance rule, one beat per cycle:
//   1. For each activation plane i, for each weight plane j: one beat of level k + i + j, k the tile's step class.
//   2. The last beat of a job is issued only when the drain slot of the job before it is over: SLICES cycles after that
//      job's last beat, flush_cycles_i when that job completes a tile. With PREMAX only the last job of a pool window is
//      drained. A serial write-back tells when the job before is stored (free_i). Where lane groups share a store bus, a job
//      that completes a tile waits until its queue has room for the tile (room_i).
//   3. A null entry (no activation planes) takes one cycle and no beat.
//   4. A beat waits for its weight words (ready_i, of the word at weight_addr_o in the same cycle); starved_o tells when
//      nothing else holds it. stall_o: an entry waits, for whatever reason.
//   5. read_o: the entry has beats, so its words can be read; while it waits they are read again and not used. This
//      comes earlier in the cycle than beat_o.
// A node with tap windows (windowed_i, WINDOW_PLANES > 0): its entries are taps, and first only gathered, one digit per
// cycle (window_o; 7 activation planes: a tap that is 0). The one that ends a job then issues the job's beats: for each
// activation plane i that a gathered tap has, the first one in any case, for each weight plane j: one beat of level i + j.
// Latency 0: addresses leave in the cycle of the decision; the memories register their data.

`default_nettype none

module dpwa_issue #(
  parameter integer LANES    = 4,    // lanes of the group
  parameter integer PRODUCTS = 16,   // values per tile
  parameter integer SLICES   = 4,    // slices of the group = cycles of a drain slot
  parameter integer PREMAX   = 0,    // 1: only a pool window's last job is drained
  parameter integer SERIAL   = 0,    // 1: instead of waiting for a drain slot, a job ends only when free_i
  parameter integer WORD_W   = 17,   // activation word address bits
  parameter integer WWORD_W  = 16,   // weight word address bits
  parameter integer LEVEL_W  = 4,    // bits of level_o
  parameter integer SLOT_W   = 6,    // bits of a drain slot's cycles
  parameter integer WINDOW_PLANES = 0,  // digits of a tap window, 0: no tap windows
  parameter integer WINDOW_TAPS   = 9   // its taps
) (
  input  wire               clk_i,
  input  wire               rst_ni,
  // node
  input  wire               start_i,         // begins it: every drain is over
  input  wire               signed_i,        // the input tensor is signed
  input  wire               windowed_i,      // it has tap windows
  input  wire [SLOT_W-1:0]  flush_cycles_i,  // drain slot of a job that completes a tile
  input  wire               free_i,          // SERIAL: write-back has stored the job before
  input  wire               room_i,          // the next tile fits in the queue of the store bus
  // queue head
  input  wire               valid_i,
  input  wire               end_i,
  input  wire [2:0]         job_i,           // its job is of the last {position, channel group, pool-window position}
  input  wire [1:0]         class_i,
  input  wire [2:0]         act_planes_i,
  input  wire [2:0]         weight_planes_i,
  input  wire [WORD_W-1:0]  act_word_i,
  input  wire [WWORD_W-1:0] step_word_i,     // first weight word of the entry's step
  input  wire [4:0]         tile_offset_i,   // from there to the entry's own first
  output wire               pop_o,
  // weight words
  input  wire               ready_i,
  output wire               starved_o,
  output wire               stall_o,
  // beat
  output wire               read_o,
  output wire               beat_o,
  output wire               last_o,          // this slot ends a job
  output wire               flush_o,         // and the job completes a tile
  output wire [LEVEL_W-1:0] level_o,
  output wire               top_signed_o,    // the activation plane is a signed top plane; gathering: may be one
  output wire [5:0]         window_o,        // {gather, a new tap, its value is 0, activation plane[3]}
  output wire [WORD_W-1:0]  act_addr_o,
  output wire [2:0]         weight_plane_o,  // the beat's weight word, from the entry's first on
  output wire [WWORD_W-1:0] weight_addr_o
);

  localparam integer ELEMENT_W = $clog2(PRODUCTS);

  reg [2:0]           act_plane_q;
  reg [2:0]           weight_plane_q;
  reg [SLOT_W-1:0]    wait_q;       // cycles until the drain is free
  reg [ELEMENT_W-1:0] element_q;    // of the job's first channel in its tile

  wire windowed, gathers, zero, more;   // tap windows: `more`: a gathered tap has a higher plane than the beat's

  wire window_last = job_i[0] | windowed;
  wire group_last  = job_i[1];
  wire flush       = window_last & (group_last | ({1'b0, element_q} + LANES[ELEMENT_W:0] == PRODUCTS[ELEMENT_W:0]));

  wire [4:0]         offset     = tile_offset_i + {2'd0, weight_plane_q};
  wire [WWORD_W+4:0] weight_sum = {5'd0, step_word_i} + {{WWORD_W{1'b0}}, offset};

  wire null_entry = act_planes_i == 3'd0;
  wire act_top    = (windowed & ~gathers) ? ~more : zero | (act_plane_q + 3'd1 == act_planes_i);
  wire weight_top = gathers | (weight_plane_q + 3'd1 == weight_planes_i);
  wire top        = act_top & weight_top;
  wire gathered   = gathers & end_i;    // the job's beats are still due
  wire entry_done = null_entry | (top & ~gathered);
  wire ends       = entry_done & end_i;
  wire drains     = ends & (window_last | (PREMAX == 0));
  wire busy       = (SERIAL != 0) ? ~free_i : wait_q != {SLOT_W{1'b0}};
  wire free       = valid_i & ~(drains & busy) & ~(ends & flush & ~room_i);
  wire go         = free & (null_entry | ready_i);

  assign read_o        = valid_i & ~null_entry;
  assign beat_o        = go & ~null_entry & ~gathers;
  assign starved_o     = free & ~null_entry & ~ready_i;
  assign stall_o       = valid_i & ~go;
  assign pop_o         = go & entry_done;
  assign last_o        = go & ends;
  assign flush_o       = go & ends & flush;
  assign level_o       = {{(LEVEL_W-3){1'b0}}, act_plane_q} + {{(LEVEL_W-3){1'b0}}, weight_plane_q} +
                         {{(LEVEL_W-2){1'b0}}, class_i};
  assign top_signed_o  = signed_i & (act_top | gathers);
  assign window_o      = {go & gathers, act_plane_q == 3'd0, zero, act_plane_q};
  assign act_addr_o    = act_word_i + {{(WORD_W-3){1'b0}}, act_plane_q};
  assign weight_plane_o = weight_plane_q;
  assign weight_addr_o = weight_sum[WWORD_W-1:0];

  always @(posedge clk_i) begin
    if (!rst_ni) begin
      act_plane_q    <= 3'd0;
      weight_plane_q <= 3'd0;
      wait_q         <= {SLOT_W{1'b0}};
      element_q      <= {ELEMENT_W{1'b0}};
    end else begin
      if (pop_o | (go & top & gathered)) begin
        act_plane_q    <= 3'd0;
        weight_plane_q <= 3'd0;
      end else if (go) begin
        weight_plane_q <= weight_top ? 3'd0 : weight_plane_q + 3'd1;
        if (weight_top) act_plane_q <= act_plane_q + 3'd1;
      end
      if (start_i)                       wait_q <= {SLOT_W{1'b0}};
      else if (go & drains)              wait_q <= (flush ? flush_cycles_i : SLICES[SLOT_W-1:0]) - 1'b1;
      else if (wait_q != {SLOT_W{1'b0}})  wait_q <= wait_q - 1'b1;
      if (last_o & window_last) element_q <= group_last ? {ELEMENT_W{1'b0}} : element_q + LANES[ELEMENT_W-1:0];
    end
  end

  generate
    if (WINDOW_PLANES == 0) begin : gen_no_window
      assign {windowed, gathers, zero, more} = 4'd0;
      wire unused = &{1'b0, windowed_i};
    end else begin : gen_window
      localparam [2:0] ZERO = 3'd7;
      reg                     beats_q;           // the job's taps are gathered, its beats come
      wire [7:0]              used;              // the planes that a gathered tap has
      assign windowed = windowed_i;
      assign gathers  = windowed_i & ~beats_q;
      assign zero     = gathers & (act_planes_i == ZERO);
      assign more     = used[act_plane_q + 3'd1];
      assign used[7:WINDOW_PLANES] = {(8-WINDOW_PLANES){1'b0}};
      always @(posedge clk_i) begin
        if (!rst_ni) beats_q <= 1'b0;
        else if (go) beats_q <= ~pop_o & (beats_q | (top & gathered));
      end
      genvar p;
      for (p = 0; p < WINDOW_PLANES; p = p + 1) begin : gen_used
        localparam [2:0] PLANE = p;
        reg [WINDOW_TAPS-1:0] has_q;             // the tap has this plane
        assign used[p] = |has_q;
        always @(posedge clk_i) begin
          if (start_i) has_q <= {WINDOW_TAPS{1'b0}};
          else if (window_o[5] & window_o[4]) has_q <= {has_q[WINDOW_TAPS-2:0], ~zero & (act_planes_i > PLANE)};
        end
      end
    end
  endgenerate

  wire unused = &{1'b0, job_i[2], weight_sum};

endmodule

`default_nettype wire
