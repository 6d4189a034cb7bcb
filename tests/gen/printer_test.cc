// SPDX-License-Identifier: Apache-2.0
#include "gen/verilog/printer.h"

#include <gtest/gtest.h>

#include "gen/verilog/design.h"
#include "model/base/files.h"
#include "tests/gen/lint.h"

namespace dpwa::gen {
namespace {

/// An adder leaf written with the layer itself: two operands, registered sum.
void add_adder(Design& design) {
  Module& adder = design.add("dpwa_test_adder", "y_o = a_i + b_i, one cycle later.");
  const Int width = adder.parameter("WIDTH", 8, "bits of operands and sum");
  const Expr clk = adder.input("clk_i");
  const Expr a = adder.input("a_i", width);
  const Expr b = adder.input("b_i", width);
  const Expr y = adder.output("y_o", width, "modulo 2**WIDTH");
  const Expr carry = adder.output("zero_o", 1, "the sum is zero");
  const Expr sum = adder.reg("sum_q", width);
  adder.text(TextBlock("always @(posedge ${clk}) begin\n  ${q} <= ${d};\nend")
                 .read("clk", clk)
                 .drive("q", sum)
                 .read("d", a + b));
  adder.assign(y, sum);
  adder.assign(carry, ~any(sum));
}

/// Everything the printer can print, once.
Design everything() {
  Design design("dpwa_test_top");
  add_adder(design);
  Module& top =
      design.add("dpwa_test_top",
                 "one of each construct that the printer knows, so that its text can be reviewed in one "
                 "place.\n\nLatency 1 from the operands to the sums.");
  const Int lanes = top.parameter("LANES", 4, "adders");
  const Int width = top.parameter("WIDTH", 8, "bits per adder");
  const Int hash = top.parameter("HASH", Int::sized(32, 0x1f), "identifies the configuration");
  top.port_group("Clock");
  const Expr clk = top.input("clk_i");
  top.port_group("Operands and results; lane l is [l*WIDTH +: WIDTH]");
  const Expr a = top.input("a_i", lanes * width);
  const Expr b = top.input("b_i", width + 2, "bits of all lanes, and two more");
  const Expr sums = top.output("sums_o", lanes * width);
  const Expr flags = top.output("flags_o", 12, "constants and bits");
  const Expr id = top.output("id_o", 32);
  const Int top_bit = top.localparam("TOP_BIT", width - 1, "most significant bit of a lane");
  top.section("Lanes");
  Generate& each = top.generate_for("gen_lane", "l", lanes);
  const Expr sum = each.wire("sum", width);
  each.instance("u_adder", design.module("dpwa_test_adder").interface())
      .set("WIDTH", width)
      .connect("clk_i", clk)
      .connect("a_i", part(a, each.index() * width, width))
      .connect("b_i", part(b, 2, width))
      .connect("y_o", sum)
      .leave_open("zero_o");
  each.assign(part(sums, each.index() * width, width), sum);
  top.section("Flags");
  top.comment("The low bits of b_i are not an operand.");
  top.unused("unused_b", bit(b, 0));
  const Expr odd = top.wire("odd", 1, "of lane 0");
  const Expr sign = top.wire("sign");
  top.assign(odd, bit(a, 0));
  top.assign(sign, bit(a, top_bit));
  top.assign(flags,
             concat({literal(4, 9), replicate(3, odd & ~sign), slice(b, 3, 1),
                     mux(odd, literal(2, 1), concat({sign, odd | sign | equal(slice(b, 1, 0), zeros(2))}))}));
  top.text(TextBlock("assign ${id} = ${hash};").drive("id", id).number("hash", hash));
  return design;
}

TEST(Printer, MatchesTheReviewedTextAndLintsClean) {
  const std::filesystem::path folder = scratch_folder();
  std::vector<std::filesystem::path> files;
  for (const Design::File& file : everything().print("0.0.0")) {
    expect_golden(file.name + ".golden", file.text);
    files.push_back(folder / file.name);
    write_file(files.back(), file.text);
  }
  EXPECT_EQ(lint("dpwa_test_top", files), "");
  EXPECT_EQ(lint("dpwa_test_top", files, {"LANES=7", "WIDTH=5"}), "");
}

TEST(Printer, LintReportsABadFile) {
  const std::filesystem::path file = scratch_folder() / "dpwa_bad.v";
  write_file(file,
             "module dpwa_bad (input wire [1:0] a_i, output wire y_o);\n  assign y_o = a_i;\nendmodule\n");
  EXPECT_NE(lint("dpwa_bad", {file}).find("WIDTH"), std::string::npos);
}

TEST(Printer, KeepsLinesWithinTheLimit) {
  for (const Design::File& file : everything().print("0.0.0")) {
    std::istringstream lines(file.text);
    for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 110U) << line;
  }
}

TEST(Design, ListsItsLeavesOnce) {
  Design design("dpwa_test_top");
  Interface leaf("dpwa_leaf");
  Module& top = design.add("dpwa_test_top", "two leaves.");
  top.instance("u_a", leaf);
  top.instance("u_b", leaf);
  EXPECT_EQ(design.leaves(), std::vector<std::string>{"dpwa_leaf"});
  EXPECT_TRUE(everything().leaves().empty());
}

}  // namespace
}  // namespace dpwa::gen
