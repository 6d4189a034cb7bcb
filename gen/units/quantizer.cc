// SPDX-License-Identifier: Apache-2.0
#include "gen/units/interfaces.h"
#include "gen/units/unit.h"

namespace dpwa::gen {
namespace {

/// A port word of 16 bits times the multiplier, and four bits for an offset larger than the word's range.
constexpr int kAddendExtraBits = 20;

class Quantizer : public Unit {
 public:
  std::string name() const override { return "quantizer"; }
  std::string purpose() const override {
    return "port words (u8, s8, s16, binary16) to stored values, one per cycle (N6.2)";
  }
  Interface interface() const override { return interfaces::quantizer(); }
  Settings parameters(const config::Config& c) const override {
    return {{"MULT_W", c.mult_w},
            {"ADDEND_W", c.mult_w + kAddendExtraBits},
            {"SHIFT_MAX", c.shift_max},
            {"VALUE_W", 4 * c.input_planes_max() + 1},
            {"FLOAT", c.port_formats == config::PortFormats::all},
            {"STABLE", c.input_channels == 1}};
  }
  Bench bench(const config::Config& c) const override {
    return {"tests/rtl_quant/quantizer_bench.cc", "dpwa_quantizer", parameters(c)};
  }
  std::vector<std::string> corner_cases() const override {
    return {"TiesGoToEven",
            "Every16BitWord",
            "EveryBinary16Code",
            "EveryBinary16Exponent",
            "ExtremesOfMultiplierAndAddend",
            "LoseNothing"};
  }
  std::vector<std::string> golden() const override {
    return {"num::quantize_integer", "num::quantize_binary16"};
  }
};

}  // namespace

std::unique_ptr<Unit> make_quantizer_unit() { return std::make_unique<Quantizer>(); }

}  // namespace dpwa::gen
