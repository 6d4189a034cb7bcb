// SPDX-License-Identifier: Apache-2.0
//
// dpwa_tile_queue: four tiles between the scanner (two per cycle) and the issue stage (one beat per cycle).
//
// A scan step brings two neighbouring tiles; those with activation planes wait as entries. Entries of a step share a
// row; the second tile's slot and weight words follow the first's. A step may end its job (end_i). The end belongs to
// the job's last entry:
//   1. a step that brings entries marks its own newest;
//   2. a step that brings none marks the job's newest entry if it still waits and does not leave in this cycle;
//   3. otherwise an entry without planes carries the end: a null entry. It takes one issue slot.
// step_i may be high only while space_o is. Rows therefore never number more than three.

`default_nettype none

module dpwa_tile_queue #(
  parameter integer WORD_W  = 17,   // activation word address bits
  parameter integer WWORD_W = 16    // weight word address bits
) (
  input  wire               clk_i,
  input  wire               rst_ni,
  // scan step
  input  wire               step_i,
  input  wire [5:0]         act_planes_i,     // {second, first} tile; 0: it costs no beat
  input  wire [5:0]         weight_planes_i,
  input  wire [WORD_W-1:0]  act_word_i,       // slot of the first
  input  wire [WWORD_W-1:0] weight_word_i,
  input  wire               end_i,
  input  wire [2:0]         job_i,
  output wire               space_o,          // a step fits
  // head
  input  wire [2:0]         slot_planes_i,    // words of a slot
  input  wire               pop_i,            // its last beat is issued
  output wire               valid_o,
  output wire               end_o,
  output wire [2:0]         job_o,            // job_i of its job
  output wire [2:0]         act_planes_o,     // 0: a null entry
  output wire [2:0]         weight_planes_o,
  output wire [WORD_W-1:0]  act_word_o,
  output wire [WWORD_W-1:0] weight_word_o
);

  localparam integer ROWS  = 3;
  localparam integer ROW_W = WORD_W + WWORD_W + 15;

  reg [2:0]            count_q;      // entries
  reg [1:0]            rows_q;
  reg [ROWS*ROW_W-1:0] row_q;        // row 0 is the head's
  reg [ROWS-1:0]       end_q;        // the row's last entry ends its job
  reg                  first_gone_q; // of the head's row
  reg                  job_waits_q;  // the newest row belongs to the job being scanned

  // Head -----------------------------------------------------------------------------------------------------------
  wire [5:0]         act_planes, weight_planes;
  wire [WORD_W-1:0]  act_word;
  wire [WWORD_W-1:0] weight_word;
  assign {job_o, act_planes, weight_planes, act_word, weight_word} = row_q[ROW_W-1:0];

  wire second    = first_gone_q | (act_planes[2:0] == 3'd0);
  wire row_last  = second | (act_planes[5:3] == 3'd0);
  wire row_leaves = pop_i & row_last;

  assign valid_o         = rows_q != 2'd0;
  assign end_o           = end_q[0] & row_last;
  assign act_planes_o    = second ? act_planes[5:3] : act_planes[2:0];
  assign weight_planes_o = second ? weight_planes[5:3] : weight_planes[2:0];
  assign act_word_o      = act_word + {{(WORD_W-3){1'b0}}, slot_planes_i & {3{second}}};
  assign weight_word_o   = weight_word + {{(WWORD_W-3){1'b0}}, weight_planes[2:0] & {3{second}}};

  // Rows -----------------------------------------------------------------------------------------------------------
  wire       take0 = act_planes_i[2:0] != 3'd0;
  wire       take1 = act_planes_i[5:3] != 3'd0;
  wire       none  = ~take0 & ~take1;
  wire [1:0] kept  = rows_q - {1'b0, row_leaves};
  wire       mark  = step_i & end_i & none & job_waits_q & (kept != 2'd0);
  wire       push  = step_i & ((end_i & ~mark) | ~none);

  assign space_o = count_q <= 3'd2;

  wire [ROW_W-1:0]      row     = {job_i, act_planes_i, weight_planes_i, act_word_i, weight_word_i};
  wire [ROWS*ROW_W-1:0] shifted = {{ROW_W{1'b0}}, row_q[ROWS*ROW_W-1:ROW_W]};

  genvar r;
  generate
    for (r = 0; r < ROWS; r = r + 1) begin : gen_row
      localparam [1:0] INDEX = r;
      wire next_end, takes;
      if (r + 1 < ROWS) begin : gen_next
        assign next_end = end_q[r+1];
      end else begin : gen_none
        assign next_end = 1'b0;
      end
      assign takes = push & (kept == INDEX);
      always @(posedge clk_i) begin
        if (takes)           row_q[r*ROW_W +: ROW_W] <= row;
        else if (row_leaves) row_q[r*ROW_W +: ROW_W] <= shifted[r*ROW_W +: ROW_W];
        if (takes)           end_q[r] <= end_i;
        else                 end_q[r] <= (row_leaves ? next_end : end_q[r]) | (mark & (kept == INDEX + 2'd1));
      end
    end
  endgenerate

  always @(posedge clk_i) begin
    if (!rst_ni) begin
      count_q      <= 3'd0;
      rows_q       <= 2'd0;
      first_gone_q <= 1'b0;
      job_waits_q  <= 1'b0;
    end else begin
      count_q <= count_q - {2'b00, pop_i} + {2'b00, push} + {2'b00, step_i & take0 & take1};
      rows_q  <= kept + {1'b0, push};
      if (pop_i)  first_gone_q <= ~row_last;
      if (step_i) job_waits_q <= ~end_i & (job_waits_q | ~none);
    end
  end

endmodule

`default_nettype wire
