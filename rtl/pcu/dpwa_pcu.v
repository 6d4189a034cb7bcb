// SPDX-License-Identifier: Apache-2.0
//
// dpwa_pcu: Precision Control Unit. Decides, tile by tile, with how many planes a node's values are stored.
//
// Record ROM, one word per node, written by the loader through record_*:
//   [1:0] policy (0 range, 1 fixed)   [4:2] min_planes   [7:5] max_planes   [31:8] not used
//
// Node: node_start_i samples node_i and signed_i and reads the record. That stored values keep to the record's
// max_planes is the duty of who limits them (N1.4); one that does not is a violation.
//
// Values: every cycle with valid_i, the values in mask_i belong to the current tile. In the cycle of flush_i (with or
// without valid_i) planes_o is the decision for the tile, this transfer included, latency 0:
//   range  width of the tile, not less than min_planes, not more than max_planes
//   fixed  max_planes
// No value and no flush_i in the cycle of node_start_i and in the two after it.
//
// Counters: dpwa_pcu_counters; with COUNTERS = 0 there are none and counter_o is zero. trace_*: one pulse per decision,
// one cycle after flush_i. A *policy violation* is a decision that is not lossless (a value needs more than
// max_planes) or follows an illegal record.
//
// Numerics: docs/numerics.md, N1.3.

