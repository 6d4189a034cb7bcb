// SPDX-License-Identifier: Apache-2.0
//
// dpwa_carry_chain: an ECP5 carry chain whose every bit computes the same function INIT. Combinational.
//
// Per bit i: propagate p = INIT[{d,c,b,a}], generate g = INIT[{0,0,b,a}], s_o = p ^ carry, next carry = p ? carry : g.
// The first carry is 0. The functions used by the lane (x in a_i):
//
//   16'h5AAA  x + (c and d)              16'h7888  (a and b) + (c and d)
//   16'h9A6A  x + (d ^ b), c tied to 1   16'h596A  x + (b ? c : d)
//
// With the macro DPWA_ECP5_CELLS (set by the ECP5 synthesis recipe) the chain is made of the device's CCU2C cells, two
// bits each; without it the same function is plain Verilog, for simulation and every other tool.

`default_nettype none

module dpwa_carry_chain #(
  parameter integer WIDTH = 4,
  parameter [15:0]  INIT  = 16'h5AAA
) (
  input  wire [WIDTH-1:0] a_i,
  input  wire [WIDTH-1:0] b_i,
  input  wire [WIDTH-1:0] c_i,
  input  wire [WIDTH-1:0] d_i,
  output wire [WIDTH-1:0] s_o
);

`ifdef DPWA_ECP5_CELLS

  localparam integer CELLS = (WIDTH + 1) / 2;

  wire [2*CELLS-1:0] a = {{(2*CELLS-WIDTH){1'b0}}, a_i};
  wire [2*CELLS-1:0] b = {{(2*CELLS-WIDTH){1'b0}}, b_i};
  wire [2*CELLS-1:0] c = {{(2*CELLS-WIDTH){1'b0}}, c_i};
  wire [2*CELLS-1:0] d = {{(2*CELLS-WIDTH){1'b0}}, d_i};
  wire [2*CELLS-1:0] s;
  wire [CELLS:0]     carry;

  assign carry[0] = 1'b0;
  assign s_o      = s[WIDTH-1:0];

  genvar k;
  generate
    for (k = 0; k < CELLS; k = k + 1) begin : gen_cell
      CCU2C #(.INIT0(INIT), .INIT1(INIT), .INJECT1_0("NO"), .INJECT1_1("NO")) u_cell (
        .CIN(carry[k]),
        .A0(a[2*k]), .B0(b[2*k]), .C0(c[2*k]), .D0(d[2*k]), .S0(s[2*k]),
        .A1(a[2*k+1]), .B1(b[2*k+1]), .C1(c[2*k+1]), .D1(d[2*k+1]), .S1(s[2*k+1]),
        .COUT(carry[k+1]));
    end
  endgenerate

`else

  reg [WIDTH-1:0] propagate;
  reg [WIDTH-1:0] generated;
  integer         i;

  always @* begin
    for (i = 0; i < WIDTH; i = i + 1) begin
      propagate[i] = INIT[{d_i[i], c_i[i], b_i[i], a_i[i]}];
      generated[i] = INIT[{2'b00, b_i[i], a_i[i]}];
    end
  end

  // One operand has a 1 where the carry passes, both have one where it is generated.
  assign s_o = (propagate | generated) + (generated & ~propagate);

`endif

endmodule

`default_nettype wire
