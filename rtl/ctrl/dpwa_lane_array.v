// SPDX-License-Identifier: Apache-2.0
//
// dpwa_lane_array: the MAC lanes of a group and their corrector, skewed slice by slice.
//
// Slice 0 takes the beat and the broadcast activation word of cycle t; slice s takes them in cycle t + s, together with
// its weight words, which dpwa_weight_sram delivers skewed in the same way. sums_o of slice s and corr_o (slice 0's
// timing) follow the contract of dpwa_mac_lane: latency CUTS + 3 from the slice's beat.
//
// With WINDOW_PLANES > 0 lane l keeps the newest taps of channel l of the tiles (dpwa_tap_window), and multiplies them in
// the beats of a node with tap windows (windowed_i): window_i gathers a tap from the word a_i, digit by digit, or says which
// digit a beat multiplies.

`default_nettype none

module dpwa_lane_array #(
  parameter integer LANES     = 4,
  parameter integer WB_LANES  = 1,    // lanes per slice, divides LANES
  parameter integer PRODUCTS  = 16,
  parameter integer ACC_W     = 48,
  parameter integer LEVEL_W   = 4,
  parameter integer LUT_STYLE = 0,
  parameter integer CUTS      = 2,
  parameter integer WINDOW_PLANES = 0,  // digits of a tap window; LANES = PRODUCTS then
  parameter integer WINDOW_TAPS   = 9   // its taps, at most PRODUCTS
) (
  input  wire                          clk_i,
  input  wire                          rst_ni,
  input  wire                          valid_i,
  input  wire                          last_i,
  input  wire [LEVEL_W-1:0]            level_i,
  input  wire                          a_signed_i,
  input  wire                          windowed_i,   // stable while beats are inside
  input  wire [5:0]                    window_i,     // {gather, a new tap, its value is 0, plane[3]}
  input  wire [4*PRODUCTS-1:0]         a_i,
  input  wire [LANES*4*PRODUCTS-1:0]   w_i,
  output wire [LANES*ACC_W-1:0]        sums_o,
  output wire [ACC_W-1:0]              corr_o
);

  localparam integer SLICES = LANES / WB_LANES;
  localparam integer WORD_W = 4 * PRODUCTS;
  localparam integer BEAT_W = WORD_W + LEVEL_W + 3;
  localparam integer TAPS_W = 4 * WINDOW_TAPS;

  // Stage s of the delay line is the beat of slice s: {valid, last, signed, level, word}.
  wire [SLICES*BEAT_W-1:0] beat;
  assign beat[0 +: BEAT_W] = {valid_i, last_i, a_signed_i, level_i, a_i};
  wire [SLICES*6-1:0] window;
  assign window[0 +: 6] = window_i;

  genvar s, l;
  generate
    for (s = 1; s < SLICES; s = s + 1) begin : gen_slice
      reg [BEAT_W-1:0] beat_q;
      always @(posedge clk_i) begin
        beat_q <= beat[(s-1)*BEAT_W +: BEAT_W];
        if (!rst_ni) beat_q[BEAT_W-1 -: 2] <= 2'b00;
      end
      assign beat[s*BEAT_W +: BEAT_W] = beat_q;
      if (WINDOW_PLANES > 0) begin : gen_window
        dpwa_delay #(.WIDTH(6), .CYCLES(1)) u_window (
          .clk_i(clk_i), .d_i(window[(s-1)*6 +: 6]), .q_o(window[s*6 +: 6]));
      end else begin : gen_none
        assign window[s*6 +: 6] = 6'd0;
      end
    end
    for (l = 0; l < LANES; l = l + 1) begin : gen_lane
      localparam integer SLICE = l / WB_LANES;
      localparam integer BASE  = SLICE * BEAT_W;
      wire [WORD_W-1:0] word = beat[BASE +: WORD_W];
      wire [WORD_W-1:0] a;
      if (WINDOW_PLANES == 0) begin : gen_word
        assign a = word;
      end else begin : gen_taps
        wire              gather, fresh, zero;
        wire [2:0]        plane;
        wire [TAPS_W-1:0] taps;
        assign {gather, fresh, zero, plane} = window[SLICE*6 +: 6];
        dpwa_tap_window #(.PLANES(WINDOW_PLANES), .TAPS(WINDOW_TAPS)) u_taps (
          .clk_i(clk_i), .gather_i(gather), .fresh_i(fresh), .signed_i(beat[BASE + BEAT_W - 3]), .plane_i(plane),
          .digit_i(word[4*l +: 4] & {4{~zero}}), .digits_o(taps));
        assign a[TAPS_W-1:0] = windowed_i ? taps : word[TAPS_W-1:0];
        if (TAPS_W < WORD_W) begin : gen_rest
          assign a[WORD_W-1:TAPS_W] = word[WORD_W-1:TAPS_W] & {(WORD_W-TAPS_W){~windowed_i}};
        end
      end
      dpwa_mac_lane #(
        .PRODUCTS (PRODUCTS),
        .ACC_W    (ACC_W),
        .LEVEL_W  (LEVEL_W),
        .LUT_STYLE(LUT_STYLE),
        .CUTS     (CUTS)
      ) u_lane (
        .clk_i     (clk_i),
        .rst_ni    (rst_ni),
        .valid_i   (beat[BASE + BEAT_W - 1]),
        .last_i    (beat[BASE + BEAT_W - 2]),
        .level_i   (beat[BASE + WORD_W +: LEVEL_W]),
        .a_signed_i(beat[BASE + BEAT_W - 3]),
        .a_i       (a),
        .w_i       (w_i[l*WORD_W +: WORD_W]),
        .sum_o     (sums_o[l*ACC_W +: ACC_W])
      );
    end
  endgenerate

  wire unused = &{1'b0, windowed_i, window};

  dpwa_corrector #(
    .PRODUCTS (PRODUCTS),
    .ACC_W    (ACC_W),
    .LEVEL_W  (LEVEL_W),
    .LUT_STYLE(LUT_STYLE),
    .LATENCY  (CUTS + 3)
  ) u_corrector (
    .clk_i     (clk_i),
    .rst_ni    (rst_ni),
    .valid_i   (valid_i),
    .last_i    (last_i),
    .level_i   (level_i),
    .a_signed_i(a_signed_i),
    .corr_o    (corr_o)
  );

endmodule

`default_nettype wire