`default_nettype none

module dpwa_pcu #(
  parameter integer WB_LANES   = 1,   // watchers: values per transfer
  parameter integer PLANES_MAX = 4,   // 2 to 5
  parameter integer VALUE_W    = 17,  // 4 * PLANES_MAX + 1
  parameter integer NODES      = 32,  // records
  parameter integer COUNTERS   = 1,   // 0: no event counters
  parameter integer COUNTER_W  = 32   // bits of a counter
) (
  input  wire                                           clk_i,
  input  wire                                           rst_ni,
  input  wire                                           record_we_i,
  input  wire [((NODES > 1) ? $clog2(NODES) : 1)-1:0]   record_addr_i,
  input  wire [31:0]                                    record_data_i,
  input  wire                                           node_start_i,
  input  wire [((NODES > 1) ? $clog2(NODES) : 1)-1:0]   node_i,
  input  wire                                           signed_i,
  input  wire                                           valid_i,
  input  wire [WB_LANES-1:0]                            mask_i,
  input  wire [WB_LANES*VALUE_W-1:0]                    values_i,
  input  wire                                           flush_i,
  output wire [2:0]                                     planes_o,
  input  wire [$clog2(WB_LANES+1)-1:0]                  saturated_i,
  input  wire [((NODES > 1) ? $clog2(NODES) : 1)-1:0]   counter_node_i,
  input  wire [2:0]                                     counter_index_i,
  output wire [COUNTER_W-1:0]                           counter_o,
  output wire                                           trace_valid_o,
  output wire [((NODES > 1) ? $clog2(NODES) : 1)-1:0]   trace_node_o,
  output wire [2:0]                                     trace_planes_o
);

  generate
    if (PLANES_MAX < 2 || PLANES_MAX > 5) begin : gen_check_planes
      ERROR_PLANES_MAX_must_be_2_to_5 u_check ();
    end
    if (VALUE_W != 4*PLANES_MAX + 1) begin : gen_check_value
      ERROR_VALUE_W_must_be_4_PLANES_MAX_plus_1 u_check ();
    end
    if (WB_LANES < 1 || NODES < 1) begin : gen_check_lanes
      ERROR_WB_LANES_and_NODES_must_be_positive u_check ();
    end
  endgenerate

  localparam integer NODE_W = (NODES > 1) ? $clog2(NODES) : 1;

  // Record ROM. Reading a record in the cycle that writes it is excluded: images are loaded between inferences.
  (* no_rw_check *)
  reg [7:0] record_mem [0:(1<<NODE_W)-1];
  reg [7:0] record_q;

  always @(posedge clk_i) begin
    if (record_we_i) record_mem[record_addr_i] <= record_data_i[7:0];
    if (node_start_i) record_q <= record_mem[node_i];
  end

  wire unused_record = |record_data_i[31:8];

  wire [1:0] policy     = record_q[1:0];
  wire [2:0] min_planes = record_q[4:2];
  wire [2:0] max_planes = record_q[7:5];
  wire       fixed      = policy == 2'd1;
  wire       legal      = (policy <= 2'd1) && (max_planes <= PLANES_MAX[2:0]) && (min_planes <= max_planes) &&
                          (!fixed || min_planes == max_planes);

  reg              signed_q;
  reg [NODE_W-1:0] node_q;

  always @(posedge clk_i) begin
    if (node_start_i) begin
      signed_q <= signed_i;
      node_q   <= node_i;
    end
  end

  // Watchers: what the tile needs, this transfer included.
  wire [WB_LANES*(PLANES_MAX+1)-1:0] more;

  generate
    genvar l;
    for (l = 0; l < WB_LANES; l = l + 1) begin : gen_watcher
      wire [PLANES_MAX:0] value_more;
      dpwa_tile_width #(.PLANES_MAX(PLANES_MAX), .VALUE_W(VALUE_W)) u_tile_width (
        .signed_i(signed_q),
        .value_i (values_i[l*VALUE_W +: VALUE_W]),
        .more_o  (value_more)
      );
      assign more[l*(PLANES_MAX+1) +: PLANES_MAX+1] = value_more & {(PLANES_MAX+1){valid_i & mask_i[l]}};
    end
  endgenerate

  reg [PLANES_MAX:0] seen_q;                  // by the transfers of this tile before this cycle
  reg [PLANES_MAX:0] tile_more;
  reg [2:0]          width;
  integer i, k;
  always @(*) begin
    tile_more = seen_q;
    for (i = 0; i < WB_LANES; i = i + 1) tile_more = tile_more | more[i*(PLANES_MAX+1) +: PLANES_MAX+1];
    width = 3'd0;
    for (k = 0; k <= PLANES_MAX; k = k + 1) begin
      if (tile_more[k]) width = k[2:0] + 3'd1;
    end
  end

  always @(posedge clk_i) begin
    if (!rst_ni || flush_i) seen_q <= {(PLANES_MAX+1){1'b0}};
    else                    seen_q <= tile_more;
  end

  // Decision. An illegal max_planes cannot ask for planes that the hardware does not have.
  wire [2:0] top_planes = (max_planes > PLANES_MAX[2:0]) ? PLANES_MAX[2:0] : max_planes;
  wire       too_wide   = width > top_planes;
  wire [2:0] planes     = (fixed || too_wide) ? top_planes : (width < min_planes) ? min_planes : width;

  assign planes_o = planes;

  reg              decided_q, violated_q;
  reg [2:0]        planes_q;
  reg [NODE_W-1:0] decided_node_q;

  always @(posedge clk_i) begin
    decided_q      <= rst_ni & flush_i;
    violated_q     <= rst_ni & flush_i & (too_wide | ~legal);
    planes_q       <= planes;
    decided_node_q <= node_q;
  end

  assign trace_valid_o  = decided_q;
  assign trace_node_o   = decided_node_q;
  assign trace_planes_o = planes_q;

  generate
    if (COUNTERS != 0) begin : gen_counters
      dpwa_pcu_counters #(
        .NODES    (NODES),
        .COUNTER_W(COUNTER_W),
        .INC_W    ($clog2(WB_LANES+1))
      ) u_counters (
        .clk_i          (clk_i),
        .rst_ni         (rst_ni),
        .start_i        (node_start_i),
        .node_i         (node_i),
        .tile_valid_i   (decided_q),
        .tile_planes_i  (planes_q),
        .violated_i     (violated_q),
        .saturated_i    (saturated_i),
        .counter_node_i (counter_node_i),
        .counter_index_i(counter_index_i),
        .counter_o      (counter_o)
      );
    end else begin : gen_none
      wire unused = &{1'b0, violated_q, saturated_i, counter_node_i, counter_index_i};
      assign counter_o = {COUNTER_W{1'b0}};
    end
  endgenerate

endmodule

`default_nettype wire
