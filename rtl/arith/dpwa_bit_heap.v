// SPDX-License-Identifier: Apache-2.0
//
// dpwa_bit_heap: sums a heap of single bits of different weights with full adders (Wallace tree and ripple adder).
//
//   ~sum_no = sum over columns c of 2**c * (number of zeros among the bits of column c)   modulo 2**COLUMNS
//
// Every bit is stored inverted: a full adder is self-dual, so the tree works unchanged, and the partial products that
// feed it are NAND instead of AND.
//
// Latency TREE_CUT + RIPPLE_CUT, a new heap every cycle.
// Each stage gives every three bits of a column to a full adder, until no column has more than two bits.

`default_nettype none

module dpwa_bit_heap #(
  parameter integer         COLUMNS    = 4,
  parameter [8*COLUMNS-1:0] HEIGHTS    = {4{8'd3}},  // bits in column c: [8*c +: 8]
  parameter integer         BITS       = 12,         // sum of HEIGHTS
  parameter integer         TREE_CUT   = 0,          // 1: register after half of the stages
  parameter integer         RIPPLE_CUT = 0           // 1: register before the ripple adder
) (
  input  wire               clk_i,
  input  wire [BITS-1:0]    bits_ni,  // column by column, column 0 first
  output wire [COLUMNS-1:0] sum_no
);

  // Heights of all columns after a number of stages.
  function [8*COLUMNS-1:0] heights_after(input integer stages);
    integer             s, c;
    reg [8*COLUMNS-1:0] now;
    reg [7:0]           carries, adders;
    begin
      now = HEIGHTS;
      for (s = 0; s < stages; s = s + 1) begin
        carries = 8'd0;
        for (c = 0; c < COLUMNS; c = c + 1) begin
          adders = now[8*c +: 8] / 8'd3;
          now[8*c +: 8] = now[8*c +: 8] - 8'd2 * adders + carries;
          carries = adders;
        end
      end
      heights_after = now;
    end
  endfunction

  // First bit of a column; column COLUMNS gives the number of bits.
  function integer start(input [8*COLUMNS-1:0] heights, input integer column);
    integer c;
    begin
      start = 0;
      for (c = 0; c < column; c = c + 1) start = start + {24'd0, heights[8*c +: 8]};
    end
  endfunction

  function integer stages_needed(input integer limit);
    integer             s, c;
    reg [8*COLUMNS-1:0] now;
    begin
      stages_needed = 0;
      for (s = 0; s < limit; s = s + 1) begin
        now = heights_after(s);
        for (c = 0; c < COLUMNS; c = c + 1) begin
          if (now[8*c +: 8] > 8'd2) stages_needed = s + 1;
        end
      end
    end
  endfunction

  // Whether the ripple adder has a carry into a column: column c - 1 has two bits, or one and a carry.
  function carry_into(input [8*COLUMNS-1:0] heights, input integer column);
    integer c;
    begin
      carry_into = 1'b0;
      for (c = 0; c < column; c = c + 1) carry_into = {7'd0, carry_into} + heights[8*c +: 8] >= 8'd2;
    end
  endfunction

  localparam integer             STAGES = stages_needed(16);
  localparam [8*COLUMNS-1:0]     FINAL  = heights_after(STAGES);
  localparam integer             LAST   = start(FINAL, COLUMNS);

  genvar s, c, k;
  generate
    if (BITS != start(HEIGHTS, COLUMNS)) begin : gen_check
      ERROR_BITS_must_be_the_sum_of_HEIGHTS u_check ();
    end

    for (s = 0; s <= STAGES; s = s + 1) begin : gen_stage
      localparam [8*COLUMNS-1:0] HERE = heights_after(s);
      localparam integer         SIZE = start(HERE, COLUMNS);
      wire [SIZE-1:0] bits_n;

      if (s == 0) begin : gen_first
        assign bits_n = bits_ni;
      end else begin : gen_reduce
        localparam [8*COLUMNS-1:0] BEFORE = heights_after(s - 1);
        wire [SIZE-1:0] next_n;
        dpwa_delay #(.WIDTH(SIZE), .CYCLES(TREE_CUT != 0 && s == (STAGES + 1) / 2 ? 1 : 0)) u_cut (
          .clk_i(clk_i), .d_i(next_n), .q_o(bits_n));

        // A column of the next stage: what was left over, the sums, the carries of the column below.
        for (c = 0; c < COLUMNS; c = c + 1) begin : gen_column
          localparam integer H      = {24'd0, BEFORE[8*c +: 8]};
          localparam integer ADDERS = H / 3;
          localparam integer FROM   = start(BEFORE, c);
          localparam integer TO     = start(HERE, c);
          localparam integer UP     = start(HERE, c + 1) + {24'd0, HERE[8*((c+1) % COLUMNS) +: 8]} - ADDERS;

          for (k = 3 * ADDERS; k < H; k = k + 1) begin : gen_left_over
            assign next_n[TO + k - 3*ADDERS] = gen_stage[s-1].bits_n[FROM + k];
          end
          for (k = 0; k < ADDERS; k = k + 1) begin : gen_adder
            wire carry_n;
            dpwa_full_adder u_adder (
              .x_i(gen_stage[s-1].bits_n[FROM + 3*k]), .y_i(gen_stage[s-1].bits_n[FROM + 3*k + 1]),
              .z_i(gen_stage[s-1].bits_n[FROM + 3*k + 2]),
              .sum_o(next_n[TO + H - 3*ADDERS + k]), .carry_o(carry_n));
            if (c + 1 < COLUMNS) begin : gen_carry
              assign next_n[UP + k] = carry_n;
            end else begin : gen_beyond
              wire unused_carry = &{1'b0, carry_n};
            end
          end
        end
      end
    end
  endgenerate

  wire [LAST-1:0] rows_n;
  dpwa_delay #(.WIDTH(LAST), .CYCLES(RIPPLE_CUT)) u_ripple_cut (
    .clk_i(clk_i), .d_i(gen_stage[STAGES].bits_n), .q_o(rows_n));

  generate
    for (c = 0; c < COLUMNS; c = c + 1) begin : gen_ripple
      localparam integer FROM  = start(FINAL, c);
      localparam integer H     = {24'd0, FINAL[8*c +: 8]};
      localparam integer CARRY = carry_into(FINAL, c) ? 1 : 0;
      wire carry_n;  // into the next column, where the ripple needs it
      wire unused_carry = &{1'b0, carry_n};

      if (H + CARRY == 3) begin : gen_full
        dpwa_full_adder u_adder (
          .x_i(rows_n[FROM]), .y_i(rows_n[FROM + 1]), .z_i(gen_ripple[c-1].carry_n),
          .sum_o(sum_no[c]), .carry_o(carry_n));
      end else if (H == 2) begin : gen_half
        dpwa_half_adder_n u_adder (
          .x_ni(rows_n[FROM]), .y_ni(rows_n[FROM + 1]), .sum_no(sum_no[c]), .carry_no(carry_n));
      end else if (H + CARRY == 2) begin : gen_increment
        dpwa_half_adder_n u_adder (
          .x_ni(rows_n[FROM]), .y_ni(gen_ripple[c-1].carry_n), .sum_no(sum_no[c]), .carry_no(carry_n));
      end else begin : gen_wire
        assign carry_n = 1'b1;
        if (H == 1) begin : gen_bit
          assign sum_no[c] = rows_n[FROM];
        end else if (CARRY == 1) begin : gen_carry
          assign sum_no[c] = gen_ripple[c-1].carry_n;
        end else begin : gen_empty
          assign sum_no[c] = 1'b1;
        end
      end
    end
  endgenerate

endmodule

`default_nettype wire
