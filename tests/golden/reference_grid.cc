// SPDX-License-Identifier: Apache-2.0
#include "tests/golden/reference_grid.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace dpwa::golden::reference {

std::int64_t power16(int planes) { return planes == 0 ? 1 : 16 * power16(planes - 1); }

Wide nearest(Wide numerator, int shift) {
  const Wide denominator = Wide{1} << shift;
  Wide below = numerator / denominator;
  if (below * denominator > numerator) --below;
  const Wide to_below = numerator - below * denominator;
  const Wide to_above = denominator - to_below;
  if (to_below < to_above) return below;
  if (to_above < to_below) return below + 1;
  return below % 2 == 0 ? below : below + 1;
}

std::int64_t nearest(double value) {
  const double below = std::floor(value);
  const double part = value - below;
  if (part < 0.5) return static_cast<std::int64_t>(below);
  if (part > 0.5) return static_cast<std::int64_t>(below) + 1;
  return static_cast<std::int64_t>(std::fmod(below, 2) == 0 ? below : below + 1);
}

std::int64_t largest_value(int planes, bool is_signed) {
  if (planes == 0) return 0;
  return is_signed ? 8 * power16(planes - 1) - 1 : power16(planes) - 1;
}
std::int64_t smallest_value(int planes, bool is_signed) {
  return planes == 0 || !is_signed ? 0 : -8 * power16(planes - 1);
}

std::int64_t upper_limit(const plan::TensorPlan& tensor) {
  return std::min<std::int64_t>(tensor.upper, largest_value(tensor.pcu.max_planes, tensor.is_signed));
}
std::int64_t lower_limit(const plan::TensorPlan& tensor) {
  return std::max<std::int64_t>(tensor.lower, smallest_value(tensor.pcu.max_planes, tensor.is_signed));
}

std::optional<int> fine_exponent(const net::Network& network, const plan::Plan& plan, int tensor) {
  std::set<int> members{tensor};
  bool joined = std::any_of(network.nodes.begin(), network.nodes.end(),
                            [&](const net::Node& node) { return node.factor == tensor; });
  for (std::size_t before = 0; before != members.size();) {
    before = members.size();
    for (const net::Node& node : network.nodes) {
      if (node.residual < 0 || members.count(node.residual) + members.count(node.output) == 0) continue;
      members.insert({node.residual, node.output});
      joined = true;
    }
  }
  if (!joined) return std::nullopt;
  int finest = 1000, wanted = -1000;
  for (const int member : members) {
    const plan::TensorPlan& grid = plan.tensors[member];
    int room = 0;
    for (int d = 1; d <= 15; ++d) {
      const std::int64_t factor = std::int64_t{1} << d;
      if (upper_limit(grid) * factor <= 131071 && lower_limit(grid) * factor >= -131072) room = d;
    }
    finest = std::min(finest, grid.step_exponent);
    wanted = std::max(wanted, grid.step_exponent - room);
  }
  return std::min(finest, wanted);
}

Rescale rescale(double factor, int bits) {
  int shift = bits - 1;
  for (double left = factor; left < 1; left *= 2) ++shift;
  for (double left = factor; left >= 2; left /= 2) --shift;
  if (shift > 63) return {nearest(factor * std::exp2(63)), 63};
  const std::int64_t m = nearest(factor * std::exp2(shift));
  return m == 1 << bits ? Rescale{1 << (bits - 1), shift - 1} : Rescale{m, shift};
}

std::optional<int> product_exponent(const net::Network& network, const plan::Plan& plan, int node_index) {
  const net::Node& node = network.nodes[node_index];
  if (node.factor < 0) return std::nullopt;
  const plan::NodePlan& weights = plan.nodes[node_index];
  const plan::TensorPlan& input = plan.tensors[node.input];
  const int taps = static_cast<int>(weights.q.size()) / node.out_channels;
  const auto held = [&](int exponent) {
    for (int oc = 0; oc < node.out_channels; ++oc) {
      const double unit = std::exp2(input.step_exponent) * weights.scale[oc];
      const Rescale one = rescale(unit / std::exp2(exponent), plan.multiplier_bits);
      if (one.shift < 0) return false;
      Wide least = nearest(weights.bias[oc] / unit), most = least;
      for (int i = 0; i < taps; ++i) {
        const std::int64_t w = weights.q[oc * taps + i];
        least += w * (w > 0 ? lower_limit(input) : upper_limit(input));
        most += w * (w > 0 ? upper_limit(input) : lower_limit(input));
      }
      if (nearest(least * one.m, one.shift) < -131072 || nearest(most * one.m, one.shift) > 131071)
        return false;
    }
    return true;
  };
  int exponent = 200;
  while (held(exponent - 1)) --exponent;
  const int output = plan.tensors[node.output].step_exponent;
  return std::max(exponent, output - *fine_exponent(network, plan, node.factor) - 35);
}

}  // namespace dpwa::golden::reference
