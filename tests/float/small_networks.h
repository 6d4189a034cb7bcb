// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "model/net/network.h"

namespace dpwa::test {

/// Builds a chain of nodes with random weights from a fixed seed: networks small enough for naive references.
class NetworkBuilder {
 public:
  NetworkBuilder(net::Shape input, unsigned seed) : random_(seed) {
    network_.name = "small";
    const bool vector = input.h == 1 && input.w == 1;
    network_.inputs = {{"in", vector ? std::vector<std::int64_t>{input.c}
                                     : std::vector<std::int64_t>{input.c, input.h, input.w}}};
    network_.input_affine.scale.assign(input.c, 1.0);
    network_.input_affine.offset.assign(input.c, 0.0);
    network_.tensors.push_back({"in", input, -1, {}});
    network_.output = 0;
  }

  NetworkBuilder& affine(std::vector<double> scale, std::vector<double> offset) {
    network_.input_affine = {std::move(scale), std::move(offset)};
    return *this;
  }

  /// Convolution, then clamp to lower..upper, then an optional max pool.
  NetworkBuilder& conv(int channels, net::Window window, float lower, float upper,
                       std::optional<net::Window> pool = std::nullopt, int groups = 1) {
    const net::Shape in = network_.tensors[network_.output].shape;
    net::Node node;
    node.name = "node" + std::to_string(network_.nodes.size());
    node.onnx_operator = "Conv";
    node.input = network_.output;
    node.output = static_cast<int>(network_.tensors.size());
    node.out_channels = channels;
    node.window = window;
    node.groups = groups;
    node.lower = lower;
    node.upper = upper;
    node.pool = pool;
    node.conv_shape = slid(in, window, channels);
    const int fan_in = window.kh * window.kw * in.c / groups;
    std::normal_distribution<float> normal(0.0F, std::sqrt(2.0F / static_cast<float>(fan_in)));
    for (int i = 0; i < channels * fan_in; ++i) node.weight.push_back(normal(random_));
    for (int i = 0; i < channels; ++i) node.bias.push_back(0.1F * normal(random_));
    const net::Shape out = pool ? slid(node.conv_shape, *pool, channels) : node.conv_shape;
    const int index = static_cast<int>(network_.nodes.size());
    network_.tensors[node.input].consumers.push_back(index);
    network_.tensors.push_back({"t" + std::to_string(node.output), out, index, {}});
    network_.output = node.output;
    network_.nodes.push_back(std::move(node));
    return *this;
  }

  /// Dense layer over the whole map.
  NetworkBuilder& dense(int channels, float lower, float upper) {
    const net::Shape in = network_.tensors[network_.output].shape;
    net::Window window;
    window.kh = in.h;
    window.kw = in.w;
    conv(channels, window, lower, upper);
    network_.nodes.back().onnx_operator = "Gemm";
    return *this;
  }

  /// The last layer has this activation function, before its limits.
  NetworkBuilder& activation(const net::Activation& activation) {
    net::Node& node = network_.nodes.back();
    node.activation = activation;
    node.lower = std::max(node.lower, net::range(activation).lower);
    node.upper = std::min(node.upper, net::range(activation).upper);
    return *this;
  }

  /// The next layer reads this tensor, not the last one.
  NetworkBuilder& from(int tensor) {
    network_.output = tensor;
    return *this;
  }

  /// The last layer adds this tensor.
  NetworkBuilder& add(int tensor) {
    network_.nodes.back().residual = tensor;
    network_.tensors[tensor].adders.push_back(static_cast<int>(network_.nodes.size()) - 1);
    return *this;
  }

  /// The last layer multiplies its result by this tensor. One of a single position, depthwise and 1 x 1, is
  /// spread over the map first.
  NetworkBuilder& multiply(int tensor) {
    net::Node& node = network_.nodes.back();
    node.factor = tensor;
    network_.tensors[tensor].adders.push_back(static_cast<int>(network_.nodes.size()) - 1);
    if (node.conv_shape == network_.tensors[tensor].shape) return *this;
    node.window.stride_y = node.window.stride_x = 0;
    node.conv_shape = network_.tensors[node.output].shape = network_.tensors[tensor].shape;
    return *this;
  }

  net::Network build() const {
    net::Network network = network_;
    const net::Shape& out = network.tensors[network.output].shape;
    network.outputs = {{"out", {out.c, out.h, out.w}, 0, {}}};
    return network;
  }

 private:
  static net::Shape slid(const net::Shape& in, const net::Window& window, int channels) {
    const net::Window w = net::undilated(window);
    return {(in.h + w.pad_top + w.pad_bottom - w.kh) / w.stride_y + 1,
            (in.w + w.pad_left + w.pad_right - w.kw) / w.stride_x + 1, channels};
  }

  std::mt19937 random_;
  net::Network network_;
};

inline std::vector<float> random_samples(std::int64_t values, unsigned seed, float low = 0, float high = 1) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<float> uniform(low, high);
  std::vector<float> samples(values);
  for (float& value : samples) value = uniform(random);
  return samples;
}

}  // namespace dpwa::test
