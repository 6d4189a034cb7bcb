// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "model/num/integer.h"
#include "model/num/planes.h"
#include "model/plan/plan.h"

namespace dpwa::golden {

/// The step class of each row of one tensor of one inference, in the order of the rows (docs/numerics.md N5).
class StepClasses {
 public:
  /// The record of the tensor and the thresholds of its rows.
  StepClasses(const plan::PcuRecord& record, num::Threshold coarser, num::Threshold finer)
      : record_(record), coarser_(coarser.value()), finer_(finer.value()) {}

  /// Class of the next row.
  int next() const {
    const std::size_t row = classes_.size();
    return row < kLag ? record_.step_class : next_[row % kLag];
  }

  /// That row is stored: its values, in units of its class.
  void stored(const std::int32_t* values, std::int64_t count) {
    const int k = next();
    next_[classes_.size() % kLag] = record_.policy == plan::Policy::variance ? step(k, values, count) : k;
    classes_.push_back(static_cast<std::uint8_t>(k));
  }

  /// [row]
  const std::vector<std::uint8_t>& all() const { return classes_; }

 private:
  static constexpr std::size_t kLag = 2;  // a row decides for the row after the next

  int step(int k, const std::int32_t* values, std::int64_t count) const {
    std::int64_t sum = 0;
    num::Int128 squares = 0;
    for (std::int64_t i = 0; i < count; ++i) {
      sum += values[i];
      squares += std::int64_t{values[i]} * values[i];
    }
    const num::Int128 spread = count * squares - num::Int128{sum} * sum;
    if (spread > coarser_) return std::min(k + 1, record_.top_class);
    if (spread < finer_) return std::max(k - 1, 0);
    return k;
  }

  plan::PcuRecord record_;
  num::Int128 coarser_, finer_;
  std::vector<std::uint8_t> classes_;
  int next_[kLag] = {};
};

/// lower..upper of class k (N5.1), in its units: the limits divided, towards zero.
inline num::Range class_limits(num::Range limits, int k) {
  return {limits.lower / num::plane_weight(k), limits.upper / num::plane_weight(k)};
}

}  // namespace dpwa::golden
