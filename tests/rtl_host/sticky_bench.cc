// SPDX-License-Identifier: Apache-2.0
// dpwa_sticky: every state, set, clear and reset.
#include <gtest/gtest.h>

#include "Vdut.h"

namespace {

constexpr unsigned kCodes = 1U << TB_WIDTH;

TEST(Sticky, EveryStateSetAndClear) {
  Vdut dut;
  const auto step = [&dut](bool run, unsigned set, unsigned clear) {
    dut.rst_ni = run;
    dut.set_i = set;
    dut.clear_i = clear;
    dut.clk_i = 0;
    dut.eval();
    dut.clk_i = 1;
    dut.eval();
    return static_cast<unsigned>(dut.flags_o);
  };
  for (unsigned state = 0; state < kCodes; ++state) {
    for (unsigned set = 0; set < kCodes; ++set) {
      for (unsigned clear = 0; clear < kCodes; ++clear) {
        ASSERT_EQ(step(false, set, clear), 0U) << "reset";
        ASSERT_EQ(step(true, state, 0), state);
        const unsigned next = (state & ~clear) | set;  // a set wins
        ASSERT_EQ(step(true, set, clear), next) << "state " << state << " set " << set << " clear " << clear;
        ASSERT_EQ(step(true, 0, 0), next) << "flags stay";
      }
    }
  }
  dut.final();
}

}  // namespace
