// SPDX-License-Identifier: Apache-2.0
//
// dpwa_weight_decoder: storage words -> plane words of digits, tile by tile.
//
// A tile is PRODUCTS codes of one format: bits / 2 half words, half word k holding bits 2k+1, 2k of every code (code e at
// [2*e +: 2]). A storage word is two half words, the lower one first. Tiles follow each other without gaps, so a tile may
// begin with the upper half of the word in which the one before it ended; tile_fresh_i drops that half.
//
// Each tile becomes tile_planes_i plane words, plane 0 first, last_o with its last one: the digits (docs/numerics.md N2.2)
// of q = sat(RNE(number * 2**-tile_exponent_i)) within the weights of tile_planes_i planes, 1 .. 4; number as in
// dpwa_code_aligner, times 2**(tile_scale_i - 127) in an MX format; scale 255 is NaN. Formats 0 .. 14.
//
// flags_o, sticky until clear_i: [0] a NaN became 0, [1] a value saturated.
//
// Handshakes: tile_valid_i and the tile's fields stay until tile_ready_o, which comes when its codes have left the buffer.
// ready_o, valid_o: as everywhere; a word is only taken for the tile that is offered. digits_o stays until ready_i.
// One tile every max(words taken for it + PRODUCTS / ELEMENTS, tile_planes_i + PRODUCTS / ELEMENTS - 1) cycles.
//
// Advance rule: the aligners move when what they hand out is taken or nothing is there; the digits of a tile are taken
// when the tile before has left, its last word being read included.
//
// Numerics: docs/numerics.md, N9.3. Golden twins: dpwa::num::align, weight_digit.

