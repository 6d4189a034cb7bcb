// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

/// A serial line as its levels, clock cycle by clock cycle: 8 data bits, lowest first, no parity, 1 stop bit.
namespace dpwa::serial {

constexpr int kBits = 10;  ///< of a byte: start, data, stop

/// The bits of a byte in the order of the line, from bit 0 on.
inline std::uint32_t bits_of(std::uint8_t byte) { return static_cast<std::uint32_t>(byte) << 1 | 1U << 9; }

/// Levels become bytes, each bit sampled in its middle.
class Receiver {
 public:
  explicit Receiver(int clocks_per_bit) : clocks_(clocks_per_bit) {}

  bool idle() const { return clock_ < 0; }
  /// Takes the level of one clock cycle. True when it completes a byte, in the middle of the stop bit.
  bool take(bool level) {
    if (idle() && level) return false;
    ++clock_;
    if (clock_ % clocks_ != clocks_ / 2) return false;
    const int bit = clock_ / clocks_;
    bits_ = bit == 0 ? 0 : bits_;
    bits_ |= static_cast<std::uint32_t>(level) << bit;
    if (bit != kBits - 1) return false;
    clock_ = -1;
    return true;
  }
  std::uint8_t byte() const { return static_cast<std::uint8_t>(bits_ >> 1); }
  /// Whether that byte had its start bit and its stop bit.
  bool whole() const { return bits_ == bits_of(byte()); }

 private:
  int clocks_;
  int clock_ = -1;  ///< of the byte
  std::uint32_t bits_ = 0;
};

}  // namespace dpwa::serial
