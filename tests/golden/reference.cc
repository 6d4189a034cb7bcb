// SPDX-License-Identifier: Apache-2.0
#include "tests/golden/reference.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "tests/golden/reference_function.h"
#include "tests/golden/reference_grid.h"

namespace dpwa::golden::reference {
namespace {

using Tile = std::vector<std::int64_t>;

/// N1.3; `tile` in units of its step class k (N5.1).
int width(const Tile& tile, const plan::TensorPlan& tensor, int k) {
  const int most = tensor.pcu.max_planes - k;
  if (tensor.pcu.policy == plan::Policy::static_) return most;
  for (int planes = 0;; ++planes) {
    const bool holds = std::all_of(tile.begin(), tile.end(), [&](std::int64_t q) {
      return smallest_value(planes, tensor.is_signed) <= q && q <= largest_value(planes, tensor.is_signed);
    });
    if (holds) return std::min(std::max(planes, tensor.pcu.min_planes), most);
  }
}

/// N1.2: digit i of the base-16 two's complement of q in `planes` planes.
std::int64_t activation_digit(std::int64_t q, int i, int planes, bool is_signed) {
  std::int64_t word = q < 0 ? q + power16(planes) : q;
  for (int step = 0; step < i; ++step) word /= 16;
  const std::int64_t digit = word % 16;
  return is_signed && i == planes - 1 && digit > 7 ? digit - 16 : digit;
}

/// N2.2: all digits of a weight, lowest first, as many as it needs.
std::vector<std::int64_t> weight_digits(std::int64_t q) {
  std::vector<std::int64_t> digits;
  while (q != 0) {
    const std::int64_t digit = ((q + 8) % 16 + 16) % 16 - 8;
    digits.push_back(digit);
    q = (q - digit) / 16;
  }
  return digits;
}

/// A tensor or a window, cut into tiles.
std::vector<Tile> cut(const std::vector<std::int64_t>& values, int products) {
  std::vector<Tile> tiles;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i % products == 0) tiles.emplace_back(products, 0);
    tiles.back()[i % products] = values[i];
  }
  return tiles;
}

/// One node of the plan with its tensors.
struct Scene {
  const net::Network& network;
  const plan::Plan& plan;
  int products;
  int node_index;
  const net::Node& node = network.nodes[node_index];
  const plan::NodePlan& weights = plan.nodes[node_index];
  const plan::TensorPlan& input = plan.tensors[node.input];
  const plan::TensorPlan& output = plan.tensors[node.output];
  const net::Shape& shape = network.tensors[node.input].shape;
  bool packed = node.input == 0 && shape.c < products;
  std::optional<int> fine = fine_exponent(network, plan, node.output);
  std::optional<int> product = product_exponent(network, plan, node_index);

  int inputs = shape.c / node.groups, outputs = node.out_channels / node.groups;  // channels of a group

  bool reads(int oc, int stored_c) const { return input.order[stored_c] / inputs == oc / outputs; }
  /// y, x: distance from the first tap.
  bool is_tap(int y, int x) const {
    return y % node.window.dilation_y == 0 && x % node.window.dilation_x == 0;
  }
  std::int64_t weight(int oc, int y, int x, int stored_c) const {
    if (!is_tap(y, x) || !reads(oc, stored_c)) return 0;
    const int ky = y / node.window.dilation_y, kx = x / node.window.dilation_x;
    const int row = (oc * node.window.kh + ky) * node.window.kw + kx;
    return weights.q[row * inputs + input.order[stored_c] % inputs];
  }
};

/// Step class of a row (N5).
int class_of(const StoredTensor& tensor, int row) { return tensor.classes.empty() ? 0 : tensor.classes[row]; }

