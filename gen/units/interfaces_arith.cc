// SPDX-License-Identifier: Apache-2.0
#include "gen/units/interfaces.h"

namespace dpwa::gen::interfaces {

Interface mac_lane() {
  Interface leaf("dpwa_mac_lane");
  const Int products = leaf.parameter("PRODUCTS", 16);
  const Int acc_w = leaf.parameter("ACC_W", 32);
  const Int level_w = leaf.parameter("LEVEL_W", 3);
  leaf.parameter("LUT_STYLE", 0);
  leaf.parameter("CUTS", 1);
  leaf.input("clk_i");
  leaf.input("rst_ni");
  leaf.input("valid_i");
  leaf.input("last_i");
  leaf.input("level_i", level_w);
  leaf.input("a_signed_i");
  leaf.input("a_i", 4 * products);
  leaf.input("w_i", 4 * products);
  leaf.output("sum_o", acc_w);
  return leaf;
}

Interface corrector() {
  Interface leaf("dpwa_corrector");
  leaf.parameter("PRODUCTS", 16);
  const Int acc_w = leaf.parameter("ACC_W", 32);
  const Int level_w = leaf.parameter("LEVEL_W", 3);
  leaf.parameter("LUT_STYLE", 0);
  leaf.parameter("LATENCY", 4);
  leaf.input("clk_i");
  leaf.input("rst_ni");
  leaf.input("valid_i");
  leaf.input("last_i");
  leaf.input("level_i", level_w);
  leaf.input("a_signed_i");
  leaf.output("corr_o", acc_w);
  return leaf;
}

Interface delay() {
  Interface leaf("dpwa_delay");
  const Int width = leaf.parameter("WIDTH", 1);
  leaf.parameter("CYCLES", 1);
  leaf.input("clk_i");
  leaf.input("d_i", width);
  leaf.output("q_o", width);
  return leaf;
}

Interface sum_words() {
  Interface leaf("dpwa_sum_words");
  const Int words = leaf.parameter("WORDS", 4);
  const Int x_w = leaf.parameter("X_W", 8);
  const Int y_w = leaf.parameter("Y_W", 10);
  leaf.input("x_i", words * x_w);
  leaf.output("sum_o", y_w);
  return leaf;
}

}  // namespace dpwa::gen::interfaces
