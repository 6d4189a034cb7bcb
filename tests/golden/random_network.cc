// SPDX-License-Identifier: Apache-2.0
#include "tests/golden/random_network.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "model/num/binary16.h"
#include "model/num/planes.h"

namespace dpwa::golden {
namespace {

class Builder {
 public:
  explicit Builder(std::uint64_t seed) : random_(seed) {}

  int between(int low, int high) { return std::uniform_int_distribution<int>(low, high)(random_); }
  bool chance(int percent) { return between(1, 100) <= percent; }

  net::Network& network() { return case_.network; }
  plan::Plan& plan() { return case_.plan; }

  void input(net::Shape shape, plan::PortFormat format) {
    network().tensors.push_back({"t0", shape, -1, {}});
    plan().tensors.push_back(tensor(shape.c, chance(50), true));
    plan().tensors[0].step_exponent = -4;
    plan().input = {format, format == plan::PortFormat::s16 ? 0.01 : 0.07, 0.3};
    network().input_affine = {std::vector<double>(shape.c, 1), std::vector<double>(shape.c, 0)};
    if (format == plan::PortFormat::binary16) {
      plan().input = {format, 1, 0};
    } else if (chance(50)) {
      for (int c = 0; c < shape.c; ++c) {
        network().input_affine.scale[c] = between(1, 20) / 10.0;
        network().input_affine.offset[c] = between(-20, 20) / 10.0;
      }
    }
  }

  /// groups: of the input's channels; `channels` in all, a multiple.
  void convolution(int channels, bool pooled, int groups = 1) {
    const net::Shape in = network().tensors.back().shape;
    net::Node node;
    node.groups = groups;
    node.window = {between(1, std::min(3, in.h)), between(1, std::min(3, in.w)), between(1, 2),
                   between(1, 2)};
    if (chance(30)) {
      node.window.dilation_y = between(1, node.window.kh > 1 ? (in.h - 1) / (node.window.kh - 1) : 3);
      node.window.dilation_x = between(1, node.window.kw > 1 ? (in.w - 1) / (node.window.kw - 1) : 3);
    }
    node.window.pad_top = between(0, node.window.kh - 1);
    node.window.pad_bottom = between(0, node.window.kh - 1);
    node.window.pad_left = between(0, node.window.kw - 1);
    node.window.pad_right = between(0, node.window.kw - 1);
    node.conv_shape = slide(in, node.window, channels);
    net::Shape stored = node.conv_shape;
    if (pooled) {
      net::Window pool{between(1, std::min(3, stored.h)), between(1, std::min(3, stored.w)), between(1, 3),
                       between(1, 3)};
      pool.pad_top = between(0, pool.kh - 1);
      pool.pad_bottom = between(0, pool.kh - 1);
      pool.pad_left = between(0, pool.kw - 1);
      pool.pad_right = between(0, pool.kw - 1);
      stored = slide(stored, pool, channels);
      node.pool = pool;
    }
    append(node, stored, chance(60) ? 0 : -1, false);
  }

  void depthwise() {
    const int channels = network().tensors.back().shape.c;
    convolution(channels, chance(30), channels);
  }

  /// Groups of several channels, or of one that makes several.
  void grouped() {
    const int channels = network().tensors.back().shape.c;
    int groups = between(1, channels);
    while (channels % groups != 0) --groups;
    convolution(groups * between(1, 4), chance(30), groups);
  }

