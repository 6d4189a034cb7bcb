// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "model/base/error.h"
#include "model/num/multiplier.h"
#include "model/num/planes.h"
#include "model/plan/plan.h"
#include "model/plan/real_constants.h"
#include "model/plan/table.h"

namespace dpwa::plan {
namespace {

constexpr double kLargestConstant =
    1152921504606846976.0;                          // 2^60: sums of constants and products stay in 64 bits
constexpr double kLargestOffset = 1099511627776.0;  // 2^40 words: addends stay below 2^60

/// Collects one line per illegality of one tensor or node.
class Findings {
 public:
  Findings(std::string subject, std::vector<std::string>& lines)
      : subject_(std::move(subject)), lines_(lines) {}

  /// Reports unless `ok`; gives `ok` back, so that dependent rules can be left out.
  template <typename... Args>
  bool require(bool ok, fmt::format_string<Args...> format, Args&&... args) {
    if (!ok) lines_.push_back(subject_ + ": " + fmt::format(format, std::forward<Args>(args)...));
    return ok;
  }

 private:
  std::string subject_;
  std::vector<std::string>& lines_;
};

bool is_permutation(const std::vector<int>& order, int count) {
  std::vector<int> sorted = order;
  std::sort(sorted.begin(), sorted.end());
  for (int k = 0; k < static_cast<int>(sorted.size()); ++k) {
    if (sorted[k] != k) return false;
  }
  return static_cast<int>(sorted.size()) == count;
}

bool is_positive(double value) { return std::isfinite(value) && value > 0; }

void check_record(const PcuRecord& pcu, Findings& findings) {
  findings.require(pcu.max_planes >= 1 && pcu.max_planes <= num::kPlanesMax,
                   "pcu max_planes is {}, must be 1 to {}", pcu.max_planes, num::kPlanesMax);
  findings.require(pcu.min_planes >= 0 && pcu.min_planes <= pcu.max_planes,
                   "pcu min_planes is {}, must be 0 to max_planes ({})", pcu.min_planes, pcu.max_planes);
  findings.require(pcu.policy != Policy::static_ || pcu.min_planes == pcu.max_planes,
                   "pcu policy 'static' needs min_planes = max_planes, found {} and {}", pcu.min_planes,
                   pcu.max_planes);
}

/// N5: classes of a tensor's rows.
void check_classes(const net::Network& network, const Plan& plan, int index, Findings& findings) {
  const net::Tensor& tensor = network.tensors[index];
  const PcuRecord& pcu = plan.tensors[index].pcu;
  const int top = std::min(kTopClass, pcu.max_planes - 1);
  const bool varies = pcu.policy == Policy::variance;
  if (!varies && !pcu.has_classes()) return;
  findings.require(tensor.producer >= 0 && !tensor.consumers.empty() && index != network.output,
                   "the network's input and output have no step classes");
  findings.require(pcu.top_class >= 1 && pcu.top_class <= top, "pcu {} is {}, must be 1 to {}",
                   varies ? "top_class" : "class", pcu.top_class, top);
  if (!varies) return;
  findings.require(pcu.step_class >= 0 && pcu.step_class <= pcu.top_class,
                   "pcu class is {}, must be 0 to top_class ({})", pcu.step_class, pcu.top_class);
  findings.require(pcu.min_planes + pcu.top_class <= pcu.max_planes,
                   "pcu min_planes + top_class is {}, must be at most max_planes ({})",
                   pcu.min_planes + pcu.top_class, pcu.max_planes);
  const std::int64_t values = std::int64_t{tensor.shape.w} * tensor.shape.c;
  findings.require(values <= kRowValues, "a row has {} values, policy 'variance' takes {}", values,
                   kRowValues);
  constexpr double kClassVariance = 256;  // one class coarser: values 16 times smaller
  const bool thresholds = findings.require(
      pcu.finer_below >= 0 && kClassVariance * pcu.finer_below <= pcu.coarser_above &&
          std::isfinite(pcu.coarser_above),
      "pcu coarser_above is {}, must be {} times finer_below ({}) or more, which is 0 or more",
      pcu.coarser_above, kClassVariance, pcu.finer_below);
  if (!thresholds) return;
  findings.require(row_thresholds(network, plan, index).coarser.exponent <= num::kThresholdExponentMax,
                   "pcu coarser_above is {}, too large for a row of {} values", pcu.coarser_above, values);
}

void check_limits(const TensorPlan& tensor, Findings& findings) {
  const bool signs = findings.require(tensor.is_signed ? tensor.lower < 0 : tensor.lower == 0,
                                      tensor.is_signed ? "a signed tensor needs lower < 0, found {}"
                                                       : "an unsigned tensor needs lower = 0, found {}",
                                      tensor.lower);
  const bool above = findings.require(tensor.upper >= 0, "upper is {}, must be 0 or more", tensor.upper);
  if (!signs || !above) return;
  const num::Range widest = num::activation_range(num::kPlanesMax, tensor.is_signed);
  findings.require(widest.contains(tensor.lower) && widest.contains(tensor.upper),
                   "limits {}..{} need more than {} planes, which hold {}..{}", tensor.lower, tensor.upper,
                   num::kPlanesMax, widest.lower, widest.upper);
}

/// The limits may narrow the activation function, never widen it.
void check_activation(const net::Node& node, const TensorPlan& tensor, Findings& findings) {
  const double lowest = std::floor(node.lower / tensor.step());
  const double highest = std::ceil(node.upper / tensor.step());
  findings.require(tensor.lower >= lowest, "lower is {}, but the activation function allows {} or more",
                   tensor.lower, lowest);
  findings.require(tensor.upper <= highest, "upper is {}, but the activation function allows {} or less",
                   tensor.upper, highest);
  if (node.activation.is_identity()) return;
  findings.require(!tensor.pcu.has_classes() && tensor.pcu.policy != Policy::variance,
                   "a tensor behind an activation table has no step classes");
  findings.require(node.residual < 0, "an activation function behind an addition is not supported");
  if (tensor.lower > tensor.upper) return;
  findings.require(
      make_table(node, tensor).has_value(),
      "the table of {} needs pre-activations beyond {}..{} steps; make the step coarser or the limits "
      "narrower",
      net::to_string(node.activation.function), kTableRange.lower, kTableRange.upper);
}

bool check_tensor(const net::Network& network, const Plan& plan, int index, std::vector<std::string>& lines) {
  const net::Tensor& shape = network.tensors[index];
  const TensorPlan& tensor = plan.tensors[index];
  const std::size_t before = lines.size();
  Findings findings("tensor '" + shape.name + "'", lines);
  findings.require(tensor.step_exponent >= -128 && tensor.step_exponent <= 127,
                   "step_exponent is {}, must be -128 to 127", tensor.step_exponent);
  findings.require(tensor.alpha >= 1 && tensor.alpha < 2, "alpha is {}, must be 1 or more and below 2",
                   tensor.alpha);
  if (shape.grid) {
    findings.require(tensor.step() == shape.grid->scale,
                     "alpha * 2^step_exponent is {}, but the network gives the scale {}", tensor.step(),
                     shape.grid->scale);
  }
  check_record(tensor.pcu, findings);
  check_classes(network, plan, index, findings);
  check_limits(tensor, findings);
  if (shape.producer >= 0) check_activation(network.nodes[shape.producer], tensor, findings);
  findings.require(is_permutation(tensor.order, shape.shape.c),
                   "order is not a permutation of the {} channels", shape.shape.c);
  return lines.size() == before;
}

/// N1.6: classes of one order. Precondition: every order is a permutation.
void check_orders(const net::Network& network, const Plan& plan, std::vector<std::string>& lines) {
  const net::ChannelOrders orders = net::channel_orders(network);
  for (std::size_t t = 0; t < plan.tensors.size(); ++t) {
    const std::vector<int>& order = plan.tensors[t].order;
    const int first = orders.classes[t];
    Findings findings("tensor '" + network.tensors[t].name + "'", lines);
    findings.require(!orders.graph_order[t] || std::is_sorted(order.begin(), order.end()),
                     "the network's input and output, what groups of several channels read or make, and what "
                     "shares an order with them keep graph order");
    findings.require(
        orders.graph_order[t] || order == plan.tensors[first].order,
        "is joined to '{}' by an addition or a depthwise node, so it needs the same channel order",
        network.tensors[first].name);
  }
}

/// Tensors that additions join or products read: limits that the fine grid of the class holds (N10).
void check_residuals(const net::Network& network, const Plan& plan, std::vector<std::string>& lines) {
  const std::vector<int> classes = net::residual_classes(network), fine = fine_exponents(network, plan);
  for (std::size_t t = 0; t < classes.size(); ++t) {
    if (classes[t] < 0) continue;
    Findings findings("tensor '" + network.tensors[t].name + "'", lines);
    findings.require(!plan.tensors[t].pcu.has_classes(),
                     "a tensor that additions join, or that is a factor, has no step classes");
    const double alpha = plan.tensors[classes[t]].alpha;
    findings.require(plan.tensors[t].alpha == alpha,
                     "alpha is {}, must be {} as of '{}', to which additions join it", plan.tensors[t].alpha,
                     alpha, network.tensors[classes[t]].name);
    const num::Range limits = effective_limits(plan.tensors[t]);
    const int shift = plan.tensors[t].step_exponent - fine[t];
    const bool near = findings.require(
        shift <= kFineShiftMax, "a step is 2^{} fine steps, must be 2^{} or less", shift, kFineShiftMax);
    if (!near) continue;
    findings.require(kFineRange.contains(limits.lower << shift) && kFineRange.contains(limits.upper << shift),
                     "limits {}..{} times 2^{} do not fit the fine grid {}..{}", limits.lower, limits.upper,
                     shift, kFineRange.lower, kFineRange.upper);
  }
}

bool check_lengths(const net::Network& network, int index, const NodePlan& node, Findings& findings) {
  const net::Node& shape = network.nodes[index];
  const std::size_t channels = shape.out_channels;
  const std::size_t weights =
      channels * shape.window.kh * shape.window.kw * net::group_channels(network, shape);
  bool ok = findings.require(node.scale.size() == channels, "expected {} scales, found {}", channels,
                             node.scale.size());
  ok &= findings.require(node.planes.size() == channels, "expected {} plane counts, found {}", channels,
                         node.planes.size());
  ok &= findings.require(node.bias.size() == channels, "expected {} biases, found {}", channels,
                         node.bias.size());
  return ok &
         findings.require(node.q.size() == weights, "expected {} weights, found {}", weights, node.q.size());
}

/// Grants and weights of one channel.
void check_weights(const NodePlan& node, int channel, Findings& findings) {
  const std::size_t count = node.q.size() / node.planes.size();
  const int planes = node.planes[channel];
  if (!findings.require(planes >= 0 && planes <= num::kPlanesMax, "channel {}: planes is {}, must be 0 to {}",
                        channel, planes, num::kPlanesMax)) {
    return;
  }
  const num::Range range = num::weight_range(planes);
  for (std::size_t i = channel * count; i < (channel + 1) * count; ++i) {
    if (!findings.require(range.contains(node.q[i]), "channel {}: weight {} needs {} planes, granted are {}",
                          channel, node.q[i], num::weight_planes(node.q[i]), planes)) {
      return;  // one line per channel says enough
    }
  }
}

/// Scale and bias of one channel.
bool check_numbers(const NodePlan& node, int channel, Findings& findings) {
  const bool scale =
      findings.require(is_positive(node.scale[channel]),
                       "channel {}: scale is {}, must be finite and above 0", channel, node.scale[channel]);
  return findings.require(std::isfinite(node.bias[channel]), "channel {}: bias is not finite", channel) &&
         scale;
}

/// Whether acc + bias stays far below 2^63.
bool check_bias(const net::Network& network, const Plan& plan, int index, int channel, Findings& findings) {
  const double steps = bias_in_steps(network.nodes[index], plan, index, channel);
  return findings.require(std::fabs(steps) < kLargestConstant,
                          "channel {}: bias {:g} is {:g} accumulator steps, must be below 2^60", channel,
                          plan.nodes[index].bias[channel], steps);
}

/// Multiplier and shift of one channel, which give steps of 2^exponent.
void check_constants(const net::Network& network, const Plan& plan, int index, int channel, int exponent,
                     Findings& findings) {
  const net::Node& node = network.nodes[index];
  const double factor = rescale_factor(node, plan, index, channel, exponent);
  findings.require(
      is_positive(factor) && num::normalise(factor, plan.multiplier_bits).shift >= 0,
      "channel {}: one accumulator step is {:g} output steps, must be above 0 and below 2^{}; change "
      "step_exponent of '{}'",
      channel, factor, plan.multiplier_bits, network.tensors[node.output].name);
  const int coarsest = num::kPlaneBits * plan.tensors[node.output].pcu.top_class;
  findings.require(
      !is_positive(factor) || num::normalise(factor, plan.multiplier_bits).shift + coarsest <= num::kShiftMax,
      "channel {}: the shift of class {} passes {}; change top_class of '{}'", channel,
      coarsest / num::kPlaneBits, num::kShiftMax, network.tensors[node.output].name);
}

/// Whether the numbers of a node with a factor give v a grid (N12).
bool have_product_grid(const net::Network& network, const Plan& plan, int index) {
  const net::Node& node = network.nodes[index];
  for (int c = 0; c < node.out_channels; ++c) {
    const bool known = is_positive(plan.nodes[index].scale[c]) && std::isfinite(plan.nodes[index].bias[c]) &&
                       is_positive(rescale_factor(node, plan, index, c, 0)) &&
                       std::fabs(bias_in_steps(node, plan, index, c)) < kLargestConstant;
    if (!known) return false;
  }
  return true;
}

/// N12: the output's step is no finer than that of the product, and has no classes.
void check_factor(const net::Network& network, const Plan& plan, int index, Findings& findings) {
  const net::Node& node = network.nodes[index];
  const std::string& output = network.tensors[node.output].name;
  const PcuRecord& pcu = plan.tensors[node.output].pcu;
  findings.require(!pcu.has_classes() && pcu.policy != Policy::variance,
                   "'{}', a product with a computed tensor, has no step classes", output);
  for (const int t : {node.input, node.factor, node.output}) {
    findings.require(plan.tensors[t].alpha == 1, "'{}': alpha is {}, must be 1 around a product",
                     network.tensors[t].name, plan.tensors[t].alpha);
  }
  const int shift = factor_shift(network, plan, index);
  findings.require(
      shift >= 0,
      "a step of the product with '{}' is 2^{} steps of '{}', must be 1 or less; make those coarser",
      network.tensors[node.factor].name, -shift, output);
}

void check_input(const net::Network& network, const Plan& plan, std::vector<std::string>& lines) {
  Findings findings("input port", lines);
  const InputPort& port = plan.input;
  const bool scale = findings.require(is_positive(port.word_scale),
                                      "word_scale is {}, must be finite and above 0", port.word_scale);
  const bool offset = findings.require(std::isfinite(port.word_offset), "word_offset is not finite");
  if (!scale || !offset) return;
  double largest = 0;
  for (int c = 0; c < network.tensors[0].shape.c; ++c) {
    const double in_graph = network.input_affine.scale[c];
    if (port.format == PortFormat::binary16) {
      findings.require(in_graph == 1 && network.input_affine.offset[c] == 0,
                       "binary16 words cannot carry the network's own normalisation (channel {})", c);
      continue;
    }
    if (!findings.require(is_positive(in_graph), "the network scales channel {} by {}, must be above 0", c,
                          in_graph)) {
      continue;
    }
    const InputSteps steps = input_steps(network, plan, c);
    largest = std::max(largest, steps.gain);
    findings.require(std::fabs(steps.offset) < kLargestOffset * steps.gain,
                     "channel {}: an offset of {:g} words is out of range", c, steps.offset / steps.gain);
  }
  if (port.format == PortFormat::binary16) {
    findings.require(port.word_scale == 1 && port.word_offset == 0,
                     "binary16 needs word_scale 1 and word_offset 0, found {} and {}", port.word_scale,
                     port.word_offset);
    findings.require(!port.zero_point && plan.tensors[0].alpha == 1,
                     "binary16 needs an input without zero_point and with alpha 1");
  } else if (largest > 0) {
    findings.require(num::normalise(largest, kMultiplierBits).shift >= 0,
                     "one word is {:g} steps of tensor '{}', must be below 2^{}; change its step_exponent",
                     largest, network.tensors[0].name, kMultiplierBits);
  }
}

}  // namespace

std::vector<std::string> check(const net::Network& network, const Plan& plan) {
  std::vector<std::string> lines;
  Findings whole("plan", lines);
  const bool tensors =
      whole.require(plan.tensors.size() == network.tensors.size(), "expected {} tensors, found {}",
                    network.tensors.size(), plan.tensors.size());
  const bool nodes = whole.require(plan.nodes.size() == network.nodes.size(), "expected {} nodes, found {}",
                                   network.nodes.size(), plan.nodes.size());
  const bool bits = whole.require(
      plan.multiplier_bits >= kMultiplierBits && plan.multiplier_bits <= kImportedMultiplierBits,
      "multiplier_bits is {}, must be {} to {}", plan.multiplier_bits, kMultiplierBits,
      kImportedMultiplierBits);
  if (!tensors || !nodes || !bits) return lines;

  std::vector<bool> legal;
  for (std::size_t t = 0; t < plan.tensors.size(); ++t) {
    legal.push_back(check_tensor(network, plan, static_cast<int>(t), lines));
  }
  if (legal[0]) check_input(network, plan, lines);
  if (std::find(legal.begin(), legal.end(), false) == legal.end()) {
    check_orders(network, plan, lines);
    check_residuals(network, plan, lines);
  }
  for (int n = 0; n < static_cast<int>(plan.nodes.size()); ++n) {
    const net::Node& node = network.nodes[n];
    Findings findings("node '" + node.name + "'", lines);
    if (!check_lengths(network, n, plan.nodes[n], findings)) continue;
    const bool steps = legal[node.input] && legal[node.output] && (node.factor < 0 || legal[node.factor]);
    const bool grid = steps && (node.factor < 0 || have_product_grid(network, plan, n));
    const int exponent = grid ? rounded_exponent(network, plan, n) : 0;
    for (int channel = 0; channel < node.out_channels; ++channel) {
      check_weights(plan.nodes[n], channel, findings);
      if (!check_numbers(plan.nodes[n], channel, findings) || !steps) continue;
      if (grid) {
        check_constants(network, plan, n, channel, exponent, findings);
      } else {
        findings.require(is_positive(rescale_factor(node, plan, n, channel, 0)),
                         "channel {}: scale {:g} times the input's step is out of range", channel,
                         plan.nodes[n].scale[channel]);
      }
      check_bias(network, plan, n, channel, findings);
    }
    if (grid && node.factor >= 0) check_factor(network, plan, n, findings);
  }
  return lines;
}

}  // namespace dpwa::plan
