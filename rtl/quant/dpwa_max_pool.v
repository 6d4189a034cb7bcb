// SPDX-License-Identifier: Apache-2.0
//
// dpwa_max_pool: largest stored value of each pool window.
//
//   Every cycle with valid_i: best = first_i ? y_i : max(best, y_i), per (slice_i, write-back lane), signed.
//   With last_i, that maximum leaves one cycle later (latency 1) with its tag: valid_o only then.
//
// first_i and last_i together pass the value through. Windows of different slices may interleave; those of one
// slice may not. Never stalls. Reset clears valid_o only: a window starts with first_i.
// Numerics: docs/numerics.md, N4.3.

`default_nettype none

module dpwa_max_pool #(
  parameter integer WB_LANES = 1,   // values per transfer
  parameter integer SLICES   = 4,   // slices of a lane group, each with its own running maximum
  parameter integer VALUE_W  = 17,  // bits of a stored value
  parameter integer TAG_W    = 8    // bits that travel with the value
) (
  input  wire                                              clk_i,
  input  wire                                              rst_ni,
  input  wire                                              valid_i,
  input  wire [((SLICES > 1) ? $clog2(SLICES) : 1)-1:0]    slice_i,
  input  wire                                              first_i,
  input  wire                                              last_i,
  input  wire [TAG_W-1:0]                                  tag_i,
  input  wire [WB_LANES*VALUE_W-1:0]                       y_i,
  output wire                                              valid_o,
  output wire [TAG_W-1:0]                                  tag_o,
  output wire [WB_LANES*VALUE_W-1:0]                       y_o
);

  generate
    if (WB_LANES < 1 || SLICES < 1 || VALUE_W < 2 || TAG_W < 1) begin : gen_check
      ERROR_WB_LANES_SLICES_TAG_W_must_be_positive_and_VALUE_W_2_or_more u_check ();
    end
  endgenerate

  localparam integer SLICE_W = (SLICES > 1) ? $clog2(SLICES) : 1;

  reg [SLICES*WB_LANES*VALUE_W-1:0] best_q;
  reg [WB_LANES*VALUE_W-1:0]        y_q;
  reg [TAG_W-1:0]                   tag_q;
  reg                               valid_q;

  // The running maxima of slice_i: an OR of gated slices, so that a slice number out of range reads zero.
  reg [WB_LANES*VALUE_W-1:0] best;
  integer s;
  always @(*) begin
    best = {(WB_LANES*VALUE_W){1'b0}};
    for (s = 0; s < SLICES; s = s + 1) begin
      best = best | (best_q[s*WB_LANES*VALUE_W +: WB_LANES*VALUE_W] & {(WB_LANES*VALUE_W){slice_i == s[SLICE_W-1:0]}});
    end
  end

  wire [WB_LANES*VALUE_W-1:0] best_d;

  generate
    genvar l;
    for (l = 0; l < WB_LANES; l = l + 1) begin : gen_lane
      wire signed [VALUE_W-1:0] held = best[l*VALUE_W +: VALUE_W];
      wire signed [VALUE_W-1:0] here = y_i[l*VALUE_W +: VALUE_W];
      assign best_d[l*VALUE_W +: VALUE_W] = (first_i || here > held) ? here : held;
    end
  endgenerate

  generate
    genvar g;
    for (g = 0; g < SLICES; g = g + 1) begin : gen_slice
      always @(posedge clk_i) begin
        if (valid_i && slice_i == g[SLICE_W-1:0]) best_q[g*WB_LANES*VALUE_W +: WB_LANES*VALUE_W] <= best_d;
      end
    end
  endgenerate

  always @(posedge clk_i) begin
    valid_q <= rst_ni & valid_i & last_i;
    y_q     <= best_d;
    tag_q   <= tag_i;
  end

  assign valid_o = valid_q;
  assign y_o     = y_q;
  assign tag_o   = tag_q;

endmodule

`default_nettype wire
