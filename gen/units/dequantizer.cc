// SPDX-License-Identifier: Apache-2.0
#include "gen/units/interfaces.h"
#include "gen/units/unit.h"

namespace dpwa::gen {
namespace {

class Dequantizer : public Unit {
 public:
  std::string name() const override { return "dequantizer"; }
  std::string purpose() const override {
    return "stored values to port words (integer, float32, binary16), one per cycle (N6.3)";
  }
  Interface interface() const override { return interfaces::dequantizer(); }
  Settings parameters(const config::Config& c) const override { return {{"VALUE_W", c.value_w()}}; }
  Bench bench(const config::Config& c) const override {
    return {"tests/rtl_quant/dequantizer_bench.cc", "dpwa_dequantizer", parameters(c)};
  }
  std::vector<std::string> corner_cases() const override {
    return {"EveryExponent", "Float32Corners", "Binary16TiesAndCorners", "LoseNothing"};
  }
  std::vector<std::string> golden() const override {
    return {"num::dequantize_float32", "num::dequantize_binary16"};
  }
};

}  // namespace

std::unique_ptr<Unit> make_dequantizer_unit() { return std::make_unique<Dequantizer>(); }

}  // namespace dpwa::gen
