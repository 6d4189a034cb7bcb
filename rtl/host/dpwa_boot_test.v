// SPDX-License-Identifier: Apache-2.0
//
// dpwa_boot_test: tests of the machine between what a flash holds and the machine, before the image.
//
// A word of the flash is a command, {code[8], count[24]}, or one of the words that belong to it:
//   1 SEND    `count` words go to the machine: an image, an input
//   2 EXPECT  `count` words are what the machine's next outputs must be
//   else      the tests are over: every later word goes to the machine, and the machine's outputs to the host
// passed_o, failed_o: after code 0, whether every output was as expected; before and otherwise neither, but failed_o when
// the machine refused a word of a test. image_valid_o: an image is whole that is no test's, which dpwa_flash_boot waits
// for. When that has stopped (boot_i low), tests are over, wherever they were.

`default_nettype none

module dpwa_boot_test (
  input  wire        clk_i,
  input  wire        rst_ni,
  // dpwa_flash_boot
  input  wire        boot_i,
  input  wire [31:0] word_i,
  input  wire        word_valid_i,
  output wire        word_ready_o,
  output wire        image_valid_o,
  // machine, which takes word_i
  output wire        machine_valid_o,
  input  wire        machine_ready_i,
  input  wire        image_valid_i,
  input  wire        refused_i,
  input  wire [31:0] output_i,
  input  wire        output_valid_i,
  output wire        output_ready_o,
  // host, which takes output_i
  output wire        host_valid_o,
  input  wire        host_ready_i,
  output reg         passed_o,
  output reg         failed_o
);

  localparam [1:0] COMMAND = 2'd0, SEND = 2'd1, EXPECT = 2'd2, OVER = 2'd3;

  reg [1:0]  state_q;
  reg [23:0] left_q;   // words that belong to the command
  reg        image_q;  // the valid image is no test's

  wire command = state_q == COMMAND;
  wire sends   = state_q == SEND;
  wire expects = state_q == EXPECT;
  wire over    = state_q == OVER;
  wire take    = word_valid_i & word_ready_o;
  wire known   = (word_i[31:24] == {6'd0, SEND}) | (word_i[31:24] == {6'd0, EXPECT});

  assign word_ready_o    = command | (expects ? output_valid_i : machine_ready_i);
  assign machine_valid_o = word_valid_i & (sends | over);
  assign output_ready_o  = over ? host_ready_i : expects & word_valid_i;
  assign host_valid_o    = output_valid_i & over;
  assign image_valid_o   = image_valid_i & image_q;

  always @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q  <= COMMAND;
      left_q   <= 24'd0;
      image_q  <= 1'b0;
      passed_o <= 1'b0;
      failed_o <= 1'b0;
    end else if (over) begin
      image_q <= image_q | ~image_valid_i;
    end else if (!boot_i) begin
      state_q  <= OVER;
      failed_o <= failed_o | refused_i;
    end else if (take) begin
      if (command) begin
        state_q  <= known ? word_i[25:24] : OVER;
        passed_o <= (word_i[31:24] == 8'd0) & ~failed_o;
        left_q   <= word_i[23:0];
      end else begin
        if (left_q == 24'd1) state_q <= COMMAND;
        left_q   <= left_q - 24'd1;
        failed_o <= failed_o | (expects & (word_i != output_i));
      end
    end
  end

endmodule

`default_nettype wire
