// SPDX-License-Identifier: Apache-2.0
//
// The whole way to a bitstream with the real tools, for designs of a few cells.
#include "fpga/bitstream/bitstream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/base/error.h"
#include "model/base/files.h"
#include "tests/base/temporary_directory.h"

namespace dpwa::bitstream {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kTop = R"(module dpwa_uart_top #(parameter integer CLOCKS_PER_BIT = 16) (
  input wire clk_i, input wire rst_ni, input wire uart_rx_i, output reg uart_tx_o, output reg image_valid_o);
  reg [15:0] count_q;
  always @(posedge clk_i) begin
    count_q <= !rst_ni || count_q == CLOCKS_PER_BIT ? 16'd0 : count_q + 16'd1;
    if (count_q == 16'd0) uart_tx_o <= uart_rx_i;
    image_valid_o <= rst_ni && BODY;
  end
endmodule
)";

constexpr const char* kBootTop = R"(module dpwa_uart_top #(
  parameter integer CLOCKS_PER_BIT = 16, parameter integer FLASH_ADDRESS = 0) (
  input wire clk_i, input wire rst_ni, input wire uart_rx_i, output wire uart_tx_o, output wire image_valid_o,
  output wire busy_o, output wire error_o,
  output wire flash_cs_no, output wire flash_sck_o, output wire flash_mosi_o, input wire flash_miso_i);
  reg [23:0] count_q;
  always @(posedge clk_i) count_q <= !rst_ni ? FLASH_ADDRESS[23:0] : count_q + 24'd1;
  assign {flash_cs_no, flash_sck_o, flash_mosi_o} = count_q[2:0];
  assign {busy_o, error_o} = count_q[23:22];
  assign uart_tx_o = uart_rx_i;
  assign image_valid_o = flash_miso_i;
endmodule
)";

/// A generated directory whose LED shows `body`.
class Tiny {
 public:
  explicit Tiny(const std::string& body) {
    std::string text = kTop;
    write_file(path() / "top.v", text.replace(text.find("BODY"), 4, body));
    write_file(path() / "sources.f", "top.v\n");
    write_file(path() / "manifest.json", R"({"top": "dpwa_uart_top"})");
    config.name = "tiny";
    config.lanes = 1;
  }
  const fs::path& path() const { return directory_.path(); }
  Report make(int baud = 115200) {
    SilentProgress progress;
    return bitstream::make(path(), config, boards::find_board("icebreaker"), baud, progress);
  }
  config::Config config;

 private:
  TemporaryDirectory directory_;
};

TEST(Bitstream, SameDesignSameBytes) {
  Tiny tiny("count_q[3]"), copy("count_q[3]");
  const Report report = tiny.make();
  EXPECT_EQ(report.clock.hz, 24'000'000) << "the fastest";
  EXPECT_EQ(report.clocks_per_bit, 208);
  EXPECT_GT(report.routed.reached_hz, 24e6);
  const std::string bytes = read_file(report.file);
  EXPECT_EQ(bytes.size(), 104090u) << "a whole UP5K";
  EXPECT_EQ(read_file(copy.make().file), bytes);
  EXPECT_NE(read_file(copy.make(1'000'000).file), bytes) << "another number of clocks per bit";
  EXPECT_THAT(read_file(tiny.path() / "bitstream/icebreaker/report.json"), HasSubstr("\"logic_cells\""));
}

TEST(Bitstream, ADesignThatReadsTheFlashGetsItsPinsAndItsAddress) {
  Tiny tiny("count_q[3]");
  write_file(tiny.path() / "top.v", kBootTop);
  tiny.config.boot = config::Boot::spi;
  EXPECT_EQ(read_file(tiny.make().file).size(), 104090u);
  const fs::path made = tiny.path() / "bitstream/icebreaker";
  EXPECT_THAT(read_file(made / "synth.ys"), HasSubstr("chparam -set FLASH_ADDRESS 262144 dpwa_icebreaker"));
  // The flash's pins lead to the design, which drives three of them.
  EXPECT_THAT(read_file(made / "tools.log"), HasSubstr("constrained 'flash_mosi_o'"));
}

