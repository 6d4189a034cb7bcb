// SPDX-License-Identifier: Apache-2.0
#include "fpga/host/frame.h"

#include <stdexcept>
#include <utility>

#include "model/base/files.h"

namespace dpwa::host {
namespace {

constexpr std::uint8_t kBorder = 0x7e, kEscape = 0x7d, kEscapeBit = 0x20;
constexpr std::size_t kHead = 2, kCrc = 4;

void stuff(std::string& bytes, char byte) {
  const auto value = static_cast<std::uint8_t>(byte);
  if (value != kBorder && value != kEscape) {
    bytes.push_back(byte);
    return;
  }
  bytes.push_back(static_cast<char>(kEscape));
  bytes.push_back(static_cast<char>(value ^ kEscapeBit));
}

}  // namespace

std::string little_endian(std::uint32_t value, int bytes) {
  std::string text;
  for (int b = 0; b < bytes; ++b) text.push_back(static_cast<char>(value >> (8 * b)));
  return text;
}

std::uint32_t little_endian_at(const std::string& text, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t b = 0; b < 4; ++b) {
    value |= std::uint32_t{static_cast<std::uint8_t>(text.at(at + b))} << (8 * b);
  }
  return value;
}

std::string encode(const Frame& frame) {
  if (frame.payload.size() > kPayloadMax) throw std::logic_error("a frame's payload is too long");
  std::string content = {static_cast<char>(frame.sequence), static_cast<char>(frame.code)};
  content += frame.payload;
  content += little_endian(crc32(content));
  std::string bytes(1, static_cast<char>(kBorder));
  for (const char byte : content) stuff(bytes, byte);
  bytes.push_back(static_cast<char>(kBorder));
  return bytes;
}

std::optional<Frame> FrameReader::take(std::uint8_t byte) {
  if (byte == kBorder) {
    std::string content = std::exchange(content_, {});
    const bool damaged = damaged_ || escaped_;
    damaged_ = escaped_ = false;
    if (damaged || content.size() < kHead + kCrc || content.size() > kHead + kPayloadMax + kCrc) return {};
    const std::uint32_t crc = little_endian_at(content, content.size() - kCrc);
    content.resize(content.size() - kCrc);
    if (crc != crc32(content)) return {};
    return Frame{static_cast<std::uint8_t>(content[0]), static_cast<std::uint8_t>(content[1]),
                 content.substr(kHead)};
  }
  if (content_.size() > kHead + kPayloadMax + kCrc) return {};  // too long: dropped at its end
  if (byte == kEscape) {
    damaged_ = damaged_ || escaped_;
    escaped_ = true;
  } else {
    content_.push_back(static_cast<char>(escaped_ ? byte ^ kEscapeBit : byte));
    escaped_ = false;
  }
  return {};
}

}  // namespace dpwa::host
