// SPDX-License-Identifier: Apache-2.0
//
// dpwa_write_back_serial: accumulator -> stored value and max pool, one bit per cycle, for small targets.
//
//   The arithmetic of dpwa_write_back and then of dpwa_max_pool, bit for bit.
//
// start_i in cycle t begins a value, when none is inside. In cycles t + 1 .. t + ACC_W (take_o) bits
// 0, 1, ... of the sum and of the corrector come in on sum_i and corr_i. bias_i, mult_i, shift_i and first_i are stable
// from t + 1 on, lower_i and upper_i during a node. valid_o in cycle t + LATENCY, LATENCY = RUN + VALUE_W + 1, with
// above_o, below_o of the value alone; y_o is the largest value since the one with first_i in the same slice, stable
// until the next start_i. Values belong to slices 0 .. SLICES - 1 in turn. Reset drops the value inside.
//
//   RUN cycles      the product leaves a serial multiplier, lowest bit first. What shift_i drops leaves a half bit and a
//                   sticky bit; the carry of rounding runs through the bits that are kept. VALUE_W of them are collected,
//                   and those above must repeat the sign. RUN is enough for the sign of any rounded product and for
//                   VALUE_W bits at SHIFT_MAX.
//   VALUE_W cycles  highest bit first: max(., lower), min(., upper), max(., largest so far)
//
// Numerics: docs/numerics.md, N4. Golden twins: dpwa::num::round_shift and saturate.

