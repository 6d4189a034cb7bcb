// SPDX-License-Identifier: Apache-2.0
//
// dpwa_axil_slave: the protocol of an AXI4-Lite slave port; what the addresses mean is the register map's business.
//
// Registers. write_o lasts one cycle per write, read_o one cycle per read; in that cycle the register map answers
// from the word address: *_error_i (no such register, or not to be written) and read_data_i. Every write_o is a whole
// word: a write that does not strobe all four bytes is answered with SLVERR and never reaches the map. The low two
// bits of an address are ignored. Reads and writes are independent; each side has one access in flight.
//
// Advance rules:
//   1. An address waits in a slot, which takes the next one when its access is done. Data of a write wait at the port until
//      their address is in its slot and no response waits.
//   2. Then the write is done (write_o, and bvalid in the next cycle); a read is done (read_o, then rvalid) when its slot is
//      full and no response waits.
//   3. A response stays, with its payload, until it is taken.
//
// Every AXI output follows from registers alone. Fastest: one write and one read every two cycles.

`default_nettype none

module dpwa_axil_slave #(
  parameter integer ADDR_W = 8  // bits of a byte address, 3 to 32
) (
  input  wire              clk_i,
  input  wire              rst_ni,
  // AXI4-Lite
  input  wire [ADDR_W-1:0] s_axil_awaddr_i,
  input  wire              s_axil_awvalid_i,
  output wire              s_axil_awready_o,
  input  wire [31:0]       s_axil_wdata_i,
  input  wire [3:0]        s_axil_wstrb_i,
  input  wire              s_axil_wvalid_i,
  output wire              s_axil_wready_o,
  output reg  [1:0]        s_axil_bresp_o,
  output reg               s_axil_bvalid_o,
  input  wire              s_axil_bready_i,
  input  wire [ADDR_W-1:0] s_axil_araddr_i,
  input  wire              s_axil_arvalid_i,
  output wire              s_axil_arready_o,
  output reg  [31:0]       s_axil_rdata_o,
  output reg  [1:0]        s_axil_rresp_o,
  output reg               s_axil_rvalid_o,
  input  wire              s_axil_rready_i,
  // register map
  output wire              write_o,
  output wire [ADDR_W-3:0] write_addr_o,  // word address
  output wire [31:0]       write_data_o,
  input  wire              write_error_i,
  output wire              read_o,
  output wire [ADDR_W-3:0] read_addr_o,   // word address
  input  wire [31:0]       read_data_i,
  input  wire              read_error_i
);

  generate
    if (ADDR_W < 3 || ADDR_W > 32) begin : gen_check
      ERROR_ADDR_W_must_be_3_to_32 u_check ();
    end
  endgenerate

  localparam [1:0] OKAY = 2'b00, SLVERR = 2'b10;

  // Slots.
  reg              aw_full_q, ar_full_q;
  reg [ADDR_W-3:0] write_addr_q, read_addr_q;

  wire whole      = &s_axil_wstrb_i;
  wire write_done = s_axil_wvalid_i & s_axil_wready_o;
  wire read_done  = ar_full_q & ~s_axil_rvalid_o;

  assign s_axil_awready_o = ~aw_full_q;
  assign s_axil_wready_o  = aw_full_q & ~s_axil_bvalid_o;
  assign s_axil_arready_o = ~ar_full_q;
  assign write_o          = write_done & whole;
  assign write_addr_o     = write_addr_q;
  assign write_data_o     = s_axil_wdata_i;
  assign read_o           = read_done;
  assign read_addr_o      = read_addr_q;

  always @(posedge clk_i) begin
    if (!rst_ni) begin
      aw_full_q       <= 1'b0;
      ar_full_q       <= 1'b0;
      s_axil_bvalid_o <= 1'b0;
      s_axil_rvalid_o <= 1'b0;
    end else begin
      aw_full_q       <= aw_full_q ? ~write_done : s_axil_awvalid_i;
      ar_full_q       <= ar_full_q ? ~read_done : s_axil_arvalid_i;
      s_axil_bvalid_o <= s_axil_bvalid_o ? ~s_axil_bready_i : write_done;
      s_axil_rvalid_o <= s_axil_rvalid_o ? ~s_axil_rready_i : read_done;
    end
  end

  // Payload: no reset.
  always @(posedge clk_i) begin
    if (!aw_full_q) write_addr_q <= s_axil_awaddr_i[ADDR_W-1:2];
    if (!ar_full_q) read_addr_q <= s_axil_araddr_i[ADDR_W-1:2];
    if (write_done) s_axil_bresp_o <= (whole & ~write_error_i) ? OKAY : SLVERR;
    if (read_done) begin
      s_axil_rdata_o <= read_data_i;
      s_axil_rresp_o <= read_error_i ? SLVERR : OKAY;
    end
  end

  wire unused = &{1'b0, s_axil_awaddr_i[1:0], s_axil_araddr_i[1:0]};

endmodule

`default_nettype wire
