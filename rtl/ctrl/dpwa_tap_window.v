// SPDX-License-Identifier: Apache-2.0
//
// dpwa_tap_window: the newest TAPS activations of one channel, in digits: what a lane multiplies in one beat of a
// depthwise node.
//
//   gather_i & fresh_i: a new tap; digit_i is its lowest digit, the oldest tap falls out
//   gather_i & ~fresh_i: digit_i is digit plane_i of the newest tap
//   Digits above plane_i become the sign of digit_i with signed_i, else 0: a tap that ends here is whole.
//   digits_o = digit plane_i of all taps, the newest lowest
//
// gather_i in cycle t shows on digits_o from t + 1 on. No reset: a node's kernel has no weights for taps before its first.

`default_nettype none

module dpwa_tap_window #(
  parameter integer PLANES = 3,   // digits of a tap, 1 to 5
  parameter integer TAPS   = 9
) (
  input  wire              clk_i,
  input  wire              gather_i,
  input  wire              fresh_i,
  input  wire              signed_i,
  input  wire [2:0]        plane_i,
  input  wire [3:0]        digit_i,
  output reg  [4*TAPS-1:0] digits_o
);

  wire [3:0]               fill = {4{signed_i & digit_i[3]}};
  wire [PLANES*4*TAPS-1:0] planes;

  genvar p;
  generate
    for (p = 0; p < PLANES; p = p + 1) begin : gen_plane
      localparam [2:0] PLANE = p;
      reg  [4*TAPS-1:0] taps_q;
      wire [3:0]        newest = (plane_i == PLANE) ? digit_i : fill;
      assign planes[p*4*TAPS +: 4*TAPS] = taps_q;
      always @(posedge clk_i) begin
        if (gather_i & fresh_i)                 taps_q      <= {taps_q[4*TAPS-5:0], newest};
        else if (gather_i & (plane_i <= PLANE)) taps_q[3:0] <= newest;
      end
    end
  endgenerate

  integer i;
  always @(*) begin
    digits_o = {(4*TAPS){1'b0}};
    for (i = 0; i < PLANES; i = i + 1) begin
      digits_o = digits_o | (planes[i*4*TAPS +: 4*TAPS] & {(4*TAPS){plane_i == i[2:0]}});
    end
  end

endmodule

`default_nettype wire
