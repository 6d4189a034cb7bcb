// SPDX-License-Identifier: Apache-2.0
//
// dpwa_pcu: Precision Control Unit. Decides, tile by tile, with how many planes a node's values are stored.
//
// Record ROM, one word per node, written by the loader through record_*:
//   [1:0] policy (0 range, 1 static, 2 variance)   [4:2] min_planes   [7:5] max_planes
//   [9:8] class   [11:10] top class   [21:12] finer   [31:22] coarser (thresholds: {exponent[6], mantissa[4]})
// RANGE, STATIC and VARIANCE say which policies there are. Bits 31..8 exist with VARIANCE; without it all classes are 0.
//
// Node: node_start_i samples node_i and signed_i and reads the record; columns_i is stable after it. That stored values
// keep to the record's max_planes is the duty of who limits them (N1.4); one that does not is a violation.
//
// Values: every cycle with valid_i, the values in mask_i belong to the current tile. In the cycle of flush_i (with or
// without valid_i) planes_o is the decision for the tile, this transfer included, latency 0:
//   range     width of the tile, not less than min_planes, not more than max_planes
//   static    max_planes - class
//   variance  as range, not more than max_planes - class
// No value and no flush_i in the cycle of node_start_i and in the two after it.
//
// Step classes (dpwa_row_class): position_i, with flush_i, completes a stored position; class_o is the class of this
// cycle's tile. drained_i: the last slice of a position is announced by the drain; drain_class_o: class of what is
// announced.
//
// Counters: dpwa_pcu_counters, which also counts beat_i and stall_i of the lane group; with COUNTERS = 0 there are none
// and counter_o is zero. trace_*: one pulse per decision, one cycle after flush_i. A *policy violation* is a decision
// that is not lossless (a value needs more planes than granted; not seen with STATIC alone) or follows an illegal
// record.
//
// Numerics: docs/numerics.md, N1.3 and N5.