`default_nettype none

module dpwa_write_back_serial #(
  parameter integer ACC_W     = 32,  // bits of accumulator and bias
  parameter integer MULT_W    = 20,  // bits of the unsigned multiplier
  parameter integer SHIFT_MAX = 47,  // largest shift_i, at most 63
  parameter integer VALUE_W   = 17,  // bits of a stored value and of the limits
  parameter integer SLICES    = 1    // values between two of one pool window
) (
  input  wire                      clk_i,
  input  wire                      rst_ni,
  input  wire                      start_i,
  output wire                      take_o,
  input  wire                      sum_i,
  input  wire                      corr_i,
  input  wire        [ACC_W-1:0]   bias_i,
  input  wire        [MULT_W-1:0]  mult_i,
  input  wire        [5:0]         shift_i,
  input  wire                      first_i,
  input  wire signed [VALUE_W-1:0] lower_i,
  input  wire signed [VALUE_W-1:0] upper_i,
  output wire                      valid_o,
  output wire signed [VALUE_W-1:0] y_o,
  output wire                      above_o,
  output wire                      below_o
);

  generate
    if (ACC_W < 4 || MULT_W < 2 || VALUE_W < 2 || SLICES < 1) begin : gen_check_widths
      ERROR_ACC_W_must_be_4_or_more_MULT_W_and_VALUE_W_2_or_more_SLICES_positive u_check ();
    end
    if (SHIFT_MAX < 1 || SHIFT_MAX > 63) begin : gen_check_shift
      ERROR_SHIFT_MAX_must_be_1_to_63 u_check ();
    end
  endgenerate

  localparam integer PRODUCT_W = ACC_W + MULT_W + 1;
  localparam integer SHIFTED_W = SHIFT_MAX + VALUE_W;
  localparam integer RUN       = (PRODUCT_W > SHIFTED_W) ? PRODUCT_W : SHIFTED_W;
  localparam integer COUNT_W   = (RUN > 127) ? $clog2(RUN + 1) : 7;

  localparam [COUNT_W-1:0] ONE        = 1;
  localparam integer       ACC_LAST   = ACC_W - 1;
  localparam integer       RUN_LAST   = RUN - 1;
  localparam integer       VALUE_LAST = VALUE_W - 1;

  // Phases.
  reg               running_q, limiting_q, valid_q, take_q;
  reg [COUNT_W-1:0] count_q;
  wire [COUNT_W-1:0] next_count = count_q + ONE;
  wire              run_last   = running_q & (count_q == RUN_LAST[COUNT_W-1:0]);
  wire              limit_last = limiting_q & (count_q == VALUE_LAST[COUNT_W-1:0]);

  assign take_o  = take_q;
  assign valid_o = valid_q;
  
  always @(posedge clk_i) begin
    if (!rst_ni) begin
      running_q  <= 1'b0;
      limiting_q <= 1'b0;
      valid_q    <= 1'b0;
    end else begin
      running_q  <= start_i | (running_q & ~run_last);
      limiting_q <= run_last | (limiting_q & ~limit_last);
      valid_q    <= limit_last;
    end
    take_q  <= start_i | (take_q & (count_q != ACC_LAST[COUNT_W-1:0]));
    count_q <= (start_i | run_last) ? {COUNT_W{1'b0}} : next_count;
  end

  // Accumulator: sum - corr + bias, then its sign.
  reg  begun_q;                        // the lowest bits are coming in
  reg  less_q, plus_q, acc_q, bias_q;
  wire less = sum_i ^ ~corr_i ^ less_q;
  wire bias = begun_q ? bias_i[0] : bias_q;
  wire acc  = take_q ? less ^ bias ^ plus_q : acc_q;

  always @(posedge clk_i) begin
    if (start_i) {less_q, plus_q} <= 2'b10;
    else         {less_q, plus_q} <= {(sum_i & ~corr_i) | (less_q & (sum_i | ~corr_i)),
                                      (less & bias) | (plus_q & (less | bias))};
    acc_q   <= acc;
    begun_q <= start_i;
    bias_q  <= bias_i[next_count[$clog2(ACC_W)-1:0]];
  end

  // Multiplier: part_q is what the product still owes.
  reg  [MULT_W-1:0] part_q;
  wire [MULT_W:0]   row;
  wire              product = row[0];

  dpwa_row #(.WIDTH(MULT_W + 1)) u_row (
    .x_i  ({1'b0, part_q}),
    .y_i  ({1'b0, mult_i}),
    .add_i(acc),
    .s_o  (row)
  );

  // Rounding: to nearest, ties to even.
  reg  kept_q, half_q, sticky_q, carry_q;
  wire keep    = kept_q | (count_q == {{(COUNT_W-6){1'b0}}, shift_i});
  wire carry   = kept_q ? carry_q : half_q & (sticky_q | product);
  wire rounded = product ^ carry;

  always @(posedge clk_i) begin
    if (start_i) begin
      part_q   <= {MULT_W{1'b0}};
      kept_q   <= 1'b0;
      half_q   <= 1'b0;
      sticky_q <= 1'b0;
    end else begin
      part_q   <= row[MULT_W:1];
      kept_q   <= keep;
      half_q   <= product;
      sticky_q <= sticky_q | half_q;
    end
    carry_q <= product & carry;
  end

  // Value: y_q collects from the top until the one below it reaches the bottom.
  reg  [VALUE_W:0] y_q;
  reg              over_q, sign_q, sign_bit_q;
  wire             best;

  wire collected = y_q[0];
  wire value_bit = over_q ? sign_q ^ ~sign_bit_q : y_q[VALUE_W];
  wire largest;

  always @(posedge clk_i) begin
    if (start_i)                               y_q <= {1'b1, {VALUE_W{1'b0}}};
    else if (running_q & keep & ~collected)    y_q <= {rounded, y_q[VALUE_W:1]};
    else if (limiting_q)                       y_q <= {y_q[VALUE_W-1:1], largest, 1'b1};
    if (start_i)                               over_q <= 1'b0;
    else if (running_q & keep & collected)     over_q <= over_q | (rounded != y_q[VALUE_W]);
    if (running_q)                             sign_q <= rounded;
    sign_bit_q <= run_last;
  end

  // Limits and pool: with the sign bit inverted all compare as unsigned numbers, and the first bit that differs decides.
  localparam integer INDEX_W = $clog2(VALUE_W);
  wire [INDEX_W-1:0] index = VALUE_LAST[INDEX_W-1:0] - count_q[INDEX_W-1:0];
  wire a = value_bit ^ sign_bit_q;
  wire l = lower_i[index] ^ sign_bit_q;
  wire u = upper_i[index] ^ sign_bit_q;

  reg  above_lower_q, below_lower_q, above_upper_q, below_upper_q, above_best_q, below_best_q;
  wire above_lower = above_lower_q | (~below_lower_q & a & ~l);
  wire below_lower = below_lower_q | (~above_lower_q & ~a & l);
  wire above_upper = above_upper_q | (~below_upper_q & a & ~u);
  wire below_upper = below_upper_q | (~above_upper_q & ~a & u);
  wire limited     = below_lower ? l : above_upper ? u : a;
  wire above_best  = above_best_q | first_i | (~below_best_q & limited & ~best);
  wire below_best  = below_best_q | (~above_best_q & ~first_i & ~limited & best);
  wire pooled      = below_best ? best : limited;

  assign largest = pooled ^ sign_bit_q;

  always @(posedge clk_i) begin
    if (run_last) begin
      {above_lower_q, below_lower_q, above_upper_q, below_upper_q, above_best_q, below_best_q} <= 6'd0;
    end else if (limiting_q) begin
      {above_lower_q, below_lower_q, above_upper_q, below_upper_q, above_best_q, below_best_q} <=
        {above_lower, below_lower, above_upper, below_upper, above_best, below_best};
    end
  end

  // The largest values of all slices, the oldest bit on top.
  reg [SLICES*VALUE_W-1:0] best_q;

  assign best = best_q[SLICES*VALUE_W-1];

  always @(posedge clk_i) begin
    if (limiting_q) best_q <= {best_q[SLICES*VALUE_W-2:0], pooled};
  end

  assign y_o     = y_q[VALUE_W:1];
  assign above_o = over_q ? ~sign_q : above_upper_q;
  assign below_o = over_q ? sign_q : below_lower_q;

endmodule

`default_nettype wire
