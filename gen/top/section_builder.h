// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>

#include "gen/lower/descriptor.h"
#include "gen/units/interfaces.h"
#include "gen/verilog/module.h"
#include "model/config/config.h"

namespace dpwa::gen {

/// What the builders of the two generated modules share: sizes (parameters and derived constants), nets by
/// name, and instances with clock and reset connected.
class SectionBuilder {
 protected:
  SectionBuilder(const config::Config& config, Module& module) : config_(config), module_(module) {}

  /// Sizes of dpwa_top and dpwa_group alike: parameters, and constants. `lanes`: of this module.
  void declare_sizes(int lanes);
  /// Constants derived from them that both use.
  void derive_sizes();
  /// The same parameters on an instance of dpwa_group.
  void pass_sizes(Instance& group) const;
  /// One more parameter, constant, or constant that follows from others.
  void parameter(const std::string& name, const Int& value, const std::string& doc);
  void constant(const std::string& name, int value);
  void derive(const std::string& name, const Int& value);

  void input(const std::string& name, const Int& width = 1, const std::string& doc = "");
  void output(const std::string& name, const Int& width = 1, const std::string& doc = "");
  /// A wire that later sections name.
  void declare(const std::string& name, const Int& width = 1, const std::string& doc = "");
  Expr net(const std::string& name) const;
  Int size(const std::string& name) const;

  /// An entry of the activation width table: planes, and with step classes the class above them.
  int entry_bits() const { return config_.has_classes() ? 5 : 3; }
  const char* entry_doc() const { return config_.has_classes() ? "{step class, planes}" : ""; }

  /// Whether there is a dense weight tier.
  bool streams() const { return config_.dense_words > 0; }

  Instance& place(const std::string& name, const Interface& leaf);

  /// Field of a bus of packed fields, cut to `width` bits (its own width by default).
  Expr field(const Expr& bus, const lower::Field& field) const;
  Expr field(const Expr& bus, const lower::Field& field, const Int& width) const;

  const config::Config& config_;
  Module& module_;

 private:
  std::map<std::string, Expr> nets_;
  std::map<std::string, Int> sizes_;
};

}  // namespace dpwa::gen
