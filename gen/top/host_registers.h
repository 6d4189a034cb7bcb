// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gen/top/registers.h"
#include "gen/top/section_builder.h"

namespace dpwa::gen {

/// "status_busy": a part of a register in Verilog; "output_mode" when the register is one part.
std::string part_name(const Register& reg, const RegisterField& part);

/// Fills the module dpwa_host_registers from the table registers(): an AXI4-Lite port s_axil_* and, for every
/// part, a port <part>_i (status), set_<part>_i (flags: set while high) or <part>_o (control). What constants
/// read as are parameters of the module.
class HostRegistersBuilder : private SectionBuilder {
 public:
  HostRegistersBuilder(const config::Config& config, Module& module) : SectionBuilder(config, module) {}
  void build();

 private:
  void ports();
  void nets();
  void flags(const Register& reg);
  void control(const Register& reg);
  void answers();
  void slave(const Expr& read_data, const Expr& read_error);

  /// The whole register as the host reads it; not for constants.
  Expr value(const Register& reg) const;
  /// This cycle writes the register.
  Expr written(const Register& reg) const;
};

}  // namespace dpwa::gen
