// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <utility>
#include <vector>

#include "model/config/config.h"
#include "tb/common/dump_format.h"

namespace dpwa::verify {

/// What the bench recorded, with a shadow of the activation memory.
class DumpReader {
 public:
  /// The record of a design of this configuration. Throws Error(io).
  DumpReader(const std::filesystem::path& file, const config::Config& config);

  struct Record {
    dump::Kind kind;
    std::uint32_t cycle;
    std::uint32_t payload[2];
  };
  /// Next record other than stored words and widths, which go into the shadow memory. False at the end.
  /// Throws Error(bad_input): cut off, an unknown kind, or an address or a width that the configuration
  /// lacks.
  bool next(Record& record);

  /// Planes + 8 * step class stored last for a tile, once: -1 until they are stored again.
  int take_decision(int tile) {
    return tile < static_cast<int>(planes_.size()) ? std::exchange(planes_[tile], -1) : -1;
  }
  /// Value of element e in the slot at `word`, of `planes` planes.
  std::int32_t value(int word, int element, int planes, bool is_signed) const;

 private:
  std::uint32_t take();
  /// A word that must be below `end`.
  std::size_t take_below(std::uint32_t end, const char* what);

  std::vector<std::uint32_t> words_;
  std::size_t at_ = 0;
  int word_parts_;
  std::uint32_t tiles_, slot_words_;   ///< of the activation memory
  std::vector<int> planes_;            // [tile]
  std::vector<std::uint32_t> memory_;  // [word * parts]
};

}  // namespace dpwa::verify
