// SPDX-License-Identifier: Apache-2.0
//
// dpwa_spram_ice40: one 16,384 x 16 single-port memory of iCE40 UltraPlus.
//
//   rdata_o in cycle t + 1 = word addr_i of cycle t when en_i and not we_i; undefined in the cycle after a write.
//   A cycle without en_i keeps contents and rdata_o.
//
// Synthesis gets the cell SB_SPRAM256KA; simulators get a model of the way it is used here (tests/rtl_mem compares the
// model with the cell library of Yosys).

`default_nettype none

module dpwa_spram_ice40 (
  input  wire        clk_i,
  input  wire        en_i,
  input  wire        we_i,
  input  wire [13:0] addr_i,
  input  wire [15:0] wdata_i,
  output wire [15:0] rdata_o
);

`ifdef SYNTHESIS
  SB_SPRAM256KA u_cell (
    .ADDRESS   (addr_i),
    .DATAIN    (wdata_i),
    .MASKWREN  (4'b1111),
    .WREN      (we_i),
    .CHIPSELECT(en_i),
    .CLOCK     (clk_i),
    .STANDBY   (1'b0),
    .SLEEP     (1'b0),
    .POWEROFF  (1'b1),
    .DATAOUT   (rdata_o)
  );
`else
  reg [15:0] memory [0:16383];
  reg [15:0] rdata_q;

  always @(posedge clk_i) begin
    if (en_i & we_i)  memory[addr_i] <= wdata_i;
    if (en_i & ~we_i) rdata_q <= memory[addr_i];
  end

  assign rdata_o = rdata_q;
`endif

endmodule

`default_nettype wire
