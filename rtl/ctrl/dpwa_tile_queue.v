// SPDX-License-Identifier: Apache-2.0
//
// dpwa_tile_queue: four tiles between the scanner (two per cycle) and the issue stage (one beat per cycle).
//
// A scan step pushes 0, 1 or 2 entries (push_i; entry0 is the older) and may end its job (end_i). The end belongs to
// the job's last entry:
//   1. a step that pushes marks its own newest entry;
//   2. a step that pushes nothing marks the job's newest entry if it still waits and does not leave in this cycle;
//   3. otherwise entry0, which then has no planes, carries the end: a null entry. It takes one issue slot.
// step_i may be high only while space_o is.

`default_nettype none

module dpwa_tile_queue #(
  parameter integer ENTRY_W = 40   // bits of an entry
) (
  input  wire               clk_i,
  input  wire               rst_ni,
  input  wire               step_i,       // one scan step
  input  wire [1:0]         push_i,       // entries of the step: 0, 1 (entry0) or 2
  input  wire               end_i,        // the step ends its job
  input  wire [ENTRY_W-1:0] entry0_i,
  input  wire [ENTRY_W-1:0] entry1_i,
  output wire               space_o,      // a step fits
  input  wire               pop_i,        // the head's last beat is issued
  output wire               valid_o,
  output wire [ENTRY_W-1:0] head_o,
  output wire               head_end_o
);

  localparam integer DEPTH = 4;
  localparam integer ROW_W = ENTRY_W + 1;   // entry and its end mark

  reg [2:0]             count_q;
  reg [DEPTH*ROW_W-1:0] rows_q;             // row 0 is the head
  reg                   job_waits_q;        // the newest row belongs to the job being scanned

  assign valid_o    = count_q != 3'd0;
  assign space_o    = count_q <= 3'd2;
  assign head_o     = rows_q[1 +: ENTRY_W];
  assign head_end_o = rows_q[0];

  wire [2:0] kept     = count_q - {2'b00, pop_i};
  wire       ends     = step_i & end_i;
  wire       mark     = ends & (push_i == 2'd0) & job_waits_q & (kept != 3'd0);
  wire       null_end = ends & (push_i == 2'd0) & ~mark;
  wire       push_one = step_i & (push_i != 2'd0) | null_end;
  wire       push_two = step_i & push_i[1];

  wire [ROW_W-1:0] row0 = {entry0_i, ends & ~push_i[1]};
  wire [ROW_W-1:0] row1 = {entry1_i, ends};

  wire [DEPTH*ROW_W-1:0] shifted = pop_i ? {{ROW_W{1'b0}}, rows_q[DEPTH*ROW_W-1:ROW_W]} : rows_q;

  genvar r;
  generate
    for (r = 0; r < DEPTH; r = r + 1) begin : gen_row
      localparam [2:0] INDEX = r;
      wire takes0 = push_one & (kept == INDEX);
      wire takes1 = push_two & (kept + 3'd1 == INDEX);
      wire marked = mark & (kept == INDEX + 3'd1);
      always @(posedge clk_i) begin
        if (takes0)      rows_q[r*ROW_W +: ROW_W] <= row0;
        else if (takes1) rows_q[r*ROW_W +: ROW_W] <= row1;
        else             rows_q[r*ROW_W +: ROW_W] <= shifted[r*ROW_W +: ROW_W] | {{ENTRY_W{1'b0}}, marked};
      end
    end
  endgenerate

  always @(posedge clk_i) begin
    if (!rst_ni) begin
      count_q     <= 3'd0;
      job_waits_q <= 1'b0;
    end else begin
      count_q <= kept + {2'b00, push_one} + {2'b00, push_two};
      if (step_i) job_waits_q <= ~end_i & (job_waits_q | (push_i != 2'd0));
    end
  end

endmodule

`default_nettype wire
