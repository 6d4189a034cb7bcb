// SPDX-License-Identifier: Apache-2.0
#include "verify/dump_reader.h"

#include <cstring>
#include <string>

#include "model/base/error.h"
#include "model/base/files.h"
#include "model/plan/plan.h"

namespace dpwa::verify {
namespace {

constexpr std::uint32_t kDecisions = 8 * (plan::kTopClass + 1);  ///< planes + 8 * step class

}  // namespace

DumpReader::DumpReader(const std::filesystem::path& file, const config::Config& config)
    : word_parts_(config.products / 8),
      tiles_(static_cast<std::uint32_t>(config.activation_tiles)),
      slot_words_(static_cast<std::uint32_t>(config.activation_words)) {
  const std::string bytes = read_file(file);
  words_.resize(bytes.size() / 4);
  if (!words_.empty()) std::memcpy(words_.data(), bytes.data(), words_.size() * 4);
}

std::uint32_t DumpReader::take() {
  if (at_ >= words_.size())
    throw fail(ExitCode::bad_input, "the bench's record ends in the middle; run it again");
  return words_[at_++];
}

std::size_t DumpReader::take_below(std::uint32_t end, const char* what) {
  const std::uint32_t value = take();
  if (value < end) return value;
  throw fail(ExitCode::bad_input, "the bench's record holds {} {}, expected less than {}; run it again", what,
             value, end);
}

bool DumpReader::next(Record& record) {
  while (at_ < words_.size()) {
    record.kind = static_cast<dump::Kind>(take());
    record.cycle = take();
    switch (record.kind) {
      case dump::Kind::tile: {
        const std::size_t tile = take_below(tiles_, "tile");
        if (tile >= planes_.size()) planes_.resize(tile + 1, -1);
        planes_[tile] = static_cast<int>(take_below(kDecisions, "width and class"));
        break;
      }
      case dump::Kind::word: {
        const std::size_t word = take_below(slot_words_, "word") * word_parts_;
        if (word + word_parts_ > memory_.size()) memory_.resize(word + word_parts_, 0);
        const std::uint32_t digits = take();
        for (int p = 0; p < word_parts_; ++p) {
          const std::uint32_t stored = take();
          for (int d = 0; d < 8; ++d) {
            if ((digits >> (8 * p + d) & 1) == 0) continue;
            const std::uint32_t mask = 15u << (4 * d);
            memory_[word + p] = (memory_[word + p] & ~mask) | (stored & mask);
          }
        }
        break;
      }
      case dump::Kind::run:
      case dump::Kind::node:
        return true;
      case dump::Kind::done:
      case dump::Kind::counter:
        record.payload[0] = take();
        return true;
      case dump::Kind::output:
      case dump::Kind::end:
      case dump::Kind::weights:
        record.payload[0] = take();
        record.payload[1] = take();
        return true;
      default:
        throw fail(ExitCode::bad_input, "the bench's record holds kind {}",
                   static_cast<unsigned>(record.kind));
    }
  }
  return false;
}

std::int32_t DumpReader::value(int word, int element, int planes, bool is_signed) const {
  std::int64_t value = 0;
  for (int p = 0; p < planes; ++p) {
    const std::size_t at = (static_cast<std::size_t>(word) + p) * word_parts_ + element / 8;
    std::int64_t digit = at < memory_.size() ? memory_[at] >> (4 * (element % 8)) & 15 : 0;
    if (is_signed && p + 1 == planes && digit >= 8) digit -= 16;
    value += digit * (std::int64_t{1} << (4 * p));
  }
  return static_cast<std::int32_t>(value);
}

}  // namespace dpwa::verify
