// SPDX-License-Identifier: Apache-2.0
//
// dpwa_uart_rx: bytes from a serial line: 8 data bits, lowest first, no parity, one stop bit, no flow control.
//
// The line passes two registers, then every bit is sampled once, in its middle. A start bit that has gone by its
// middle was a glitch and is ignored. In the middle of the stop bit: valid_o for one cycle when the line is high, else
// error_o, and the next start bit is looked for when the line is high again.

`default_nettype none

module dpwa_uart_rx #(
  parameter integer CLOCKS_PER_BIT = 16   // clock cycles per bit, 4 to 65535
) (
  input  wire       clk_i,
  input  wire       rst_ni,
  input  wire       rx_i,
  output wire       valid_o,
  output wire [7:0] byte_o,
  output wire       error_o
);

  generate
    if (CLOCKS_PER_BIT < 4 || CLOCKS_PER_BIT > 65535) begin : gen_check
      ERROR_CLOCKS_PER_BIT_must_be_4_to_65535 u_check ();
    end
  endgenerate

  localparam integer TIME_W = $clog2(CLOCKS_PER_BIT);
  localparam integer LAST   = CLOCKS_PER_BIT - 1;
  localparam integer MIDDLE = CLOCKS_PER_BIT / 2 - 1;
  localparam [3:0]   START = 4'd0, STOP = 4'd9;

  reg [1:0]        line_q;
  reg              busy_q;
  reg              broken_q;   // the line has been low since a wrong stop bit
  reg [3:0]        bit_q;      // START, the data bits 1..8, STOP
  reg [TIME_W-1:0] time_q;     // cycle of the bit
  reg [7:0]        byte_q;

  wire line   = line_q[1];
  wire middle = busy_q & (time_q == MIDDLE[TIME_W-1:0]);
  wire stop   = middle & (bit_q == STOP);

  assign valid_o = stop & line;
  assign error_o = stop & ~line;
  assign byte_o  = byte_q;

  always @(posedge clk_i) begin
    line_q <= {line_q[0], rx_i};
    if (!rst_ni) begin
      busy_q   <= 1'b0;
      broken_q <= 1'b1;
    end else begin
      broken_q <= (broken_q | error_o) & ~line;
      if (!busy_q)                              busy_q <= ~line & ~broken_q;
      else if (stop)                            busy_q <= 1'b0;
      else if (middle && bit_q == START && line) busy_q <= 1'b0;
    end
  end

  // Position within the byte; without meaning while not busy.
  always @(posedge clk_i) begin
    if (!busy_q) begin
      time_q <= {TIME_W{1'b0}};
      bit_q  <= START;
    end else if (time_q == LAST[TIME_W-1:0]) begin
      time_q <= {TIME_W{1'b0}};
      bit_q  <= bit_q + 4'd1;
    end else begin
      time_q <= time_q + {{TIME_W-1{1'b0}}, 1'b1};
    end
    if (middle && bit_q != STOP) byte_q <= {line, byte_q[7:1]};
  end

endmodule

`default_nettype wire
