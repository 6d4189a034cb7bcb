// SPDX-License-Identifier: Apache-2.0
#include "model/plan/table.h"

#include <algorithm>
#include <cmath>

namespace dpwa::plan {

int table_exponent(const net::Activation& activation, int output_exponent) {
  return output_exponent - static_cast<int>(std::ceil(std::log2(net::steepest(activation))));
}

std::int32_t table_value(const net::Node& node, const TensorPlan& output, double x) {
  const double y = std::clamp<double>(net::value(node.activation, x), double{node.lower}, double{node.upper});
  const std::int64_t q = num::round_even(y / output.step());
  return static_cast<std::int32_t>(num::saturate(q, effective_limits(output)));
}

std::optional<Table> make_table(const net::Node& node, const TensorPlan& output) {
  Table table;
  table.step_exponent = table_exponent(node.activation, output.step_exponent);
  const auto entry = [&](std::int64_t y0) {
    return table_value(node, output, std::ldexp(y0 * output.alpha, table.step_exponent));
  };
  const std::int32_t below = table_value(node, output, -net::kFar);
  const std::int32_t above = table_value(node, output, net::kFar);
  std::int64_t lower = kTableRange.lower, upper = kTableRange.upper;
  if (entry(lower) != below || entry(upper) != above) return std::nullopt;
  while (lower < 0 && entry(lower + 1) == below) ++lower;
  while (upper > 0 && entry(upper - 1) == above) --upper;
  table.lower = static_cast<std::int32_t>(lower);
  for (std::int64_t y0 = lower; y0 <= upper; ++y0) table.values.push_back(entry(y0));
  return table;
}

}  // namespace dpwa::plan
