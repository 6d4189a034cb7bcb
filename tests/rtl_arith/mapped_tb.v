// SPDX-License-Identifier: Apache-2.0
//
// mapped_tb: the synthesized mapped_lane against the generic lane, which the Verilator benches prove against integers.
//
// +fault=1 flips a bit of every expected value: the run must then fail. Prints PASS or FAIL with the number of checks.

`default_nettype none

module mapped_tb;

  localparam integer CYCLES  = 4000;
  localparam integer LATENCY = 6;

  reg         clk = 1'b0;
  reg         rst_n = 1'b0;
  reg         valid = 1'b0;
  reg         last = 1'b0;
  reg  [2:0]  level = 3'd0;
  reg         a_signed = 1'b0;
  reg  [63:0] a = 64'd0;
  reg  [63:0] w = 64'd0;
  wire [31:0] dot;
  wire [31:0] expected;
  reg  [31:0] fault = 32'd0;
  integer     seed = 20240919;
  integer     n, checks, mismatches;

  mapped_lane u_mapped (
    .clk_i(clk), .rst_ni(rst_n), .valid_i(valid), .last_i(last), .level_i(level), .a_signed_i(a_signed),
    .a_i(a), .w_i(w), .dot_o(dot));

  dpwa_mac_lane #(.PRODUCTS(16), .ACC_W(32), .LEVEL_W(3), .LUT_STYLE(0), .CUTS(3)) u_reference (
    .clk_i(clk), .rst_ni(rst_n), .valid_i(valid), .last_i(last), .level_i(level), .a_signed_i(a_signed),
    .a_i(a), .w_i(w), .sum_o(expected));

  always #5 clk = ~clk;

  function [63:0] digits(input [31:0] kind, input [63:0] random);
    case (kind[3:0])
      4'd0: digits = {16{4'h8}};
      4'd1: digits = {16{4'h7}};
      4'd2: digits = {16{4'hF}};
      4'd3: digits = 64'd0;
      default: digits = random;
    endcase
  endfunction

  initial begin
    checks = 0;
    mismatches = 0;
    if (!$value$plusargs("fault=%d", fault)) fault = 32'd0;
    for (n = 0; n < CYCLES; n = n + 1) begin
      @(negedge clk);
      if (n > 2 * LATENCY) begin
        checks = checks + 1;
        if (dot !== (expected ^ fault)) mismatches = mismatches + 1;
      end
      rst_n    = n > LATENCY;
      valid    = $random(seed) % 8 != 0;
      last     = $random(seed) % 16 == 0;
      level    = $random(seed);
      a_signed = $random(seed);
      a        = digits($random(seed), {$random(seed), $random(seed)});
      w        = digits($random(seed), {$random(seed), $random(seed)});
    end
    if (checks > 0 && mismatches == 0) $display("PASS: %0d checks", checks);
    else $display("FAIL: %0d mismatches in %0d checks", mismatches, checks);
    $finish;
  end

endmodule

`default_nettype wire
