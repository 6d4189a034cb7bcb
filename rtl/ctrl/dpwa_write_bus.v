// SPDX-License-Identifier: Apache-2.0
//
// dpwa_write_bus: takes what the lane groups store to the activation memories of all of them.
//
// Every group holds every tensor, so one bus carries each plane word and each width to all memories. Group g owns the
// cycles t with (t - start) mod GROUPS = g, start being the cycle after start_i; what it stores waits in its own queue of
// DEPTH entries. Its issue stage begins no tile that may not fit (dpwa_store_room), so the queue never overflows (asserted in
// simulation).
// An entry pushed in cycle t leaves in t + 1 at the earliest.

`default_nettype none

module dpwa_write_bus #(
  parameter integer GROUPS  = 2,   // 2 or more
  parameter integer ENTRY_W = 100, // bits of an entry
  parameter integer DEPTH   = 16   // entries per group, a power of two
) (
  input  wire                      clk_i,
  input  wire                      rst_ni,
  input  wire                      start_i,
  input  wire [GROUPS-1:0]         push_i,
  input  wire [GROUPS*ENTRY_W-1:0] entries_i,
  output wire                      valid_o,
  output wire [ENTRY_W-1:0]        entry_o,
  output wire [GROUPS-1:0]         popped_o,  // an entry of the group leaves
  output wire [GROUPS-1:0]         empty_o
);

  localparam integer INDEX_W = $clog2(DEPTH);
  localparam [GROUPS-1:0] FIRST = 1;

  reg [GROUPS-1:0] turn_q;   // one-hot: whose cycle it is

  always @(posedge clk_i) begin
    if (!rst_ni || start_i) turn_q <= FIRST;
    else                    turn_q <= {turn_q[GROUPS-2:0], turn_q[GROUPS-1]};
  end

  wire [GROUPS*ENTRY_W-1:0] heads;
  wire [GROUPS-1:0]         pops = turn_q & ~empty_o;

  genvar g;
  generate
    for (g = 0; g < GROUPS; g = g + 1) begin : gen_queue
      reg [ENTRY_W-1:0] rows [0:DEPTH-1];
      reg [INDEX_W:0]   write_q, read_q;
      assign empty_o[g] = write_q == read_q;
      assign heads[g*ENTRY_W +: ENTRY_W] = rows[read_q[INDEX_W-1:0]] & {ENTRY_W{pops[g]}};
      always @(posedge clk_i) begin
        if (!rst_ni) begin
          write_q <= {(INDEX_W+1){1'b0}};
          read_q  <= {(INDEX_W+1){1'b0}};
        end else begin
          if (push_i[g]) write_q <= write_q + {{INDEX_W{1'b0}}, 1'b1};
          if (pops[g])   read_q  <= read_q + {{INDEX_W{1'b0}}, 1'b1};
        end
        if (push_i[g]) rows[write_q[INDEX_W-1:0]] <= entries_i[g*ENTRY_W +: ENTRY_W];
      end
`ifdef VERILATOR
      wire [INDEX_W:0] count = write_q - read_q;
      always @(posedge clk_i) begin
        if (rst_ni && push_i[g] && count == DEPTH[INDEX_W:0]) begin
          $display("ERROR: dpwa_write_bus: the queue of group %0d overflows", g);
          $stop;
        end
      end
`endif
    end
  endgenerate

  reg [ENTRY_W-1:0] chosen;
  integer i;
  always @(*) begin
    chosen = {ENTRY_W{1'b0}};
    for (i = 0; i < GROUPS; i = i + 1) chosen = chosen | heads[i*ENTRY_W +: ENTRY_W];
  end

  assign valid_o  = |pops;
  assign popped_o = pops;
  assign entry_o  = chosen;

endmodule

`default_nettype wire
