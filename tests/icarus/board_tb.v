// SPDX-License-Identifier: Apache-2.0
//
// board_tb: dpwa_uart_top from power-up, with all registers and memories undefined, behind a serial line on which a
// host speaks whose bytes were recorded.
//
//   vvp sim +host=FILE +board=FILE
//
// FILE of the host: one byte per line in hexadecimal, and 100 behind the bytes of a request: the next one is sent when
// the board has answered. FILE of the board: the bytes of its answers, one line each. From the release of reset on no
// output of the design may be undefined in any cycle. Ends with "passed", or with one line that says what is wrong.
// The flash is erased.

`default_nettype none
`timescale 1ns / 1ns

module board_tb;

  localparam integer CLOCKS_PER_BIT = 4;         // the design's default, as the test writes it
  localparam integer PATIENCE       = 100000;    // clock cycles until an answer is complete
  localparam [8:0]   END            = 9'h100;    // of a request
  localparam [7:0]   FLAG           = 8'h7e;     // of a frame

  reg clk = 1'b0;
  reg rst_n = 1'b0;
  reg uart_rx = 1'b1;
  wire uart_tx, image_valid, busy, error, flash_cs_n, flash_sck, flash_mosi;

  dpwa_uart_top u_board (
    .clk_i         (clk),
    .rst_ni        (rst_n),
    .uart_rx_i     (uart_rx),
    .uart_tx_o     (uart_tx),
    .flash_cs_no   (flash_cs_n),
    .flash_sck_o   (flash_sck),
    .flash_mosi_o  (flash_mosi),
    .flash_miso_i  (1'b1),
    .image_valid_o (image_valid),
    .busy_o        (busy),
    .error_o       (error)
  );

  always #5 clk = ~clk;

  reg [8*256-1:0] host_file, board_file;
  reg [8:0] byte_out;           // or END
  integer host, board, b, waited;
  integer sent  = 0;            // bytes of the host
  integer flags = 0;            // of the answer

  // Undefined outputs.
  wire [6:0] outputs = {uart_tx, image_valid, busy, error, flash_cs_n, flash_sck, flash_mosi};
  always @(negedge clk) begin
    if (rst_n && (^outputs) === 1'bx) begin
      $display("undefined output at %0d ns: tx, image, busy, error, cs, sck, mosi = %b", $time, outputs);
      $finish;
    end
  end

  // The board's bytes.
  reg [7:0] byte_in;
  integer   k;
  initial begin
    wait (rst_n);
    forever begin
      @(negedge uart_tx);
      repeat (CLOCKS_PER_BIT / 2) @(negedge clk);
      for (k = 0; k < 8; k = k + 1) begin
        repeat (CLOCKS_PER_BIT) @(negedge clk);
        byte_in[k] = uart_tx;
      end
      repeat (CLOCKS_PER_BIT) @(negedge clk);
      if (uart_tx !== 1'b1) begin
        $display("no stop bit at %0d ns", $time);
        $finish;
      end
      $fdisplay(board, "%h", byte_in);
      if (byte_in == FLAG) flags = flags + 1;
    end
  end

  initial begin
    if (!$value$plusargs("host=%s", host_file) || !$value$plusargs("board=%s", board_file)) begin
      $display("usage: +host=FILE +board=FILE");
      $finish;
    end
    host  = $fopen(host_file, "r");
    board = $fopen(board_file, "w");
    repeat (8) @(negedge clk);
    rst_n = 1'b1;
    while ($fscanf(host, "%h", byte_out) == 1) begin
      if (byte_out == END) begin
        for (waited = 0; flags < 2 && waited < PATIENCE; waited = waited + 1) @(negedge clk);
        if (flags < 2) begin
          $display("no answer after %0d bytes of the host", sent);
          $finish;
        end
        flags = 0;
      end else begin
        uart_rx = 1'b0;
        repeat (CLOCKS_PER_BIT) @(negedge clk);
        for (b = 0; b < 8; b = b + 1) begin
          uart_rx = byte_out[b];
          repeat (CLOCKS_PER_BIT) @(negedge clk);
        end
        uart_rx = 1'b1;
        repeat (CLOCKS_PER_BIT) @(negedge clk);
        sent = sent + 1;
      end
    end
    $fclose(board);
    $display("%0s", sent > 0 ? "passed" : "the host said nothing");
    $finish;
  end

endmodule

`default_nettype wire
