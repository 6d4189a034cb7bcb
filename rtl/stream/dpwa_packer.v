// SPDX-License-Identifier: Apache-2.0
//
// dpwa_packer: stores the values of one input and deals them out as tiles (docs/numerics.md, N1.5).
//
// Values arrive in stored order (y, x, channel) on value_*. After pack_start_i the packer walks
//   for each position, for each kernel row: a run of kernel-row values that lie side by side
// and hands one value per cycle to the tile assembler; values outside the map are zero. An unpacked input is the same
// walk with a 1 x 1 kernel. With CONV = 0 the values are one run, in stored order. Between two tiles at least GAP cycles pass, so that the assembler can write GAP planes. In a
// cycle without ready_i no value is read, and what came with valid_o stays.

`default_nettype none

module dpwa_packer #(
  parameter integer VALUES   = 16384,  // values of one input
  parameter integer VALUE_W  = 21,
  parameter integer PLANES   = 5,      // most planes of an input value, 4 * PLANES < VALUE_W
  parameter integer PRODUCTS = 16,     // values per tile
  parameter integer WB_LANES = 1,      // values per assembler transfer
  parameter integer TILE_W   = 15,
  parameter integer WORD_W   = 17,
  parameter integer GAP      = 5,      // cycles from tile to tile
  parameter integer CONV     = 1       // 0: all values are one run
) (
  input  wire                        clk_i,
  input  wire                        rst_ni,
  // values
  input  wire                        input_start_i,     // the next value is the first
  input  wire [19:0]                 input_values_i,    // - 1
  input  wire                        value_valid_i,
  input  wire [4*PLANES:0]           value_i,           // two's complement
  output wire                        input_done_o,      // with or after the last value
  // border fields, docs/architecture.md "Border registers"
  input  wire                        pack_start_i,
  input  wire                        ready_i,           // the next value may be read
  input  wire                        signed_i,
  input  wire [15:0]                 rows_i,            // positions - 1
  input  wire [15:0]                 columns_i,
  input  wire [15:0]                 in_rows_i,
  input  wire [15:0]                 row_values_i,
  input  wire [7:0]                  kernel_rows_i,     // - 1
  input  wire [15:0]                 run_values_i,      // - 1
  input  wire [15:0]                 y_start_i,         // signed
  input  wire [15:0]                 y_step_i,
  input  wire [19:0]                 y_start_values_i,  // signed: y_start * row_values
  input  wire [19:0]                 y_step_values_i,
  input  wire [15:0]                 x_start_i,         // signed, in values
  input  wire [15:0]                 x_step_i,
  input  wire [TILE_W-1:0]           tile_base_i,
  input  wire [WORD_W-1:0]           word_base_i,
  input  wire [2:0]                  planes_i,          // words of a slot
  // assembler
  output reg                         valid_o,
  output reg  [$clog2(PRODUCTS)-1:0] element_o,
  output reg  [WB_LANES-1:0]         mask_o,
  output wire [WB_LANES*VALUE_W-1:0] values_o,
  output reg                         flush_o,
  output reg  [TILE_W-1:0]           tile_o,
  output reg  [WORD_W-1:0]           word_o,
  output wire                        pack_done_o
);

  localparam integer ELEMENT_W = $clog2(PRODUCTS);
  localparam integer ADDR_W    = $clog2(VALUES);
  // Rows, and values of a row, of the map with its padding: twice VALUES number them all (gen/lower refuses others).
  localparam integer COORD_W   = (ADDR_W < 16) ? ADDR_W + 1 : 16;
  localparam [COORD_W-1:0]  ZERO = 0, ONE = 1;
  localparam [WB_LANES-1:0] FIRST_LANE = 1;
  localparam [0:0]          DENSE      = CONV == 0;

  // Receiving ---------------------------------------------------------------------------------------------------------
  reg [ADDR_W-1:0] received_q;
  reg              done_q;

  wire take = value_valid_i & ~done_q;   // words that only fill up the last beat are dropped

  assign input_done_o = done_q;

  always @(posedge clk_i) begin
    if (!rst_ni || input_start_i) begin
      received_q <= {ADDR_W{1'b0}};
      done_q     <= 1'b0;
    end else if (take) begin
      received_q <= received_q + {{(ADDR_W-1){1'b0}}, 1'b1};
      done_q     <= received_q == input_values_i[ADDR_W-1:0];
    end
  end

  // Walking -----------------------------------------------------------------------------------------------------------
  // The border fields as wide as they can be here.
  wire [COORD_W-1:0] rows       = rows_i[COORD_W-1:0];
  wire [COORD_W-1:0] columns    = columns_i[COORD_W-1:0];
  wire [COORD_W-1:0] in_rows    = in_rows_i[COORD_W-1:0];
  wire [COORD_W-1:0] row_values = row_values_i[COORD_W-1:0];
  wire [COORD_W-1:0] run_values = DENSE ? input_values_i[COORD_W-1:0] : run_values_i[COORD_W-1:0];
  wire [COORD_W-1:0] y_start    = y_start_i[COORD_W-1:0];
  wire [COORD_W-1:0] y_step     = y_step_i[COORD_W-1:0];
  wire [COORD_W-1:0] x_start    = x_start_i[COORD_W-1:0];
  wire [COORD_W-1:0] x_step     = x_step_i[COORD_W-1:0];

  reg                 active_q;
  reg [COORD_W-1:0]   oy_q, ox_q, run_q, y_q, y_row_q, x_q;
  reg [7:0]           ky_q;
  reg [ADDR_W-1:0]    v_q, v_row_q;     // value index of column 0: of the window's first row, of this row
  reg [ELEMENT_W-1:0] element_q;
  reg [7:0]           gap_q;            // cycles until the next tile may end
  reg [TILE_W-1:0]    tile_q;
  reg [WORD_W-1:0]    word_q;

  wire run_end      = run_q == run_values;
  wire position_end = run_end & (DENSE | (ky_q == kernel_rows_i));
  wire column_end   = DENSE | (ox_q == columns);
  wire pack_end     = position_end & column_end & (DENSE | (oy_q == rows));
  wire tile_end     = position_end | (&element_q);
  wire step         = active_q & ready_i & ~((GAP > 1) & tile_end & (gap_q != 8'd0));
  wire [COORD_W-1:0] x = DENSE ? run_q : x_q + run_q;
  wire in_map       = DENSE | ((y_row_q < in_rows) & (x < row_values));
  wire [ADDR_W-1:0] index = DENSE ? x_values : v_row_q + x_values;

  // x and the values of a row, extended or cut to an index
  wire [ADDR_W-1:0] x_values, row_step;
  generate
    if (ADDR_W > COORD_W) begin : gen_extend
      assign x_values = {{(ADDR_W-COORD_W){x[COORD_W-1]}}, x};
      assign row_step = {{(ADDR_W-COORD_W){1'b0}}, row_values};
    end else begin : gen_cut
      assign x_values = x[ADDR_W-1:0];
      assign row_step = row_values[ADDR_W-1:0];
    end
  endgenerate

  always @(posedge clk_i) begin
    if (!rst_ni)                active_q <= 1'b0;
    else if (pack_start_i)      active_q <= 1'b1;
    else if (step & pack_end)   active_q <= 1'b0;
    if (pack_start_i) begin
      {oy_q, ox_q, run_q} <= {3*COORD_W{1'b0}};
      ky_q                <= 8'd0;
      {y_q, y_row_q}            <= {2{y_start}};
      {v_q, v_row_q}            <= {2{y_start_values_i[ADDR_W-1:0]}};
      x_q                       <= x_start;
      element_q                 <= {ELEMENT_W{1'b0}};
      gap_q                     <= 8'd0;
      tile_q                    <= tile_base_i;
      word_q                    <= word_base_i;
    end else begin
      if (step & tile_end)     gap_q <= GAP[7:0] - 8'd1;
      else if (gap_q != 8'd0)  gap_q <= gap_q - 8'd1;
      if (step) begin
        run_q     <= run_end ? ZERO : run_q + ONE;
        element_q <= tile_end ? {ELEMENT_W{1'b0}} : element_q + {{(ELEMENT_W-1){1'b0}}, 1'b1};
        if (tile_end) begin
          tile_q <= tile_q + {{(TILE_W-1){1'b0}}, 1'b1};
          word_q <= word_q + {{(WORD_W-3){1'b0}}, planes_i};
        end
        if (run_end) begin
          ky_q    <= ky_q + 8'd1;
          y_row_q <= y_row_q + ONE;
          v_row_q <= v_row_q + row_step;
        end
        if (position_end) begin
          ky_q    <= 8'd0;
          ox_q    <= column_end ? ZERO : ox_q + ONE;
          x_q     <= column_end ? x_start : x_q + x_step;
          y_row_q <= column_end ? y_q + y_step : y_q;
          v_row_q <= column_end ? v_q + y_step_values_i[ADDR_W-1:0] : v_q;
          if (column_end) begin
            oy_q <= oy_q + ONE;
            y_q  <= y_q + y_step;
            v_q  <= v_q + y_step_values_i[ADDR_W-1:0];
          end
        end
      end
    end
  end

  // Reading -----------------------------------------------------------------------------------------------------------
  // The top bit of a value is that of its top plane, or zero.
  wire [4*PLANES-1:0] stored;
  reg                 in_map_q;
  wire                sign = signed_i & stored[4*PLANES-1];
  wire [VALUE_W-1:0]  value = {{(VALUE_W-4*PLANES){sign}}, stored};

  dpwa_ram #(.WIDTH(4*PLANES), .DEPTH(VALUES)) u_values (
    .clk_i  (clk_i),
    .we_i   (take),
    .waddr_i(received_q),
    .wdata_i(value_i[4*PLANES-1:0]),
    .re_i   (step),
    .raddr_i(index),
    .rdata_o(stored)
  );

  generate
    if (WB_LANES == 1) begin : gen_one
      always @(posedge clk_i) begin
        if (step) element_o <= element_q;
        mask_o <= FIRST_LANE;
      end
    end else begin : gen_many
      localparam integer         LANE_W  = $clog2(WB_LANES);
      localparam [ELEMENT_W-1:0] ALIGNED = {ELEMENT_W{1'b1}} << LANE_W;
      always @(posedge clk_i) begin
        if (step) begin
          element_o <= element_q & ALIGNED;
          mask_o    <= FIRST_LANE << element_q[LANE_W-1:0];
        end
      end
    end
  endgenerate

  always @(posedge clk_i) begin
    valid_o <= step & rst_ni;
    flush_o <= step & tile_end & rst_ni;
    if (step) begin
      in_map_q <= in_map;
      tile_o   <= tile_q;
      word_o   <= word_q;
    end
  end

  assign values_o    = {WB_LANES{in_map_q ? value : {VALUE_W{1'b0}}}};
  assign pack_done_o = ~active_q & ~valid_o;

  wire unused = &{1'b0, value_i[4*PLANES], input_values_i, rows_i, columns_i, in_rows_i, row_values_i, run_values_i, y_start_i,
                  y_step_i, x_start_i, x_step_i, y_start_values_i, y_step_values_i};

endmodule

`default_nettype wire
