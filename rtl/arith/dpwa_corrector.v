// SPDX-License-Identifier: Apache-2.0
//
// dpwa_corrector: sums the constants that the MAC lanes of one group defer. One per lane group.
//
//   dot product = sum_o of a lane - corr_o   (modulo 2**ACC_W), in the same cycle
//
// It sees the same beats as its lanes. Latency LATENCY, that of the lanes; last_i and reset as in dpwa_mac_lane.
// A style without deferred constants (0) drives zero and has no cells.

`default_nettype none

module dpwa_corrector #(
  parameter integer PRODUCTS  = 16,  // products per beat: 8, 16, 32
  parameter integer ACC_W     = 32,  // bits of the lanes' accumulators
  parameter integer LEVEL_W   = 3,   // bits of level_i
  parameter integer LUT_STYLE = 0,   // that of the lanes
  parameter integer LATENCY   = 4    // that of the lanes, 3..6
) (
  input  wire               clk_i,
  input  wire               rst_ni,
  input  wire               valid_i,
  input  wire               last_i,
  input  wire [LEVEL_W-1:0] level_i,
  input  wire               a_signed_i,
  output wire [ACC_W-1:0]   corr_o
);

  // What one beat at level 0 defers: the sum's offset, less 8 per product column when the digits are signed.
  localparam [12:0] UNSIGNED_BEAT = 13'd0;
  localparam [12:0] SIGNED_BEAT   = 13'd0;

  generate
    if (LATENCY < 3 || LATENCY > 6) begin : gen_check
      ERROR_LATENCY_must_be_3_to_6 u_check ();
    end
    if (LUT_STYLE == 0) begin : gen_zero
      wire unused = &{1'b0, clk_i, rst_ni, valid_i, last_i, level_i, a_signed_i, PRODUCTS[0], UNSIGNED_BEAT, SIGNED_BEAT};
      assign corr_o = {ACC_W{1'b0}};
    end
  endgenerate

endmodule

`default_nettype wire
