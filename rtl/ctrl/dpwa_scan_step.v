// SPDX-License-Identifier: Apache-2.0
//
// dpwa_scan_step: the scanner's stage B: the widths of a step's tiles arrive, and the step goes to the queue.
//
// A step is taken with valid_i and ready_o; its widths are on *_widths_i in the next cycle and stay there until the next
// step is taken. Weight words lie in scan order: weight_word_o is a running sum of widths, which goes back to the group's
// start with back_i, to the node's for a new position (not when endless_i). Tiles outside the map and tiles without
// weights cost no beat. With windowed_i (WINDOW = 1) every tile goes to the queue: one that is zero as 7 planes.
//
// Advance rule: B moves when the queue has space; a step is taken when B is empty or moves. With CUTS = 1 the widths are
// registered before B: in a stage T before it, which moves when B is empty or moves; a step is taken when T is empty or
// moves. Reset clears the valid bits only.

`default_nettype none

module dpwa_scan_step #(
  parameter integer READS   = 2,    // tiles of a step: 2, 4
  parameter integer COORD_W = 16,   // bits of a tile's number, signed
  parameter integer WORD_W  = 17,   // activation word address bits
  parameter integer WWORD_W = 16,   // weight word address bits
  parameter integer CUTS    = 0,    // 1: a register behind the width tables
  parameter integer WINDOW  = 0     // 1: nodes with tap windows
) (
  input  wire                clk_i,
  input  wire                rst_ni,
  // node, docs/architecture.md "Node descriptor"
  input  wire                start_i,
  input  wire [WORD_W-1:0]   in_word_base_i,
  input  wire [2:0]          in_planes_i,
  input  wire [WWORD_W-1:0]  weight_word_base_i,
  input  wire                endless_i,          // weight words are numbered on from position to position
  input  wire                windowed_i,
  // step
  input  wire                valid_i,
  output wire                ready_o,
  input  wire [READS-1:0]    in_run_i,           // its tiles: not past the end of the run
  input  wire [READS-1:0]    in_map_i,
  input  wire [COORD_W-1:0]  tile_i,             // the first of them, from the tensor's first; may be one before it
  input  wire                back_i,             // the next step's weights are the group's first
  input  wire                end_i,              // of its job
  input  wire [2:0]          job_i,              // the job is of the last {position, channel group, pool-window position}
  input  wire [3*READS-1:0]  act_widths_i,       // of its tiles, the first lowest
  input  wire [3*READS-1:0]  weight_widths_i,
  // queue
  input  wire                space_i,
  output wire                step_o,
  output wire [3*READS-1:0]  act_planes_o,       // 0: the tile costs no beat
  output wire [3*READS-1:0]  weight_planes_o,    // 0 past the end of the run
  output wire [WORD_W-1:0]   act_word_o,         // slot of the first
  output wire [WWORD_W-1:0]  weight_word_o,
  output wire                end_o,
  output wire [2:0]          job_o,
  output wire [WWORD_W-1:0]  oldest_word_o       // weight words before it will not be queued any more
);

  localparam integer INDEX_W = $clog2(READS);    // bits of a tile's number in its step
  localparam integer STEP_W  = 2 * READS + 5;

  // Stage T, or a wire ----------------------------------------------------------------------------------------------
  reg                b_valid_q;
  wire               b_moves = b_valid_q & space_i;
  wire               b_takes = ~b_valid_q | space_i;
  wire               valid;                      // what B takes
  wire [STEP_W-1:0]  step;
  wire [COORD_W-1:0] tile;
  wire [3*READS-1:0] act_widths, weight_widths;  // of the step in B

  generate
    if (CUTS == 0) begin : gen_direct
      assign ready_o                     = b_takes;
      assign valid                       = valid_i;
      assign step                        = {in_run_i, in_map_i, end_i, back_i, job_i};
      assign tile                        = tile_i;
      assign {act_widths, weight_widths} = {act_widths_i, weight_widths_i};
    end else begin : gen_stage_t
      reg               t_valid_q;
      reg [STEP_W-1:0]  t_step_q;
      reg [COORD_W-1:0] t_tile_q;
      reg [6*READS-1:0] widths_q;
      assign ready_o                     = ~t_valid_q | b_takes;
      assign {valid, step, tile}         = {t_valid_q, t_step_q, t_tile_q};
      assign {act_widths, weight_widths} = widths_q;
      always @(posedge clk_i) begin
        if (!rst_ni)      t_valid_q <= 1'b0;
        else if (ready_o) t_valid_q <= valid_i;
        if (ready_o) begin
          t_step_q <= {in_run_i, in_map_i, end_i, back_i, job_i};
          t_tile_q <= tile_i;
        end
        if (b_takes) widths_q <= {act_widths_i, weight_widths_i};
      end
    end
  endgenerate

  // Stage B ---------------------------------------------------------------------------------------------------------
  reg               b_end_q, b_back_q;
  reg [READS-1:0]   b_in_run_q, b_in_map_q;
  reg [2:0]         b_job_q;
  reg [WORD_W-1:0]  b_word_q;      // slot of the first tile, which may be one before the tensor
  reg [WWORD_W-1:0] wword_q, wword_group_q;

  wire [WORD_W-1:0] tile_cut;      // sign-extended or cut
  generate
    if (COORD_W >= WORD_W) begin : gen_cut
      assign tile_cut = tile[WORD_W-1:0];
    end else begin : gen_extend
      assign tile_cut = {{(WORD_W-COORD_W){tile[COORD_W-1]}}, tile};
    end
  endgenerate

  always @(posedge clk_i) begin
    if (!rst_ni)      b_valid_q <= 1'b0;
    else if (b_takes) b_valid_q <= valid;
    if (b_takes) begin
      {b_in_run_q, b_in_map_q, b_end_q, b_back_q, b_job_q} <= step;
      b_word_q <= in_word_base_i + tile_cut * {{(WORD_W-3){1'b0}}, in_planes_i};
    end
  end

  wire b_window_last = b_job_q[0], b_group_last = b_job_q[1];

  genvar i;
  generate
    for (i = 0; i < READS; i = i + 1) begin : gen_planes
      wire take  = b_in_map_q[i] & (weight_widths[3*i +: 3] != 3'd0);
      wire zeros = (WINDOW != 0) & windowed_i & b_in_run_q[i] & ~(take & (act_widths[3*i +: 3] != 3'd0));
      assign act_planes_o[3*i +: 3]    = (act_widths[3*i +: 3] & {3{take}}) | {3{zeros}};
      assign weight_planes_o[3*i +: 3] = weight_widths[3*i +: 3] & {3{b_in_run_q[i]}};
    end
  endgenerate

  reg [INDEX_W+2:0] words;                    // weight words of the step
  integer w;
  always @(*) begin
    words = {(INDEX_W+3){1'b0}};
    for (w = 0; w < READS; w = w + 1) words = words + {{INDEX_W{1'b0}}, weight_planes_o[3*w +: 3]};
  end

  wire [WWORD_W-1:0] wword_next    = wword_q + {{(WWORD_W-INDEX_W-3){1'b0}}, words};
  wire [WWORD_W-1:0] wword_group   = (b_group_last & ~endless_i) ? weight_word_base_i : wword_next;

  always @(posedge clk_i) begin
    if (start_i) begin
      {wword_q, wword_group_q} <= {2{weight_word_base_i}};
    end else if (b_moves) begin
      wword_q <= b_back_q ? wword_group_q : b_end_q ? wword_group : wword_next;
      if (b_end_q & b_window_last) wword_group_q <= wword_group;
    end
  end

  assign step_o          = b_moves;
  assign act_word_o      = b_word_q;
  assign weight_word_o   = wword_q;
  assign end_o           = b_end_q;
  assign job_o           = b_job_q;
  assign oldest_word_o   = b_window_last ? wword_q : wword_group_q;

  wire unused = &{1'b0, tile, windowed_i};   // the tile's sign, where a slot's address is no wider

endmodule

`default_nettype wire
