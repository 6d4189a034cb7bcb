// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "verilated.h"

/// Bit fields of Verilator ports, whose C++ type depends on their width.
namespace dpwa::rtl_test {

constexpr std::uint64_t low_mask(int bits) {
  return bits >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << bits) - 1;
}

/// The low `bits` bits of `value` as a two's complement number.
constexpr std::int64_t sign_extend(std::uint64_t value, int bits) {
  const std::uint64_t sign = std::uint64_t{1} << (bits - 1);
  return static_cast<std::int64_t>(((value & low_mask(bits)) ^ sign) - sign);
}

template <typename Port>
bool get_bit(const Port& port, int index) {
  return ((port >> index) & 1) != 0;
}
template <std::size_t kWords>
bool get_bit(const VlWide<kWords>& port, int index) {
  return ((port[index / 32] >> (index % 32)) & 1) != 0;
}

template <typename Port>
void set_bit(Port& port, int index, bool value) {
  const Port bit = static_cast<Port>(Port{1} << index);
  port = static_cast<Port>(value ? port | bit : port & ~bit);
}
template <std::size_t kWords>
void set_bit(VlWide<kWords>& port, int index, bool value) {
  const EData bit = EData{1} << (index % 32);
  port[index / 32] = value ? port[index / 32] | bit : port[index / 32] & ~bit;
}

/// Reads the unsigned field [low +: bits].
template <typename Port>
std::uint64_t get_field(const Port& port, int low, int bits) {
  std::uint64_t value = 0;
  for (int i = bits - 1; i >= 0; --i) value = (value << 1) | (get_bit(port, low + i) ? 1 : 0);
  return value;
}

/// Writes the field [low +: bits]; negative values as two's complement.
template <typename Port>
void set_field(Port& port, int low, int bits, std::int64_t value) {
  for (int i = 0; i < bits; ++i) set_bit(port, low + i, ((value >> i) & 1) != 0);
}

}  // namespace dpwa::rtl_test
