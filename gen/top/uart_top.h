// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>

#include "gen/top/section_builder.h"

namespace dpwa::gen {

/// log2 of the most words of an image that a machine reads from its flash, less the eight slots before the
/// first one (rtl/host/dpwa_flash_boot.v).
inline constexpr int kFlashWordsBits = 20;

/// Where the image lies unless a board says otherwise; the virtual board (tb/board) does not.
inline constexpr int kFlashAddress = 0x40000;

/// Fills the module dpwa_uart_top: dpwa_top behind a serial line (docs/host-protocol.md), with BOOT also
/// behind a flash. Its parameters are CLOCKS_PER_BIT of the line and FLASH_ADDRESS.
class UartTopBuilder : private SectionBuilder {
 public:
  /// `machine`: interface of dpwa_top.
  UartTopBuilder(const config::Config& config, Module& module, Interface machine)
      : SectionBuilder(config, module), machine_(std::move(machine)) {}
  void build();

 private:
  void ports();
  void link();
  void boot();
  /// Between the flash and the machine.
  void boot_test();
  /// The net of a port of dpwa_top; empty when it stays open.
  std::string machine_net(const std::string& port) const;
  void machine();

  Interface machine_;
};

}  // namespace dpwa::gen
