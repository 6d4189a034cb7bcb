// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <utility>
#include <vector>

#include "tb/common/dump_format.h"

namespace dpwa::verify {

/// What the bench recorded, with a shadow of the activation memory.
class DumpReader {
 public:
  /// `products`: values per plane word.
  DumpReader(const std::filesystem::path& file, int products);

  struct Record {
    dump::Kind kind;
    std::uint32_t cycle;
    std::uint32_t payload[2];
  };
  /// Next record other than stored words and widths, which go into the shadow memory. False at the end.
  bool next(Record& record);

  /// Planes + 8 * step class stored last for a tile, once: -1 until they are stored again.
  int take_decision(int tile) {
    return tile < static_cast<int>(planes_.size()) ? std::exchange(planes_[tile], -1) : -1;
  }
  /// Value of element e in the slot at `word`, of `planes` planes.
  std::int32_t value(int word, int element, int planes, bool is_signed) const;

 private:
  std::uint32_t take();

  std::vector<std::uint32_t> words_;
  std::size_t at_ = 0;
  int word_parts_;
  std::vector<int> planes_;            // [tile]
  std::vector<std::uint32_t> memory_;  // [word * parts]
};

}  // namespace dpwa::verify