/// The tiles that position (cy, cx) reads, activations, in units of their step class, beside the weights of
/// one graph channel (N1.5).
struct Pair {
  Tile activations, weights;
  int k;
};
std::vector<Pair> visited_tiles(const Scene& scene, const StoredTensor& input, int cy, int cx, int oc) {
  const std::vector<std::int32_t>& q = input.q;
  std::vector<Pair> pairs;
  std::vector<std::int64_t> values, weights, read;
  int k = 0;
  const auto flush = [&] {
    const std::vector<Tile> a = cut(values, scene.products), w = cut(weights, scene.products),
                            r = cut(read, scene.products);
    for (std::size_t t = 0; t < a.size(); ++t) {
      const bool any = std::any_of(r[t].begin(), r[t].end(), [](std::int64_t own) { return own != 0; });
      if (scene.packed || any) pairs.push_back({a[t], w[t], k});
    }
    values.clear();
    weights.clear();
    read.clear();
  };
  const net::Window& window = scene.node.window;
  for (int ky = 0; ky <= (window.kh - 1) * window.dilation_y; ++ky) {
    for (int kx = 0; kx <= (window.kw - 1) * window.dilation_x; ++kx) {
      const int y = cy * window.stride_y - window.pad_top + ky,
                x = cx * window.stride_x - window.pad_left + kx;
      const bool inside = y >= 0 && y < scene.shape.h && x >= 0 && x < scene.shape.w;
      if (!scene.packed && (!inside || !scene.is_tap(ky, kx))) continue;
      k = inside ? class_of(input, y) : 0;
      for (int c = 0; c < scene.shape.c; ++c) {
        values.push_back(inside ? q[(y * scene.shape.w + x) * scene.shape.c + c] / power16(k) : 0);
        weights.push_back(scene.weight(oc, ky, kx, c));
        read.push_back(scene.reads(oc, c) ? 1 : 0);
      }
      if (!scene.packed) flush();
    }
  }
  flush();
  return pairs;
}

/// N3.1, N2.3 for one lane.
Wide dot_tile(const Scene& scene, const Pair& pair) {
  const int planes = width(pair.activations, scene.input, pair.k);
  std::size_t issued = 0;
  for (const std::int64_t w : pair.weights) issued = std::max(issued, weight_digits(w).size());
  if (scene.weights.pinned) {
    issued = *std::max_element(scene.weights.planes.begin(), scene.weights.planes.end());
  }
  Wide sum = 0;
  for (int i = 0; i < planes; ++i) {
    for (int j = 0; j < static_cast<int>(issued); ++j) {
      std::int64_t beat = 0;
      for (int e = 0; e < scene.products; ++e) {
        const std::vector<std::int64_t> digits = weight_digits(pair.weights[e]);
        const std::int64_t digit = j < static_cast<int>(digits.size()) ? digits[j] : 0;
        beat += activation_digit(pair.activations[e], i, planes, scene.input.is_signed) * digit;
      }
      sum += Wide{power16(pair.k + i + j)} * beat;
    }
  }
  return sum;
}

/// A value in units of class k and, of a tensor that additions join, its fine value.
struct Result {
  std::int64_t stored, fine;
};

/// N11: what a table gives for y0, without one.
Result looked_up(const Scene& scene, Wide y0, int exponent, NodeCounts& counts) {
  const net::Node& node = scene.node;
  const auto stored = [&](Wide code) {
    const double x = static_cast<double>(code) * std::exp2(exponent) * scene.output.alpha;
    const double f = function_of(node.activation, x);
    const double limited = std::min<double>(std::max<double>(f, node.lower), node.upper);
    const std::int64_t y = nearest(limited / (scene.output.alpha * std::exp2(scene.output.step_exponent)));
    return std::min(std::max(y, lower_limit(scene.output)), upper_limit(scene.output));
  };
  const Wide far = Wide{1} << 40;
  // The last code that changes anything is a limit; beyond it means that the code before was there already.
  const bool falls = node.activation.function == net::Function::leaky_relu && std::isinf(node.lower);
  const bool rises = std::isinf(node.upper);
  if (rises && y0 > 0 && stored(y0 - 1) == stored(far)) ++counts.saturated;
  if (falls && y0 < 0 && stored(y0 + 1) == stored(-far)) ++counts.saturated;
  const std::int64_t y = stored(y0);
  return {y, y};
}

