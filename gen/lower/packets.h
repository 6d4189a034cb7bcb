// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gen/lower/descriptor.h"
#include "model/config/descriptor.h"

namespace dpwa::lower {

/// Packet words as the files and the loader's CRC take them: 32 bits each, low byte first.
std::string to_bytes(const std::vector<std::uint32_t>& words);

/// Builds the loader's packets (rtl/host/dpwa_loader.v): BEGIN, LOADs, END.
class PacketWriter {
 public:
  explicit PacketWriter(std::uint32_t config_hash);

  /// Entries of `entry_words` 32-bit words each, low word first, at address, address + 1 ... Nothing for no
  /// entries.
  void load(Target target, int bank, std::uint32_t address, int entry_words,
            const std::vector<std::uint32_t>& data);

  /// Gives the image its identity, ends it and returns all words.
  std::vector<std::uint32_t> finish();

 private:
  void packet(std::vector<std::uint32_t> words);

  std::vector<std::uint32_t> words_;
  std::uint32_t packets_ = 0;
};

/// What IMAGE_ID shows of a machine that has loaded this image, as finish() made it: the first 8 digits of
/// the hash of the words before.
std::uint32_t image_id(const std::vector<std::uint32_t>& image);

/// Values of a descriptor or of the border registers by field name.
class FieldWriter {
 public:
  explicit FieldWriter(int words) : words_(words, 0) {}
  /// Throws Error(bad_input) when a value does not fit its field ("network too large for the descriptor").
  void set(const Field& field, std::int64_t value);
  void set(const config::NodeField& field, std::int64_t value);
  const std::vector<std::uint32_t>& words() const { return words_; }

 private:
  void set(const std::string& name, int lsb, int bits, std::int64_t value);

  std::vector<std::uint32_t> words_;
};

/// Finds a border register by name; the name must exist.
const Field& border_field(const char* name);

}  // namespace dpwa::lower
