// SPDX-License-Identifier: Apache-2.0
//
// dpwa_write_back_serial: accumulator -> stored value with one adder row, for small targets.
//
//   The arithmetic of dpwa_write_back, bit for bit, for every shift_i in 0 .. SHIFT_MAX and every mult_i.
//
// A value is taken in cycle t with valid_i and ready_o; with PASSES = MULT_W + 1 and
//   n = shift_i                    when shift_i >= PASSES
//   n = 2 * PASSES - shift_i       otherwise (rare: the product is larger than the accumulator)
// its result is offered in cycle t + n + 2 for one cycle (valid_o; there is no ready), and ready_o is high again in
// cycle t + n + 1. tag_i and the constants are sampled with the value; lower_i and upper_i are stable meanwhile.
// Reset drops the value inside.
//
// One row multiplies, shifts and rounds. A pass is
//     part <= (part + (next multiplier bit ? operand : 0)) >> 1
// and collects the bit that falls out. After `shift` passes part is floor(product / 2**shift), and in the last pass,
// when all multiplier bits are used and the operand is cleared, the carry into the row is
// part[0] & (anything fell out before | part[1]): exactly the rounding of the half bit that leaves, ties to even.
// A shift of fewer than PASSES passes would end before the multiplier does: the operand is first doubled, and the
// shift raised by one with it, until PASSES is reached. A doubling that overflows OPERAND_W means a result beyond
// VALUE_W bits, unless the multiplier is zero.
//
// Numerics: docs/numerics.md, N4. Golden twins: dpwa::num::round_shift and saturate.