/// N4, N5.1, N10 and N12, with the constants of N4.1 made on the spot. joined: the fine value of the residual
/// or factor.
Result write_back(const Scene& scene, int oc, int k, Wide acc, std::int64_t joined, NodeCounts& counts) {
  const net::Activation& function = scene.node.activation;
  const bool table = function.function != net::Function::identity;
  const int unrounded = scene.fine.value_or(scene.output.step_exponent);
  const int exponent =
      table ? index_exponent(function, scene.output.step_exponent) : scene.product.value_or(unrounded);
  const double step_x = scene.input.alpha * std::exp2(scene.input.step_exponent);
  const double step_y = scene.output.alpha * std::exp2(exponent);
  const double scale = scene.weights.scale[oc];
  const auto [m, shift] = rescale(step_x * scale / step_y, scene.plan.multiplier_bits);
  const Wide z = (acc + nearest(scene.weights.bias[oc] / (step_x * scale))) * m;
  if (table) return looked_up(scene, nearest(z, shift), exponent, counts);
  Wide u = nearest(z, shift);
  int d = scene.output.step_exponent - exponent;
  if (scene.product) {
    d -= *fine_exponent(scene.network, scene.plan, scene.node.factor);
    u *= joined;
  } else {
    u += joined;
  }
  const Wide y = scene.fine || scene.product ? nearest(u, d) : nearest(z, shift + 4 * k);
  const std::int64_t lower = lower_limit(scene.output), upper = upper_limit(scene.output);
  const auto unit = static_cast<double>(power16(k));
  const auto lowest = static_cast<std::int64_t>(std::ceil(static_cast<double>(lower) / unit));
  const auto highest = static_cast<std::int64_t>(std::floor(static_cast<double>(upper) / unit));
  const bool is_signed = scene.output.is_signed;
  const int planes = scene.output.pcu.max_planes;
  if (y > highest && upper == largest_value(planes, is_signed)) ++counts.saturated;
  if (y < lowest && is_signed && lower == smallest_value(planes, is_signed)) ++counts.saturated;
  const auto limited = [](Wide x, std::int64_t low, std::int64_t high) {
    return static_cast<std::int64_t>(std::min<Wide>(std::max<Wide>(x, low), high));
  };
  const std::int64_t steps = std::int64_t{1} << d;
  return {limited(y, lowest, highest), limited(u, lower * steps, upper * steps)};
}

/// N4.3: the coordinate of 0 .. extent - 1 with the least distance.
int nearest_inside(int at, int extent) {
  int best = 0;
  for (int one = 1; one < extent; ++one) {
    if (std::abs(one - at) < std::abs(best - at)) best = one;
  }
  return best;
}

/// One stored value of class k: every position of its pool window, in graph channel `oc`, stored as channel
/// `c`.
Result stored_value(const Scene& scene, const std::vector<StoredTensor>& tensors, int oy, int ox, int c,
                    int k, NodeCounts& counts) {
  const int oc = scene.output.order[c];
  const net::Window pool = scene.node.pool.value_or(net::Window{});
  std::optional<Result> best;
  for (int ky = 0; ky < pool.kh; ++ky) {
    for (int kx = 0; kx < pool.kw; ++kx) {
      const int cy = nearest_inside(oy * pool.stride_y - pool.pad_top + ky, scene.node.conv_shape.h);
      const int cx = nearest_inside(ox * pool.stride_x - pool.pad_left + kx, scene.node.conv_shape.w);
      Wide acc = 0;
      for (const Pair& pair : visited_tiles(scene, tensors[scene.node.input], cy, cx, oc)) {
        const int planes = width(pair.activations, scene.input, pair.k);
        counts.tile_macs += 1;
        counts.activation_planes += planes;
        counts.beats += planes * scene.weights.planes[oc];
        acc += dot_tile(scene, pair);
      }
      std::int64_t joined = 0;
      const int read = scene.node.factor >= 0 ? scene.node.factor : scene.node.residual;
      if (read >= 0) {
        const int position = cy * scene.node.conv_shape.w + cx;
        joined = tensors[read].fine[position * scene.node.out_channels + c];
      }
      const Result one = write_back(scene, oc, k, acc, joined, counts);
      if (!best) best = one;
      best = {std::max(best->stored, one.stored), std::max(best->fine, one.fine)};
    }
  }
  const std::int64_t lower = lower_limit(scene.output);
  return best.value_or(Result{lower, lower});
}

/// N5.4: class of the row after the next, from a row's values in units of its class k.
int later_class(const Scene& scene, const std::vector<std::int64_t>& row, int k) {
  const plan::PcuRecord& pcu = scene.output.pcu;
  if (pcu.policy != plan::Policy::variance) return k;
  const auto n = static_cast<double>(row.size());
  Wide spread = 0;  // sum over all pairs of squared differences = n * S2 - S1^2
  for (std::size_t a = 0; a < row.size(); ++a) {
    for (std::size_t b = 0; b < a; ++b) spread += Wide{row[a] - row[b]} * (row[a] - row[b]);
  }
  const auto threshold = [&](double variance) {
    const double exact = variance * n * n;
    double unit = 1;
    while (exact / unit >= 16) unit *= 2;
    return static_cast<Wide>(nearest(exact / unit) * unit);
  };
  if (spread > threshold(pcu.coarser_above)) return std::min(k + 1, pcu.top_class);
  if (spread < threshold(pcu.finer_below)) return std::max(k - 1, 0);
  return k;
}