  /// The last node has an activation function, its sums are brought near where that bends.
  void function() {
    net::Node& node = network().nodes.back();
    plan::TensorPlan& output = plan().tensors.back();
    plan::NodePlan& weights = plan().nodes.back();
    const double range = std::ldexp(output.upper + 1.0, output.step_exponent);
    const double factor = std::exp2(std::round(std::log2(between(2, 12) / range)));
    for (double& scale : weights.scale) scale *= factor;
    for (double& bias : weights.bias) bias *= factor;
    using net::Function;
    static const std::vector<net::Activation> kFunctions = {{Function::leaky_relu, 0.125F},
                                                            {Function::leaky_relu, 1.5F},
                                                            {Function::sigmoid},
                                                            {Function::hard_sigmoid, 0.2F, 0.5F},
                                                            {Function::tanh},
                                                            {Function::hard_swish},
                                                            {Function::swish},
                                                            {Function::gelu},
                                                            {Function::gelu_tanh},
                                                            {Function::elu, 1.5F},
                                                            {Function::selu, 1.75F, 1.125F},
                                                            {Function::softplus},
                                                            {Function::mish}};
    node.activation = kFunctions[between(0, static_cast<int>(kFunctions.size()) - 1)];
    node.lower = net::range(node.activation).lower;
    node.upper = chance(20) ? 0.75F : net::range(node.activation).upper;
    output.is_signed = node.lower < 0;
    output.pcu = {plan::Policy::range, 0, between(1, 3)};
    output.step_exponent = -between(2, 9);
    const num::Range format = num::activation_range(output.pcu.max_planes, output.is_signed);
    const auto steps = [&](float x) { return std::ldexp(double{x}, -output.step_exponent); };
    const double lowest = std::max<double>(static_cast<double>(format.lower), std::floor(steps(node.lower)));
    const double highest = std::min<double>(static_cast<double>(format.upper), std::ceil(steps(node.upper)));
    output.lower = static_cast<std::int32_t>(lowest);
    output.upper = static_cast<std::int32_t>(highest);
  }

  /// Two convolutions of one shape on the last tensor, joined by an addition: the second one adds the last
  /// tensor itself (identity), or the first one's output, which nothing multiplies (projection).
  void block() {
    const int start = static_cast<int>(network().tensors.size()) - 1;
    const net::Shape in = network().tensors[start].shape;
    const bool identity = chance(50);
    net::Node first = same_size(in, start), second = same_size(in, identity ? start + 1 : start);
    second.residual = identity ? start : start + 1;
    append(first, in, chance(50) ? 0 : -1, false);
    append(second, in, chance(60) ? 0 : -1, false);
    const std::vector<int> classes = net::residual_classes(network());
    set_orders();
    // One grid for all of them that is coarse enough always fits.
    for (int exponent = plan().tensors[start + 2].step_exponent; !plan::check(network(), plan()).empty();
         ++exponent) {
      for (std::size_t t = 1; t < classes.size(); ++t) plan().tensors[t].step_exponent = exponent;
    }
  }

  /// Two maps of one shape multiplied: a node's results by what it reads, or by what another one makes.
  void product() {
    const int start = stored_map();
    const net::Shape in = network().tensors[start].shape;
    net::Node node = same_size(in, start);
    node.factor = start;
    if (chance(60)) {
      append(same_size(in, start), in, chance(50) ? 0 : -1, false);
      node.factor = start + 1;
      if (chance(30)) std::swap(node.input, node.factor);
    }
    append(node, in, chance(40) ? 0 : -1, false);
    fit_product();
  }

  /// One position made from a map, with or without an activation function, and spread over the map.
  void gate() {
    const int start = stored_map();
    const net::Shape in = network().tensors[start].shape;
    net::Node squeeze;
    squeeze.window = {in.h, in.w};
    squeeze.conv_shape = {1, 1, in.c};
    append(squeeze, squeeze.conv_shape, chance(50) ? 0 : -1, false);
    if (chance(60)) function();
    net::Node node;
    node.factor = start;
    node.groups = in.c;
    node.window.stride_y = node.window.stride_x = 0;
    node.conv_shape = in;
    append(node, in, chance(40) ? 0 : -1, false);
    fit_product();
  }

  void dense(int channels) {
    const net::Shape in = network().tensors.back().shape;
    net::Node node;
    node.window = {in.h, in.w};
    node.conv_shape = {1, 1, channels};
    append(node, node.conv_shape, -1, true);
  }