`default_nettype none

module dpwa_pcu #(
  parameter integer WB_LANES   = 1,   // watchers: values per transfer
  parameter integer PLANES_MAX = 4,   // 2 to 5
  parameter integer VALUE_W    = 17,  // 4 * PLANES_MAX + 1
  parameter integer NODES      = 32,  // records
  parameter integer RANGE      = 1,   // 1: policy range
  parameter integer STATIC     = 1,   // 1: policy static
  parameter integer VARIANCE   = 0,   // 1: policy variance, and step classes
  parameter integer COLUMN_W   = 15,  // bits of a column's number
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
  input  wire [COLUMN_W-1:0]                            columns_i,      // stored columns - 1
  input  wire                                           valid_i,
  input  wire [WB_LANES-1:0]                            mask_i,
  input  wire [WB_LANES*VALUE_W-1:0]                    values_i,
  input  wire                                           flush_i,
  input  wire                                           position_i,
  output wire [2:0]                                     planes_o,
  output wire [1:0]                                     class_o,
  input  wire                                           drained_i,
  output wire [1:0]                                     drain_class_o,
  input  wire [$clog2(WB_LANES+1)-1:0]                  saturated_i,
  input  wire [((NODES > 1) ? $clog2(NODES) : 1)-1:0]   counter_node_i,
  input  wire                                           beat_i,
  input  wire                                           stall_i,
  input  wire [3:0]                                     counter_index_i,
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
    if (RANGE == 0 && STATIC == 0 && VARIANCE == 0) begin : gen_check_policies
      ERROR_there_must_be_a_policy u_check ();
    end
  endgenerate

  localparam integer NODE_W   = (NODES > 1) ? $clog2(NODES) : 1;
  localparam integer RECORD_W = (VARIANCE != 0) ? 32 : 8;
  localparam [0:0]   RANGES   = RANGE != 0;
  localparam [0:0]   STATICS  = STATIC != 0;
  localparam [0:0]   VARIES   = VARIANCE != 0;

  // Record ROM. Reading a record in the cycle that writes it is excluded: images are loaded between inferences.
  (* no_rw_check *)
  reg [RECORD_W-1:0] record_mem [0:(1<<NODE_W)-1];
  reg [RECORD_W-1:0] record_q;

  always @(posedge clk_i) begin
    if (record_we_i) record_mem[record_addr_i] <= record_data_i[RECORD_W-1:0];
    if (node_start_i) record_q <= record_mem[node_i];
  end

  wire [1:0] policy     = record_q[1:0];
  wire [2:0] min_planes = record_q[4:2];
  wire [2:0] max_planes = record_q[7:5];
  wire       ranges     = RANGES & (policy == 2'd0);
  wire       pinned     = STATICS & (policy == 2'd1);
  wire       varies     = VARIES & (policy == 2'd2);
  wire [1:0] top_class;
  wire       legal      = (ranges | pinned | varies) && (max_planes <= PLANES_MAX[2:0]) && (min_planes <= max_planes) &&
                          (!pinned || min_planes == max_planes) && (!ranges || top_class == 2'd0) &&
                          ({1'b0, top_class} < max_planes || max_planes == 3'd0);
  wire       changed;

  generate
    if (VARIANCE != 0) begin : gen_classes
      assign top_class = record_q[11:10];
      dpwa_row_class #(
        .WB_LANES(WB_LANES),
        .VALUE_W (VALUE_W),
        .COLUMN_W(COLUMN_W),
        .COUNT_W (16)
      ) u_row_class (
        .clk_i        (clk_i),
        .rst_ni       (rst_ni),
        .start_i      (node_start_i),
        .columns_i    (columns_i),
        .variance_i   (varies),
        .class_i      (record_q[9:8]),
        .top_class_i  (top_class),
        .coarser_i    (record_q[31:22]),
        .finer_i      (record_q[21:12]),
        .valid_i      (valid_i),
        .mask_i       (mask_i),
        .values_i     (values_i),
        .position_i   (position_i),
        .class_o      (class_o),
        .changed_o    (changed),
        .drained_i    (drained_i),
        .drain_class_o(drain_class_o)
      );
    end else begin : gen_one_class
      wire unused = &{1'b0, record_data_i[31:8], columns_i, position_i, drained_i};
      assign top_class     = 2'd0;
      assign class_o       = 2'd0;
      assign drain_class_o = 2'd0;
      assign changed       = 1'b0;
    end
  endgenerate

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
    if (RANGE == 0 && VARIANCE == 0) begin : gen_no_watchers
      wire unused_values = &{1'b0, valid_i, mask_i, values_i, signed_q};
      assign more = {(WB_LANES*(PLANES_MAX+1)){1'b0}};
    end else for (l = 0; l < WB_LANES; l = l + 1) begin : gen_watcher
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

  // Decision. An illegal record cannot ask for planes that the hardware does not have.
  wire [2:0] most       = (max_planes > PLANES_MAX[2:0]) ? PLANES_MAX[2:0] : max_planes;
  wire [3:0] left       = {1'b0, most} - {2'b00, class_o};
  wire [2:0] top_planes = left[3] ? 3'd0 : left[2:0];
  wire       too_wide   = width > top_planes;
  wire [2:0] planes     = (pinned || too_wide) ? top_planes : (width < min_planes) ? min_planes : width;

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
        .changed_i      (changed),
        .beat_i         (beat_i),
        .stall_i        (stall_i),
        .counter_node_i (counter_node_i),
        .counter_index_i(counter_index_i),
        .counter_o      (counter_o)
      );
    end else begin : gen_none
      wire unused = &{1'b0, violated_q, saturated_i, changed, beat_i, stall_i, counter_node_i, counter_index_i};
      assign counter_o = {COUNTER_W{1'b0}};
    end
  endgenerate

endmodule

`default_nettype wire
