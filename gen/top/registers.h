// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/config/config.h"

/// The host's registers, written down once: Verilog (host_registers.h), C header and docs/registers.md
/// follow.
namespace dpwa::gen {

/// Where a register's value comes from, and what the host may do with it.
enum class RegisterKind {
  constant,  ///< ro: fixed by the design
  status,    ///< ro: the machine's state
  control,   ///< rw: the host's
  flags,     ///< w1c: set by the machine, cleared by writing ones
};

/// What a machine must have for a register or field to exist.
enum class RegisterNeeds {
  nothing,
  floats,     ///< port words that may be floating point
  counters,   ///< PCU_COUNTERS
  boot,       ///< BOOT
  boot_test,  ///< BOOT = spi-test
};

struct RegisterField {
  const char* name;  ///< upper case
  int lsb;
  int bits;
  const char* meaning;
  RegisterNeeds needs = RegisterNeeds::nothing;
};

struct Register {
  const char* name;  ///< upper case
  int offset;        ///< byte address
  RegisterKind kind;
  std::uint32_t reset;    ///< value after reset; that of a constant without parameter
  const char* parameter;  ///< of a constant: the parameter of dpwa_top that it reads as; else ""
  int bits;               ///< from bit 0; the others read as zero
  const char* meaning;
  std::vector<RegisterField> fields;  ///< none: one number
  RegisterNeeds needs = RegisterNeeds::nothing;

  /// The fields, or the whole register as one of its own name.
  std::vector<RegisterField> parts() const;
};

constexpr int kRegisterAddressBits = 8;  ///< of a byte address

/// What a constant reads as in this configuration.
std::uint32_t constant_value(const Register& reg, const config::Config& config);

/// Every register, by ascending offset.
const std::vector<Register>& registers();

/// Those, and those of their fields, that a configuration has.
std::vector<Register> registers(const config::Config& config);

/// "ro", "rw", "w1c".
const char* access_name(RegisterKind kind);

/// dpwa_registers.h: C constants for offsets, fields and what this configuration's constants read as.
std::string register_header(const config::Config& config);

/// docs/registers.md.
std::string register_page();

}  // namespace dpwa::gen
