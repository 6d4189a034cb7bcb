// SPDX-License-Identifier: Apache-2.0
#include "calib/search/imported.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <utility>

#include "calib/search/assemble.h"
#include "model/base/error.h"
#include "model/num/multiplier.h"
#include "model/num/planes.h"
#include "model/plan/assumed.h"

namespace dpwa::search {
namespace {

constexpr int kOutputPlanes = 4;      ///< of an output without a grid of the file
constexpr float kOutputHeadroom = 2;  ///< of it, over the calibration data
constexpr int kFewestFineBits = 6;    ///< of a step of a sum: what is added is rounded no coarser
constexpr double kUnusedBias =
    1 << 30;  ///< accumulator steps beyond which a channel of zeros gets another step

/// Real values that a node's write-back may be asked for.
struct Bounds {
  double lower = 0, upper = 0;
};

/// The fewest planes that hold the limits; 0 when five do not.
int planes_for(num::Range limits, bool is_signed) {
  for (int planes = 1; planes <= num::kPlanesMax; ++planes) {
    const num::Range held = num::activation_range(planes, is_signed);
    if (held.contains(limits.lower) && held.contains(limits.upper)) return planes;
  }
  return 0;
}

/// What a node can give for any stored values within the limits of the tensors that it reads and adds.
Bounds bounds_of(const net::Node& node, const plan::Plan& plan) {
  const plan::TensorPlan& input = plan.tensors[node.input];
  const double lowest = input.lower * input.step(), highest = input.upper * input.step();
  const std::size_t row = node.weight.size() / node.out_channels;
  Bounds bounds;
  for (int c = 0; c < node.out_channels; ++c) {
    double lower = node.bias[c], upper = node.bias[c];
    for (std::size_t i = c * row; i < (c + 1) * row; ++i) {
      lower += std::min(node.weight[i] * lowest, node.weight[i] * highest);
      upper += std::max(node.weight[i] * lowest, node.weight[i] * highest);
    }
    bounds.lower = std::min(bounds.lower, lower);
    bounds.upper = std::max(bounds.upper, upper);
  }
  if (node.residual >= 0) {
    const plan::TensorPlan& added = plan.tensors[node.residual];
    bounds.lower += added.lower * added.step();
    bounds.upper += added.upper * added.step();
  }
  return {std::max<double>(bounds.lower, node.lower), std::min<double>(bounds.upper, node.upper)};
}

/// Builds the plan tensor by tensor, in the order in which they are made.
class ImportedPlan {
 public:
  explicit ImportedPlan(const Problem& problem) : problem_(problem), network_(problem.network) {}

  plan::Plan build() {
    plan_.network = network_.name;
    plan_.config = problem_.config.name;
    plan_.input = problem_.port;
    plan_.multiplier_bits = plan::kImportedMultiplierBits;
    const std::vector<int> classes = net::residual_classes(network_);
    for (std::size_t t = 0; t < network_.tensors.size(); ++t) add_tensor(static_cast<int>(t), classes);
    Choice choice;
    for (const net::Node& node : network_.nodes) {
      plan_.nodes.push_back(node_plan(node));
      choice.planes.push_back(plan_.nodes.back().planes);
    }
    sort_channels(network_, choice, plan_);
    check_sums();
    return std::move(plan_);
  }

 private:
  void add_tensor(int index, const std::vector<int>& classes) {
    const net::Tensor& tensor = network_.tensors[index];
    plan::TensorPlan stored;
    if (const net::FileGrid* const grid = grid_of(index, classes)) {
      stored.step_exponent = num::floor_log2(grid->scale);
      stored.alpha = std::ldexp(static_cast<double>(grid->scale), -stored.step_exponent);
      set_limits(tensor, tensor.grid ? reached_limits(tensor) : added_limits(tensor, stored.step()), stored);
    } else {
      stored = output_plan(index);
    }
    stored.order = problem_.observation.tensors[index].order;
    plan_.tensors.push_back(std::move(stored));
  }

