// SPDX-License-Identifier: Apache-2.0
//
// dpwa_input_constants: multiplier and addend of the input quantizer for the channel of the next port word.
//
// Words arrive channel by channel (channel innermost). start_i: the next word belongs to channel 0. With one entry
// (channels_i = 0, or CHANNELS = 1) every channel shares it.

`default_nettype none

module dpwa_input_constants #(
  parameter integer MULT_W   = 24,
  parameter integer ADDEND_W = 44,
  parameter integer CHANNELS = 16   // entries, 1 to 16
) (
  input  wire                       clk_i,
  // loader
  input  wire                       we_i,
  input  wire [3:0]                 waddr_i,
  input  wire [MULT_W+ADDEND_W-1:0] wdata_i,     // {addend, multiplier}
  // words
  input  wire                       start_i,
  input  wire                       step_i,      // a word was taken
  input  wire [3:0]                 channels_i,  // entries in use - 1
  output wire [MULT_W-1:0]          mult_o,
  output wire [ADDEND_W-1:0]        addend_o
);

  generate
    if (CHANNELS == 1) begin : gen_one
      reg [MULT_W+ADDEND_W-1:0] entry_q;
      wire unused_channel = &{1'b0, waddr_i, start_i, step_i, channels_i};
      assign {addend_o, mult_o} = entry_q;
      always @(posedge clk_i) begin
        if (we_i) entry_q <= wdata_i;
      end
    end else begin : gen_many
      reg [MULT_W+ADDEND_W-1:0] entries_q [0:15];
      reg [3:0]                 channel_q;
      assign {addend_o, mult_o} = entries_q[channel_q];
      always @(posedge clk_i) begin
        if (we_i) entries_q[waddr_i] <= wdata_i;
        if (start_i)     channel_q <= 4'd0;
        else if (step_i) channel_q <= (channel_q == channels_i) ? 4'd0 : channel_q + 4'd1;
      end
    end
  endgenerate

endmodule

`default_nettype wire
