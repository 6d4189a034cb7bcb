// SPDX-License-Identifier: Apache-2.0
//
// dpwa_level_shift_onehot: y_o = x_i * 16**level_i modulo 2**Y_W for unsigned x_i, in LUT4 form.
//
// Latency 2, a new value every cycle. Stage 1 shifts by a nibble and decodes the byte; stage 2 moves whole bytes with
// one-hot selects: an AND-OR of two bytes is one LUT4 per result bit. A byte beyond Y_W has no select: the result is 0.
// With NIBBLE = 0 stage 1 does not shift: y_o = x_i * 256**(level_i / 2), and the rest is left to the accumulator.

`default_nettype none

module dpwa_level_shift_onehot #(
  parameter integer X_W     = 12,  // bits of x_i
  parameter integer Y_W     = 32,  // bits of y_o
  parameter integer LEVEL_W = 3,   // bits of level_i
  parameter integer NIBBLE  = 1    // 0, 1
) (
  input  wire               clk_i,
  input  wire [LEVEL_W-1:0] level_i,  // with x_i
  input  wire [X_W-1:0]     x_i,
  output wire [Y_W-1:0]     y_o
);

  localparam integer X_BYTES = (X_W + 4 * NIBBLE + 7) / 8;
  localparam integer Y_BYTES = (Y_W + 7) / 8;

  wire [LEVEL_W-1:0]   bytes = level_i >> 1;
  wire                 odd   = (NIBBLE != 0) & level_i[0];
  reg  [8*X_BYTES-1:0] nibble_q;
  reg  [Y_BYTES-1:0]   select_q;  // select k: byte 0 of the operand goes to byte k
  reg  [8*Y_BYTES-1:0] moved;
  reg  [Y_W-1:0]       y_q;
  integer              n, k;

  always @* begin
    moved = {8*Y_BYTES{1'b0}};
    for (n = 0; n < Y_BYTES; n = n + 1) begin
      for (k = 0; k < X_BYTES && k <= n; k = k + 1) begin
        moved[8*n +: 8] = moved[8*n +: 8] | (nibble_q[8*k +: 8] & {8{select_q[n-k]}});
      end
    end
  end

  always @(posedge clk_i) begin
    nibble_q <= {{(8*X_BYTES-X_W){1'b0}}, x_i} << {odd, 2'b0};
    for (n = 0; n < Y_BYTES; n = n + 1) select_q[n] <= {{(32-LEVEL_W){1'b0}}, bytes} == n;
    y_q <= moved[Y_W-1:0];
  end

  assign y_o = y_q;

endmodule

`default_nettype wire
