// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gen/verilog/interface.h"
#include "model/config/config.h"

namespace dpwa::gen {

/// Values of Verilog parameters, in the module's order.
using Settings = std::vector<std::pair<std::string, std::int64_t>>;

/// The Verilator bench of a unit: one GoogleTest source around class Vdut.
struct Bench {
  std::string source;  ///< path in the project; what it includes with "" comes along
  std::string top;     ///< the Verilated module: the unit, or a harness beside the bench
  Settings settings;   ///< parameters of `top`; the bench sees them as TB_<NAME>
};

/// A hardware unit that can be generated alone (dpwa generate --unit). gen/README.md tells how to add one.
class Unit {
 public:
  virtual ~Unit() = default;
  /// What --unit calls it.
  virtual std::string name() const = 0;
  /// One line: what it does, and the rule of docs/numerics.md it implements.
  virtual std::string purpose() const = 0;
  virtual Interface interface() const = 0;
  /// Every parameter of the interface, as the configuration needs it.
  virtual Settings parameters(const config::Config& config) const = 0;
  virtual Bench bench(const config::Config& config) const = 0;
  /// Tests of the bench that must never be lost: its corners, by name.
  virtual std::vector<std::string> corner_cases() const = 0;
  /// The functions that the bench trusts: of model/num, or the bench's own plain arithmetic.
  virtual std::vector<std::string> golden() const = 0;
};

/// All units, in the order that --help shows.
const std::vector<std::unique_ptr<Unit>>& units();

/// Throws Error(usage) that lists the known names.
const Unit& find_unit(const std::string& name);

// One function per unit, for the registry.
std::unique_ptr<Unit> make_pcu_unit();
std::unique_ptr<Unit> make_quantizer_unit();
std::unique_ptr<Unit> make_dequantizer_unit();
std::unique_ptr<Unit> make_mac_unit();
std::unique_ptr<Unit> make_weight_sram_unit();
std::unique_ptr<Unit> make_weight_decoder_unit();

}  // namespace dpwa::gen
