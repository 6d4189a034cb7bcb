// SPDX-License-Identifier: Apache-2.0
#include "gen/verilog/integer.h"

#include <gtest/gtest.h>

#include "model/base/error.h"

namespace dpwa::gen {
namespace {

const Int kA = Int::parameter("A", 4);
const Int kB = Int::parameter("B", 8);

TEST(IntText, PrintsAsWrittenWithTheFewestParentheses) {
  EXPECT_EQ((kA * kB).text(), "A*B");
  EXPECT_EQ((kA + kB * 2).text(), "A+B*2");
  EXPECT_EQ(((kA + kB) * 2).text(), "(A+B)*2");
  EXPECT_EQ((kA - (kB - 1)).text(), "A-(B-1)");
  EXPECT_EQ((kA - (kB + kA)).text(), "A-(B+A)");
  EXPECT_EQ((kA * (kB / 2)).text(), "A*(B/2)");
  EXPECT_EQ((kA * kB / 2).text(), "A*B/2");
  EXPECT_EQ((kA / (kB * 2)).text(), "A/(B*2)");
  EXPECT_EQ(clog2(kA + 1).text(), "$clog2(A+1)");
  EXPECT_EQ(index_bits(kA).text(), "((A > 1) ? $clog2(A) : 1)");
}

TEST(IntText, FoldsLiteralsOnly) {
  EXPECT_EQ((Int(4) * 16).text(), "64");
  EXPECT_EQ((Int(7) / 2 - 1).text(), "2");
  EXPECT_EQ((kA + 0).text(), "A");
  EXPECT_EQ((1 * kA).text(), "A");
  EXPECT_EQ((kA + 1 - 1).text(), "A");
  EXPECT_EQ((kA - 3 + 1).text(), "A-2");
  EXPECT_EQ((kA + 3 + 4).text(), "A+7");
  EXPECT_EQ(clog2(9).text(), "4");
  EXPECT_EQ(index_bits(1).text(), "1");
}

TEST(IntText, SizedLiteralsAreHexadecimal) {
  EXPECT_EQ(Int::sized(32, 0x1f).text(), "32'h0000001f");
  EXPECT_EQ(Int::sized(6, 5).text(), "6'h05");
}

TEST(IntRange, IsEmptyForOneBitOnly) {
  EXPECT_EQ(range(1), "");
  EXPECT_EQ(range(8), "[7:0]");
  EXPECT_EQ(range(kA), "[A-1:0]");
  EXPECT_EQ(range(kA + 1), "[A:0]");
}

TEST(IntEval, UsesDefaultsAndTheEnvironment) {
  EXPECT_EQ((kA * kB - 1).eval(), 31);
  EXPECT_EQ((kA * kB - 1).eval({{"A", 2}}), 15);
  EXPECT_EQ(Int::parameter("C", kA + 1).eval({{"A", 2}}), 3);
  EXPECT_EQ(Int::localparam("D", kA * 2).eval({{"A", 5}}), 10);
  EXPECT_EQ(clog2(Int::parameter("N", 1)).eval(), 0);
  EXPECT_EQ(index_bits(Int::parameter("N", 1)).eval(), 1);
  EXPECT_THROW(Int::genvar("l").eval(), Error);
  EXPECT_THROW((kA / (kB - 8)).eval(), Error);
}

TEST(IntSubstitute, ReplacesParametersAndKeepsTheRest) {
  const Int width = clog2(kA) + index_bits(kB) * 2;
  EXPECT_EQ(width.substitute({{"A", Int::parameter("N", 16)}, {"B", 5}}).text(), "$clog2(N)+6");
  EXPECT_EQ(width.substitute({{"A", 16}}).text(), "10");  // B at its default
  EXPECT_EQ((kA * kB).substitute({{"A", Int::parameter("LANES", 3)}, {"B", kB}}).text(), "LANES*B");
}

TEST(AlwaysEqual, HoldsForWhatIsTheSameForEveryValue) {
  EXPECT_TRUE(always_equal(kA * kB, kB * kA));
  EXPECT_TRUE(always_equal((kA + 1) * 2, 2 * kA + 2));
  EXPECT_TRUE(always_equal(clog2(2 * kA), clog2(kA) + 1));
  EXPECT_TRUE(always_equal(Int::localparam("C", 4 * kA), 4 * kA));
}

TEST(AlwaysEqual, SeesCoincidencesAtTheDefault) {
  EXPECT_FALSE(always_equal(kA, 4));
  EXPECT_FALSE(always_equal(kA * 2, kB));
  EXPECT_FALSE(always_equal(kA * kA, kB * 2));
  EXPECT_FALSE(always_equal(clog2(Int::parameter("P", 16)), 4));
  EXPECT_FALSE(always_equal(Int::parameter("Z", 0) + 1, 1));
}

TEST(AlwaysEqual, KeepsGivenValues) { EXPECT_TRUE(always_equal(kA, 4, {{"A", 4}})); }

}  // namespace
}  // namespace dpwa::gen