  RandomCase finish(int products) {
    network().output = static_cast<int>(network().tensors.size()) - 1;
    set_orders();
    case_.products = products;
    const std::vector<int> fine = plan::fine_exponents(network(), plan());
    for (int t = 1; t < network().output; ++t) {
      const bool read = !network().tensors[t].consumers.empty();
      if (!read || fine[t] != plan::kNoFineGrid) continue;
      const plan::PcuRecord without = plan().tensors[t].pcu;
      add_classes(plan().tensors[t].pcu);
      if (!plan::check(network(), plan()).empty()) plan().tensors[t].pcu = without;  // a shift too large
    }
    return with_words();
  }

  /// Without step classes.
  RandomCase finish_plain(int products) {
    network().output = static_cast<int>(network().tensors.size()) - 1;
    case_.products = products;
    return with_words();
  }

 private:
  RandomCase with_words() {
    for (std::int64_t i = 0; i < network().tensors[0].shape.size(); ++i) case_.words.push_back(word());
    return std::move(case_);
  }

  /// The last tensor, if it has fine values, or a layer's that passes it on.
  int stored_map() {
    const net::Node& last = network().nodes.back();
    const net::Shape in = network().tensors.back().shape;
    if (last.factor >= 0 || !last.activation.is_identity())
      append(same_size(in, -1), in, chance(50) ? 0 : -1, false);
    return static_cast<int>(network().tensors.size()) - 1;
  }

  /// The step that brings a typical product near the output's limit, and steps that are legal.
  void fit_product() {
    plan::TensorPlan& factor = plan().tensors[network().nodes.back().factor];
    plan::TensorPlan& output = plan().tensors.back();
    const auto largest = static_cast<double>(plan::effective_limits(factor).upper + 1);
    output.step_exponent += factor.step_exponent + static_cast<int>(std::log2(largest)) - between(1, 4);
    set_orders();
    const int node = static_cast<int>(network().nodes.size()) - 1;
    for (int i = 0; i < 80 && !plan::check(network(), plan()).empty(); ++i)
      ++(plan::factor_shift(network(), plan(), node) < 0 ? output : factor).step_exponent;
    // Steps of products grow: back to small ones.
    const int back = output.step_exponent + between(0, 8);
    for (double& scale : plan().nodes.back().scale) scale = std::ldexp(scale, -back);
    for (double& bias : plan().nodes.back().bias) bias = std::ldexp(bias, -back);
    output.step_exponent -= back;
  }

  void set_orders() {
    const net::ChannelOrders orders = net::channel_orders(network());
    for (std::size_t t = 0; t < orders.classes.size(); ++t) {
      std::vector<int>& order = plan().tensors[t].order;
      order = plan().tensors[orders.classes[t]].order;
      if (orders.graph_order[t]) std::sort(order.begin(), order.end());
    }
  }

  static net::Shape slide(const net::Shape& in, const net::Window& kernel, int channels) {
    const net::Window window = net::undilated(kernel);
    return {(in.h + window.pad_top + window.pad_bottom - window.kh) / window.stride_y + 1,
            (in.w + window.pad_left + window.pad_right - window.kw) / window.stride_x + 1, channels};
  }

  net::Node same_size(const net::Shape& in, int input) {
    net::Node node;
    node.input = input;
    node.window = chance(50) ? net::Window{} : net::Window{3, 3, 1, 1, 1, 1, 1, 1};
    node.conv_shape = in;
    return node;
  }

  std::int32_t word() {
    switch (plan().input.format) {
      case plan::PortFormat::u8:
        return chance(40) ? 0 : between(0, 255);
      case plan::PortFormat::s8:
        return chance(40) ? 0 : between(-128, 127);
      case plan::PortFormat::s16:
        return chance(40) ? between(-40, 40) : between(-32768, 32767);
      case plan::PortFormat::binary16:
        break;
    }
    return chance(5) ? between(0x7bff, 0x7e00) : num::encode_binary16(between(-5000, 5000) / 64.0);
  }

