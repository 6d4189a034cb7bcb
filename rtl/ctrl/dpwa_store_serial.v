// SPDX-License-Identifier: Apache-2.0
//
// dpwa_store_serial: from the lanes' accumulators to stored values with one bit-serial write-back unit: what dpwa_drain,
// dpwa_write_back_array and dpwa_store do, for small targets.
//
// The last beat of a job enters the lanes in cycle t (last_i); in t + LATENCY all sums are taken into one long shift
// register, lane 0 lowest, and the lanes go on. Each lane's value then takes PERIOD cycles:
//   RUN + VALUE_W + 1  dpwa_write_back_serial
//   2 * PLANES_MAX     valid_o in the first of them, for the last job of a pool window; the outputs that come with it are
//                      stable in all of them, while dpwa_digit_writer works
// free_o: a job may end. It is low from the cycle after issued_i (the job's last beat is issued, before last_i) to
// t + LATENCY + LANES * PERIOD. done_o: every job of the node is stored; from one cycle later on, once the last one is.
// Channel constants: as in dpwa_write_back_array, row by row. saturated_o counts as in dpwa_store, with each value.

`default_nettype none

module dpwa_store_serial #(
  parameter integer LANES      = 4,
  parameter integer PRODUCTS   = 16,   // values per tile
  parameter integer PLANES_MAX = 4,    // most words of a slot
  parameter integer ACC_W      = 32,
  parameter integer MULT_W     = 20,
  parameter integer SHIFT_MAX  = 47,
  parameter integer VALUE_W    = 17,
  parameter integer ROWS       = 256,  // channel constants
  parameter integer TILE_W     = 15,
  parameter integer WORD_W     = 17,
  parameter integer LATENCY    = 5     // of dpwa_mac_lane, at least 2
) (
  input  wire                        clk_i,
  input  wire                        rst_ni,
  // loader: one entry per channel, {shift[6], multiplier[MULT_W], bias[ACC_W]}
  input  wire                        const_we_i,
  input  wire [$clog2(ROWS)-1:0]     const_waddr_i,
  input  wire [6+MULT_W+ACC_W-1:0]   const_wdata_i,
  // node
  input  wire                        start_i,
  input  wire [4:0]                  last_channels_i,  // channels of the last group
  input  wire [$clog2(ROWS)-1:0]     row_base_i,       // first channel constants
  input  wire [TILE_W-1:0]           tile_base_i,
  input  wire [WORD_W-1:0]           word_base_i,
  input  wire [2:0]                  slot_planes_i,    // words of an output slot
  input  wire [VALUE_W-1:0]          lower_i,
  input  wire [VALUE_W-1:0]          upper_i,
  input  wire                        count_above_i,
  input  wire                        count_below_i,
  // issue
  input  wire                        issued_i,
  input  wire [2:0]                  job_i,            // of the last {position, channel group, pool-window position}
  output wire                        free_o,
  // lanes
  input  wire                        last_i,
  input  wire [LANES*ACC_W-1:0]      sums_i,
  input  wire [ACC_W-1:0]            corr_i,
  // digit writer and PCU
  output wire                        valid_o,
  output wire [$clog2(PRODUCTS)-1:0] element_o,
  output wire                        mask_o,
  output wire [VALUE_W-1:0]          value_o,
  output wire                        flush_o,
  output wire [TILE_W-1:0]           tile_o,
  output wire [WORD_W-1:0]           word_o,
  output wire                        saturated_o,
  output wire                        done_o
);

  localparam integer ROW_W     = $clog2(ROWS);
  localparam integer ELEMENT_W = $clog2(PRODUCTS);
  localparam integer CONST_W   = 6 + MULT_W + ACC_W;
  localparam integer LAST      = LANES - 1;
  localparam integer GAP       = 2 * PLANES_MAX;

  generate
    if (LATENCY < 2 || LANES > 16 || PLANES_MAX > 7 || ROW_W < 5) begin : gen_check
      ERROR_LATENCY_at_least_2_LANES_at_most_16_PLANES_MAX_at_most_7_ROWS_more_than_16 u_check ();
    end
  endgenerate

  // A job's end travels with its sums; then value by value.
  reg [LATENCY-1:0] last_q;
  reg               waiting_q;      // a job has ended whose values are not stored
  reg [3:0]         lane_q;
  reg [3:0]         gap_q;          // cycles that are left for the digit writer

  wire value_valid, take_bit;
  wire taken     = last_q[LATENCY-1];
  wire last_lane = lane_q == LAST[3:0];
  wire over      = gap_q == 4'd1;
  wire next      = over & ~last_lane;
  wire job_over  = over & last_lane;
  wire begins    = taken | next;
  wire [3:0] lane = taken ? 4'd0 : lane_q + 4'd1;

  assign free_o = ~waiting_q;

  always @(posedge clk_i) begin
    if (!rst_ni) begin
      last_q    <= {LATENCY{1'b0}};
      waiting_q <= 1'b0;
      gap_q     <= 4'd0;
    end else begin
      last_q    <= {last_q[LATENCY-2:0], last_i};
      waiting_q <= issued_i | (waiting_q & ~job_over);
      if (value_valid)         gap_q <= GAP[3:0];
      else if (gap_q != 4'd0)  gap_q <= gap_q - 4'd1;
    end
    if (begins) lane_q <= lane;
  end

  // Sums leave lowest bit first; the corrector's value goes round, once for each lane.
  reg [LANES*ACC_W-1:0] sums_q;
  reg [ACC_W-1:0]       corr_q;

  always @(posedge clk_i) begin
    if (taken) begin
      sums_q <= sums_i;
      corr_q <= corr_i;
    end else if (take_bit) begin
      sums_q <= {1'b0, sums_q[LANES*ACC_W-1:1]};
      corr_q <= {corr_q[0], corr_q[ACC_W-1:1]};
    end
  end

  // Where the job stands.
  reg                 window_first_q, window_last_q, group_last_q, position_last_q, done_q;
  reg [ELEMENT_W-1:0] element_q;    // of lane 0's channel in its tile
  reg [ROW_W-1:0]     row_q;        // of its constants
  reg [TILE_W-1:0]    tile_q;
  reg [WORD_W-1:0]    word_q;

  wire flush = window_last_q & (group_last_q | ({1'b0, element_q} + LANES[ELEMENT_W:0] == PRODUCTS[ELEMENT_W:0]));

  always @(posedge clk_i) begin
    if (issued_i) begin
      window_first_q                                 <= window_last_q;
      {position_last_q, group_last_q, window_last_q} <= job_i;
    end
    if (start_i) begin
      window_last_q <= 1'b1;
      element_q     <= {ELEMENT_W{1'b0}};
      row_q         <= row_base_i;
      tile_q        <= tile_base_i;
      word_q        <= word_base_i;
    end else if (job_over) begin
      if (window_last_q) begin
        element_q <= group_last_q ? {ELEMENT_W{1'b0}} : element_q + LANES[ELEMENT_W-1:0];
        row_q     <= group_last_q ? row_base_i : row_q + LANES[ROW_W-1:0];
      end
      if (flush) begin
        tile_q <= tile_q + {{(TILE_W-1){1'b0}}, 1'b1};
        word_q <= word_q + {{(WORD_W-3){1'b0}}, slot_planes_i};
      end
    end
    if (!rst_ni || start_i) done_q <= 1'b0;
    else if (job_over)      done_q <= window_last_q & group_last_q & position_last_q;
  end

  assign tile_o = tile_q;
  assign word_o = word_q;
  assign done_o = done_q;

  wire [CONST_W-1:0] constants;

  dpwa_ram #(.WIDTH(CONST_W), .DEPTH(ROWS)) u_constants (
    .clk_i  (clk_i),
    .we_i   (const_we_i),
    .waddr_i(const_waddr_i),
    .wdata_i(const_wdata_i),
    .re_i   (begins),
    .raddr_i(row_q + {{(ROW_W-4){1'b0}}, lane}),
    .rdata_o(constants)
  );

  wire above, below;

  dpwa_write_back_serial #(
    .ACC_W    (ACC_W),
    .MULT_W   (MULT_W),
    .SHIFT_MAX(SHIFT_MAX),
    .VALUE_W  (VALUE_W),
    .SLICES   (LANES)
  ) u_write_back (
    .clk_i  (clk_i),
    .rst_ni (rst_ni),
    .start_i(begins),
    .take_o (take_bit),
    .sum_i  (sums_q[0]),
    .corr_i (corr_q[0]),
    .bias_i (constants[0 +: ACC_W]),
    .mult_i (constants[ACC_W +: MULT_W]),
    .shift_i(constants[ACC_W+MULT_W +: 6]),
    .first_i(window_first_q),
    .lower_i(lower_i),
    .upper_i(upper_i),
    .valid_o(value_valid),
    .y_o    (value_o),
    .above_o(above),
    .below_o(below)
  );

  assign valid_o     = value_valid & window_last_q;
  // The lanes of a group divide a tile.
  wire [ELEMENT_W-1:0] lane_element;
  generate
    if (ELEMENT_W > 4) begin : gen_wide_element
      assign lane_element = {{(ELEMENT_W-4){1'b0}}, lane_q};
    end else begin : gen_element
      assign lane_element = lane_q[ELEMENT_W-1:0];
    end
  endgenerate

  assign element_o   = element_q + lane_element;
  assign mask_o      = ~group_last_q | ({1'b0, lane_q} < last_channels_i);
  assign flush_o     = valid_o & flush & last_lane;
  assign saturated_o = value_valid & mask_o & ((above & count_above_i) | (below & count_below_i));

`ifndef SYNTHESIS
  always @(posedge clk_i) begin
    if (rst_ni && issued_i && waiting_q) begin
      $display("dpwa_store_serial: a job ends before the values of the one before are stored");
      $stop;
    end
  end
`endif

endmodule

`default_nettype wire
