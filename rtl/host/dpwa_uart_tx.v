// SPDX-License-Identifier: Apache-2.0
//
// dpwa_uart_tx: bytes to a serial line: 8 data bits, lowest first, no parity, one stop bit.
//
// A byte is taken when valid_i and ready_o; ten bits later the next one is. tx_o comes from a register and is high
// while there is nothing to send, during reset too.

`default_nettype none

module dpwa_uart_tx #(
  parameter integer CLOCKS_PER_BIT = 16   // clock cycles per bit, 4 to 65535
) (
  input  wire       clk_i,
  input  wire       rst_ni,
  input  wire       valid_i,
  input  wire [7:0] byte_i,
  output wire       ready_o,
  output wire       tx_o
);

  generate
    if (CLOCKS_PER_BIT < 4 || CLOCKS_PER_BIT > 65535) begin : gen_check
      ERROR_CLOCKS_PER_BIT_must_be_4_to_65535 u_check ();
    end
  endgenerate

  localparam integer TIME_W = $clog2(CLOCKS_PER_BIT);
  localparam integer LAST   = CLOCKS_PER_BIT - 1;

  reg [3:0]        left_q;    // bits still to go, the one on the line included; 0: idle
  reg [TIME_W-1:0] time_q;    // cycle of the bit
  reg [8:0]        bits_q;    // the one on the line first

  wire bit_end = time_q == LAST[TIME_W-1:0];

  assign ready_o = left_q == 4'd0;
  assign tx_o    = bits_q[0];

  always @(posedge clk_i) begin
    if (!rst_ni) begin
      left_q <= 4'd0;
      bits_q <= 9'h1ff;
    end else if (ready_o) begin
      if (valid_i) begin
        left_q <= 4'd10;
        bits_q <= {byte_i, 1'b0};
      end
    end else if (bit_end) begin
      left_q <= left_q - 4'd1;
      bits_q <= {1'b1, bits_q[8:1]};
    end
    time_q <= (ready_o | bit_end) ? {TIME_W{1'b0}} : time_q + {{TIME_W-1{1'b0}}, 1'b1};
  end

endmodule

`default_nettype wire
