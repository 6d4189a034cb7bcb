// SPDX-License-Identifier: Apache-2.0
#include "calib/search/space.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "calib/search/assemble.h"
#include "model/num/multiplier.h"
#include "model/num/planes.h"
#include "model/plan/table.h"

namespace dpwa::search {

namespace {

/// Most planes of a stored activation: what 16-bit arithmetic holds.
constexpr int kActivationPlanes = 4;
/// Grid exponents tried below the largest value's own: from 2 bits to 12 bits for the range.
constexpr int kCoarsest = 1, kFinest = 12;
/// Planes of headroom above the calibration data, so that other data do not clip. They cost memory, no beats.
constexpr int kHeadroom = 1;
/// The network's output costs no products: it is stored with this much room over the calibration data.
constexpr double kOutputHeadroom = 4;

/// Behind an activation function there is no headroom of a plane, as tables would be as much longer:
/// unbounded values have this much room over the calibration data.
constexpr double kTableHeadroom = 2;
/// Values of all tables of a configuration that has none: what another configuration may have.
constexpr int kAssumedTableWords = 4096;

/// Real limits that a tensor can never leave, and whether they are hard (port words, Clip) or only observed.
struct Bounds {
  double lower = 0, upper = 0;
  bool hard = false;
  bool is_signed = false;
};

Bounds input_bounds(const net::Network& network, const plan::InputPort& port,
                    const observe::TensorObservation& observation) {
  num::Range words{-32768, 32767};
  if (port.format == plan::PortFormat::u8) words = {0, 255};
  if (port.format == plan::PortFormat::s8) words = {-128, 127};
  Bounds bounds;
  for (std::size_t c = 0; c < network.input_affine.scale.size(); ++c) {
    const auto value = [&](std::int64_t word) {
      const double user = static_cast<double>(word) * port.word_scale + port.word_offset;
      return user * network.input_affine.scale[c] + network.input_affine.offset[c];
    };
    bounds.lower = std::min(bounds.lower, value(words.lower));
    bounds.upper = std::max(bounds.upper, value(words.upper));
  }
  bounds.is_signed = bounds.lower < 0;
  bounds.hard = port.format == plan::PortFormat::u8 || port.format == plan::PortFormat::s8;
  if (!bounds.hard) {
    bounds.lower = observation.min;
    bounds.upper = observation.max;
  }
  return bounds;
}

Bounds bounds_of(const net::Network& network, int tensor, const plan::InputPort& port,
                 const observe::TensorObservation& observation) {
  const int producer = network.tensors[tensor].producer;
  if (producer < 0) return input_bounds(network, port, observation);
  const net::Node& node = network.nodes[producer];
  Bounds bounds{observation.min, observation.max, false, node.lower < 0};
  if (std::isfinite(node.upper) && (std::isfinite(node.lower))) {
    bounds.hard = true;
    bounds.lower = std::min(0.0F, node.lower);
    bounds.upper = std::max(0.0F, node.upper);
  }
  return bounds;
}

/// Limits in steps: the activation function's, inside the planes' (N1.4).
num::Range limits_of(const net::Network& network, int tensor, int exponent, int planes, bool is_signed) {
  num::Range limits = num::activation_range(planes, is_signed);
  const int producer = network.tensors[tensor].producer;
  if (producer < 0) return limits;
  const net::Node& node = network.nodes[producer];
  const std::int64_t upper = num::round_even(std::ldexp(static_cast<double>(node.upper), -exponent));
  limits.upper = std::clamp<std::int64_t>(upper, 0, limits.upper);
  if (is_signed) {
    const std::int64_t lower = num::round_even(std::ldexp(static_cast<double>(node.lower), -exponent));
    limits.lower = std::clamp<std::int64_t>(lower, limits.lower, -1);
  }
  return limits;
}

/// A candidate's grid. Behind an activation function that is not bounded its limits have kTableHeadroom over
/// the calibration data.
observe::Grid grid_of(const net::Network& network, int tensor, const Bounds& bounds, int exponent,
                      int planes) {
  num::Range limits = limits_of(network, tensor, exponent, planes, bounds.is_signed);
  if (const net::Node* const node = net::function_before(network, tensor)) {
    const auto steps = [&](double x) { return num::round_even(std::ldexp(x * kTableHeadroom, -exponent)); };
    if (std::isinf(node->upper))
      limits.upper = std::clamp<std::int64_t>(steps(bounds.upper), 1, limits.upper);
    if (std::isinf(node->lower))
      limits.lower = std::clamp<std::int64_t>(steps(bounds.lower), limits.lower, -1);
  }
  return {exponent, bounds.is_signed, limits};
}

/// Whether the tensor's table takes no more than its node's share of the configuration's.
bool table_fits(const net::Network& network, int tensor, const config::Config& config,
                const ActivationOption& option) {
  const net::Node* const node = net::function_before(network, tensor);
  if (!node) return true;
  const auto nodes = std::count_if(network.nodes.begin(), network.nodes.end(),
                                   [](const net::Node& n) { return !n.activation.is_identity(); });
  const int words = config.has_tables() ? config.table_words : kAssumedTableWords;
  const std::optional<plan::Table> table =
      plan::make_table(*node, tensor_plan(network.tensors[tensor], option));
  return table && static_cast<std::int64_t>(table->values.size()) * nodes <= words;
}

/// Exponent e with 2^(e-1) <= largest magnitude < 2^e; 0 for a tensor that is always zero.
int range_exponent(const Bounds& bounds) {
  const double peak = std::max(-bounds.lower, bounds.upper);
  return peak > 0 ? num::floor_log2(peak) + 1 : 0;
}

int planes_needed(const Bounds& bounds, int exponent) {
  const num::Range range{num::round_even(std::ldexp(bounds.lower, -exponent)),
                         num::round_even(std::ldexp(bounds.upper, -exponent))};
  int planes = 1;
  while (planes < num::kPlanesMax &&
         !(num::intersection(num::activation_range(planes, bounds.is_signed), range) == range)) {
    ++planes;
  }
  return planes;
}

/// 1/2 * sum of fisher * error^2, mean over the samples.
double rounding_loss(const observe::TensorObservation& tensor, int samples, const observe::Grid& grid) {
  double loss = 0;
  for (std::size_t i = 0; i < tensor.values.size(); ++i) {
    const double error = grid.round(tensor.values[i]) - tensor.values[i];
    loss += tensor.fisher[i] * error * error;
  }
  return observe::rounded(loss / 2 / samples);
}

/// Candidates of one tensor before they are priced.
std::vector<ActivationOption> candidates(const net::Network& network, int tensor, const Bounds& bounds,
                                         const Scheme& scheme, int most_planes) {
  std::vector<ActivationOption> options;
  const int top = range_exponent(bounds);
  auto add = [&](int exponent, int planes, plan::PcuRecord pcu) {
    ActivationOption option;
    option.grid = grid_of(network, tensor, bounds, exponent, planes);
    option.pcu = pcu;
    option.used_planes = std::min(planes, planes_needed(bounds, exponent));
    options.push_back(option);
  };
  if (!scheme.run_time) {
    for (int planes : scheme.activation_planes) {
      if (planes > most_planes) continue;
      // From the step that just holds the range to steps that clip ever more of it.
      int exponent = top - 4 * planes + (bounds.is_signed ? 1 : 0);
      if (planes_needed(bounds, exponent) > planes) ++exponent;
      for (int clipped = 0; clipped < 4; ++clipped) {
        add(exponent - clipped, planes, {plan::Policy::static_, planes, planes});
      }
    }
    return options;
  }
  for (int below = kCoarsest; below <= kFinest; ++below) {
    const int exponent = top - below, needed = planes_needed(bounds, exponent);
    if (needed > most_planes) break;
    const int granted = bounds.hard ? needed : std::min(needed + kHeadroom, most_planes);
    add(exponent, granted, {plan::Policy::range, 0, granted});
    // A bounded tensor may give up its last values for a plane: 16 steps of 1/16 become 15.
    if (bounds.hard && needed > 1) add(exponent, needed - 1, {plan::Policy::range, 0, needed - 1});
  }
  return options;
}

/// The single option of a tensor that no node multiplies: the network's output, or one that is only added.
ActivationOption output_option(const net::Network& network, int tensor, const Bounds& bounds,
                               const config::Config& config, int most_planes) {
  Bounds roomy = bounds;
  if (!bounds.hard) {
    roomy.lower *= kOutputHeadroom;
    roomy.upper *= kOutputHeadroom;
  }
  int exponent = range_exponent(roomy) - 4 * most_planes + (bounds.is_signed ? 1 : 0);
  if (planes_needed(roomy, exponent) > most_planes) ++exponent;
  ActivationOption option;
  option.pcu = {plan::Policy::range, 0, most_planes};
  option.used_planes = most_planes;
  for (;; ++exponent) {
    option.grid = grid_of(network, tensor, bounds, exponent, most_planes);
    if (exponent >= range_exponent(bounds) || table_fits(network, tensor, config, option)) return option;
  }
}

/// How a node reads its input with the planes that its values need, on any grid.
class InputTiles {
 public:
  InputTiles(const net::Network& network, const observe::Observation& observation, int node,
             const config::Config& config)
      : reader_(network, node, config.products), estimate_(config, network, node) {
    const int tensor = network.nodes[node].input;
    const std::int64_t size = network.tensors[tensor].shape.size();
    const float* values = observation.tensors[tensor].values.data();
    const std::vector<int>& order = observation.tensors[tensor].order;
    for (int i = 0; i < observation.samples; ++i)
      samples_.push_back(reader_.extremes(values + i * size, order));
  }