  /// Its own, or that of the sum which it is added to.
  const net::FileGrid* grid_of(int index, const std::vector<int>& classes) const {
    if (network_.tensors[index].grid) return &*network_.tensors[index].grid;
    for (std::size_t t = 0; t < classes.size() && classes[index] >= 0; ++t) {
      if (classes[t] == classes[index] && network_.tensors[t].grid) return &*network_.tensors[t].grid;
    }
    return nullptr;
  }

  /// Those of the file, within what the sum can reach where five planes do not hold them.
  num::Range reached_limits(const net::Tensor& tensor) const {
    const num::Range limits = plan::file_limits(network_, tensor);
    if (planes_for(limits, limits.lower < 0) != 0) return limits;
    const net::FileGrid& grid = *tensor.grid;
    const Bounds reached = bounds_of(network_.nodes[tensor.producer], plan_);
    return num::intersection(limits, {grid.quantize(static_cast<float>(reached.lower)),
                                      grid.quantize(static_cast<float>(reached.upper))});
  }

  num::Range added_limits(const net::Tensor& tensor, double step) const {
    const net::Node& node = network_.nodes[tensor.producer];
    const Bounds reached = bounds_of(node, plan_);
    return {num::round_even(std::floor(reached.lower / step)),
            num::round_even(std::ceil(reached.upper / step))};
  }

  void set_limits(const net::Tensor& tensor, num::Range limits, plan::TensorPlan& stored) const {
    stored.is_signed = limits.lower < 0;
    const int planes = planes_for(limits, stored.is_signed);
    if (planes == 0) {
      throw fail(ExitCode::bad_input, "{}: tensor {}: values of {} to {} need more than {} planes",
                 network_.name, tensor.name, limits.lower, limits.upper, num::kPlanesMax);
    }
    stored.lower = static_cast<std::int32_t>(limits.lower);
    stored.upper = static_cast<std::int32_t>(limits.upper);
    stored.pcu = {plan::Policy::range, 0, planes};
  }

  /// The network's output where it has no grid: the finest one that holds it.
  plan::TensorPlan output_plan(int index) const {
    observe::TensorObservation roomy;
    roomy.min = problem_.observation.tensors[index].min * kOutputHeadroom;
    roomy.max = problem_.observation.tensors[index].max * kOutputHeadroom;
    const int planes = std::min(kOutputPlanes, problem_.config.planes_max);
    ActivationOption option;
    option.grid = covering_grid(network_, index, problem_.port, roomy, planes, planes);
    option.pcu = {plan::Policy::range, 0, planes};
    return tensor_plan(network_.tensors[index], option);
  }

  plan::NodePlan node_plan(const net::Node& node) const {
    plan::NodePlan made;
    made.bias.assign(node.bias.begin(), node.bias.end());
    made.scale.assign(node.weight_step.begin(), node.weight_step.end());
    made.planes.assign(node.out_channels, 0);
    const std::size_t row = node.weight.size() / node.out_channels;
    const double step_in = plan_.tensors[node.input].step(), step_out = plan_.tensors[node.output].step();
    for (std::size_t i = 0; i < node.weight.size(); ++i) {
      const std::size_t c = i / row;
      made.q.push_back(static_cast<std::int16_t>(std::nearbyint(node.weight[i] / made.scale[c])));
      made.planes[c] = std::max(made.planes[c], num::weight_planes(made.q.back()));
    }
    for (int c = 0; c < node.out_channels; ++c) {
      const bool far = std::fabs(made.bias[c] / (made.scale[c] * step_in)) > kUnusedBias;
      if (made.planes[c] == 0 && far) made.scale[c] = kZeroChannelStep * step_out / step_in;
    }
    return made;
  }

  /// What a sum adds is rounded to a fine grid; a coarse one would move many of its values.
  void check_sums() const {
    const std::vector<int> fine = plan::fine_exponents(network_, plan_);
    for (const net::Node& node : network_.nodes) {
      if (node.residual < 0 || !network_.tensors[node.output].grid) continue;
      const int bits = plan_.tensors[node.output].step_exponent - fine[node.output];
      if (bits >= kFewestFineBits) continue;
      const plan::TensorPlan& added = plan_.tensors[node.residual];
      throw fail(
          ExitCode::bad_input,
          "{}: node {}: adds {}, which may reach {:g} to {:g}, too much for exact sums in steps of {:g}; "
          "quantize it before the Add when the network is exported",
          network_.name, node.name, network_.tensors[node.residual].name, added.lower * added.step(),
          added.upper * added.step(), plan_.tensors[node.output].step());
    }
  }