  /// Policy variance or static with step classes: of what a node stores and another one reads.
  void add_classes(plan::PcuRecord& pcu) {
    if (pcu.max_planes == 1 || !chance(60)) return;
    pcu.top_class = between(1, std::min(3, pcu.max_planes - 1));
    pcu.step_class = between(0, pcu.top_class);
    if (pcu.policy == plan::Policy::static_) {
      pcu.step_class = pcu.top_class;
      return;
    }
    pcu.policy = plan::Policy::variance;
    pcu.min_planes = between(0, std::min(pcu.min_planes, pcu.max_planes - pcu.top_class));
    pcu.coarser_above = std::ldexp(between(1, 99), 8 * pcu.max_planes - between(10, 16));
    pcu.finer_below = pcu.coarser_above / between(256, 400);
  }

  plan::TensorPlan tensor(int channels, bool is_signed, bool graph_order) {
    plan::TensorPlan made;
    made.is_signed = is_signed;
    made.pcu = {plan::Policy::range, 0, between(1, 4)};
    if (chance(20)) made.pcu.min_planes = between(1, made.pcu.max_planes);
    if (chance(20)) made.pcu = {plan::Policy::static_, made.pcu.max_planes, made.pcu.max_planes};
    const num::Range format = num::activation_range(chance(80) ? made.pcu.max_planes : 4, is_signed);
    made.lower = static_cast<std::int32_t>(format.lower);
    made.upper = static_cast<std::int32_t>(chance(70) ? format.upper : format.upper / 2 + 1);
    made.order.resize(channels);
    std::iota(made.order.begin(), made.order.end(), 0);
    if (!graph_order) std::shuffle(made.order.begin(), made.order.end(), random_);
    return made;
  }

  void append(net::Node node, const net::Shape& stored, int lower, bool is_output) {
    const int index = static_cast<int>(network().nodes.size());
    node.name = "n" + std::to_string(index);
    if (node.input < 0) node.input = index;
    node.output = index + 1;
    node.out_channels = stored.c;
    if (lower == 0) node.lower = 0;
    network().tensors[node.input].consumers.push_back(index);
    const int joined = std::max(node.residual, node.factor);
    if (joined >= 0) network().tensors[joined].adders.push_back(index);
    network().tensors.push_back({"t" + std::to_string(index + 1), stored, index, {}});
    plan().tensors.push_back(tensor(stored.c, lower != 0, is_output));
    plan().nodes.push_back(weights(node));
    network().output = node.output;
    network().nodes.push_back(std::move(node));
  }

  /// Random weights, and the output step that brings a typical large accumulator near the output's limit.
  plan::NodePlan weights(const net::Node& node) {
    const int inputs = network().tensors[node.input].shape.c / node.groups * node.window.kh * node.window.kw;
    const plan::TensorPlan& input = plan().tensors[node.input];
    plan::TensorPlan& output = plan().tensors[node.output];
    plan::NodePlan made;
    made.pinned = chance(20);
    double typical = 1;
    for (int c = 0; c < node.out_channels; ++c) {
      const int planes = chance(10) ? 0 : between(1, chance(30) ? 4 : 2);
      const num::Range range = num::weight_range(planes);
      const int low = static_cast<int>(std::max<std::int64_t>(range.lower, -32768));
      for (int i = 0; i < inputs; ++i) {
        const auto q =
            static_cast<std::int16_t>(chance(10) ? 0 : between(low, static_cast<int>(range.upper)));
        made.q.push_back(q);
      }
      made.planes.push_back(planes + (planes < 4 && chance(10) ? 1 : 0));
      made.scale.push_back(std::ldexp(chance(50) ? 1.0 : between(1000, 1999) / 1000.0, -between(3, 6)));
      typical = std::max(typical, made.scale.back() * static_cast<double>(range.upper));
    }
    typical *= static_cast<double>(plan::effective_limits(input).upper + 1) * std::sqrt(inputs) / 4;
    const double target = static_cast<double>(plan::effective_limits(output).upper + 1);
    output.step_exponent = input.step_exponent + static_cast<int>(std::lround(std::log2(typical / target)));
    for (int c = 0; c < node.out_channels; ++c) {
      made.bias.push_back(std::ldexp(typical, input.step_exponent) * between(-50, 50) / 100.0);
    }
    return made;
  }

