// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "model/net/network.h"
#include "model/plan/plan.h"

namespace dpwa::plan {

/// What a node with an activation function reads its stored values from (docs/numerics.md N11).
struct Table {
  int step_exponent = 0;             ///< of y0
  std::int32_t lower = 0;            ///< smallest y0
  std::vector<std::int32_t> values;  ///< y of lower, lower + 1, ...

  std::int32_t upper() const { return lower + static_cast<std::int32_t>(values.size()) - 1; }
};

/// y0 is never beyond these.
inline constexpr num::Range kTableRange{-32768, 32767};

/// s0 of N11.1 for an output whose step is 2^output_exponent.
int table_exponent(const net::Activation& activation, int output_exponent);

/// y of a real pre-activation x (N11.2); -net::kFar and net::kFar stand for all that lies beyond.
std::int32_t table_value(const net::Node& node, const TensorPlan& output, double x);

/// Nothing when y0 would need values outside kTableRange. Precondition: the node has an activation function.
std::optional<Table> make_table(const net::Node& node, const TensorPlan& output);

}  // namespace dpwa::plan
