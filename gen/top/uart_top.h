// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>

#include "gen/top/section_builder.h"

namespace dpwa::gen {

/// Fills the module dpwa_uart_top: dpwa_top behind a serial line (docs/host-protocol.md). Its only parameter
/// is CLOCKS_PER_BIT of the line.
class UartTopBuilder : private SectionBuilder {
 public:
  /// `machine`: interface of dpwa_top.
  UartTopBuilder(const config::Config& config, Module& module, Interface machine)
      : SectionBuilder(config, module), machine_(std::move(machine)) {}
  void build();

 private:
  void ports();
  void link();
  void machine();

  Interface machine_;
};

}  // namespace dpwa::gen
