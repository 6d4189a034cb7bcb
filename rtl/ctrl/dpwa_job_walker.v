// SPDX-License-Identifier: Apache-2.0
//
// dpwa_job_walker: where the current job stands in the node's loop nest, for a stage that sees only ends of jobs.
//
//   for each stored position, for each channel group, for each position of the pool window: one job
//   windowed_i (WINDOW = 1): for each stored row, for each channel group, for each column: one job, each stored
//
// start_i (one cycle) loads the node; step_i moves on by one job. Outputs describe the job that is not yet stepped over;
// done_o: every job was stepped over. The stages that need it (issue, drain, store) run one walker each instead of
// carrying its outputs down the pipeline.

`default_nettype none

module dpwa_job_walker #(
  parameter integer LANES    = 4,    // lanes of the group = channels per job
  parameter integer PRODUCTS = 16,   // values per tile; LANES divides it
  parameter integer SLICES   = 4,    // channel-constant rows per job
  parameter integer ROW_W    = 13,   // channel-constant row address bits
  parameter integer TILE_W   = 15,   // activation tile address bits, at least 8
  parameter integer WORD_W   = 17,   // activation word address bits, at least 8
  parameter integer WINDOW   = 0     // 1: nodes with tap windows
) (
  input  wire                        clk_i,
  input  wire                        rst_ni,
  input  wire                        start_i,
  input  wire                        step_i,
  input  wire                        windowed_i,    // stable during a node
  input  wire [7:0]                  window_i,      // positions of the pool window - 1; windowed: stored columns - 1
  input  wire [11:0]                 groups_i,      // channel groups - 1
  input  wire [19:0]                 positions_i,   // stored positions - 1; windowed: stored rows - 1
  input  wire [ROW_W-1:0]            row_base_i,
  input  wire [TILE_W-1:0]           tile_base_i,
  input  wire [WORD_W-1:0]           word_base_i,
  input  wire [7:0]                  tile_step_i,   // from one output tile of the share to the next
  input  wire [7:0]                  word_step_i,   // the same in words
  input  wire [7:0]                  column_tiles_i,  // windowed: tiles of a stored position
  input  wire [7:0]                  column_words_i,  // the same in words
  output wire                        window_first_o,
  output wire                        window_last_o,
  output wire                        group_last_o,
  output wire                        flush_o,       // the job completes an output tile
  output wire [$clog2(PRODUCTS)-1:0] element_o,     // of the job's first channel in its tile
  output wire [ROW_W-1:0]            row_o,         // constants of the job's first channels
  output wire [TILE_W-1:0]           tile_o,        // output tile of the job
  output wire [WORD_W-1:0]           word_o,        // its slot
  output wire                        done_o
);

  localparam integer ELEMENT_W = $clog2(PRODUCTS);

  reg [7:0]           window_q;
  reg [11:0]          group_q;
  reg [19:0]          position_q;
  reg [ELEMENT_W-1:0] element_q;
  reg [ROW_W-1:0]     row_q;
  reg [TILE_W-1:0]    tile_q;
  reg [WORD_W-1:0]    word_q;
  reg                 done_q;

  wire windowed  = (WINDOW != 0) & windowed_i;
  wire innermost = window_q == window_i;              // the innermost loop ends

  assign window_first_o = windowed | (window_q == 8'd0);
  assign window_last_o  = windowed | innermost;
  assign group_last_o   = group_q == groups_i;
  assign flush_o        = window_last_o & (group_last_o | ({1'b0, element_q} + LANES[ELEMENT_W:0] == PRODUCTS[ELEMENT_W:0]));
  assign element_o      = element_q;
  assign row_o          = row_q;
  assign tile_o         = tile_q;
  assign word_o         = word_q;
  assign done_o         = done_q;

  // Windowed: the next column of the channel group, at the end of the row the next group from its first column on. What
  // follows the row's last tile is the next row's first.
  wire [TILE_W-1:0] tile_next;
  wire [WORD_W-1:0] word_next;

  generate
    if (WINDOW == 0) begin : gen_next
      assign tile_next = tile_q + {{(TILE_W-8){1'b0}}, tile_step_i};
      assign word_next = word_q + {{(WORD_W-8){1'b0}}, word_step_i};
      wire unused = &{1'b0, windowed_i, column_tiles_i, column_words_i};
    end else begin : gen_window
      reg  [TILE_W-1:0] first_tile_q;                 // of the group's first column
      reg  [WORD_W-1:0] first_word_q;
      wire across = windowed & ~innermost;
      wire back   = windowed & innermost & ~group_last_o;
      assign tile_next = (back ? first_tile_q : tile_q) + {{(TILE_W-8){1'b0}}, across ? column_tiles_i : tile_step_i};
      assign word_next = (back ? first_word_q : word_q) + {{(WORD_W-8){1'b0}}, across ? column_words_i : word_step_i};
      always @(posedge clk_i) begin
        if (start_i) begin
          first_tile_q <= tile_base_i;
          first_word_q <= word_base_i;
        end else if (step_i & innermost) begin
          first_tile_q <= tile_next;
          first_word_q <= word_next;
        end
      end
    end
  endgenerate

  always @(posedge clk_i) begin
    if (!rst_ni) begin
      done_q <= 1'b0;
    end else if (start_i) begin
      window_q   <= 8'd0;
      group_q    <= 12'd0;
      position_q <= 20'd0;
      element_q  <= {ELEMENT_W{1'b0}};
      row_q      <= row_base_i;
      tile_q     <= tile_base_i;
      word_q     <= word_base_i;
      done_q     <= 1'b0;
    end else if (step_i) begin
      window_q <= innermost ? 8'd0 : window_q + 8'd1;
      if (flush_o) begin
        tile_q <= tile_next;
        word_q <= word_next;
      end
      if (innermost) begin
        group_q   <= group_last_o ? 12'd0 : group_q + 12'd1;
        element_q <= group_last_o ? {ELEMENT_W{1'b0}} : element_q + LANES[ELEMENT_W-1:0];
        row_q     <= group_last_o ? row_base_i : row_q + SLICES[ROW_W-1:0];
        if (group_last_o) begin
          position_q <= position_q + 20'd1;
          done_q     <= position_q == positions_i;
        end
      end
    end
  end

endmodule

`default_nettype wire
