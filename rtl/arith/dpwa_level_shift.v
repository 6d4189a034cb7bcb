// SPDX-License-Identifier: Apache-2.0
//
// dpwa_level_shift: y_o = x_i * 16**level_i modulo 2**Y_W, in plain operators.
//
// Latency 1 + BYTE_CUT, a new value every cycle: one register after the shift by a nibble, one after the shift by whole
// bytes.
// x_i is two's complement when SIGNED is 1, else unsigned.

`default_nettype none

module dpwa_level_shift #(
  parameter integer X_W      = 12,  // bits of x_i, at most Y_W - 4
  parameter integer Y_W      = 32,  // bits of y_o
  parameter integer LEVEL_W  = 3,   // bits of level_i
  parameter integer SIGNED   = 1,   // 0 or 1
  parameter integer BYTE_CUT = 1    // 1: register after the shift by bytes
) (
  input  wire               clk_i,
  input  wire [LEVEL_W-1:0] level_i,  // with x_i
  input  wire [X_W-1:0]     x_i,
  output wire [Y_W-1:0]     y_o
);

  localparam integer NIBBLE_W = X_W + 4;

  generate
    if (X_W > Y_W - 4) begin : gen_check
      ERROR_X_W_must_be_at_most_Y_W_minus_4 u_check ();
    end
  endgenerate

  reg [NIBBLE_W-1:0] nibble_q;
  reg [LEVEL_W-1:0]  level_q;

  wire               sign_x = (SIGNED != 0) & x_i[X_W-1];
  wire               sign_n = (SIGNED != 0) & nibble_q[NIBBLE_W-1];
  wire [Y_W-1:0]     wide;

  generate
    if (Y_W > NIBBLE_W) begin : gen_extend
      assign wide = {{(Y_W-NIBBLE_W){sign_n}}, nibble_q};
    end else begin : gen_exact
      wire unused_sign = &{1'b0, sign_n};
      assign wide = nibble_q;
    end
  endgenerate

  always @(posedge clk_i) begin
    nibble_q <= level_i[0] ? {x_i, 4'b0} : {{4{sign_x}}, x_i};
    level_q  <= level_i;
  end

  dpwa_delay #(.WIDTH(Y_W), .CYCLES(BYTE_CUT)) u_cut (
    .clk_i(clk_i), .d_i(wide << {level_q >> 1, 3'b0}), .q_o(y_o));

endmodule

`default_nettype wire
