// SPDX-License-Identifier: Apache-2.0
#include "gen/units/interfaces.h"
#include "gen/units/unit.h"

namespace dpwa::gen {
namespace {

class WeightDecoder : public Unit {
 public:
  std::string name() const override { return "weight_decoder"; }
  std::string purpose() const override {
    return "storage words (INT2 to INT16, FP16, BF16, FP8, MX) to plane words of digits (N9.3)";
  }
  Interface interface() const override { return interfaces::weight_decoder(); }
  Settings parameters(const config::Config& c) const override {
    return {{"PRODUCTS", c.products}, {"ELEMENTS", c.products}};
  }
  Bench bench(const config::Config& c) const override {
    return {"tests/rtl_quant/weight_decoder_bench.cc", "dpwa_weight_decoder", parameters(c)};
  }
  std::vector<std::string> corner_cases() const override {
    return {"EveryCodeInEveryWindow", "EveryScale", "TilesOfAllFormatsFollowEachOther",
            "FlagsStayUntilCleared", "TakesTheCyclesItPromises"};
  }
  std::vector<std::string> golden() const override { return {"num::align", "num::weight_digit"}; }
};

}  // namespace

std::unique_ptr<Unit> make_weight_decoder_unit() { return std::make_unique<WeightDecoder>(); }

}  // namespace dpwa::gen
