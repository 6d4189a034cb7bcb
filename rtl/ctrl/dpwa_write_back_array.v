// SPDX-License-Identifier: Apache-2.0
//
// dpwa_write_back_array: the write-back lanes of a group with their channel constants and the max pool.
//
// The drain announces a slice one cycle early (pre_*), so that its constants are read in time; one row of the constant
// memory holds the constants of one slice: lane w's {shift, multiplier, bias} in bank w.
// With CLASSES a slice is stored in step class k = pre_class_i: 4 * k is added to its shifts and its limits are those of
// class k (docs/numerics.md, N5.1).
// With CUTS = 1 sums and constants are registered once more before the lanes: everything comes a cycle later.
// Results leave as transfers of WB_LANES values: the largest of each pool window (docs/numerics.md, N4.3).

`default_nettype none

module dpwa_write_back_array #(
  parameter integer WB_LANES  = 1,
  parameter integer ACC_W     = 48,
  parameter integer MULT_W    = 24,
  parameter integer SHIFT_MAX = 63,
  parameter integer VALUE_W   = 21,
  parameter integer ROWS      = 2048,  // rows of channel constants
  parameter integer CLASSES   = 0,     // 1: step classes
  parameter integer CUTS      = 0,     // 1: registers before the lanes
  parameter integer FIRST_BANK = 0     // const_bank_i of write-back lane 0
) (
  input  wire                                clk_i,
  input  wire                                rst_ni,
  // loader: one entry per channel, {shift[6], multiplier[MULT_W], bias[ACC_W]}
  input  wire                                const_we_i,
  input  wire [7:0]                          const_bank_i,
  input  wire [$clog2(ROWS)-1:0]             const_waddr_i,
  input  wire [6+MULT_W+ACC_W-1:0]           const_wdata_i,
  // drain
  input  wire                                pre_valid_i,
  input  wire [$clog2(ROWS)-1:0]             pre_row_i,
  input  wire [1:0]                          pre_class_i,
  input  wire                                valid_i,
  input  wire [4:0] slice_i,
  input  wire [WB_LANES*ACC_W-1:0]           sum_i,
  input  wire [ACC_W-1:0]                    corr_i,
  input  wire [VALUE_W-1:0]                  lower_i,
  input  wire [VALUE_W-1:0]                  upper_i,
  // results, before the pool
  output wire                                valid_o,
  output wire [4:0] slice_o,
  output wire [WB_LANES*VALUE_W-1:0]         values_o,
  output wire [WB_LANES-1:0]                 above_o,
  output wire [WB_LANES-1:0]                 below_o
);

  localparam integer SLICE_W = 5;
  localparam integer CONST_W = 6 + MULT_W + ACC_W;

  wire [WB_LANES-1:0]         valids;
  wire [WB_LANES*SLICE_W-1:0] slices;

  assign valid_o = valids[0];
  assign slice_o = slices[0 +: SLICE_W];

  generate
    if (CLASSES != 0 && CUTS != 0) begin : gen_check
      ERROR_step_classes_are_not_delayed_by_CUTS u_check ();
    end
  endgenerate

  // What the lanes take, CUTS cycles later.
  wire                      valid;
  wire [SLICE_W-1:0]        slice;
  wire [WB_LANES*ACC_W-1:0] sum;
  wire [ACC_W-1:0]          corr;
  dpwa_delay #(.WIDTH(1 + SLICE_W + (WB_LANES + 1) * ACC_W), .CYCLES(CUTS)) u_cut (
    .clk_i(clk_i),
    .d_i  ({valid_i & rst_ni, slice_i, sum_i, corr_i}),
    .q_o  ({valid, slice, sum, corr})
  );

  // Limits belong to the value that is limited, five cycles after its sum came in.
  wire [5:0]         class_shift;
  wire [VALUE_W-1:0] lower, upper;
  generate
    if (CLASSES != 0) begin : gen_classes
      localparam [VALUE_W-1:0] ONE = 1;
      reg  [9:0]         class_q;              // of 1 to 5 cycles ago; with the sum: the newest
      reg  [VALUE_W-1:0] lower_q, upper_q;
      wire [3:0]         late_shift = {class_q[9:8], 2'b00};
      wire [VALUE_W-1:0] raised     = lower_i + (ONE << late_shift) - ONE;

      always @(posedge clk_i) begin
        class_q <= {class_q[7:0], pre_class_i};
        lower_q <= $signed(raised) >>> late_shift;
        upper_q <= $signed(upper_i) >>> late_shift;
      end
      assign class_shift = {2'b00, class_q[1:0], 2'b00};
      assign lower       = lower_q;
      assign upper       = upper_q;
    end else begin : gen_one_class
      wire unused_class = &{1'b0, pre_class_i};
      assign class_shift = 6'd0;
      assign lower       = lower_i;
      assign upper       = upper_i;
    end
  endgenerate

  genvar w;
  generate
    for (w = 0; w < WB_LANES; w = w + 1) begin : gen_lane
      localparam integer BANK = FIRST_BANK + w;
      wire [CONST_W-1:0] stored, constants;
      dpwa_ram #(.WIDTH(CONST_W), .DEPTH(ROWS)) u_constants (
        .clk_i  (clk_i),
        .we_i   (const_we_i & (const_bank_i == BANK[7:0])),
        .waddr_i(const_waddr_i),
        .wdata_i(const_wdata_i),
        .re_i   (pre_valid_i),
        .raddr_i(pre_row_i),
        .rdata_o(stored)
      );
      dpwa_delay #(.WIDTH(CONST_W), .CYCLES(CUTS)) u_cut (.clk_i(clk_i), .d_i(stored), .q_o(constants));
      dpwa_write_back #(
        .ACC_W    (ACC_W),
        .MULT_W   (MULT_W),
        .SHIFT_MAX(SHIFT_MAX),
        .VALUE_W  (VALUE_W),
        .TAG_W    (SLICE_W)
      ) u_write_back (
        .clk_i  (clk_i),
        .rst_ni (rst_ni),
        .valid_i(valid),
        .tag_i  (slice),
        .sum_i  (sum[w*ACC_W +: ACC_W]),
        .corr_i (corr),
        .bias_i (constants[0 +: ACC_W]),
        .mult_i (constants[ACC_W +: MULT_W]),
        .shift_i(constants[ACC_W+MULT_W +: 6] + class_shift),
        .lower_i(lower),
        .upper_i(upper),
        .valid_o(valids[w]),
        .tag_o  (slices[w*SLICE_W +: SLICE_W]),
        .y_o    (values_o[w*VALUE_W +: VALUE_W]),
        .above_o(above_o[w]),
        .below_o(below_o[w])
      );
    end
  endgenerate

  // The lanes run in step; lane 0 speaks for all.
  wire unused = &{1'b0, valids, slices};

endmodule

`default_nettype wire
