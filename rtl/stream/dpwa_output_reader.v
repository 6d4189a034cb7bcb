// SPDX-License-Identifier: Apache-2.0
//
// dpwa_output_reader: reads a stored tensor back, value by value, in stored order.
//
//   start_i -> for each position, for each tile: its width, then for each value its planes, top plane first
//           -> q_o on a valid/ready stream -> done_o
//
// width + 3 + CUTS cycles per value: outputs are short, and this needs no register wider than a value.

`default_nettype none

module dpwa_output_reader #(
  parameter integer PRODUCTS = 16,
  parameter integer VALUE_W  = 21,
  parameter integer TILE_W   = 15,
  parameter integer WORD_W   = 17,
  parameter integer CONV     = 1,    // 0: the tensor has one position
  parameter integer CUTS     = 0     // word_data_i comes this many cycles later
) (
  input  wire                  clk_i,
  input  wire                  rst_ni,
  input  wire                  start_i,
  output wire                  done_o,
  // border fields
  input  wire [TILE_W-1:0]     tile_base_i,
  input  wire [WORD_W-1:0]     word_base_i,
  input  wire [2:0]            planes_i,      // words of a slot
  input  wire                  signed_i,
  input  wire [19:0]           positions_i,   // - 1
  input  wire [15:0]           channels_i,    // - 1
  // memories, latency 1, words 1 + CUTS
  output wire                  table_re_o,
  output wire [TILE_W-1:0]     tile_o,
  input  wire [2:0]            width_i,
  output wire                  word_re_o,
  output wire [WORD_W-1:0]     word_o,
  input  wire [4*PRODUCTS-1:0] word_data_i,
  // values
  output wire                  valid_o,
  output wire [VALUE_W-1:0]    q_o,
  output wire                  last_o,        // the tensor's last value
  input  wire                  ready_i
);

  localparam integer ELEMENT_W = $clog2(PRODUCTS);
  localparam integer CHANNEL_W = (TILE_W + ELEMENT_W < 16) ? TILE_W + ELEMENT_W : 16;
  localparam [2:0] ST_IDLE = 3'd0, ST_TABLE = 3'd1, ST_WIDTH = 3'd2, ST_READ = 3'd3, ST_SEND = 3'd4;

  reg [2:0]           state_q, state_d;
  reg [TILE_W-1:0]    position_q;
  reg [CHANNEL_W-1:0] channel_q;
  reg [ELEMENT_W-1:0] element_q;
  reg [TILE_W-1:0]    tile_q;
  reg [WORD_W-1:0]    word_q;
  reg [2:0]           width_q, plane_q;    // plane_q: planes not yet asked for
  reg  [1:0]          asked_q;             // a plane was asked for in the last cycle; it is the top one
  wire                arrives, top;        // a plane arrives; it is the top one
  reg [VALUE_W-1:0]   value_q;

  wire channel_end = channel_q == channels_i[CHANNEL_W-1:0];
  wire tile_end    = channel_end | (&element_q);
  wire tensor_end  = channel_end & ((CONV == 0) | (position_q == positions_i[TILE_W-1:0]));
  wire sent        = (state_q == ST_SEND) & ready_i;

  dpwa_delay #(.WIDTH(2), .CYCLES(CUTS)) u_cut (.clk_i(clk_i), .d_i(asked_q), .q_o({arrives, top}));

  wire [3:0] digit = word_data_i[element_q * 4 +: 4];
  wire       fill  = signed_i & digit[3];

  wire unused = &{1'b0, positions_i, channels_i};

  assign done_o     = state_q == ST_IDLE;
  assign table_re_o = state_q == ST_TABLE;
  assign tile_o     = tile_q;
  assign word_re_o  = (state_q == ST_READ) & (plane_q != 3'd0);
  assign word_o     = word_q + {{(WORD_W-3){1'b0}}, plane_q} - {{(WORD_W-1){1'b0}}, 1'b1};
  assign valid_o    = state_q == ST_SEND;
  assign q_o        = value_q;
  assign last_o     = tensor_end;

  always @(*) begin
    state_d = state_q;
    case (state_q)
      ST_IDLE:  if (start_i) state_d = ST_TABLE;
      ST_TABLE: state_d = ST_WIDTH;
      ST_WIDTH: state_d = ST_READ;
      ST_READ:  if (plane_q == 3'd0 && !asked_q[1] && !arrives) state_d = ST_SEND;
      default:  if (sent) state_d = tensor_end ? ST_IDLE : tile_end ? ST_TABLE : ST_READ;
    endcase
  end

  always @(posedge clk_i) begin
    if (!rst_ni) state_q <= ST_IDLE;
    else         state_q <= state_d;
    asked_q <= {word_re_o, plane_q == width_q};
    if (state_q == ST_WIDTH) begin
      width_q <= width_i;
      plane_q <= width_i;
    end else if (word_re_o) begin
      plane_q <= plane_q - 3'd1;
    end else if (sent) begin
      plane_q <= width_q;
    end
    if (state_q == ST_WIDTH || sent) value_q <= {VALUE_W{1'b0}};
    else if (arrives)                value_q <= {top ? {(VALUE_W-4){fill}} : value_q[VALUE_W-5:0], digit};
    if (state_q == ST_IDLE) begin
      position_q <= {TILE_W{1'b0}};
      channel_q  <= {CHANNEL_W{1'b0}};
      element_q  <= {ELEMENT_W{1'b0}};
      tile_q <= tile_base_i;
      word_q <= word_base_i;
    end else if (sent) begin
      channel_q <= channel_end ? {CHANNEL_W{1'b0}} : channel_q + {{(CHANNEL_W-1){1'b0}}, 1'b1};
      element_q <= tile_end ? {ELEMENT_W{1'b0}} : element_q + {{(ELEMENT_W-1){1'b0}}, 1'b1};
      if (channel_end) position_q <= position_q + {{(TILE_W-1){1'b0}}, 1'b1};
      if (tile_end) begin
        tile_q <= tile_q + {{(TILE_W-1){1'b0}}, 1'b1};
        word_q <= word_q + {{(WORD_W-3){1'b0}}, planes_i};
      end
    end
  end

endmodule

`default_nettype wire
