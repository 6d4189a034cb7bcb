// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "model/net/network.h"

namespace dpwa::floating {

/// One folded node on oneDNN for a fixed batch: forward and backward, on the calling thread.
/// All buffers are channel-last, [batch][y][x][channel]; they belong to the caller unless said otherwise.
class Layer {
 public:
  /// Throws Error(bad_input) naming the node when oneDNN cannot build the primitive.
  Layer(const net::Network& network, const net::Node& node, int batch);
  ~Layer();
  Layer(Layer&&) noexcept;
  Layer& operator=(Layer&&) noexcept;

  /// preactivation = conv(input, weight) + bias
  void convolve(const float* input, float* preactivation);
  /// output = pool(clamp(activation(preactivation))). Remembers what the backward pass needs.
  void activate(const float* preactivation, float* output);

  /// Gradient at the pre-activation from the gradient at the output; after activate() on the same values.
  void backward_activation(const float* preactivation, const float* output_gradient,
                           float* preactivation_gradient);
  /// Adds the gradient at the input to `input_gradient`.
  void backward_data(const float* preactivation_gradient, float* input_gradient);
  /// Gradient of the weights, summed over the batch: [out_channels][kh][kw][input c].
  const std::vector<float>& backward_weights(const float* input, const float* preactivation_gradient);

 private:
  struct Primitives;
  std::unique_ptr<Primitives> primitives_;
};

}  // namespace dpwa::floating
