// SPDX-License-Identifier: Apache-2.0
//
// route_up5k: four MAC lanes of one group and their corrector behind a serial wrapper, to be routed on UP5K.
//
// The beat is shifted in bit by bit; the four sums and the correction are loaded into a shift register and shifted out.
// The wrapper exists so that no input or output limits the clock: every signal of the lanes starts and ends in a register.

`default_nettype none

module route_up5k (
  input  wire clk_i,
  input  wire serial_i,
  input  wire load_i,
  output wire serial_o
);

  localparam integer LANES  = 4;
  localparam integer ACC_W  = 32;
  localparam integer CUTS   = 3;
  localparam integer BEAT_W = 64 * (LANES + 1) + 7;

  reg [BEAT_W-1:0]            beat_q;
  reg [(LANES+1)*ACC_W-1:0]   result_q;
  reg                         load_q;
  wire [(LANES+1)*ACC_W-1:0]  sums;

  wire       valid    = beat_q[0];
  wire       last     = beat_q[1];
  wire       reset_n  = beat_q[2];
  wire       a_signed = beat_q[3];
  wire [2:0] level    = beat_q[6:4];

  genvar lane;
  generate
    for (lane = 0; lane < LANES; lane = lane + 1) begin : gen_lane
      dpwa_mac_lane #(.PRODUCTS(16), .ACC_W(ACC_W), .LEVEL_W(3), .LUT_STYLE(1), .CUTS(CUTS)) u_lane (
        .clk_i(clk_i), .rst_ni(reset_n), .valid_i(valid), .last_i(last), .level_i(level), .a_signed_i(a_signed),
        .a_i(beat_q[7 +: 64]), .w_i(beat_q[7 + 64*(lane+1) +: 64]), .sum_o(sums[ACC_W*lane +: ACC_W]));
    end
  endgenerate

  dpwa_corrector #(.PRODUCTS(16), .ACC_W(ACC_W), .LEVEL_W(3), .LUT_STYLE(1), .LATENCY(CUTS + 3)) u_corrector (
    .clk_i(clk_i), .rst_ni(reset_n), .valid_i(valid), .last_i(last), .level_i(level), .a_signed_i(a_signed),
    .corr_o(sums[ACC_W*LANES +: ACC_W]));

  always @(posedge clk_i) begin
    beat_q   <= {beat_q[BEAT_W-2:0], serial_i};
    load_q   <= load_i;
    result_q <= load_q ? sums : {1'b0, result_q[(LANES+1)*ACC_W-1:1]};
  end

  assign serial_o = result_q[0];

endmodule

`default_nettype wire
