// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

/// The host's side of docs/host-protocol.md.
namespace dpwa::host {

constexpr std::size_t kPayloadMax = 250;  ///< bytes

/// What a frame carries.
struct Frame {
  std::uint8_t sequence = 0;
  std::uint8_t code = 0;
  std::string payload;  ///< at most kPayloadMax bytes
};

/// The frame as bytes of the line, with a border before and behind it.
std::string encode(const Frame& frame);

/// Finds frames among the bytes of a line.
class FrameReader {
 public:
  /// The frame that ends with `byte`, if one does. What is damaged is dropped.
  std::optional<Frame> take(std::uint8_t byte);

 private:
  std::string content_;   ///< since the newest border, without stuffing
  bool escaped_ = false;  ///< the newest byte was an escape
  bool damaged_ = false;  ///< there was one before an escape
};

/// `value` as `bytes` bytes, the lowest first.
std::string little_endian(std::uint32_t value, int bytes = 4);

/// Four bytes of `text` from `at` on, which must be there.
std::uint32_t little_endian_at(const std::string& text, std::size_t at);

}  // namespace dpwa::host
