// SPDX-License-Identifier: Apache-2.0
#include "calib/onnx/network_builder.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <utility>

namespace dpwa::onnx {
namespace {

bool all_equal(const std::vector<double>& values) {
  return std::adjacent_find(values.begin(), values.end(), std::not_equal_to<>()) == values.end();
}

/// One map with the channels of all inputs if they are maps of one size, else one vector.
net::Shape input_shape(const std::vector<net::Input>& inputs) {
  const std::vector<std::int64_t>& first = inputs.front().dims;
  const bool maps = std::all_of(inputs.begin(), inputs.end(), [&](const net::Input& input) {
    return input.dims.size() == 3 && first.size() == 3 && input.dims[1] == first[1] &&
           input.dims[2] == first[2];
  });
  std::int64_t size = 0;
  for (const net::Input& input : inputs) size += input.size();
  if (!maps) return {1, 1, static_cast<int>(size)};
  return {static_cast<int>(first[1]), static_cast<int>(first[2]),
          static_cast<int>(size / (first[1] * first[2]))};
}

/// "image", or "image+mask" of several.
std::string joined_name(const std::vector<net::Input>& inputs) {
  std::string name = inputs.front().name;
  for (std::size_t i = 1; i < inputs.size(); ++i) name += "+" + inputs[i].name;
  return name;
}

std::string describe(const net::Shape& shape) {
  return fmt::format("{} channels of {} x {}", shape.c, shape.h, shape.w);
}

/// Rounds w * scale and the offset once, from double. Returns whether every value is finite.
bool round_layer(net::Node& node, const std::vector<double>& scale, const std::vector<double>& offset) {
  const std::size_t per_channel = node.weight.size() / node.out_channels;
  bool finite = true;
  node.bias.resize(node.out_channels);
  for (int oc = 0; oc < node.out_channels; ++oc) {
    float* const row = node.weight.data() + oc * per_channel;
    for (std::size_t i = 0; i < per_channel && scale[oc] != 1; ++i)
      row[i] = static_cast<float>(row[i] * scale[oc]);
    finite = finite && std::all_of(row, row + per_channel, [](float w) { return std::isfinite(w); });
    node.bias[oc] = static_cast<float>(offset[oc]) + 0.0F;  // no negative zero: folding again changes nothing
    finite = finite && std::isfinite(node.bias[oc]);
    if (!node.weight_step.empty())
      node.weight_step[oc] = static_cast<float>(node.weight_step[oc] * std::fabs(scale[oc]));
  }
  return finite;
}

}  // namespace

NetworkBuilder::NetworkBuilder(std::string name, std::vector<net::Input> inputs) {
  const net::Shape shape = input_shape(inputs);
  network_.name = std::move(name);
  network_.inputs = std::move(inputs);
  network_.tensors.push_back({joined_name(network_.inputs), shape, -1, {}});
  folds_.push_back({Stage::input, false, std::vector<double>(shape.c, 1), std::vector<double>(shape.c, 0)});
}

void NetworkBuilder::order_input(net::Transposition order) {
  (void)as_map(0, input_shape({{"", order.result_dims()}}));
  network_.input_order = std::move(order);
}

Refusal NetworkBuilder::as_map(int tensor, const net::Shape& shape) {
  net::Shape& current = network_.tensors[tensor].shape;
  Fold& fold = folds_[tensor];
  if (current == shape) return std::nullopt;
  if (fold.stage == Stage::input && is_read(tensor)) {
    return fmt::format("the network's input is read as {} and as {}", describe(current), describe(shape));
  }
  if (fold.stage != Stage::input || network_.inputs.size() > 1) {
    return fmt::format("{} are read as {}; only the network's input can change its shape{}",
                       describe(current), describe(shape),
                       network_.inputs.size() > 1 ? ", where it has only one" : "");
  }
  if (!all_equal(fold.scale) || !all_equal(fold.offset)) {
    return fmt::format("the input's per-channel constants are for {}, read as {}", describe(current),
                       describe(shape));
  }
  current = shape;
  fold.scale.assign(shape.c, fold.scale.front());
  fold.offset.assign(shape.c, fold.offset.front());
  return std::nullopt;
}

Refusal NetworkBuilder::closed(int tensor) const {
  if (!folds_[tensor].closed) return std::nullopt;
  return fmt::format("'{}' is also read as it is by another operator, so nothing can be folded into it",
                     network_.tensors[tensor].name);
}

int NetworkBuilder::add_layer(int input, net::Node node, std::vector<double> scale,
                              std::vector<double> offset, std::string output) {
  const int index = static_cast<int>(network_.tensors.size());
  node.name = take_name(std::move(node.name));
  weights_ += static_cast<std::int64_t>(node.weight.size());
  node.input = input;
  node.output = index;
  network_.tensors.push_back(
      {std::move(output), node.conv_shape, static_cast<int>(network_.nodes.size()), {}});
  network_.nodes.push_back(std::move(node));
  folds_.push_back({Stage::linear, false, std::move(scale), std::move(offset)});
  return index;
}

std::string NetworkBuilder::take_name(std::string name) {
  while (!node_names_.insert(name).second) name += "/passed";
  return name;
}

net::Node NetworkBuilder::passing_layer(std::string name, const net::Shape& shape) const {
  net::Node layer;
  layer.name = std::move(name);
  layer.onnx_operator = "Conv";
  layer.out_channels = layer.groups = shape.c;
  layer.conv_shape = shape;
  layer.weight.assign(shape.c, 1);
  return layer;
}

int NetworkBuilder::pass(int tensor, const std::string& node, const std::string& output) {
  const net::Shape shape = network_.tensors[tensor].shape;
  return add_layer(tensor, passing_layer(node, shape), std::vector<double>(shape.c, 1),
                   std::vector<double>(shape.c, 0), output);
}

Refusal NetworkBuilder::apply_affine(int tensor, const std::vector<double>& scale,
                                     const std::vector<double>& offset, const std::string& output) {
  Fold& fold = folds_[tensor];
  if (Refusal refusal = closed(tensor)) return refusal;
  if (Refusal refusal = multiplied(tensor)) return refusal;
  if (Refusal refusal = on_grid(tensor)) return refusal;
  if (fold.stage != Stage::input && fold.stage != Stage::linear) {
    return std::string(
        "constants after an activation or pool cannot be folded; only directly after Conv, Gemm or "
        "MatMul, "
        "or before the first layer");
  }
  if (fold.stage == Stage::input) {
    const auto bad = std::find_if(scale.begin(), scale.end(), [](double s) { return !(s > 0); });
    if (bad != scale.end()) {
      return fmt::format("the input would be scaled by {} (channel {}); a factor above 0 is needed", *bad,
                         bad - scale.begin());
    }
  } else {
    const bool scaled = std::any_of(scale.begin(), scale.end(), [](double s) { return s != 1; });
    if (scaled && producer(tensor).residual >= 0) {
      return std::string("a sum of two computed tensors cannot be scaled; scale what it adds");
    }
    network_.tensors[tensor].name = output;
  }
  for (std::size_t c = 0; c < scale.size(); ++c) {
    fold.scale[c] *= scale[c];
    fold.offset[c] = fold.offset[c] * scale[c] + offset[c];
  }
  return std::nullopt;
}

Refusal NetworkBuilder::activate(int tensor, const net::Activation& activation, const std::string& output) {
  if (Refusal refusal = closed(tensor)) return refusal;
  if (Refusal refusal = multiplied(tensor)) return refusal;
  if (Refusal refusal = on_grid(tensor)) return refusal;
  Fold& fold = folds_[tensor];
  if (fold.stage == Stage::input) {
    return std::string("an activation needs a Conv, Gemm or MatMul before it");
  }
  net::Node& node = producer(tensor);
  if (!node.activation.is_identity() || std::isfinite(node.lower) || std::isfinite(node.upper)) {
    return std::string("an activation function after another one, or after a limit");
  }
  if (node.residual >= 0) {
    return std::string(
        "an activation function other than Relu and Clip behind a sum of two computed tensors");
  }
  if (fold.stage == Stage::pooled && !net::is_monotone(activation)) {
    return fmt::format("{} after a pool is not supported, as it is not monotone; before the pool it is",
                       net::to_string(activation.function));
  }
  node.activation = activation;
  node.lower = net::range(activation).lower;
  node.upper = net::range(activation).upper;
  if (fold.stage == Stage::linear) fold.stage = Stage::activated;
  network_.tensors[tensor].name = output;
  return std::nullopt;
}

Refusal NetworkBuilder::clamp(int tensor, float lower, float upper, const std::string& output) {
  const Fold& fold = folds_[tensor];
  if (Refusal refusal = closed(tensor)) return refusal;
  if (fold.stage == Stage::input) {
    return std::string("an activation needs a Conv, Gemm or MatMul before it");
  }
  const bool on_any_grid = (lower == 0 || std::isinf(lower)) && std::isinf(upper);
  if (Refusal refusal = on_grid(tensor); refusal && !on_any_grid) return refusal;
  net::Node& node = producer(tensor);
  const float new_lower = std::max(node.lower, lower) + 0.0F;  // no negative zero
  const float new_upper = std::min(node.upper, upper);
  if (!(new_lower < new_upper)) {
    return fmt::format("limits {} .. {} leave nothing of {} .. {}", lower, upper, node.lower, node.upper);
  }
  node.lower = new_lower;
  node.upper = new_upper;
  // Limits after a pool are the same as before it: both are monotone (docs/numerics.md N4.3).
  if (fold.stage == Stage::linear) folds_[tensor].stage = Stage::activated;
  network_.tensors[tensor].name = output;
  return std::nullopt;
}

std::optional<Limits> NetworkBuilder::open_limits(int tensor) const {
  const Fold& fold = folds_[tensor];
  if (fold.closed || network_.tensors[tensor].grid ||
      (fold.stage != Stage::linear && fold.stage != Stage::activated))
    return std::nullopt;
  const net::Node& node = network_.nodes[network_.tensors[tensor].producer];
  const bool joins = node.residual >= 0 || node.factor >= 0;
  if (joins || node.groups > 1 || !node.activation.is_identity()) return std::nullopt;
  return Limits{node.lower, node.upper};
}

void NetworkBuilder::add_channels(int tensor, int before, int after) {
  net::Node& node = producer(tensor);
  Fold& fold = folds_[tensor];
  const std::size_t row = node.weight.size() / node.out_channels;
  const auto widen = [&](auto& values, std::size_t each, auto value) {
    values.insert(values.begin(), before * each, value);
    values.insert(values.end(), after * each, value);
  };
  widen(node.weight, row, 0.0F);
  widen(fold.scale, 1, 1.0);
  widen(fold.offset, 1, 0.0);
  if (!node.weight_step.empty()) widen(node.weight_step, 1, 1.0F);
  node.out_channels += before + after;
  node.conv_shape.c = network_.tensors[tensor].shape.c = node.out_channels;
  node.lower = Limits{}.lower;
  node.upper = Limits{}.upper;
  fold.stage = Stage::linear;
}

bool NetworkBuilder::takes_residual(int tensor) const {
  const Fold& fold = folds_[tensor];
  if (fold.stage != Stage::linear || fold.closed || network_.tensors[tensor].grid) return false;
  const net::Node& node = network_.nodes[network_.tensors[tensor].producer];
  return node.residual < 0 && node.factor < 0;
}

void NetworkBuilder::count_producers(std::size_t first) {
  for (std::size_t n = first; n < network_.nodes.size(); ++n) {
    network_.tensors[network_.nodes[n].output].producer = static_cast<int>(n);
  }
}

void NetworkBuilder::move_to_end(int node) {
  std::rotate(network_.nodes.begin() + node, network_.nodes.begin() + node + 1, network_.nodes.end());
  count_producers(node);
}

Refusal NetworkBuilder::add(int a, int b, const std::string& node, const std::string& output, int& sum) {
  const auto maker = [&](int tensor) { return network_.tensors[tensor].producer; };
  if (a == b) {
    const std::vector<double> two(network_.tensors[a].shape.c, 2), none(two.size(), 0);
    sum = a;
    if (!apply_affine(sum, two, none, output)) return std::nullopt;
    return apply_affine(sum = pass(a, node, output), two, none, output);
  }
  if (Refusal refusal = pass_input(a, b)) return refusal;
  // The later node adds, so the earlier one's result is there; an earlier one that nothing else reads can
  // move.
  const int later = maker(a) > maker(b) ? a : b;
  sum = takes_residual(later) ? later : later == a ? b : a;
  int other = sum == a ? b : a;
  if (!(network_.tensors[a].shape == network_.tensors[b].shape)) {
    return fmt::format("adds {} and {}", describe(network_.tensors[a].shape),
                       describe(network_.tensors[b].shape));
  }
  if (!has_fine_values(other)) std::swap(sum, other);
  if (!has_fine_values(other)) other = pass(other, node + "/addend", output + "/addend");
  if (network_.tensors[other].grid) other = pass(other, node + "/addend", output + "/addend");
  if (!takes_residual(sum)) sum = pass(sum, node, output);
  if (maker(sum) < maker(other)) move_to_end(maker(sum));
  producer(sum).residual = other;
  network_.tensors[sum].name = output;
  close(other);
  return std::nullopt;
}

Refusal NetworkBuilder::max_pool(int tensor, const net::Window& window, const net::Shape& pooled,
                                 const std::string& output) {
  Fold& fold = folds_[tensor];
  if (Refusal refusal = closed(tensor)) return refusal;
  if (Refusal refusal = multiplied(tensor)) return refusal;
  if (fold.stage == Stage::input) return std::string("a pool needs a Conv, Gemm or MatMul before it");
  if (fold.stage == Stage::pooled)
    return std::string("a second pool without a Conv, Gemm or MatMul between them");
  if (producer(tensor).residual >= 0) {
    return std::string("a pool of a sum of two computed tensors is not supported");
  }
  producer(tensor).pool = window;
  network_.tensors[tensor].shape = pooled;
  network_.tensors[tensor].name = output;
  fold.stage = Stage::pooled;
  return std::nullopt;
}

bool NetworkBuilder::passes(const net::Node& node) const {
  const auto is = [](const auto& values, auto value) {
    return std::all_of(values.begin(), values.end(), [&](auto v) { return v == value; });
  };
  const Fold& fold = folds_[node.output];
  const net::Window& w = node.window;
  const bool one_to_one = node.input > 0 && w.kh * w.kw * w.stride_y * w.stride_x == 1 && !net::has_pads(w);
  const bool each = node.groups == node.out_channels && net::group_channels(network_, node) == 1;
  const bool joins = node.residual >= 0 || node.factor >= 0;
  return each && one_to_one && !joins && node.activation.is_identity() && is(node.weight, 1.0F) &&
         is(fold.scale, 1.0) && is(fold.offset, 0.0);
}

bool NetworkBuilder::never_negative(int tensor) const {
  if (network_.tensors[tensor].producer < 0) return false;
  const std::optional<net::FileGrid>& grid = network_.tensors[tensor].grid;
  if (grid && grid->zero_point <= grid->lowest) return true;
  const net::Node& node = network_.nodes[network_.tensors[tensor].producer];
  return node.lower >= 0 || (passes(node) && never_negative(node.input));
}

void NetworkBuilder::pool_in_a_layer_behind(std::size_t n) {
  net::Node& node = network_.nodes[n];
  net::Node layer = passing_layer(take_name(node.name + "/pool"), node.conv_shape);
  layer.input = static_cast<int>(network_.tensors.size());
  layer.output = node.output;
  layer.pool = std::exchange(node.pool, std::nullopt);
  layer.lower = node.lower;
  layer.upper = node.upper;
  node.output = layer.input;
  const std::vector<double> ones(node.out_channels, 1), zeros(node.out_channels, 0);
  network_.tensors.push_back(
      {network_.tensors[layer.output].name + "/map", node.conv_shape, static_cast<int>(n), {}});
  std::optional<net::FileGrid>& grid = network_.tensors.back().grid;
  grid = network_.tensors[layer.output].grid;
  if (grid) grid->exposed = false;
  folds_.push_back(std::exchange(folds_[layer.output], {Stage::pooled, false, ones, zeros}));
  network_.nodes.insert(network_.nodes.begin() + static_cast<std::ptrdiff_t>(n) + 1, std::move(layer));
  count_producers(n);
}

void NetworkBuilder::separate_padded_pools() {
  for (std::size_t n = 0; n < network_.nodes.size(); ++n) {
    const net::Node& pooled = network_.nodes[n];
    if (!pooled.pool || !net::has_pads(*pooled.pool)) continue;
    const bool zeros = never_negative(pooled.output);
    const bool overlap = pooled.pool->kh > pooled.pool->stride_y || pooled.pool->kw > pooled.pool->stride_x;
    if (!zeros && !overlap) continue;
    if (!passes(pooled)) pool_in_a_layer_behind(n++);
    if (!zeros) continue;
    net::Node& node = network_.nodes[n];
    net::Window &window = node.window, &pool = *node.pool;
    window.pad_top = std::exchange(pool.pad_top, 0);
    window.pad_left = std::exchange(pool.pad_left, 0);
    window.pad_bottom = std::exchange(pool.pad_bottom, 0);
    window.pad_right = std::exchange(pool.pad_right, 0);
    node.conv_shape.h += window.pad_top + window.pad_bottom;
    node.conv_shape.w += window.pad_left + window.pad_right;
    node.lower = std::max(node.lower, 0.0F);
  }
}

void NetworkBuilder::renumber(int output) {
  std::vector<int> number(network_.tensors.size(), 0);
  std::vector<net::Tensor> tensors{network_.tensors[0]};
  std::vector<Fold> folds{folds_[0]};
  for (const net::Node& node : network_.nodes) {
    number[node.output] = static_cast<int>(tensors.size());
    tensors.push_back(network_.tensors[node.output]);
    folds.push_back(folds_[node.output]);
  }
  network_.tensors = std::move(tensors);
  folds_ = std::move(folds);
  network_.output = number[output];
  for (net::Node& node : network_.nodes) {
    node.input = number[node.input];
    node.output = number[node.output];
    if (node.residual >= 0) node.residual = number[node.residual];
    if (node.factor >= 0) node.factor = number[node.factor];
  }
}

std::vector<std::string> NetworkBuilder::finish(int output, std::vector<net::Output> outputs) {
  std::vector<std::string> not_finite;
  share_input();
  separate_padded_pools();
  renumber(output);
  network_.outputs = std::move(outputs);
  free_output_names();
  const auto to_float = [](double v) { return static_cast<double>(static_cast<float>(v)) + 0.0; };
  network_.input_affine = {folds_[0].scale, folds_[0].offset};
  for (double& v : network_.input_affine.scale) v = to_float(v);
  for (double& v : network_.input_affine.offset) v = to_float(v);
  for (std::size_t n = 0; n < network_.nodes.size(); ++n) {
    net::Node& node = network_.nodes[n];
    network_.tensors[node.input].consumers.push_back(static_cast<int>(n));
    if (node.joined() >= 0) network_.tensors[node.joined()].adders.push_back(static_cast<int>(n));
    const Fold& fold = folds_[node.output];
    if (!round_layer(node, fold.scale, fold.offset)) not_finite.push_back(node.name);
  }
  return not_finite;
}

}  // namespace dpwa::onnx
