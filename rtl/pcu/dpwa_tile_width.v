// SPDX-License-Identifier: Apache-2.0
//
// dpwa_tile_width: how many planes one stored value needs.
//
//   more_o[0]  the value is not zero
//   more_o[k]  a digit set in plane k: the value needs more than k planes (0 < k < PLANES_MAX)
//   more_o[PLANES_MAX]  it does not fit PLANES_MAX planes
//
// The width of a tile is one plus the highest bit set in the OR over its values, 0 when none is. Latency 0.
// Signed and unsigned values share one test (one LUT4 per bit): every bit of a signed value is first compared with
// the sign, one place to the left, so that a bit above the sign digit's top bit reads "differs from the sign".
//
// Numerics: docs/numerics.md, N1.3. Golden twin: dpwa::num::tile_width.

`default_nettype none

module dpwa_tile_width #(
  parameter integer PLANES_MAX = 4,  // 2 to 7
  parameter integer VALUE_W    = 17  // 4 * PLANES_MAX + 1
) (
  input  wire                signed_i,
  input  wire [VALUE_W-1:0]  value_i,
  output wire [PLANES_MAX:0] more_o
);

  generate
    if (PLANES_MAX < 2 || PLANES_MAX > 7 || VALUE_W != 4*PLANES_MAX + 1) begin : gen_check
      ERROR_PLANES_MAX_must_be_2_to_7_and_VALUE_W_4_PLANES_MAX_plus_1 u_check ();
    end
  endgenerate

  wire [VALUE_W-1:0] differs = {value_i[VALUE_W-2:0], value_i[VALUE_W-1]} ^ {VALUE_W{value_i[VALUE_W-1]}};
  wire [VALUE_W-1:0] test    = signed_i ? differs : value_i;

  assign more_o[0]          = |value_i;
  assign more_o[PLANES_MAX] = test[VALUE_W-1];

  generate
    genvar k;
    for (k = 1; k < PLANES_MAX; k = k + 1) begin : gen_plane
      assign more_o[k] = |test[4*k +: 4];
    end
  endgenerate

  wire unused_lowest_digit = |test[3:0];

endmodule

`default_nettype wire
