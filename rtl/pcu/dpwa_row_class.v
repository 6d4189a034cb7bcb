// SPDX-License-Identifier: Apache-2.0
//
// dpwa_row_class: step class of every row of a node's output, from the variance of the row two before it.
//
// Rows 0 and 1 have class_i. Of each stored row (n values, S1 = sum, S2 = sum of squares): its class k becomes, for the
// row after the next, k + 1 if n * S2 - S1 * S1 > coarser_i and k < top_class_i; k - 1 if it is < finer_i and k > 0.
// Without variance_i every row has class_i. Thresholds: {exponent[6], mantissa[4]}.
//
// Node: start_i in cycle t; record and columns_i are stable from t + 1 on; no value and no position before t + 3.
// Rows: a row is columns_i + 1 positions. position_i: the values of this cycle complete one. class_o: class of the
// values of this cycle. drained_i: the last slice of a position is announced in this cycle (rtl/ctrl/dpwa_drain.v);
// drain_class_o: class of what is announced in this cycle. A decision is there DECISION cycles after its row's last
// value, DECISION = VALUE_W + COUNT_W + 3; the next row lasts longer (the compiler's duty, asserted in simulation).
// changed_o: in the cycle of a row's last value, the row's class is not that of the row two before.
//
// n * S2 - S1 * S1 is Horner's rule over the bits of n and |S1|, one pair per cycle.
//
// Numerics: docs/numerics.md, N5.3 and N5.4. Golden twin: dpwa::golden::StepClasses.