StoredTensor run_node(const Scene& scene, const std::vector<StoredTensor>& tensors, NodeCounts& counts) {
  const net::Shape& stored = scene.network.tensors[scene.node.output].shape;
  const plan::PcuRecord& pcu = scene.output.pcu;
  std::vector<int> classes(stored.h + 2, pcu.step_class);
  StoredTensor tensor;
  for (int y = 0; y < stored.h; ++y) {
    const int k = classes[y];
    std::vector<std::int64_t> row;
    if (pcu.top_class > 0) tensor.classes.push_back(static_cast<std::uint8_t>(k));
    if (y >= 2 && k != classes[y - 2]) ++counts.class_changes;
    for (int x = 0; x < stored.w; ++x) {
      std::vector<std::int64_t> pixel;
      for (int c = 0; c < stored.c; ++c) {
        const Result value = stored_value(scene, tensors, y, x, c, k, counts);
        pixel.push_back(value.stored);
        tensor.q.push_back(static_cast<std::int32_t>(value.stored * power16(k)));
        if (scene.fine) tensor.fine.push_back(static_cast<std::int32_t>(value.fine));
        row.push_back(value.stored);
      }
      for (const Tile& tile : cut(pixel, scene.products))
        tensor.planes.push_back(width(tile, scene.output, k));
    }
    classes[y + 2] = later_class(scene, row, k);
  }
  return tensor;
}

/// N6.2.
std::int64_t quantize(const net::Network& network, const plan::Plan& plan, std::int32_t word, int channel) {
  const plan::TensorPlan& tensor = plan.tensors[0];
  const double step = tensor.alpha * std::exp2(tensor.step_exponent);
  const std::int64_t lower = lower_limit(tensor), upper = upper_limit(tensor);
  if (plan.input.format == plan::PortFormat::binary16) {
    const int exponent = word >> 10 & 31, fraction = word & 1023;
    double x = exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(1024 + fraction, exponent - 25);
    if (exponent == 31) x = fraction == 0 ? 1e30 : 0;
    if ((word & 0x8000) != 0) x = -x;
    return nearest(std::min(std::max(x / step, static_cast<double>(lower)), static_cast<double>(upper)));
  }
  const net::InputAffine& affine = network.input_affine;
  const auto gain = [&](int c) { return plan.input.word_scale * affine.scale[c] / step; };
  double largest = 0;
  for (std::size_t c = 0; c < affine.scale.size(); ++c)
    largest = std::max(largest, gain(static_cast<int>(c)));
  const int shift = std::min(std::max(19 - static_cast<int>(std::floor(std::log2(largest))), 0), 63);
  const std::int64_t m = nearest(gain(channel) * std::exp2(shift));
  const double offset = (plan.input.word_offset * affine.scale[channel] + affine.offset[channel]) / step;
  const Wide q = nearest(Wide{word} * m + nearest(offset * std::exp2(shift)), shift);
  return static_cast<std::int64_t>(std::min<Wide>(std::max<Wide>(q, lower), upper));
}

StoredTensor store_input(const net::Network& network, const plan::Plan& plan, int products,
                         const std::vector<std::int32_t>& words) {
  StoredTensor tensor;
  const net::Shape& shape = network.tensors[0].shape;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const int channel = static_cast<int>(i) % shape.c;
    tensor.q.push_back(static_cast<std::int32_t>(quantize(network, plan, words[i], channel)));
  }
  const Scene consumer{network, plan, products, network.tensors[0].consumers[0]};
  if (consumer.packed) {
    for (int cy = 0; cy < consumer.node.conv_shape.h; ++cy) {
      for (int cx = 0; cx < consumer.node.conv_shape.w; ++cx) {
        for (const Pair& pair : visited_tiles(consumer, tensor, cy, cx, 0)) {
          tensor.planes.push_back(width(pair.activations, plan.tensors[0], 0));
        }
      }
    }
    return tensor;
  }
  for (std::size_t pixel = 0; pixel < words.size(); pixel += shape.c) {
    const std::vector<std::int64_t> values(tensor.q.begin() + pixel, tensor.q.begin() + pixel + shape.c);
    for (const Tile& tile : cut(values, products)) tensor.planes.push_back(width(tile, plan.tensors[0], 0));
  }
  return tensor;
}

}  // namespace

Inference run(const net::Network& network, const plan::Plan& plan, int products,
              const std::vector<std::int32_t>& words) {
  Inference inference;
  inference.tensors.resize(network.tensors.size());
  inference.tensors[0] = store_input(network, plan, products, words);
  for (int n = 0; n < static_cast<int>(network.nodes.size()); ++n) {
    const Scene scene{network, plan, products, n};
    inference.nodes.emplace_back();
    inference.tensors[scene.node.output] = run_node(scene, inference.tensors, inference.nodes.back());
  }
  return inference;
}

}  // namespace dpwa::golden::reference
