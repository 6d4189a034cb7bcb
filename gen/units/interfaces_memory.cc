// SPDX-License-Identifier: Apache-2.0
#include "gen/units/interfaces.h"

namespace dpwa::gen::interfaces {

Interface ram() {
  Interface leaf("dpwa_ram");
  const Int width = leaf.parameter("WIDTH", 64);
  const Int depth = leaf.parameter("DEPTH", 256);
  leaf.input("clk_i");
  leaf.input("we_i");
  leaf.input("waddr_i", clog2(depth));
  leaf.input("wdata_i", width);
  leaf.input("re_i");
  leaf.input("raddr_i", clog2(depth));
  leaf.output("rdata_o", width);
  return leaf;
}

Interface digit_ram() {
  Interface leaf("dpwa_digit_ram");
  const Int width = leaf.parameter("WIDTH", 64);
  const Int depth = leaf.parameter("DEPTH", 256);
  leaf.input("clk_i");
  leaf.input("we_i", width / 4);
  leaf.input("waddr_i", clog2(depth));
  leaf.input("wdata_i", width);
  leaf.input("re_i");
  leaf.input("raddr_i", clog2(depth));
  leaf.output("rdata_o", width);
  return leaf;
}

Interface width_table() {
  Interface leaf("dpwa_width_table");
  const Int entries = leaf.parameter("ENTRIES", 1024);
  const Int width = leaf.parameter("WIDTH", 3);
  const Int reads = leaf.parameter("READS", 2);
  leaf.input("clk_i");
  leaf.input("we_i");
  leaf.input("waddr_i", clog2(entries));
  leaf.input("wdata_i", width);
  leaf.input("re_i");
  leaf.input("raddr_i", clog2(entries));
  leaf.output("widths_o", reads * width);
  return leaf;
}

Interface weight_sram() {
  Interface leaf("dpwa_weight_sram");
  const Int lanes = leaf.parameter("LANES", 4);
  leaf.parameter("WB_LANES", 1);
  const Int word_bits = leaf.parameter("WORD_BITS", 64);
  const Int words = leaf.parameter("WORDS", 65536);
  const Int tiles = leaf.parameter("TILES", 65536);
  const Int reads = leaf.parameter("READS", 2);
  leaf.parameter("FIRST_BANK", 0);
  leaf.parameter("TABLE_BANK", 0);
  leaf.input("clk_i");
  leaf.input("word_we_i");
  leaf.input("bank_i", 8);
  leaf.input("word_waddr_i", clog2(words));
  leaf.input("word_wdata_i", word_bits);
  leaf.input("tile_we_i");
  leaf.input("tile_waddr_i", clog2(tiles));
  leaf.input("tile_wdata_i", 3);
  leaf.input("tile_re_i");
  leaf.input("tile_raddr_i", clog2(tiles));
  leaf.output("tile_planes_o", 3 * reads);
  leaf.input("word_re_i");
  leaf.input("word_raddr_i", clog2(words));
  leaf.output("words_o", lanes * word_bits);
  return leaf;
}

Interface dense_sram() {
  Interface leaf("dpwa_dense_sram");
  const Int word_bits = leaf.parameter("WORD_BITS", 64);
  const Int words = leaf.parameter("WORDS", 16384);
  leaf.parameter("BANK", 0);
  leaf.parameter("STYLE", 0);
  leaf.input("clk_i");
  leaf.input("we_i");
  leaf.input("bank_i", 8);
  leaf.input("waddr_i", clog2(words));
  leaf.input("wdata_i", word_bits);
  leaf.input("re_i");
  leaf.input("raddr_i", clog2(words));
  leaf.output("rdata_o", word_bits);
  return leaf;
}

Interface registers() {
  Interface leaf("dpwa_registers");
  const Int words = leaf.parameter("WORDS", 16);
  leaf.input("clk_i");
  leaf.input("we_i");
  leaf.input("waddr_i", clog2(words));
  leaf.input("wdata_i", 32);
  leaf.output("values_o", 32 * words);
  return leaf;
}

}  // namespace dpwa::gen::interfaces