TEST(Bitstream, ASlowDesignGetsASlowerClock) {
  // Twelve additions in a row.
  Tiny tiny("sum[7]");
  std::string text = read_file(tiny.path() / "top.v"), chain = "wire [7:0] s0 = count_q[7:0];\n";
  for (int i = 1; i <= 12; ++i)
    chain += fmt::format("(* keep *) wire [7:0] s{0} = s{1} + (s{1} ^ count_q[15:8]);\n", i, i - 1);
  text.insert(text.find("  always"), "  " + chain + "  wire [7:0] sum = s12;\n");
  write_file(tiny.path() / "top.v", text);
  const Report report = tiny.make();
  EXPECT_LT(report.clock.hz, 24'000'000);
  EXPECT_GE(report.routed.reached_hz, static_cast<double>(report.clock.hz));
  EXPECT_FALSE(fs::exists(tiny.path() / "bitstream/icebreaker.failed.log"));
}

TEST(Bitstream, ADesignThatDoesNotFitIsOneErrorWithNumbers) {
  Tiny tiny("^big_q");
  std::string text = read_file(tiny.path() / "top.v");
  text.insert(text.find("  always"),
              "  reg [5999:0] big_q;\n  always @(posedge clk_i) big_q <= {big_q[5998:0], uart_rx_i};\n");
  write_file(tiny.path() / "top.v", text);
  try {
    tiny.make();
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::mismatch);
    EXPECT_THAT(error.what(),
                testing::MatchesRegex(".*does not fit icebreaker: logic_cells [0-9]+ of 5280; .*"));
  }
  EXPECT_FALSE(fs::exists(tiny.path() / "bitstream/icebreaker"));
  EXPECT_THAT(read_file(tiny.path() / "bitstream/icebreaker.failed.log"), HasSubstr("ICESTORM_LC"));
}

TEST(Bitstream, AToolsErrorIsPassedOn) {
  Tiny tiny("none_such(");
  try {
    tiny.make();
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::bad_input);
    EXPECT_THAT(error.what(), testing::AllOf(HasSubstr("yosys failed"), HasSubstr("top.v")));
  }
}

std::string board_folder(const fs::path& out) {
  fs::create_directories(out / "bitstream/icebreaker");
  const std::string file = (out / "bitstream/icebreaker/bitstream.bin").string();
  write_file(file, "x");
  return file;
}

TEST(Flash, TheCommandLineNamesBoardAndFile) {
  const TemporaryDirectory out;
  const boards::Board board = boards::find_board("icebreaker");
  try {
    flash_commands(out.path(), config::Config(), board);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::bad_input);
    EXPECT_THAT(error.what(), HasSubstr("dpwa bitstream"));
  }
  const std::string file = board_folder(out.path());
  EXPECT_THAT(flash_commands(out.path(), config::Config(), board),
              ElementsAre(ElementsAre("openFPGALoader", "-b", "ice40_generic", "-f", file)));
}

TEST(Flash, AnImageThatIsReadFromTheFlashFollows) {
  const TemporaryDirectory out;
  const boards::Board board = boards::find_board("icebreaker");
  const config::Config config = config::load("icebreaker", {"BOOT=spi"});
  board_folder(out.path());
  EXPECT_EQ(flash_commands(out.path(), config, board).size(), 1u) << "a design without a plan";
  fs::create_directories(out.path() / "images");
  const std::string image = (out.path() / "images/image.bin").string();
  write_file(image, "words");
  EXPECT_EQ(flash_commands(out.path(), config::Config(), board).size(), 1u);
  const auto commands = flash_commands(out.path(), config, board);
  ASSERT_EQ(commands.size(), 2u);
  EXPECT_THAT(commands[1],
              ElementsAre("openFPGALoader", "-b", "ice40_generic", "-f", "-o", "0x40000", image));
  fs::resize_file(image, 4u << 20);
  try {
    flash_commands(out.path(), config, board);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::mismatch);
    EXPECT_THAT(error.what(), HasSubstr("at most 4194272"));
  }
}

}  // namespace
}  // namespace dpwa::bitstream
