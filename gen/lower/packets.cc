// SPDX-License-Identifier: Apache-2.0
#include "gen/lower/packets.h"

#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>

#include "model/base/error.h"
#include "model/base/files.h"

namespace dpwa::lower {
namespace {

enum Opcode : std::uint32_t { kBegin = 1, kLoad = 2, kEnd = 3 };

}  // namespace

const Field& border_field(const char* name) {
  for (const Field& field : kBorderFields) {
    if (std::string_view(field.name) == name) return field;
  }
  throw std::logic_error(std::string("no border register ") + name);
}

std::string to_bytes(const std::vector<std::uint32_t>& words) {
  std::string bytes;
  bytes.reserve(4 * words.size());
  for (const std::uint32_t word : words) {
    for (int shift = 0; shift < 32; shift += 8) bytes.push_back(static_cast<char>(word >> shift));
  }
  return bytes;
}

PacketWriter::PacketWriter(std::uint32_t config_hash) { packet({kBegin << 28, config_hash}); }

void PacketWriter::packet(std::vector<std::uint32_t> words) {
  words.push_back(crc32(to_bytes(words)));
  words_.insert(words_.end(), words.begin(), words.end());
  ++packets_;
}

void PacketWriter::load(Target target, int bank, std::uint32_t address, int entry_words,
                        const std::vector<std::uint32_t>& data) {
  if (data.empty()) return;
  std::vector<std::uint32_t> words = {kLoad << 28 | static_cast<std::uint32_t>(target) << 24 |
                                          static_cast<std::uint32_t>(bank) << 16 |
                                          static_cast<std::uint32_t>(entry_words - 1) << 12,
                                      address, static_cast<std::uint32_t>(data.size() / entry_words)};
  words.insert(words.end(), data.begin(), data.end());
  packet(std::move(words));
}

std::vector<std::uint32_t> PacketWriter::finish() {
  // Not a CRC: packets carry theirs, so all images of equal lengths would have the same.
  const std::string hash = content_hash(to_bytes(words_));
  load(Target::image_id, 0, 0, 1, {static_cast<std::uint32_t>(std::stoul(hash.substr(0, 8), nullptr, 16))});
  packet({kEnd << 28, packets_ + 1});
  return std::move(words_);
}

std::uint32_t image_id(const std::vector<std::uint32_t>& image) {
  constexpr std::size_t kBehind = 4;  // its packet's CRC, END
  return image.at(image.size() - 1 - kBehind);
}

void FieldWriter::set(const Field& field, std::int64_t value) {
  set(field.name, 32 * field.word + field.lsb, field.bits, value);
}

void FieldWriter::set(const config::NodeField& field, std::int64_t value) {
  set(field.name, field.lsb, field.bits, value);
}

void FieldWriter::set(const std::string& name, int lsb, int bits, std::int64_t value) {
  const std::int64_t range = std::int64_t{1} << bits;
  if (value >= range || value < -range / 2) {
    throw fail(ExitCode::bad_input,
               "the network is too large for the machine: field {} holds {} bits, the value is {}; use a "
               "smaller input",
               name, bits, value);
  }
  for (int b = 0; b < bits; ++b)
    words_[(lsb + b) / 32] |= static_cast<std::uint32_t>(value >> b & 1) << ((lsb + b) % 32);
}

}  // namespace dpwa::lower
