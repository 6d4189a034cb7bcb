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

template <std::size_t N>
const Field& find(const Field (&table)[N], const char* name) {
  for (const Field& field : table) {
    if (std::string_view(field.name) == name) return field;
  }
  throw std::logic_error(std::string("no descriptor field ") + name);
}

}  // namespace

const Field& node_field(const char* name) { return find(kNodeFields, name); }
const Field& border_field(const char* name) { return find(kBorderFields, name); }

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
  packet({kEnd << 28, packets_ + 1});
  return std::move(words_);
}

void FieldWriter::set(const Field& field, std::int64_t value) {
  const std::int64_t range = std::int64_t{1} << field.bits;
  if (value >= range || value < -range / 2) {
    throw fail(ExitCode::bad_input,
               "the network is too large for the machine: field {} holds {} bits, the value is {}; use a "
               "smaller input",
               field.name, field.bits, value);
  }
  const std::uint32_t bits = static_cast<std::uint32_t>(value & (range - 1));
  words_[field.word] |= bits << field.lsb;
}

}  // namespace dpwa::lower