`default_nettype none

module dpwa_weight_decoder #(
  parameter integer PRODUCTS = 16,  // codes of a tile
  parameter integer ELEMENTS = 16   // codes aligned per cycle, divides PRODUCTS
) (
  input  wire                  clk_i,
  input  wire                  rst_ni,
  input  wire                  tile_valid_i,
  output wire                  tile_ready_o,
  input  wire                  tile_fresh_i,
  input  wire [3:0]            tile_format_i,
  input  wire [2:0]            tile_planes_i,
  input  wire [7:0]            tile_scale_i,
  input  wire signed [8:0]     tile_exponent_i,
  input  wire                  valid_i,
  output wire                  ready_o,
  input  wire [4*PRODUCTS-1:0] word_i,
  output wire                  valid_o,
  input  wire                  ready_i,
  output wire [4*PRODUCTS-1:0] digits_o,
  output wire                  last_o,
  input  wire [1:0]            clear_i,
  output wire [1:0]            flags_o
);

  generate
    if (ELEMENTS < 1 || (PRODUCTS % ELEMENTS) != 0) begin : gen_check_elements
      ERROR_ELEMENTS_must_divide_PRODUCTS u_check ();
    end
  endgenerate

  localparam integer HALF    = 2 * PRODUCTS;
  localparam integer TURN    = 2 * ELEMENTS;
  localparam integer STEPS   = PRODUCTS / ELEMENTS;
  localparam integer STEP_W  = (STEPS > 1) ? $clog2(STEPS) : 1;
  localparam integer HALVES  = 9;          // the longest tile, and the half word that may stay in front of it
  localparam integer LAST_I  = STEPS - 1;
  localparam [STEP_W-1:0] LAST_STEP = LAST_I[STEP_W-1:0];

  // What a format needs: half words of a tile, power of two of its lowest bit, a scale.
  reg [3:0]        need;
  reg signed [8:0] lowest;

  always @* begin
    case (tile_format_i)
      4'd0:                            need = 4'd1;
      4'd1, 4'd14:                     need = 4'd2;
      4'd12, 4'd13:                    need = 4'd3;
      4'd2, 4'd7, 4'd8, 4'd9, 4'd10, 4'd11: need = 4'd4;
      4'd3:                            need = 4'd6;
      default:                         need = 4'd8;
    endcase
    case (tile_format_i)
      4'd5:        lowest = -9'sd24;
      4'd6:        lowest = -9'sd133;
      4'd7, 4'd10: lowest = -9'sd9;
      4'd8, 4'd11: lowest = -9'sd16;
      4'd9:        lowest = -9'sd6;
      4'd12:       lowest = -9'sd3;
      4'd13:       lowest = -9'sd4;
      4'd14:       lowest = -9'sd1;
      default:     lowest = 9'sd0;
    endcase
  end

  wire is_scaled = tile_format_i >= 4'd9;
  wire signed [10:0] scale = is_scaled ? $signed({3'd0, tile_scale_i}) - 11'sd127 : 11'sd0;
  wire signed [10:0] base  = $signed({{2{lowest[8]}}, lowest}) + scale -
                             $signed({{2{tile_exponent_i[8]}}, tile_exponent_i});
  wire               nan   = is_scaled & (&tile_scale_i);

  // Buffer of half words. count: those that belong to the offered tile.
  reg [HALVES*HALF-1:0] halves_q;
  reg [3:0]             count_q;
  reg                   begun_q;            // a word was taken for the offered tile
  reg [STEP_W-1:0]      step_q;
  wire                  advance;
  wire [3:0]            count  = (tile_fresh_i & ~begun_q) ? 4'd0 : count_q;
  wire                  filled = tile_valid_i & (count >= need);
  wire                  take   = valid_i & ready_o;
  wire                  enter  = filled & advance;
  wire                  leave  = enter & (step_q == LAST_STEP);

  assign ready_o      = tile_valid_i & ~filled;
  assign tile_ready_o = leave;

  always @(posedge clk_i) begin
    if (!rst_ni) begin
      count_q <= 4'd0;
      begun_q <= 1'b0;
      step_q  <= {STEP_W{1'b0}};
    end else begin
      if (take)       count_q <= count + 4'd2;
      else if (leave) count_q <= count - need;
      if (leave)      begun_q <= 1'b0;
      else if (take)  begun_q <= 1'b1;
      if (enter)      step_q  <= leave ? {STEP_W{1'b0}} : step_q + {{(STEP_W-1){1'b0}}, 1'b1};
    end
  end

  // The half word that stays when a tile leaves comes to the front. While a tile enters the aligners, half words turn by
  // ELEMENTS codes per step, a full turn in all.
  genvar h;
  generate
    for (h = 0; h < HALVES; h = h + 1) begin : gen_half
      localparam [3:0] INDEX = h;
      wire [HALF-1:0] now    = halves_q[h*HALF +: HALF];
      wire [HALF-1:0] turned = (now >> TURN) | (now << (HALF - TURN));
      wire [HALF-1:0] stays;
      if (h == 0) begin : gen_front
        wire [HALVES*HALF-1:0] rest = halves_q >> (need * HALF);
        wire [HALF-1:0]        kept = rest[HALF-1:0];
        wire unused_rest = &{1'b0, rest[HALVES*HALF-1:HALF]};
        assign stays = leave ? (kept >> TURN) | (kept << (HALF - TURN)) : enter ? turned : now;
      end else begin : gen_back
        assign stays = enter ? turned : now;
      end
      always @(posedge clk_i) begin
        halves_q[h*HALF +: HALF] <= !take               ? stays
                                  : (count == INDEX)        ? word_i[HALF-1:0]
                                  : (count + 4'd1 == INDEX) ? word_i[2*HALF-1:HALF] : now;
      end
    end
  endgenerate

  // Aligners, four stages; what travels beside them. Limits of p planes: -8 and 7 in every digit.
  reg  [3:0] valid_q, last_q;
  reg  [7:0] planes_q;                      // planes - 1 of stages 0 .. 3
  wire [1:0] planes_less_one = tile_planes_i[1:0] - 2'd1;
  wire       unused_planes   = &{1'b0, tile_planes_i[2]};
  wire [1:0] limit_planes    = planes_q[5:4];
  wire [15:0] sevens = {{4{&limit_planes}}, {4{limit_planes[1]}}, {4{|limit_planes}}, 4'hf} & 16'h7777;
  wire [15:0] eights = {{4{&limit_planes}}, {4{limit_planes[1]}}, {4{|limit_planes}}, 4'hf} & 16'h8888;
  wire signed [16:0] upper = {1'b0, sevens};
  wire signed [16:0] lower = -$signed({1'b0, eights});

  always @(posedge clk_i) begin
    if (!rst_ni)      valid_q <= 4'd0;
    else if (advance) valid_q <= {valid_q[2:0], filled};
    if (advance) begin
      last_q   <= {last_q[2:0], leave};
      planes_q <= {planes_q[5:0], planes_less_one};
    end
  end

  wire [ELEMENTS-1:0]    nans, saturated;
  wire [16*ELEMENTS-1:0] offset;            // q + 8888 hex: every digit d as d + 8

  genvar e;
  generate
    for (e = 0; e < ELEMENTS; e = e + 1) begin : gen_element
      wire signed [16:0] q;
      wire [16:0]        sum = q + 17'h08888;
      wire               unused_sum = &{1'b0, sum[16]};

      dpwa_code_aligner u_aligner (
        .clk_i      (clk_i),
        .en_i       (advance),
        .code_i     ({halves_q[7*HALF+2*e +: 2], halves_q[6*HALF+2*e +: 2], halves_q[5*HALF+2*e +: 2],
                      halves_q[4*HALF+2*e +: 2], halves_q[3*HALF+2*e +: 2], halves_q[2*HALF+2*e +: 2],
                      halves_q[1*HALF+2*e +: 2], halves_q[2*e +: 2]}),
        .format_i   (tile_format_i),
        .base_i     (base),
        .nan_i      (nan),
        .lower_i    (lower),
        .upper_i    (upper),
        .q_o        (q),
        .nan_o      (nans[e]),
        .saturated_o(saturated[e])
      );
      assign offset[16*e +: 16] = sum[15:0];
    end
  endgenerate

  // The tile's digits, one plane after the other.
  reg [16*PRODUCTS-1:0] tile_q;
  reg                   full_q;
  reg [1:0]             left_q;
  wire                  done   = full_q & ready_i & last_o;
  wire                  accept = ~full_q | done;
  wire                  load   = valid_q[3] & accept;

  assign advance = accept | ~valid_q[3];
  assign valid_o = full_q;
  assign last_o  = left_q == 2'd0;

  always @(posedge clk_i) begin
    if (!rst_ni)               full_q <= 1'b0;
    else if (load & last_q[3]) full_q <= 1'b1;
    else if (done)             full_q <= 1'b0;
    if (load)                  left_q <= planes_q[7:6];
    else if (ready_i)          left_q <= left_q - 2'd1;
  end

  genvar k;
  generate
    for (k = 0; k < PRODUCTS; k = k + 1) begin : gen_digit
      wire [15:0] digits = tile_q[16*k +: 16];
      wire [15:0] loaded;
      if (k < PRODUCTS - ELEMENTS) begin : gen_shift
        assign loaded = tile_q[16*(k+ELEMENTS) +: 16];
      end else begin : gen_new
        assign loaded = offset[16*(k-(PRODUCTS-ELEMENTS)) +: 16];
      end
      always @(posedge clk_i) begin
        if (load)                  tile_q[16*k +: 16] <= loaded;
        else if (full_q & ready_i) tile_q[16*k +: 16] <= {4'd0, digits[15:4]};
      end
      assign digits_o[4*k +: 4] = digits[3:0] ^ 4'h8;
    end
  endgenerate

  dpwa_sticky #(.WIDTH(2)) u_flags (
    .clk_i  (clk_i),
    .rst_ni (rst_ni),
    .set_i  ({2{load}} & {|saturated, |nans}),
    .clear_i(clear_i),
    .flags_o(flags_o)
  );

endmodule

`default_nettype wire
