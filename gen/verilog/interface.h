// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "gen/verilog/integer.h"

namespace dpwa::gen {

enum class Direction { input, output };

struct PortSpec {
  std::string name;
  Direction direction;
  Int width;  ///< over the interface's parameters
  bool is_signed = false;
};

struct ParameterSpec {
  std::string name;
  Int default_value;
  std::string doc;
};

/// What an instantiating module must know of a module: its name, parameters and ports, in header order.
///
///   Interface lane("dpwa_mac_lane");
///   const Int products = lane.parameter("PRODUCTS", 16);
///   lane.input("a_i", 4 * products);
class Interface {
 public:
  explicit Interface(std::string module) : module_(std::move(module)) {}

  /// Declares a parameter and returns it for use in widths.
  Int parameter(const std::string& name, const Int& default_value, const std::string& doc = "") {
    parameters_.push_back({name, default_value, doc});
    return Int::parameter(name, default_value);
  }
  void input(const std::string& name, const Int& width = 1) { add(name, Direction::input, width, false); }
  void output(const std::string& name, const Int& width = 1) { add(name, Direction::output, width, false); }
  void signed_input(const std::string& name, const Int& width) { add(name, Direction::input, width, true); }
  void signed_output(const std::string& name, const Int& width) { add(name, Direction::output, width, true); }

  const std::string& module() const { return module_; }
  const std::vector<ParameterSpec>& parameters() const { return parameters_; }
  const std::vector<PortSpec>& ports() const { return ports_; }
  const PortSpec* find_port(const std::string& name) const {
    for (const PortSpec& port : ports_) {
      if (port.name == name) return &port;
    }
    return nullptr;
  }
  bool has_parameter(const std::string& name) const {
    for (const ParameterSpec& parameter : parameters_) {
      if (parameter.name == name) return true;
    }
    return false;
  }

 private:
  void add(const std::string& name, Direction direction, const Int& width, bool is_signed) {
    ports_.push_back({name, direction, width, is_signed});
  }

  std::string module_;
  std::vector<ParameterSpec> parameters_;
  std::vector<PortSpec> ports_;
};

}  // namespace dpwa::gen
