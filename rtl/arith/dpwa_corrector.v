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
  parameter integer ACC_W     = 32,  // bits of the lanes' accumulators, 24..64
  parameter integer LEVEL_W   = 3,   // bits of level_i, 1..4
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

  generate
    if (LATENCY < 3 || LATENCY > 6) begin : gen_check_latency
      ERROR_LATENCY_must_be_3_to_6 u_check ();
    end
    if (LUT_STYLE < 0 || LUT_STYLE > 3) begin : gen_check_style
      ERROR_LUT_STYLE_must_be_0_to_3 u_check ();
    end

    if (LUT_STYLE == 0) begin : gen_none
      wire unused = &{1'b0, clk_i, rst_ni, valid_i, last_i, level_i, a_signed_i, PRODUCTS[0]};
      assign corr_o = {ACC_W{1'b0}};
    end else begin : gen_sum
      // What one beat at level 0 defers (dpwa_dot_*): the sum's offset, less 8 when the sign rows were inverted.
      localparam integer UNSIGNED_BEAT = (LUT_STYLE == 3 ? 120 : 128) * PRODUCTS;
      localparam integer SIGNED_BEAT   = UNSIGNED_BEAT - 8;

      wire               idle;
      wire               a_signed;
      wire [LEVEL_W-1:0] level;
      dpwa_delay #(.WIDTH(LEVEL_W + 2), .CYCLES(LATENCY - 1)) u_control (
        .clk_i(clk_i), .d_i({~valid_i, a_signed_i, level_i}), .q_o({idle, a_signed, level}));
      wire [12:0]        beat = a_signed ? SIGNED_BEAT[12:0] : UNSIGNED_BEAT[12:0];

      reg [LATENCY-1:0] last_q;
      reg [ACC_W-1:0]   addend_q;
      reg [ACC_W-1:0]   acc_q;

      if (LUT_STYLE == 3) begin : gen_asic
        dpwa_ripple_adder #(.WIDTH(ACC_W)) u_accumulate (.x_i(acc_q), .y_i(addend_q), .s_o(corr_o));
      end else begin : gen_carry
        assign corr_o = acc_q + addend_q;
      end

      always @(posedge clk_i) begin
        if (!rst_ni) last_q <= {LATENCY{1'b1}};
        else last_q <= {last_q[LATENCY-2:0], last_i};
        if (idle) addend_q <= {ACC_W{1'b0}};
        else addend_q <= {{(ACC_W-13){1'b0}}, beat} << {level, 2'b0};
        if (last_q[LATENCY-1]) acc_q <= {ACC_W{1'b0}};
        else acc_q <= corr_o;
      end
    end
  endgenerate

endmodule

`default_nettype wire
