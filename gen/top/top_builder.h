// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "gen/top/section_builder.h"

namespace dpwa::gen {

/// Fills the module dpwa_top: the machine's border and its lane groups, in the order of the data path.
class TopBuilder : private SectionBuilder {
 public:
  /// `group`: interface of dpwa_group; `registers`: of dpwa_host_registers, when the configuration has them.
  TopBuilder(const config::Config& config, Module& module, Interface group,
             std::optional<Interface> registers)
      : SectionBuilder(config, module), group_(std::move(group)), registers_(std::move(registers)) {}
  void build();

 private:
  void sizes();
  void ports();
  void register_ports();
  void nets();
  void host();  // loader, control
  std::string load_prefix();
  void input_path();  // unpacker, quantizer, packer
  void groups();      // lane groups and the bus between them
  void store_bus();
  void counters();
  void output_path();  // reader, dequantizer
  void dequantizer();
  void host_registers();

  /// Whether port words may be floating point.
  bool floats() const { return config_.port_formats == config::PortFormats::all; }

  Expr border_field(const std::string& name) const;
  Expr border_field(const std::string& name, const Int& width) const;
  /// Bit `index` of a border field.
  Expr border_bit(const std::string& name, int index) const;
  Expr load_we(lower::Target target) const;

  Interface group_;
  std::optional<Interface> registers_;
};

}  // namespace dpwa::gen