  std::mt19937_64 random_;
  RandomCase case_;
};

}  // namespace

RandomCase random_case(std::uint64_t seed) {
  Builder builder(seed);
  const auto format = static_cast<plan::PortFormat>(builder.between(0, 3));
  const int channels = builder.chance(60) ? builder.between(1, 5) : builder.between(6, 40);
  builder.input({builder.between(1, 12), builder.between(1, 8), channels}, format);
  for (int layer = builder.between(0, 2); layer > 0; --layer) {
    builder.convolution(builder.between(1, 40), builder.chance(50));
    if (builder.chance(50)) builder.block();
    if (builder.chance(40)) builder.depthwise();
    if (builder.chance(20)) builder.grouped();
  }
  builder.dense(builder.between(1, 40));
  return builder.finish(8 << builder.between(0, 2));
}

RandomCase random_table_case(std::uint64_t seed) {
  Builder builder(seed);
  builder.input({builder.between(2, 8), builder.between(2, 8), builder.between(1, 20)},
                static_cast<plan::PortFormat>(builder.between(0, 2)));
  for (int layer = builder.between(1, 2); layer > 0; --layer) {
    builder.convolution(builder.between(1, 20), builder.chance(50));
    builder.function();
  }
  builder.dense(builder.between(1, 20));
  builder.function();
  return builder.finish_plain(8 << builder.between(0, 2));
}

RandomCase random_product_case(std::uint64_t seed) {
  Builder builder(seed);
  builder.input({builder.between(1, 6), builder.between(1, 6), builder.between(1, 20)},
                static_cast<plan::PortFormat>(builder.between(0, 3)));
  builder.convolution(builder.between(1, 20), builder.chance(30));
  if (builder.chance(50)) builder.block();
  for (int blocks = builder.between(1, 3); blocks > 0; --blocks) {
    if (builder.chance(30)) builder.convolution(builder.between(1, 20), builder.chance(30));
    builder.chance(50) ? builder.gate() : builder.product();
  }
  builder.dense(builder.between(1, 20));
  return builder.finish(8 << builder.between(0, 2));
}

RandomCase dense_case(std::uint64_t seed, int inputs, int channels, int input_planes, int weight_planes) {
  Builder builder(seed);
  builder.input({1, inputs, 1}, plan::PortFormat::s16);
  builder.dense(channels);
  RandomCase made = builder.finish(16);
  plan::TensorPlan& input = made.plan.tensors[0];
  input.is_signed = false;
  input.lower = 0;
  input.upper = static_cast<std::int32_t>(num::activation_range(input_planes, false).upper);
  input.pcu = {plan::Policy::range, 0, input_planes};
  input.step_exponent = 0;
  made.plan.input = {plan::PortFormat::s16, static_cast<double>(input.upper) / 32767, 0};
  made.network.input_affine = {{1}, {0}};

  plan::NodePlan& node = made.plan.nodes[0];
  const auto largest = static_cast<std::int16_t>(num::weight_range(weight_planes).upper);
  for (std::size_t i = 0; i < node.q.size(); ++i) node.q[i] = i % 3 == 0 ? -largest : largest;
  node.planes.assign(channels, weight_planes);
  node.scale.assign(channels, 1);
  node.bias.assign(channels, 0.25 * inputs * largest);
  plan::TensorPlan& output = made.plan.tensors[1];
  const double largest_sum = static_cast<double>(input.upper) * largest * inputs;
  output.step_exponent = static_cast<int>(std::log2(largest_sum / output.upper));
  return made;
}

}  // namespace dpwa::golden
