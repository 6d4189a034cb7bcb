// SPDX-License-Identifier: Apache-2.0
#include "tests/gen/parameters.h"

namespace dpwa::gen {

Environment other_parameters(const Interface& leaf) {
  static const Environment values = {{"ACC_W", 48},        {"ADDEND_W", 44},     {"ADDR_W", 12},
                                     {"BANK", 3},          {"CONFIG_HASH", 77},  {"CHANNELS", 1},
                                     {"FLOAT", 0},         {"PLANES", 3},        {"STABLE", 1},
                                     {"COUNTERS", 1},      {"RANGE", 0},         {"STATIC", 0},
                                     {"VARIANCE", 1},      {"COLUMN_W", 9},      {"CLASSES", 1},
                                     {"JOB_W", 5},         {"COUNTER_W", 24},    {"CUTS", 2},
                                     {"CYCLES", 3},        {"DEPTH", 40},        {"ENTRIES", 64},
                                     {"DENSE_W", 13},      {"INDEX_W", 9},       {"STYLE", 1},
                                     {"ENTRY_W", 12},      {"ENTRY_WORDS", 2},   {"FIRST_BANK", 4},
                                     {"GAP", 4},           {"GROUPS", 4},        {"LANES", 8},
                                     {"GROUP_W", 5},       {"KERNEL_W", 6},      {"SLOT_W", 5},
                                     {"LATENCY", 5},       {"LEVEL_W", 4},       {"LUT_STYLE", 1},
                                     {"MULT_W", 24},       {"NODES", 1},         {"PLANES_MAX", 5},
                                     {"PREMAX", 1},        {"SERIAL", 1},        {"PRODUCTS", 8},
                                     {"ROWS", 100},        {"ROW_W", 9},         {"SHIFT_MAX", 63},
                                     {"SLICES", 1},        {"TABLE_BANK", 2},    {"TAG_W", 5},
                                     {"TILES", 32},        {"TILE_ADDR_W", 9},   {"TILE_W", 18},
                                     {"VALUES", 300},      {"VALUE_W", 21},      {"WB_LANES", 2},
                                     {"WIDTH", 5},         {"WORDS", 19},        {"WORD_ADDR_W", 11},
                                     {"WORD_BITS", 32},    {"WORD_W", 14},       {"WTILE_W", 10},
                                     {"WWORD_W", 11},      {"ELEMENTS", 2},      {"READS", 4},
                                     {"X_W", 9},           {"Y_W", 12},          {"SUM_W", 23},
                                     {"FINE_W", 17},       {"POOL_DELAY", 2},    {"CLOCKS_PER_BIT", 217},
                                     {"CONV", 0},          {"POOL_PADS", 1},     {"WORDS_W", 8},
                                     {"FLASH_ADDRESS", 9}, {"FACTORS", 1},       {"WINDOW", 1},
                                     {"COLUMN_W", 10},     {"WINDOW_PLANES", 3}, {"WINDOW_TAPS", 6}};
  Environment result;
  for (const ParameterSpec& each : leaf.parameters()) result[each.name] = values.at(each.name);
  // Some parameters mean different things to different leaves.
  if (leaf.module() == "dpwa_sequencer") result["NODES"] = 64;
  if (leaf.module() == "dpwa_write_back_array") result["CLASSES"] = 0;  // not beside CUTS
  if (leaf.module() == "dpwa_scanner") result["WORD_W"] = 20;
  if (leaf.module() == "dpwa_uart_host") result["ADDR_W"] = 6;
  return result;
}

}  // namespace dpwa::gen
