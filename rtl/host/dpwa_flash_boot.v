// SPDX-License-Identifier: Apache-2.0
//
// dpwa_flash_boot: loads an image from an SPI flash after power-up, then leaves the packet stream to the host.
//
//   1. Time passes in slots of 32 bits of 4 cycles each; SCK is clk_i / 4 and rests while a word waits for the machine.
//      Slots RELEASE and COMMAND each send 32 bits with CS low: release from power-down (ABh and three bytes that mean
//      nothing), then READ (03h) from FLASH_ADDRESS on. The slots between are pauses: a flash needs them to wake up.
//   2. Each later slot brings a word of the packet stream, low byte first, as images/image.bin has it.
//   3. It stops when the image is whole (image_valid_i), when the machine has refused a packet (refused_i: an erased
//      flash, a damaged or foreign image), after 2^WORDS_W slots, or when the host resets the machine. CS is then high
//      for good.
//
// boot_o: at work. Until it stops, packet_ready_o is low: the host's words wait. Afterwards they pass one register.
// MOSI changes with SCK's falling edge, MISO is sampled three quarters of SCK's cycle after it.

`default_nettype none

module dpwa_flash_boot #(
  parameter integer FLASH_ADDRESS = 0,   // byte address of the image, below 2^24
  parameter integer WORDS_W       = 20   // log2 of the most words that are read, 4 to 30
) (
  input  wire        clk_i,
  input  wire        rst_ni,
  // SPI flash
  output reg         flash_cs_no,
  output wire        flash_sck_o,
  output wire        flash_mosi_o,
  input  wire        flash_miso_i,
  // host (dpwa_uart_host)
  input  wire [31:0] packet_data_i,
  input  wire        packet_valid_i,
  output wire        packet_ready_o,
  // machine
  input  wire        machine_rst_ni,
  output wire [31:0] machine_data_o,
  output wire        machine_valid_o,
  input  wire        machine_ready_i,
  input  wire        image_valid_i,
  input  wire        refused_i,
  output wire        boot_o
);

  generate
    if (FLASH_ADDRESS < 0 || FLASH_ADDRESS >= 16777216 || WORDS_W < 4 || WORDS_W > 30) begin : gen_check
      ERROR_illegal_FLASH_ADDRESS_or_WORDS_W u_check ();
    end
  endgenerate

  localparam [2:0]  RELEASE = 3'd2, COMMAND = 3'd7;   // slots; the first word is that of slot 8
  localparam [7:0]  WAKE = 8'hab, READ = 8'h03;
  localparam [31:0] RELEASE_BITS = {WAKE, 24'd0};
  localparam [31:0] COMMAND_BITS = {READ, FLASH_ADDRESS[23:0]};
  localparam integer TIME_W = WORDS_W + 8;

  reg [TIME_W-1:0] time_q;      // {over, slot[WORDS_W], bit[5], cycle[2]}
  reg              reading_q;   // slot 8 has begun
  reg              stopped_q;
  reg [31:0]       word_q;
  reg              full_q;      // word_q waits for the machine

  wire       reading      = reading_q | time_q[10];
  wire       release_slot = ~reading & (time_q[9:7] == RELEASE);
  wire       command_slot = ~reading & (time_q[9:7] == COMMAND);
  wire       goes         = ~stopped_q & ~full_q;
  wire       sample       = goes & (time_q[1:0] == 2'd2);
  wire       last         = goes & reading & (&time_q[6:0]);
  wire       over         = image_valid_i | refused_i | time_q[TIME_W-1] | ~machine_rst_ni;
  wire       take         = packet_valid_i & packet_ready_o;

  assign boot_o          = ~stopped_q;
  assign flash_sck_o     = time_q[1];
  assign flash_mosi_o    = (release_slot & RELEASE_BITS[~time_q[6:2]]) | (command_slot & COMMAND_BITS[~time_q[6:2]]);
  assign packet_ready_o  = stopped_q & ~full_q;
  assign machine_data_o  = word_q;
  assign machine_valid_o = full_q;

  always @(posedge clk_i) begin
    if (!rst_ni) begin
      time_q      <= {TIME_W{1'b0}};
      reading_q   <= 1'b0;
      stopped_q   <= 1'b0;
      flash_cs_no <= 1'b1;
    end else begin
      if (goes) time_q <= time_q + {{TIME_W-1{1'b0}}, 1'b1};
      reading_q   <= reading;
      if (reading && over) stopped_q <= 1'b1;
      flash_cs_no <= stopped_q | ~(release_slot | command_slot | reading);
    end
  end

  always @(posedge clk_i) begin
    if (!machine_rst_ni) full_q <= 1'b0;
    else                 full_q <= take | last | (full_q & ~machine_ready_i);
  end

  // A bit from the flash enters at the word's highest byte, which moves down byte by byte. No reset.
  always @(posedge clk_i) begin
    if (sample)    word_q <= {word_q[30:24], flash_miso_i, word_q[22:16], word_q[31], word_q[14:8], word_q[23],
                              word_q[6:0], word_q[15]};
    else if (take) word_q <= packet_data_i;
  end

endmodule

`default_nettype wire
