// SPDX-License-Identifier: Apache-2.0
#include "gen/units/interfaces.h"
#include "gen/units/unit.h"

namespace dpwa::gen {
namespace {

class Pcu : public Unit {
 public:
  std::string name() const override { return "pcu"; }
  std::string purpose() const override {
    return "precision control: decides the planes of each tile, one context per node (N1.3)";
  }
  Interface interface() const override { return interfaces::pcu(); }
  Settings parameters(const config::Config& c) const override {
    return {{"WB_LANES", c.wb_lanes},
            {"PLANES_MAX", c.planes_max},
            {"VALUE_W", c.value_w()},
            {"NODES", c.nodes},
            {"RANGE", c.policies.range ? 1 : 0},
            {"STATIC", c.policies.static_ ? 1 : 0},
            {"VARIANCE", c.policies.variance ? 1 : 0},
            {"COLUMN_W", 15},
            {"COUNTERS", c.pcu_counters},
            {"COUNTER_W", 32}};
  }
  Bench bench(const config::Config& c) const override {
    return {"tests/rtl_pcu/pcu_bench.cc", "dpwa_pcu", parameters(c)};
  }
  std::vector<std::string> corner_cases() const override {
    return {"EveryValueAloneInATile", "EditingTheRecordChangesTheDecision",
            "ValuesBeyondTheRecordAreViolations", "EventsNextToTheStartOfANodeAreCounted"};
  }
  std::vector<std::string> golden() const override { return {"num::tile_width"}; }
};

}  // namespace

std::unique_ptr<Unit> make_pcu_unit() { return std::make_unique<Pcu>(); }

}  // namespace dpwa::gen
