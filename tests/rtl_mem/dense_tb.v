// SPDX-License-Identifier: Apache-2.0
//
// dense_tb: the simulation model of dpwa_spram_ice40 against the cell of Yosys' library, and dpwa_dense_sram built from
// such memories against the inferred one. Prints PASS, or the first differences and FAIL.

`default_nettype none

module dense_tb;

  localparam integer STEPS = 20000;
  localparam integer WORDS = 20000;

  reg clk = 1'b0;
  always #5 clk = ~clk;

  integer seed = 1, step, errors = 0, checks = 0;

  // One memory.
  reg         en = 1'b0, we = 1'b0, was_read = 1'b0;
  reg  [13:0] addr = 14'd0;
  reg  [15:0] wdata = 16'd0;
  wire [15:0] model, cell_data;

  dpwa_spram_ice40 u_model (.clk_i(clk), .en_i(en), .we_i(we), .addr_i(addr), .wdata_i(wdata), .rdata_o(model));
  SB_SPRAM256KA u_cell (.ADDRESS(addr), .DATAIN(wdata), .MASKWREN(4'b1111), .WREN(we), .CHIPSELECT(en), .CLOCK(clk),
                        .STANDBY(1'b0), .SLEEP(1'b0), .POWEROFF(1'b1), .DATAOUT(cell_data));

  // The dense tier, two memories deep.
  reg         load = 1'b0, read = 1'b0, read_q = 1'b0;
  reg  [7:0]  bank = 8'd0;
  reg  [14:0] waddr = 15'd0, raddr = 15'd0;
  reg  [31:0] word = 32'd0;
  wire [31:0] built, inferred;

  dpwa_dense_sram #(.WORD_BITS(32), .WORDS(WORDS), .BANK(3), .STYLE(1)) u_built (
    .clk_i(clk), .we_i(load), .bank_i(bank), .waddr_i(waddr), .wdata_i(word), .re_i(read), .raddr_i(raddr), .rdata_o(built));
  dpwa_dense_sram #(.WORD_BITS(32), .WORDS(WORDS), .BANK(3), .STYLE(0)) u_inferred (
    .clk_i(clk), .we_i(load), .bank_i(bank), .waddr_i(waddr), .wdata_i(word), .re_i(read), .raddr_i(raddr),
    .rdata_o(inferred));

  // Few addresses, so that reads meet writes: both ends, the border of the two memories, a stride between.
  function [14:0] address(input integer choice);
    case (choice & 7)
      0: address = 15'd0;
      1: address = WORDS - 1;
      2: address = 15'd16383;
      3: address = 15'd16384;
      default: address = ((choice >> 3) & 15) * 1249;
    endcase
  endfunction

  initial begin
    for (step = 0; step < STEPS; step = step + 1) begin
      @(negedge clk);
      if (was_read) begin
        checks = checks + 1;
        if (model !== cell_data) begin
          errors = errors + 1;
          if (errors < 5) $display("step %0d: model %h, cell %h", step, model, cell_data);
        end
      end
      if (read_q) begin
        checks = checks + 1;
        if (built !== inferred) begin
          errors = errors + 1;
          if (errors < 5) $display("step %0d: built %h, inferred %h at %0d", step, built, inferred, raddr);
        end
      end
      en    = $random(seed);
      we    = $random(seed);
      addr  = address($random(seed));
      wdata = $random(seed);
      was_read = (en & ~we) | (was_read & ~en);
      load  = $random(seed);
      read  = ~load & ($random(seed) & 1);
      bank  = ($random(seed) & 3) == 0 ? 8'd2 : 8'd3;
      waddr = address($random(seed));
      raddr = address($random(seed));
      word  = $random(seed);
      read_q = read;
    end
    if (errors == 0 && checks > STEPS / 4) $display("PASS %0d checks", checks);
    else $display("FAIL %0d errors in %0d checks", errors, checks);
    $finish;
  end

endmodule

`default_nettype wire
