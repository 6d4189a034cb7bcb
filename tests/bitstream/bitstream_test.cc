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

TEST(Flash, TheCommandLineNamesBoardAndFile) {
  const TemporaryDirectory out;
  const boards::Board board = boards::find_board("icebreaker");
  try {
    flash_command(out.path(), board);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::bad_input);
    EXPECT_THAT(error.what(), HasSubstr("dpwa bitstream"));
  }
  fs::create_directories(out.path() / "bitstream/icebreaker");
  const std::string file = (out.path() / "bitstream/icebreaker/bitstream.bin").string();
  write_file(file, "x");
  EXPECT_THAT(flash_command(out.path(), board),
              testing::ElementsAre("openFPGALoader", "-b", "ice40_generic", "-f", file));
}

}  // namespace
}  // namespace dpwa::bitstream
