// SPDX-License-Identifier: Apache-2.0
// Each rule of check() has a module that breaks it, and nothing else.
#include "gen/verilog/check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "gen/verilog/keywords.h"
#include "model/base/error.h"

namespace dpwa::gen {
namespace {

using testing::AllOf;
using testing::HasSubstr;

/// What check() says of a module that `build` fills, "" when it is content.
template <typename Build>
std::string refusal(Build build) {
  Module module("dpwa_m", "under test.");
  try {
    build(module);
    check(module);
  } catch (const Error& problem) {
    EXPECT_EQ(problem.code(), ExitCode::usage);
    return problem.what();
  }
  return "";
}

/// A leaf with everything an instance can get wrong.
Interface leaf() {
  Interface result("dpwa_leaf");
  const Int width = result.parameter("WIDTH", 8);
  result.input("d_i", width);
  result.output("q_o", width);
  return result;
}

/// An input of 8 bits, an output of 8 bits, and an instance between them that is not connected yet.
struct Connected {
  explicit Connected(Module& m)
      : width(m.parameter("W", 8, "bits")),
        d(m.input("d_i", width)),
        q(m.output("q_o", width)),
        instance(m.instance("u_leaf", leaf())) {}
  Int width;
  Expr d;
  Expr q;
  Instance& instance;
};

TEST(Check, AcceptsAWellFormedModule) {
  EXPECT_EQ(refusal([](Module& m) {
              Connected c(m);
              c.instance.set("WIDTH", c.width).connect("d_i", c.d).connect("q_o", c.q);
            }),
            "");
}

TEST(CheckNames, AreIdentifiersThatNoToolReserves) {
  const auto with_wire = [](const std::string& name) {
    return refusal([&](Module& m) { m.unused("unused_a", m.wire(name)); });
  };
  EXPECT_THAT(with_wire("3x"), HasSubstr("module dpwa_m: '3x' is not a name"));
  EXPECT_THAT(with_wire("a b"), HasSubstr("not a name"));
  EXPECT_THAT(with_wire("_x"), HasSubstr("not a name"));
  EXPECT_THAT(with_wire("lane_0"), HasSubstr("'lane_0' ends in a number"));
  EXPECT_THAT(with_wire("always"), HasSubstr("keyword"));
  EXPECT_THAT(with_wire("logic"), HasSubstr("keyword"));
  EXPECT_THAT(with_wire("dpwa_m"), HasSubstr("declared twice"));
}

TEST(CheckNames, AreUniqueAcrossKindsAndBlocks) {
  EXPECT_THAT(refusal([](Module& m) {
                m.input("x");
                m.wire("x");
              }),
              HasSubstr("'x' is declared twice"));
  EXPECT_THAT(refusal([](Module& m) {
                m.input("l");
                m.generate_for("gen_a", "l", 2);
              }),
              HasSubstr("'l' is declared twice"));
}

TEST(CheckNames, BlocksInstancesAndUnusedHaveTheirPrefix) {
  EXPECT_THAT(refusal([](Module& m) { m.generate_for("lanes", "l", 2); }), HasSubstr("must start with gen_"));
  EXPECT_THAT(refusal([](Module& m) { m.instance("leaf", leaf()); }), HasSubstr("must start with u_"));
  EXPECT_THAT(refusal([](Module& m) { m.unused("rest", m.input("x_i")); }),
              HasSubstr("must contain 'unused'"));
}

TEST(CheckNames, KeywordsOfBothLanguagesAreKnown) {
  for (const char* word : {"accept_on", "wire", "xor", "endmodule", "priority", "unique0", "table"}) {
    EXPECT_TRUE(is_keyword(word)) << word;
  }
  EXPECT_FALSE(is_keyword("lane"));
  EXPECT_FALSE(is_keyword("Wire"));
}

TEST(CheckConstants, AreDeclaredBeforeUseAndUsed) {
  EXPECT_THAT(refusal([](Module& m) { m.input("x_i", Int::parameter("FOREIGN", 4)); }),
              HasSubstr("'FOREIGN' in 'FOREIGN' is no parameter"));
  EXPECT_THAT(refusal([](Module& m) { m.parameter("N", 4, "spare"); }),
              HasSubstr("parameter 'N' is not used"));
  EXPECT_THAT(refusal([](Module& m) {
                const Expr x = m.input("x_i", 4);
                Generate& g = m.generate_for("gen_a", "l", 4);
                m.unused("unused_x", bit(x, g.index()));
              }),
              HasSubstr("'l'"));
  EXPECT_THAT(refusal([](Module& m) { m.input("x_i", m.localparam("N", 4)); }), HasSubstr("'N' in 'N'"));
}

TEST(CheckSignals, AreOfThisModuleAndInScope) {
  Module other("dpwa_other", "elsewhere.");
  const Expr foreign = other.input("foreign_i");
  EXPECT_THAT(refusal([&](Module& m) { m.unused("unused_x", foreign); }), HasSubstr("'foreign_i'"));
  EXPECT_THAT(refusal([&](Module& m) {
                m.input("foreign_i");
                m.unused("unused_x", foreign);  // same name, another module's
              }),
              HasSubstr("'foreign_i' in 'foreign_i' is not declared in this module"));
  EXPECT_THAT(refusal([](Module& m) {
                const Expr inner = m.generate_for("gen_a", "l", 2).wire("inner");
                m.unused("unused_inner", inner);
              }),
              HasSubstr("'inner' in 'inner' is not declared"));
}

TEST(CheckInstance, NamesModuleInstanceAndPort) {
  const auto with = [](auto change) {
    return refusal([&](Module& m) {
      Connected c(m);
      change(c);
    });
  };
  EXPECT_THAT(with([](Connected& c) { c.instance.connect("x_i", c.d); }),
              HasSubstr("module dpwa_m: instance u_leaf of dpwa_leaf: no port 'x_i'"));
  EXPECT_THAT(with([](Connected& c) { c.instance.set("DEPTH", 3); }), HasSubstr("no parameter 'DEPTH'"));
  EXPECT_THAT(with([](Connected& c) { c.instance.set("WIDTH", 3).set("WIDTH", 4); }), HasSubstr("set twice"));
  EXPECT_THAT(with([](Connected& c) { c.instance.set("WIDTH", c.width).connect("q_o", c.q); }),
              HasSubstr("input 'd_i' is not connected"));
  EXPECT_THAT(with([](Connected& c) { c.instance.set("WIDTH", c.width).connect("d_i", c.d); }),
              AllOf(HasSubstr("output 'q_o' is not connected"), HasSubstr("leave_open")));
  EXPECT_THAT(with([](Connected& c) { c.instance.leave_open("d_i"); }),
              HasSubstr("input 'd_i' is left open"));
  EXPECT_THAT(
      with([](Connected& c) { c.instance.set("WIDTH", c.width).connect("d_i", c.d).connect("d_i", c.d); }),
      HasSubstr("'d_i' is connected twice"));
  EXPECT_THAT(with([](Connected& c) { c.instance.set("WIDTH", c.width).connect("q_o", ~c.q); }),
              HasSubstr("output 'q_o' drives '~q_o', which is not a signal"));
}

TEST(CheckInstance, WidthsAgreeForEveryParameterValue) {
  EXPECT_THAT(refusal([](Module& m) {
                Connected c(m);
                c.instance.set("WIDTH", c.width).connect("d_i", part(c.d, 0, 4));
              }),
              HasSubstr("port 'd_i': expected 8 bits (W), found 'd_i[3:0]' with 4 (4)"));
  EXPECT_THAT(refusal([](Module& m) {
                Connected c(m);
                c.instance.connect("d_i", c.d);  // WIDTH stays 8, W is 8 by default only
              }),
              HasSubstr("equal only at the default parameters"));
}

TEST(CheckAssign, WidthsAndTargets) {
  EXPECT_THAT(refusal([](Module& m) { m.assign(m.output("q_o", 3), m.input("d_i", 2)); }),
              HasSubstr("assign q_o: expected 3 bits (3), found 'd_i' with 2 (2)"));
  EXPECT_THAT(refusal([](Module& m) {
                const Expr d = m.input("d_i");
                m.assign(~d, d);
              }),
              HasSubstr("assign drives '~d_i', which is not a signal"));
}

TEST(CheckBits, EachIsDrivenOnce) {
  EXPECT_THAT(refusal([](Module& m) { m.output("q_o"); }), HasSubstr("bit 0 of 'q_o' has no driver"));
  EXPECT_THAT(refusal([](Module& m) {
                const Expr d = m.input("d_i");
                const Expr q = m.output("q_o", 3);
                m.assign(bit(q, 0), d);
                m.assign(bit(q, 2), d);
              }),
              HasSubstr("bit 1 of 'q_o' has no driver"));
  EXPECT_THAT(refusal([](Module& m) {
                const Expr d = m.input("d_i", 2);
                const Expr q = m.output("q_o", 2);
                m.assign(q, d);
                m.assign(bit(q, 1), bit(d, 0));
              }),
              HasSubstr("bit 1 of 'q_o' has two drivers: assign q_o and assign q_o[1]"));
  EXPECT_THAT(refusal([](Module& m) {
                const Expr d = m.input("d_i");
                m.assign(d, literal(1, 0));
              }),
              HasSubstr("'d_i' has two drivers: the outside and assign d_i"));
}

TEST(CheckBits, LoopsAreUnrolled) {
  const auto lanes = [](int driven) {
    return refusal([&](Module& m) {
      const Expr d = m.input("d_i");
      const Expr q = m.output("q_o", 4);
      Generate& g = m.generate_for("gen_lane", "l", driven);
      g.assign(bit(q, g.index()), d);
    });
  };
  EXPECT_EQ(lanes(4), "");
  EXPECT_THAT(lanes(3), HasSubstr("bit 3 of 'q_o' has no driver"));
  EXPECT_THAT(lanes(5), HasSubstr("bits 4 to 4 of 'q_o' are addressed, which has 4"));
  EXPECT_THAT(lanes(0), HasSubstr("repeats 0 times"));
}

TEST(CheckBits, EachIsRead) {
  EXPECT_THAT(refusal([](Module& m) { m.input("d_i"); }), HasSubstr("bit 0 of 'd_i' is read by nobody"));
  EXPECT_THAT(refusal([](Module& m) { m.unused("unused_d", slice(m.input("d_i", 4), 2, 0)); }),
              HasSubstr("bit 3 of 'd_i' is read by nobody"));
}

TEST(CheckBits, AreInRangeAndWidthsPositive) {
  EXPECT_THAT(refusal([](Module& m) { m.unused("unused_d", bit(m.input("d_i", 4), 4)); }),
              HasSubstr("bits 4 to 4 of 'd_i' are addressed, which has 4"));
  EXPECT_THAT(refusal([](Module& m) { m.unused("unused_d", bit(m.input("d_i"), 1)); }),
              HasSubstr("addressed"));
  EXPECT_THAT(refusal([](Module& m) { m.input("d_i", m.parameter("N", 0, "none")); }),
              HasSubstr("has 0 bits"));
}

TEST(CheckBits, ARegIsDrivenByText) {
  EXPECT_THAT(refusal([](Module& m) { m.assign(m.reg("x_q"), m.input("d_i")); }),
              HasSubstr("'x_q' is a reg, which only text can drive"));
}

TEST(CheckText, HolesAreFilledOnceAndExist) {
  const auto with = [](const std::string& text, auto fill) {
    return refusal([&](Module& m) {
      const Expr d = m.input("d_i");
      const Expr q = m.output("q_o");
      m.text(fill(TextBlock(text), d, q));
    });
  };
  const auto both = [](TextBlock block, const Expr& d, const Expr& q) {
    return block.read("d", d).drive("q", q);
  };
  EXPECT_EQ(with("assign ${q} = ${d};", both), "");
  EXPECT_THAT(with("assign ${q} = 1'b0;", both), HasSubstr("the text has no hole 'd'"));
  EXPECT_THAT(with("assign ${q} = ${d} ^ ${e};", both), HasSubstr("the hole 'e' is not filled"));
  EXPECT_THAT(with("assign ${q} = ${d};",
                   [](TextBlock block, const Expr& d, const Expr& q) {
                     return block.read("d", d).drive("q", q).read("d", d);
                   }),
              HasSubstr("'d' is filled twice"));
  EXPECT_THAT(with("assign ${q} = ${d};", [](TextBlock block, const Expr& d,
                                             const Expr& q) { return block.read("d", d).drive("q", ~q); }),
              HasSubstr("drives '~q_o', which is not a signal"));
  EXPECT_THAT(with("assign ${q} = ${d} ^ d_i;", both), HasSubstr("text names 'd_i' directly"));
}

TEST(CheckExpr, OperatorsNeedEqualWidthsAndSlicesNeedSignals) {
  Module m("dpwa_m", "operands.");
  const Expr a = m.input("a_i", 4);
  const Expr b = m.input("b_i", 3);
  for (const auto& operation : std::vector<std::function<Expr()>>{
           [&] { return a & b; }, [&] { return a | b; }, [&] { return a ^ b; }, [&] { return a + b; },
           [&] { return a - b; }, [&] { return equal(a, b); }, [&] { return not_equal(a, b); },
           [&] { return mux(bit(a, 0), a, b); }, [&] { return mux(b, a, a); }, [&] { return bit(~a, 0); },
           [&] {
             return slice(concat({a, b}), 1, 0);
           },
           [&] { return literal(3, 8); }, [&] { return literal(65, 0); }, [&] { return concat({}); }}) {
    EXPECT_THROW(operation(), Error);
  }
}

TEST(ExprText, ParenthesesKeepTheMeaning) {
  Module m("dpwa_m", "operands.");
  const Expr a = m.input("a_i");
  const Expr b = m.input("b_i");
  EXPECT_EQ((a & b & a).text(), "a_i & b_i & a_i");
  EXPECT_EQ(((a | b) & ~a).text(), "(a_i | b_i) & ~a_i");
  EXPECT_EQ((~(a ^ b)).text(), "~(a_i ^ b_i)");
  EXPECT_EQ((a - (b - a)).text(), "a_i - (b_i - a_i)");
  EXPECT_EQ(mux(a & b, a, b).text(), "(a_i & b_i) ? a_i : b_i");
  EXPECT_EQ(any(a | b).text(), "|(a_i | b_i)");
  EXPECT_EQ(zeros(Int::parameter("N", 4) + 1).text(), "{(N+1){1'b0}}");
  EXPECT_EQ(literal(20, 0xabc).text(), "20'h00abc");
}

}  // namespace
}  // namespace dpwa::gen
