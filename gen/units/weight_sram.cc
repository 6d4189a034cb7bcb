// SPDX-License-Identifier: Apache-2.0
#include "gen/units/interfaces.h"
#include "gen/units/unit.h"

namespace dpwa::gen {
namespace {

class WeightSram : public Unit {
 public:
  std::string name() const override { return "weight_sram"; }
  std::string purpose() const override {
    return "fast weight tier of one lane group: a bank per lane and the table of plane counts (N2.3)";
  }
  Interface interface() const override { return interfaces::weight_sram(); }
  /// Those of group 0.
  Settings parameters(const config::Config& c) const override {
    return {{"LANES", c.lanes_per_group()},
            {"WB_LANES", c.wb_lanes},
            {"WORD_BITS", 4 * c.products},
            {"WORDS", c.weight_words},
            {"TILES", c.weight_tiles},
            {"READS", c.scan_tiles},
            {"FIRST_BANK", 0},
            {"TABLE_BANK", 0}};
  }
  Bench bench(const config::Config& c) const override {
    return {"tests/rtl_mem/weight_sram_bench.cc", "dpwa_weight_sram", parameters(c)};
  }
  std::vector<std::string> corner_cases() const override {
    return {"EveryWordOfEveryLaneBackToBackInSkew", "FirstAndLastAddressAlternate",
            "BanksOfOtherGroupsChangeNothing", "NeighboursStartAnywhere"};
  }
  std::vector<std::string> golden() const override { return {"read_and_compare"}; }
};

}  // namespace

std::unique_ptr<Unit> make_weight_sram_unit() { return std::make_unique<WeightSram>(); }

}  // namespace dpwa::gen
