// SPDX-License-Identifier: Apache-2.0
//
// dpwa_dequantizer: stored values -> port words, on the fly.
//
//   mode_i 0 integer:   word_o = q_i, sign-extended
//   mode_i 1 float32:   word_o = RNE(q_i * 2**exponent_i), exact; beyond the largest finite code: infinity, overflow_o
//   mode_i 2 binary16:  word_o[15:0] = RNE(q_i * 2**exponent_i), word_o[31:16] = 0; subnormals kept; a value that
//                       rounds beyond the largest finite code: +-65504, overflow_o
//   mode_i 3: as 2.
//
// The exponent is at least -128, so a float32 keeps every bit of a value of up to 24 bits, as a subnormal too. A
// negative value that rounds to zero gives -0, as IEEE 754 has it; q_i = 0 gives +0.
//
// Pipeline of 4 stages, one value per cycle, latency 4 when never stalled. Advance rule:
//   1. valid_o and its payload stay until ready_i.
//   2. All stages advance together: when the last one is empty or read (ready_i).
//   3. ready_o says that they do. It depends on ready_i in the same cycle, on nothing else from outside.
//
//   stage 1  sign and magnitude
//   stage 2  normalise: leading one to the top, exponent of that bit
//   stage 3  exponent field; subnormals shift right
//   stage 4  round, pack
//
// Numerics: docs/numerics.md, N6.3. Golden twins: dpwa::num::dequantize_float32, dequantize_binary16.

`default_nettype none

module dpwa_dequantizer #(
  parameter integer VALUE_W = 17  // bits of a stored value, 2 to 24
) (
  input  wire                      clk_i,
  input  wire                      rst_ni,
  input  wire                      valid_i,
  output wire                      ready_o,
  input  wire signed [VALUE_W-1:0] q_i,
  input  wire signed [7:0]         exponent_i,
  input  wire        [1:0]         mode_i,
  output wire                      valid_o,
  input  wire                      ready_i,
  output wire        [31:0]        word_o,
  output wire                      overflow_o
);

  generate
    if (VALUE_W < 2 || VALUE_W > 24) begin : gen_check
      ERROR_VALUE_W_must_be_2_to_24 u_check ();
    end
  endgenerate

  localparam integer STAGES = 4;
  localparam integer SIG_W  = 24;              // significand of a float32, its leading one included
  localparam [1:0] MODE_INTEGER = 2'd0;
  localparam [1:0] MODE_FLOAT32 = 2'd1;

  // Advance.
  reg [STAGES-1:0] valid_q;
  wire             advance = ready_i | ~valid_q[STAGES-1];

  assign ready_o = advance;
  assign valid_o = valid_q[STAGES-1];

  always @(posedge clk_i) begin
    if (!rst_ni)      valid_q <= {STAGES{1'b0}};
    else if (advance) valid_q <= {valid_q[STAGES-2:0], valid_i};
  end

  // Stage 1. An integer keeps its two's complement and passes all stages unchanged.
  reg        [1:0]         mode1_q;
  reg                      sign1_q;
  reg signed [7:0]         exponent1_q;
  reg        [VALUE_W-1:0] magnitude_q;
  wire                     negate = q_i[VALUE_W-1] & (mode_i != MODE_INTEGER);

  always @(posedge clk_i) begin
    if (advance) begin
      mode1_q     <= mode_i;
      sign1_q     <= q_i[VALUE_W-1];
      exponent1_q <= exponent_i;
      magnitude_q <= (q_i ^ {VALUE_W{negate}}) + {{(VALUE_W-1){1'b0}}, negate};
    end
  end

  // Stage 2. top_q: the real value is 1.xxx * 2**top_q.
  reg [SIG_W-1:0] aligned;
  reg [4:0]       zeros;                       // leading zeros of the magnitude in SIG_W bits
  integer         k;
  always @(*) begin
    aligned = {{(SIG_W-VALUE_W){1'b0}}, magnitude_q};
    zeros   = 5'd0;
    for (k = 4; k >= 0; k = k - 1) begin
      if ((aligned >> (SIG_W - (1 << k))) == {SIG_W{1'b0}}) begin
        aligned  = aligned << (1 << k);
        zeros[k] = 1'b1;
      end
    end
  end

  reg [1:0]        mode2_q;
  reg              sign2_q, zero_q;
  reg signed [9:0] top_q;
  reg [SIG_W-1:0]  significand_q;

  always @(posedge clk_i) begin
    if (advance) begin
      mode2_q       <= mode1_q;
      sign2_q       <= sign1_q;
      zero_q        <= ~aligned[SIG_W-1];
      top_q         <= $signed({{2{exponent1_q[7]}}, exponent1_q}) + 10'sd23 - $signed({5'd0, zeros});
      significand_q <= (mode1_q == MODE_INTEGER) ? {{(SIG_W-VALUE_W){sign1_q}}, magnitude_q} : aligned;
    end
  end

  // Stage 3. Field 0 (subnormal) has the weight of field 1 and no leading one: shift right until it is so.
  wire             float32 = mode2_q == MODE_FLOAT32;
  wire signed [9:0] field  = top_q + (float32 ? 10'sd127 : 10'sd15);
  wire signed [9:0] below  = 10'sd1 - field;
  wire             normal  = field > 10'sd0;
  wire [3:0]       shift   = (normal || mode2_q == MODE_INTEGER) ? 4'd0 : (below > 10'sd12) ? 4'd12 : below[3:0];
  wire [2*SIG_W-1:0] shifted = {significand_q, {SIG_W{1'b0}}} >> shift;

  reg [1:0]       mode3_q;
  reg             sign3_q, over_q, sticky_q;
  reg [7:0]       field_q;
  reg [SIG_W-1:0] fraction_q;                  // leading one on top when normal

  always @(posedge clk_i) begin
    if (advance) begin
      mode3_q    <= mode2_q;
      sign3_q    <= sign2_q & ~zero_q;
      over_q     <= ~zero_q & (field > (float32 ? 10'sd254 : 10'sd30));
      field_q    <= (normal && !zero_q) ? field[7:0] : 8'd0;
      fraction_q <= shifted[2*SIG_W-1:SIG_W];
      sticky_q   <= |shifted[SIG_W-1:0];
    end
  end

  // Stage 4. A carry out of the fraction moves into the field by itself.
  wire        half   = fraction_q[SIG_W-12];
  wire        sticky = sticky_q | (|fraction_q[SIG_W-13:0]);
  wire        up     = half & (sticky | fraction_q[SIG_W-11]);
  wire [14:0] code16 = {field_q[4:0], fraction_q[SIG_W-2:SIG_W-11]} + {14'd0, up};
  wire        over16 = over_q | (&code16[14:10]);
  wire [31:0] word16 = {16'd0, sign3_q, over16 ? 15'h7bff : code16};
  wire [31:0] word32 = {sign3_q, over_q ? {8'hff, 23'd0} : {field_q, fraction_q[SIG_W-2:0]}};

  reg [31:0] word_q;
  reg        overflow_q;

  always @(posedge clk_i) begin
    if (advance) begin
      case (mode3_q)
        MODE_INTEGER: word_q <= {{(32-SIG_W){fraction_q[SIG_W-1]}}, fraction_q};
        MODE_FLOAT32: word_q <= word32;
        default:      word_q <= word16;
      endcase
      overflow_q <= (mode3_q == MODE_INTEGER) ? 1'b0 : (mode3_q == MODE_FLOAT32) ? over_q : over16;
    end
  end

  assign word_o     = word_q;
  assign overflow_o = overflow_q;

endmodule

`default_nettype wire