  const Problem& problem_;
  const net::Network& network_;
  plan::Plan plan_;
};

/// The same values with widths that do not follow the data. What nothing reads stays as it is.
plan::Plan pinned(const net::Network& network, plan::Plan plan) {
  for (std::size_t t = 0; t < plan.tensors.size(); ++t) {
    plan::PcuRecord& pcu = plan.tensors[t].pcu;
    if (!network.tensors[t].consumers.empty()) pcu = {plan::Policy::static_, pcu.max_planes, pcu.max_planes};
  }
  for (plan::NodePlan& node : plan.nodes) node.pinned = true;
  return plan;
}

/// Two planes for every operand.
plan::Plan pinned_int8(const net::Network& network, plan::Plan plan) {
  constexpr int kPlanes = 2;
  const num::Range weights = num::weight_range(kPlanes);
  for (std::size_t t = 0; t < plan.tensors.size(); ++t) {
    plan::TensorPlan& tensor = plan.tensors[t];
    if (network.tensors[t].consumers.empty()) continue;
    tensor.pcu = {plan::Policy::range, 0, kPlanes};
    const num::Range limits = plan::effective_limits(tensor);
    tensor.lower = static_cast<std::int32_t>(limits.lower);
    tensor.upper = static_cast<std::int32_t>(limits.upper);
  }
  for (plan::NodePlan& node : plan.nodes) {
    for (int& planes : node.planes) planes = planes == 0 ? 0 : kPlanes;
    for (std::int16_t& q : node.q) q = static_cast<std::int16_t>(num::saturate(q, weights));
  }
  return pinned(network, std::move(plan));
}

Point measured(const Problem& problem, plan::Plan plan) {
  Point point;
  point.plan = std::move(plan);
  for (const plan::NodePlan& node : point.plan.nodes) point.choice.planes.push_back(node.planes);
  measure_point(problem, Price(problem.network, problem.config, problem.optimise), point);
  return point;
}

}  // namespace

plan::InputPort imported_port(const net::Network& network, const CalibrationData& data) {
  const std::optional<net::FileGrid>& grid = network.tensors[0].grid;
  const net::InputAffine& affine = network.input_affine;
  const auto all = [](const std::vector<double>& values, double v) {
    return std::all_of(values.begin(), values.end(), [v](double each) { return each == v; });
  };
  const bool plain = all(affine.scale, 1) && all(affine.offset, 0);
  if (!grid || !(grid->exposed || plain)) return choose_port(data.samples, data.grid);
  constexpr int kHalf = 32768;  // words of 16 bits are signed
  const int moved = grid->highest > 255 && grid->lowest == 0 ? kHalf : 0;
  plan::InputPort port;
  port.format = grid->highest > 255 ? plan::PortFormat::s16
                : grid->lowest < 0  ? plan::PortFormat::s8
                                    : plan::PortFormat::u8;
  port.word_scale = grid->exposed ? 1 : double{grid->scale};
  port.word_offset = grid->exposed ? moved : 0;
  if (!grid->exposed) port.zero_point = grid->zero_point - moved;
  return port;
}

plan::Plan imported_plan(const Problem& problem) { return ImportedPlan(problem).build(); }

void take_imported(const Problem& problem, PolicyChoice policy, Calibration& calibration,
                   Progress& progress) {
  progress.begin("quantized", 3);
  const plan::Plan plan = imported_plan(problem);
  const auto only = [&](plan::Plan each) {
    Search search;
    search.points.push_back(measured(problem, std::move(each)));
    progress.advance();
    return search;
  };
  calibration.dynamic = only(plan);
  calibration.static_mix = only(pinned(problem.network, plan));
  if (policy == PolicyChoice::fixed) calibration.dynamic = calibration.static_mix;
  calibration.int8 = measured(problem, pinned_int8(problem.network, plan));
  progress.advance();
}

}  // namespace dpwa::search