  /// Mean over the samples.
  Reading reading(const observe::Grid& grid) const {
    Reading sum;
    for (const auto& sample : samples_) {
      const std::vector<std::uint8_t> widths = observe::TileReader::widths(sample, grid);
      sum += Reading{reader_.mean_planes(widths), estimate_.group(widths)};
    }
    return sum / static_cast<double>(samples_.size());
  }

 private:
  observe::TileReader reader_;
  cycles::Estimate estimate_;
  std::vector<std::vector<observe::TileReader::Extremes>> samples_;
};

/// Puts a node's readings of its input into the options.
void add_readings(const net::Network& network, const observe::Observation& observation, int node,
                  const config::Config& config, bool run_time, std::vector<ActivationOption>& options) {
  if (run_time) {
    const InputTiles tiles(network, observation, node, config);
    for (ActivationOption& option : options) option.readings.push_back(tiles.reading(option.grid));
    return;
  }
  const observe::TileReader reader(network, node, config.products);
  const cycles::Estimate estimate(config, network, node);
  for (ActivationOption& option : options)
    option.readings.push_back(pinned_reading(reader, estimate, option.pcu.max_planes));
}

std::vector<ActivationOption> price_tensor(const net::Network& network,
                                           const observe::Observation& observation, int tensor,
                                           const Bounds& bounds, const config::Config& config,
                                           const Scheme& scheme) {
  const int most_planes = std::min(kActivationPlanes, config.planes_max);
  if (network.tensors[tensor].consumers.empty()) {
    return {output_option(network, tensor, bounds, config, most_planes)};
  }
  std::vector<ActivationOption> options = candidates(network, tensor, bounds, scheme, most_planes);
  const auto too_long = std::stable_partition(
      options.begin(), options.end(),
      [&](const ActivationOption& option) { return table_fits(network, tensor, config, option); });
  // When nothing fits, the coarsest stays: generate says how much is missing.
  options.erase(std::max(too_long, options.begin() + 1), options.end());
  for (ActivationOption& option : options) {
    option.loss = rounding_loss(observation.tensors[tensor], observation.samples, option.grid);
  }
  for (const int node : network.tensors[tensor].consumers) {
    add_readings(network, observation, node, config, scheme.run_time, options);
  }
  return options;
}

}  // namespace

Scheme dynamic_scheme() { return {"dynamic", true, {}, {1, 2, 3}}; }
Scheme static_mix_scheme() { return {"static-mix", false, {1, 2, 3, 4}, {1, 2, 3}}; }
Scheme pinned_scheme(int planes) { return {planes == 1 ? "int4" : "int8", false, {planes}, {planes}}; }

observe::Grid covering_grid(const net::Network& network, int tensor, const plan::InputPort& port,
                            const observe::TensorObservation& observed, int planes, int used) {
  const Bounds bounds = bounds_of(network, tensor, port, observed);
  int exponent = range_exponent(bounds) - num::kPlaneBits * used + (bounds.is_signed ? 1 : 0);
  if (planes_needed(bounds, exponent) > used) ++exponent;
  return {exponent, bounds.is_signed, limits_of(network, tensor, exponent, planes, bounds.is_signed)};
}

void add_with_run_time_widths(const net::Network& network, const observe::Observation& observation,
                              const config::Config& config, const SearchSpace& pinned,
                              const std::vector<int>& chosen, SearchSpace& space) {
  for (std::size_t t = 0; t < network.tensors.size(); ++t) {
    if (network.tensors[t].consumers.empty()) continue;
    ActivationOption option = pinned.activations[t][chosen[t]];
    option.pcu = {plan::Policy::range, 0, option.pcu.max_planes};
    option.readings.clear();
    for (const int node : network.tensors[t].consumers) {
      option.readings.push_back(InputTiles(network, observation, node, config).reading(option.grid));
    }
    space.activations[t].push_back(std::move(option));
  }
}

SearchSpace build_space(const net::Network& network, const observe::Observation& observation,
                        const config::Config& config, const plan::InputPort& port, const Scheme& scheme,
                        std::vector<NodeOptions> weights) {
  SearchSpace space;
  space.scheme = scheme;
  space.weights = std::move(weights);
  for (std::size_t t = 0; t < network.tensors.size(); ++t) {
    const int tensor = static_cast<int>(t);
    const Bounds bounds = bounds_of(network, tensor, port, observation.tensors[t]);
    space.activations.push_back(price_tensor(network, observation, tensor, bounds, config, scheme));
    space.orders.push_back(observation.tensors[t].order);
  }
  return space;
}

}  // namespace dpwa::search
