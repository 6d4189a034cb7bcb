// SPDX-License-Identifier: Apache-2.0
// The grid of what a factor multiplies (docs/numerics.md N12).
#include <algorithm>

#include "model/num/multiplier.h"
#include "model/num/round_shift.h"
#include "model/plan/plan.h"
#include "model/plan/real_constants.h"

namespace dpwa::plan {
namespace {

/// acc + bias of each channel, at least and at most.
std::vector<num::Range> sums_of(const net::Network& network, const Plan& plan, int node_index) {
  const net::Node& node = network.nodes[node_index];
  const NodePlan& weights = plan.nodes[node_index];
  const std::size_t count = weights.q.size() / node.out_channels;
  const num::Range inputs = effective_limits(plan.tensors[node.input]);
  std::vector<num::Range> sums;
  for (int c = 0; c < node.out_channels; ++c) {
    const std::int64_t bias = num::round_even(bias_in_steps(node, plan, node_index, c));
    sums.push_back(accumulator_range(weights.q.data() + c * count, count, bias, inputs));
  }
  return sums;
}

/// Whether v of every channel stays within 18 bits, and every multiplier has a shift.
bool holds(const net::Network& network, const Plan& plan, int node_index, int exponent,
           const std::vector<num::Range>& sums) {
  const net::Node& node = network.nodes[node_index];
  for (int c = 0; c < node.out_channels; ++c) {
    const num::Multiplier rescale =
        num::normalise(rescale_factor(node, plan, node_index, c, exponent), plan.multiplier_bits);
    if (rescale.shift < 0) return false;
    const auto v = [&](std::int64_t sum) {
      return num::round_shift(num::Int128{sum} * rescale.multiplier, rescale.shift);
    };
    if (v(sums[c].lower) < kFineRange.lower || v(sums[c].upper) > kFineRange.upper) return false;
  }
  return true;
}

/// The smallest exponent of v that holds.
int finest(const net::Network& network, const Plan& plan, int node_index) {
  const net::Node& node = network.nodes[node_index];
  const std::vector<num::Range> sums = sums_of(network, plan, node_index);
  double largest = 0;
  for (int c = 0; c < node.out_channels; ++c)
    largest = std::max(largest, rescale_factor(node, plan, node_index, c, 0));
  // From where a multiplier just has no shift.
  int exponent = num::floor_log2(largest) - plan.multiplier_bits;
  while (!holds(network, plan, node_index, exponent, sums)) ++exponent;
  return exponent;
}

}  // namespace

int factor_shift(const net::Network& network, const Plan& plan, int node_index) {
  const net::Node& node = network.nodes[node_index];
  const int factor = fine_exponents(network, plan)[node.factor];
  const int most = plan.tensors[node.output].step_exponent - factor - finest(network, plan, node_index);
  return std::min(most, kFactorShiftMax);
}

}  // namespace dpwa::plan