`default_nettype none

module dpwa_row_class #(
  parameter integer WB_LANES = 1,   // values per transfer
  parameter integer VALUE_W  = 17,  // bits of a value, two's complement, of magnitude up to 2**(VALUE_W-1)
  parameter integer COLUMN_W = 15,  // bits of a column's number
  parameter integer COUNT_W  = 16   // bits of a row's number of values
) (
  input  wire                        clk_i,
  input  wire                        rst_ni,
  // node
  input  wire                        start_i,
  input  wire [COLUMN_W-1:0]         columns_i,      // - 1
  input  wire                        variance_i,
  input  wire [1:0]                  class_i,
  input  wire [1:0]                  top_class_i,
  input  wire [9:0]                  coarser_i,
  input  wire [9:0]                  finer_i,
  // stored values, in units of their class
  input  wire                        valid_i,
  input  wire [WB_LANES-1:0]         mask_i,
  input  wire [WB_LANES*VALUE_W-1:0] values_i,
  input  wire                        position_i,
  output wire [1:0]                  class_o,
  output wire                        changed_o,
  // drain
  input  wire                        drained_i,
  output wire [1:0]                  drain_class_o
);

  localparam integer S1_W     = VALUE_W + COUNT_W;            // signed
  localparam integer S2_W     = 2 * (VALUE_W - 1) + COUNT_W + 1;
  localparam integer BITS     = VALUE_W + COUNT_W - 1;        // of |S1|
  localparam integer PRODUCT  = S2_W + COUNT_W;
  localparam integer SPREAD_W = ((PRODUCT > 67) ? PRODUCT : 67) + 1;
  localparam integer STEP_W   = $clog2(BITS + 1);

  // Rows, at the store and at the drain --------------------------------------------------------------------------------
  reg [COLUMN_W-1:0] column_q, drain_column_q;
  reg                odd_q, drain_odd_q;        // parity of the row
  reg [1:0]          class_even_q, class_odd_q;
  reg [1:0]          changed_q;                 // by parity: the class was not that of the row two before
  reg                started_q;

  wire row_end       = position_i & (column_q == columns_i);
  wire drain_row_end = drained_i & (drain_column_q == columns_i);

  assign class_o       = odd_q ? class_odd_q : class_even_q;
  assign drain_class_o = drain_odd_q ? class_odd_q : class_even_q;
  assign changed_o     = row_end & (odd_q ? changed_q[1] : changed_q[0]);

  always @(posedge clk_i) begin
    if (!rst_ni || start_i) begin
      column_q       <= {COLUMN_W{1'b0}};
      drain_column_q <= {COLUMN_W{1'b0}};
      odd_q          <= 1'b0;
      drain_odd_q    <= 1'b0;
    end else begin
      if (position_i) column_q <= row_end ? {COLUMN_W{1'b0}} : column_q + 1'b1;
      if (drained_i)  drain_column_q <= drain_row_end ? {COLUMN_W{1'b0}} : drain_column_q + 1'b1;
      odd_q       <= odd_q ^ row_end;
      drain_odd_q <= drain_odd_q ^ drain_row_end;
    end
  end

  // Stage 1: sums over the lanes ----------------------------------------------------------------------------------------
  reg signed [S1_W-1:0] lanes_s1, s1_in_q;
  reg        [S2_W-1:0] lanes_s2, s2_in_q;
  reg     [COUNT_W-1:0] lanes_n, n_in_q;
  reg                   end_in_q, odd_in_q;
  reg signed [VALUE_W-1:0]     value;
  reg signed [2*VALUE_W-1:0]   square;
  integer i;

  always @(*) begin
    lanes_s1 = {S1_W{1'b0}};
    lanes_s2 = {S2_W{1'b0}};
    lanes_n  = {COUNT_W{1'b0}};
    value    = {VALUE_W{1'b0}};
    square   = {(2*VALUE_W){1'b0}};
    for (i = 0; i < WB_LANES; i = i + 1) begin
      value    = values_i[i*VALUE_W +: VALUE_W] & {VALUE_W{valid_i & mask_i[i]}};
      square   = {{VALUE_W{value[VALUE_W-1]}}, value} * {{VALUE_W{value[VALUE_W-1]}}, value};
      lanes_s1 = lanes_s1 + {{COUNT_W{value[VALUE_W-1]}}, value};
      lanes_s2 = lanes_s2 + {{(COUNT_W-1){1'b0}}, square};
      lanes_n  = lanes_n + {{(COUNT_W-1){1'b0}}, valid_i & mask_i[i]};
    end
  end

  always @(posedge clk_i) begin
    s1_in_q  <= lanes_s1;
    s2_in_q  <= lanes_s2;
    n_in_q   <= lanes_n;
    odd_in_q <= odd_q;
    end_in_q <= rst_ni & row_end;
  end

  // Stage 2: sums over the row ------------------------------------------------------------------------------------------
  reg signed [S1_W-1:0] s1_q;
  reg        [S2_W-1:0] s2_q;
  reg     [COUNT_W-1:0] n_q;
  wire signed [S1_W-1:0] s1 = s1_q + s1_in_q;
  wire        [S2_W-1:0] s2 = s2_q + s2_in_q;
  wire     [COUNT_W-1:0] n  = n_q + n_in_q;

  always @(posedge clk_i) begin
    if (start_i | end_in_q) begin
      s1_q <= {S1_W{1'b0}};
      s2_q <= {S2_W{1'b0}};
      n_q  <= {COUNT_W{1'b0}};
    end else begin
      s1_q <= s1;
      s2_q <= s2;
      n_q  <= n;
    end
  end

  // Decision ------------------------------------------------------------------------------------------------------------
  reg signed [S1_W-1:0]     row_s1_q;
  reg        [S2_W-1:0]     row_s2_q;
  reg        [COUNT_W-1:0]  row_n_q;
  reg                       row_odd_q, loaded_q, busy_q, ready_q;
  reg        [BITS-1:0]     magnitude_q, s1_bits_q, n_bits_q;   // |S1|; what is left of both numbers, highest bit next
  reg        [STEP_W-1:0]   step_q;
  reg        [SPREAD_W-1:0] spread_q, coarser_q, finer_q;

  wire [S1_W-1:0]     row_magnitude = row_s1_q[S1_W-1] ? -row_s1_q : row_s1_q;
  wire [SPREAD_W-1:0] plus  = {{(SPREAD_W-S2_W){1'b0}}, row_s2_q} & {SPREAD_W{n_bits_q[BITS-1]}};
  wire [SPREAD_W-1:0] minus = {{(SPREAD_W-BITS){1'b0}}, magnitude_q} & {SPREAD_W{s1_bits_q[BITS-1]}};
  wire                last_step = step_q == {{(STEP_W-1){1'b0}}, 1'b1};

  wire [1:0] row_class = row_odd_q ? class_odd_q : class_even_q;
  wire       coarser   = (spread_q > coarser_q) & (row_class != top_class_i);
  wire       finer     = (spread_q < finer_q) & (row_class != 2'd0);
  wire [1:0] next      = coarser ? row_class + 2'd1 : finer ? row_class - 2'd1 : row_class;

  always @(posedge clk_i) begin
    coarser_q <= {{(SPREAD_W-4){1'b0}}, coarser_i[3:0]} << coarser_i[9:4];
    finer_q   <= {{(SPREAD_W-4){1'b0}}, finer_i[3:0]} << finer_i[9:4];
    started_q <= rst_ni & start_i;
    if (end_in_q) begin
      row_s1_q  <= s1;
      row_s2_q  <= s2;
      row_n_q   <= n;
      row_odd_q <= odd_in_q;
    end
    if (!rst_ni || start_i) begin
      loaded_q <= 1'b0;
      busy_q   <= 1'b0;
      ready_q  <= 1'b0;
    end else begin
      loaded_q <= end_in_q & variance_i;
      busy_q   <= loaded_q | (busy_q & ~last_step);
      ready_q  <= busy_q & last_step;
    end
    if (loaded_q) begin
      magnitude_q <= row_magnitude[BITS-1:0];
      s1_bits_q   <= row_magnitude[BITS-1:0];
      n_bits_q    <= {{(BITS-COUNT_W){1'b0}}, row_n_q};
      step_q      <= BITS[STEP_W-1:0];
      spread_q    <= {SPREAD_W{1'b0}};
    end else if (busy_q) begin
      spread_q  <= {spread_q[SPREAD_W-2:0], 1'b0} + plus - minus;
      s1_bits_q <= {s1_bits_q[BITS-2:0], 1'b0};
      n_bits_q  <= {n_bits_q[BITS-2:0], 1'b0};
      step_q    <= step_q - 1'b1;
    end
    if (started_q) begin
      class_even_q <= class_i;
      class_odd_q  <= class_i;
      changed_q    <= 2'b00;
    end else if (ready_q) begin
      if (row_odd_q) class_odd_q  <= next;
      else           class_even_q <= next;
      if (row_odd_q) changed_q[1] <= coarser | finer;
      else           changed_q[0] <= coarser | finer;
    end
  end

  wire unused = &{1'b0, row_magnitude[S1_W-1]};

`ifndef SYNTHESIS
  always @(posedge clk_i) begin
    if (rst_ni && end_in_q && variance_i && (loaded_q || busy_q || ready_q)) begin
      $display("dpwa_row_class: a row ends before the decision about the one before is made");
      $stop;
    end
  end
`endif

endmodule

`default_nettype wire