`default_nettype none

module dpwa_write_back_serial #(
  parameter integer ACC_W     = 32,  // bits of accumulator and bias
  parameter integer MULT_W    = 20,  // bits of the unsigned multiplier, at most 32
  parameter integer SHIFT_MAX = 47,  // largest shift_i, at most 63
  parameter integer VALUE_W   = 17,  // bits of a stored value and of the limits
  parameter integer TAG_W     = 8    // bits that travel with the value
) (
  input  wire                      clk_i,
  input  wire                      rst_ni,
  input  wire                      valid_i,
  output wire                      ready_o,
  input  wire        [TAG_W-1:0]   tag_i,
  input  wire        [ACC_W-1:0]   sum_i,
  input  wire        [ACC_W-1:0]   corr_i,
  input  wire signed [ACC_W-1:0]   bias_i,
  input  wire        [MULT_W-1:0]  mult_i,
  input  wire        [5:0]         shift_i,
  input  wire signed [VALUE_W-1:0] lower_i,
  input  wire signed [VALUE_W-1:0] upper_i,
  output wire                      valid_o,
  output wire        [TAG_W-1:0]   tag_o,
  output wire signed [VALUE_W-1:0] y_o,
  output wire                      above_o,
  output wire                      below_o
);

  generate
    if (ACC_W < 4 || MULT_W < 2 || MULT_W > 32 || VALUE_W < 2 || TAG_W < 1) begin : gen_check_widths
      ERROR_ACC_W_must_be_4_or_more_MULT_W_2_to_32_VALUE_W_2_or_more_TAG_W_positive u_check ();
    end
    if (SHIFT_MAX < 1 || SHIFT_MAX > 63) begin : gen_check_shift
      ERROR_SHIFT_MAX_must_be_1_to_63 u_check ();
    end
  endgenerate

  localparam integer PASSES    = MULT_W + 1;
  localparam integer DOUBLED_W = VALUE_W + PASSES + 1;
  localparam integer OPERAND_W = (ACC_W > DOUBLED_W) ? ACC_W : DOUBLED_W;

  localparam [31:0] SHIFT_MASK = (32'd1 << $clog2(SHIFT_MAX + 1)) - 32'd1;

  // Control: doubling (busy, not running), running, limiting, offering.
  reg       busy_q, running_q, limit_q, valid_q;
  reg [5:0] left_q;                            // passes left, once running

  wire take   = valid_i & ~busy_q;
  wire double = busy_q & ~running_q & (left_q < PASSES[5:0]);
  wire pass   = busy_q & ~double;
  wire last   = left_q == 6'd1;

  assign ready_o = ~busy_q;

  always @(posedge clk_i) begin
    if (!rst_ni) begin
      busy_q  <= 1'b0;
      limit_q <= 1'b0;
      valid_q <= 1'b0;
    end else begin
      busy_q  <= take | (busy_q & ~(pass & last));
      limit_q <= pass & last;
      valid_q <= limit_q;
    end
    running_q <= pass;
    left_q    <= take ? (shift_i & SHIFT_MASK[5:0]) : double ? left_q + 6'd1 : left_q - 6'd1;
  end

  // Operand and multiplier.
  reg [OPERAND_W-1:0] operand_q;
  reg [MULT_W-1:0]    mult_q;
  reg                 negative_q, over_q, nonzero_q;
  wire [ACC_W-1:0]    inverted = ~(sum_i + bias_i);  // an inverted sum is free, an inverted addend is not
  wire [ACC_W-1:0]    acc = ~(inverted + corr_i);    // sum - corr + bias

  always @(posedge clk_i) begin
    if (take)                         operand_q <= {{(OPERAND_W-ACC_W){acc[ACC_W-1]}}, acc};
    else if (double)                  operand_q <= {operand_q[OPERAND_W-2:0], 1'b0};
    else if (left_q == 6'd2)          operand_q <= {OPERAND_W{1'b0}};
    if (take)      mult_q <= mult_i;
    else if (pass) mult_q <= {1'b0, mult_q[MULT_W-1:1]};
    if (take) begin
      negative_q <= acc[ACC_W-1];
      over_q     <= 1'b0;
      nonzero_q  <= 1'b0;
    end else begin
      if (double) over_q <= over_q | (operand_q[OPERAND_W-1] != operand_q[OPERAND_W-2]);
      nonzero_q <= nonzero_q | mult_q[0];
    end
  end

  // Row. `up` enters both addends below the lowest bit, which makes it the carry into that bit.
  reg [OPERAND_W-1:0]  part_q;
  reg                  sticky_q;
  wire [OPERAND_W+1:0] row;
  wire                 up = last & part_q[0] & (sticky_q | part_q[1]);

  dpwa_row #(.WIDTH(OPERAND_W + 2)) u_row (
    .x_i  ({part_q[OPERAND_W-1], part_q, up}),
    .y_i  ({operand_q[OPERAND_W-1], operand_q, up}),
    .add_i(mult_q[0] | last),
    .s_o  (row)
  );

  wire unused_row = row[0];

  always @(posedge clk_i) begin
    if (take) begin
      part_q   <= {OPERAND_W{1'b0}};
      sticky_q <= 1'b0;
    end else if (pass) begin
      part_q   <= row[OPERAND_W+1:2];
      sticky_q <= sticky_q | row[1];
    end
  end

  // Limits.
  wire                      beyond = over_q & nonzero_q;
  wire                      fits   = ~beyond &
                                     (part_q[OPERAND_W-1:VALUE_W] == {(OPERAND_W-VALUE_W){part_q[OPERAND_W-1]}});
  wire                      sign   = beyond ? negative_q : part_q[OPERAND_W-1];
  wire signed [VALUE_W:0]   kept   = part_q[VALUE_W:0];
  wire above = fits ? (kept > $signed({upper_i[VALUE_W-1], upper_i})) : ~sign;
  wire below = fits ? (kept < $signed({lower_i[VALUE_W-1], lower_i})) : sign;

  reg signed [VALUE_W-1:0] y_q;
  reg                      above_q, below_q;
  reg [TAG_W-1:0]          tag_q, tag_out_q;

  always @(posedge clk_i) begin
    y_q       <= above ? upper_i : below ? lower_i : kept[VALUE_W-1:0];
    above_q   <= above;
    below_q   <= below;
    tag_out_q <= tag_q;
    if (take) tag_q <= tag_i;
  end

  assign valid_o = valid_q;
  assign tag_o   = tag_out_q;
  assign y_o     = y_q;
  assign above_o = above_q;
  assign below_o = below_q;

endmodule

`default_nettype wire
