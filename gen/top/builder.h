// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>

#include "gen/units/interfaces.h"
#include "gen/verilog/module.h"
#include "model/config/config.h"

namespace dpwa::gen {

/// Fills the module dpwa_top, section by section, in the order of the data path.
class TopBuilder {
 public:
  TopBuilder(const config::Config& config, Module& top) : config_(config), top_(top) {}
  void build();

 private:
  void parameters();
  void ports();
  void nets();
  void host();      // loader, control
  void input();     // unpacker, quantizer, packer
  void sequence();  // descriptors, border registers
  void memories();  // activation words and widths, weights
  void scan_and_issue();
  void arithmetic();  // lanes, drain, write-back
  void store();       // pool, PCU, tile assembler
  void output();      // reader, dequantizer

  /// Declares a wire that later sections name.
  void declare(const std::string& name, const Int& width = 1, const std::string& doc = "");
  Expr net(const std::string& name) const { return nets_.at(name); }
  Int size(const std::string& name) const { return sizes_.at(name); }
  /// An instance with clock and reset (where the leaf has them) connected.
  Instance& place(const std::string& name, const Interface& leaf);
  /// A field of the node descriptor or of the border registers, cut to `width` bits (its own width by
  /// default).
  Expr node_field(const std::string& name) const;
  Expr node_field(const std::string& name, const Int& width) const;
  Expr border_field(const std::string& name) const;
  Expr border_field(const std::string& name, const Int& width) const;
  /// Bit `index` of a border field.
  Expr border_bit(const std::string& name, int index) const;
  Expr load_we(int target) const;

  const config::Config& config_;
  Module& top_;
  std::map<std::string, Expr> nets_;
  std::map<std::string, Int> sizes_;
};

}  // namespace dpwa::gen
