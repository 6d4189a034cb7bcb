// SPDX-License-Identifier: Apache-2.0
#include "gen/units/interfaces.h"
#include "gen/units/unit.h"

namespace dpwa::gen {
namespace {

/// Bits of i + j for planes i, j below PLANES_MAX.
int level_bits(const config::Config& c) { return static_cast<int>(clog2(2 * c.planes_max - 1).eval()); }

class Mac : public Unit {
 public:
  std::string name() const override { return "mac"; }
  std::string purpose() const override { return "exactly one multiply-accumulate lane (N3.1)"; }
  Interface interface() const override { return interfaces::mac_lane(); }
  Settings parameters(const config::Config& c) const override {
    return {{"PRODUCTS", c.products},
            {"ACC_W", c.acc_w},
            {"LEVEL_W", level_bits(c)},
            {"LUT_STYLE", static_cast<int>(c.lut_style)},
            {"CUTS", c.lane_cuts}};
  }
  /// The harness holds the lane in the styles up to this one and in every number of cuts, with its corrector.
  Bench bench(const config::Config& c) const override {
    return {"tests/rtl_arith/lane_bench.cc",
            "lane_matrix",
            {{"PRODUCTS", c.products},
             {"ACC_W", c.acc_w},
             {"LEVEL_W", level_bits(c)},
             {"STYLES", static_cast<int>(c.lut_style) + 1}}};
  }
  std::vector<std::string> corner_cases() const override {
    return {"CornerDigitsInEverySignAndLevel", "EveryProductExhaustivelyInBothSigns",
            "JobsOfOneBeatFollowWithoutABubble", "LastWithoutABeatEndsTheJob",
            "LongJobWrapsModuloTheAccumulator"};
  }
  std::vector<std::string> golden() const override { return {"advance_reference"}; }
};

}  // namespace

std::unique_ptr<Unit> make_mac_unit() { return std::make_unique<Mac>(); }

}  // namespace dpwa::gen
