// SPDX-License-Identifier: Apache-2.0
#include "gen/units/unit.h"
#include "model/base/error.h"

namespace dpwa::gen {

const std::vector<std::unique_ptr<Unit>>& units() {
  static const std::vector<std::unique_ptr<Unit>> all = [] {
    std::vector<std::unique_ptr<Unit>> list;
    list.push_back(make_pcu_unit());
    list.push_back(make_quantizer_unit());
    list.push_back(make_dequantizer_unit());
    list.push_back(make_mac_unit());
    list.push_back(make_weight_sram_unit());
    list.push_back(make_weight_decoder_unit());
    return list;
  }();
  return all;
}

const Unit& find_unit(const std::string& name) {
  std::string known;
  for (const auto& unit : units()) {
    if (unit->name() == name) return *unit;
    known += (known.empty() ? "" : ", ") + unit->name();
  }
  throw fail(ExitCode::usage, "unknown unit '{}', expected one of: {}", name, known);
}

}  // namespace dpwa::gen
