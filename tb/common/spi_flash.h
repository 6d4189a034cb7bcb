// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <utility>

/// A serial flash at its pins, one call per cycle of the clock that drives them: SPI mode 0, powered down
/// until it is released (ABh), READ (03h) from any of 2^24 addresses on. All other commands are ignored.
namespace dpwa::flash {

class SpiFlash {
 public:
  static constexpr std::uint32_t kBytes = 1U << 24;
  static constexpr int kWakeClocks = 400;  ///< after ABh; until then nothing is answered

  /// `content` from `address` on; the rest is erased.
  SpiFlash(std::string content, std::uint32_t address) : content_(std::move(content)), address_(address) {}

  /// Takes the pins of one cycle; what MISO is then.
  bool pins(bool cs_n, bool sck, bool mosi) {
    if (waking_ > 0 && --waking_ == 0) awake_ = true;
    if (cs_n) {
      if (bits_ >= 8 && command_ == kRelease && !awake_ && waking_ == 0) waking_ = kWakeClocks;
      bits_ = 0;
      reading_ = false;
      miso_ = true;
    } else if (sck && !sck_) {
      take(mosi);
    } else if (!sck && sck_ && reading_) {
      miso_ = (byte(next_ / 8) >> (7 - next_ % 8) & 1) != 0;
      next_ = (next_ + 1) % (8 * kBytes);
    }
    sck_ = sck;
    return miso_;
  }

  bool awake() const { return awake_; }

 private:
  static constexpr std::uint32_t kRelease = 0xab, kRead = 0x03;

  void take(bool mosi) {
    if (reading_) return;
    shift_ = shift_ << 1 | static_cast<std::uint32_t>(mosi);
    ++bits_;
    if (bits_ == 8) command_ = shift_ & 0xff;
    if (bits_ != 32 || command_ != kRead || !awake_) return;
    reading_ = true;
    next_ = 8 * (shift_ % kBytes);
  }
  std::uint8_t byte(std::uint32_t address) const {
    const std::uint32_t at = (address - address_) % kBytes;
    return at < content_.size() ? static_cast<std::uint8_t>(content_[at]) : 0xff;
  }

  std::string content_;
  std::uint32_t address_;
  bool awake_ = false, sck_ = false, reading_ = false, miso_ = true;
  int waking_ = 0;  // cycles
  int bits_ = 0;    // since CS fell
  std::uint32_t shift_ = 0, command_ = 0;
  std::uint32_t next_ = 0;  // bit of the flash
};

}  // namespace dpwa::flash
