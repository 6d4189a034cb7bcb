// SPDX-License-Identifier: Apache-2.0
//
// dpwa_tile_queue: 2 * READS tiles between the scanner (READS per cycle) and the issue stage (one beat per cycle).
//
// A scan step brings READS neighbouring tiles; those with activation planes wait as entries. Entries of a step share a
// row; slot and weight words of a tile follow those of the tile before. A step may end its job (end_i). The end belongs
// to the job's last entry:
//   1. a step that brings entries marks its own newest;
//   2. a step that brings none marks the job's newest entry if it still waits and does not leave in this cycle;
//   3. otherwise an entry without planes carries the end: a null entry. It takes one issue slot.
// step_i may be high only while space_o is. Rows therefore never number more than READS + 1.

`default_nettype none

module dpwa_tile_queue #(
  parameter integer READS   = 2,    // tiles of a step: 2, 4
  parameter integer WORD_W  = 17,   // activation word address bits
  parameter integer WWORD_W = 16,   // weight word address bits
  parameter integer JOB_W   = 3     // bits that travel with a step
) (
  input  wire               clk_i,
  input  wire               rst_ni,
  // scan step
  input  wire               step_i,
  input  wire [3*READS-1:0] act_planes_i,     // the first tile lowest; 0: it costs no beat
  input  wire [3*READS-1:0] weight_planes_i,
  input  wire [WORD_W-1:0]  act_word_i,       // slot of the first
  input  wire [WWORD_W-1:0] weight_word_i,
  input  wire               end_i,
  input  wire [JOB_W-1:0]   job_i,
  output wire               space_o,          // a step fits
  // head
  input  wire [2:0]         slot_planes_i,    // words of a slot
  input  wire               pop_i,            // its last beat is issued
  output wire               valid_o,
  output wire               end_o,
  output wire [JOB_W-1:0]   job_o,            // job_i of its step
  output wire [2:0]         act_planes_o,     // 0: a null entry
  output wire [2:0]         weight_planes_o,
  output wire [WORD_W-1:0]  act_word_o,
  output wire [WWORD_W-1:0] step_word_o,      // first weight word of its step
  output wire [4:0]         tile_offset_o     // from there to its own first
);

  localparam integer ROWS    = READS + 1;
  localparam integer INDEX_W = $clog2(READS);
  localparam integer ROWS_W  = INDEX_W + 1;      // bits of a number of rows
  localparam integer COUNT_W = INDEX_W + 2;      // bits of a number of entries
  localparam integer ROW_W   = WORD_W + WWORD_W + 6 * READS + JOB_W;

  reg [COUNT_W-1:0]    count_q;      // entries
  reg [ROWS_W-1:0]     rows_q;
  reg [ROWS*ROW_W-1:0] row_q;        // row 0 is the head's
  reg [ROWS-1:0]       end_q;        // the row's last entry ends its job
  reg [READS-2:0]      gone_q;       // tiles of the head's row up to the one that left last
  reg                  job_waits_q;  // the newest row belongs to the job being scanned

  // Head -----------------------------------------------------------------------------------------------------------
  wire [3*READS-1:0] act_planes, weight_planes;
  wire [WORD_W-1:0]  act_word;
  wire [WWORD_W-1:0] weight_word;
  assign {job_o, act_planes, weight_planes, act_word, weight_word} = row_q[ROW_W-1:0];

  // The head is the row's first tile with planes that has not left; of a null entry the last tile.
  wire [READS-2:0] past;            // tiles before the head
  wire [READS-1:0] waits;           // tiles with planes that have not left
  wire [READS-1:0] later;           // tiles after the head

  genvar i;
  generate
    for (i = 0; i < READS; i = i + 1) begin : gen_tile
      if (i + 1 < READS) begin : gen_gone
        assign waits[i] = (act_planes[3*i +: 3] != 3'd0) & ~gone_q[i];
        assign past[i]  = ~|waits[i:0];
      end else begin : gen_last
        assign waits[i] = act_planes[3*i +: 3] != 3'd0;
      end
      if (i > 0) begin : gen_later
        assign later[i] = ~past[i-1];
      end else begin : gen_first
        assign later[i] = 1'b0;
      end
    end
  endgenerate

  wire row_last   = (waits & later) == {READS{1'b0}};
  wire row_leaves = pop_i & row_last;

  reg [WORD_W-1:0]  slot_offset;
  reg [4:0]         weight_offset;
  reg [2:0]         head_act, head_weight;
  integer           t;
  always @(*) begin
    slot_offset   = {WORD_W{1'b0}};
    weight_offset = 5'd0;
    head_act      = act_planes[2:0];
    head_weight   = weight_planes[2:0];
    for (t = 1; t < READS; t = t + 1) begin
      if (past[t-1]) begin
        slot_offset   = slot_offset + {{(WORD_W-3){1'b0}}, slot_planes_i};
        weight_offset = weight_offset + {2'd0, weight_planes[3*(t-1) +: 3]};
        head_act      = act_planes[3*t +: 3];
        head_weight   = weight_planes[3*t +: 3];
      end
    end
  end

  assign valid_o         = rows_q != {ROWS_W{1'b0}};
  assign end_o           = end_q[0] & row_last;
  assign act_planes_o    = head_act;
  assign weight_planes_o = head_weight;
  assign act_word_o      = act_word + slot_offset;
  assign step_word_o     = weight_word;
  assign tile_offset_o   = weight_offset;

  // Rows -----------------------------------------------------------------------------------------------------------
  wire              none = act_planes_i == {(3*READS){1'b0}};
  reg [COUNT_W-1:0] entries;         // of the step; 1 of a null entry
  integer           e;
  always @(*) begin
    entries = {{(COUNT_W-1){1'b0}}, none};
    for (e = 0; e < READS; e = e + 1) entries = entries + {{(COUNT_W-1){1'b0}}, act_planes_i[3*e +: 3] != 3'd0};
  end

  // Whether the head's row leaves is known late: what follows is ready for both cases.
  localparam [ROWS_W-1:0] ONE = 1;
  wire [ROWS_W-1:0] fewer     = rows_q - ONE;
  wire              late_end  = step_i & end_i & none & job_waits_q;
  wire              mark_stay = late_end & valid_o;
  wire              mark_left = late_end & (fewer != {ROWS_W{1'b0}});
  wire              push_any  = step_i & (end_i | ~none);
  wire [ROWS_W-1:0] kept      = row_leaves ? fewer : rows_q;
  wire              push      = push_any & ~(row_leaves ? mark_left : mark_stay);

  assign space_o = count_q <= READS[COUNT_W-1:0];

  wire [ROW_W-1:0]      row     = {job_i, act_planes_i, weight_planes_i, act_word_i, weight_word_i};
  wire [ROWS*ROW_W-1:0] shifted = {{ROW_W{1'b0}}, row_q[ROWS*ROW_W-1:ROW_W]};

  genvar r;
  generate
    for (r = 0; r < ROWS; r = r + 1) begin : gen_row
      localparam [ROWS_W-1:0] INDEX = r;
      wire next_end;
      wire stay_here  = rows_q == INDEX, left_here = fewer == INDEX;               // a pushed row's place
      wire stay_below = rows_q == INDEX + ONE, left_below = fewer == INDEX + ONE;  // the newest row's
      wire takes      = push_any & (row_leaves ? left_here & ~mark_left : stay_here & ~mark_stay);
      wire marks      = row_leaves ? left_below & mark_left : stay_below & mark_stay;
      if (r + 1 < ROWS) begin : gen_next
        assign next_end = end_q[r+1];
      end else begin : gen_none
        assign next_end = 1'b0;
      end
      always @(posedge clk_i) begin
        if (takes)           row_q[r*ROW_W +: ROW_W] <= row;
        else if (row_leaves) row_q[r*ROW_W +: ROW_W] <= shifted[r*ROW_W +: ROW_W];
        if (takes)           end_q[r] <= end_i;
        else                 end_q[r] <= (row_leaves ? next_end : end_q[r]) | marks;
      end
    end
  endgenerate

  always @(posedge clk_i) begin
    if (!rst_ni) begin
      count_q     <= {COUNT_W{1'b0}};
      rows_q      <= {ROWS_W{1'b0}};
      gone_q      <= {(READS-1){1'b0}};
      job_waits_q <= 1'b0;
    end else begin
      count_q <= count_q - {{(COUNT_W-1){1'b0}}, pop_i} + (entries & {COUNT_W{push}});
      rows_q  <= kept + {{(ROWS_W-1){1'b0}}, push};
      if (pop_i)  gone_q <= row_last ? {(READS-1){1'b0}} : ~later[READS-2:0];
      if (step_i) job_waits_q <= ~end_i & (job_waits_q | ~none);
    end
  end

endmodule

`default_nettype wire
