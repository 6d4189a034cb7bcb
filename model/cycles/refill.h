// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace dpwa::cycles {

/// How the weights of a lane group's share of a node are streamed.
struct WeightStream {
  bool keep = false;        ///< copied once; words are numbered from 0 again at every position
  int ring = 0;             ///< rows
  std::int64_t rows = 0;    ///< of one pass
  std::int64_t passes = 0;  ///< stored positions
};

/// Replays rtl/ctrl/dpwa_refill.v cycle by cycle, with numbers that never wrap. `bank_bits`: address bits of
/// a bank.
class Refill {
 public:
  Refill(const WeightStream& stream, int lanes, int bank_bits)
      : stream_(stream), lanes_(lanes), limit_(std::int64_t{1} << bank_bits) {
    if (stream_.keep) stream_.passes = 1;
  }

  bool keep() const { return stream_.keep; }
  /// Whether a word may be read; whether the scanner has to wait, at its oldest word.
  bool ready(std::int64_t word) const { return word < there_; }
  bool too_far(std::int64_t scan_word) const { return scan_word - there_ >= limit_; }

  /// One clock. `oldest`: oldest row needed from now on, -1 when it does not move.
  void cycle(std::int64_t oldest) {
    const bool active = next_ < stream_.rows * stream_.passes;
    const bool behind = next_ < oldest_;
    const bool pass = active && behind && lane_ == 0;
    const bool copy = active && !pass && (behind || next_ - oldest_ < stream_.ring);
    const bool row_end = pass || (copy && lane_ == lanes_ - 1);
    if (copied_row_ >= 0) there_ = copied_row_ + 1;
    copied_row_ = row_end ? next_ : -1;
    if (copy) {
      ++words_;
      ++lane_;
    }
    if (row_end) {
      lane_ = 0;
      ++next_;
    }
    if (oldest >= 0 && !stream_.keep) oldest_ = oldest;
  }
  std::int64_t words() const { return words_; }

 private:
  WeightStream stream_;
  int lanes_;
  std::int64_t limit_;
  std::int64_t next_ = 0;         // row to be copied next
  int lane_ = 0;                  // word of it
  std::int64_t oldest_ = 0;       // row that is still needed
  std::int64_t there_ = 0;        // rows in the banks
  std::int64_t copied_row_ = -1;  // counts as there one cycle later
  std::int64_t words_ = 0;
};

}  // namespace dpwa::cycles
