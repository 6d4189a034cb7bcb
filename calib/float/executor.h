// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "calib/float/layer.h"
#include "model/net/network.h"

namespace dpwa::floating {

/// Forward and backward run of a fixed batch of samples on the calling thread, in binary32. Tensors with a
/// grid of the file are rounded to it, in binary32 as ONNX defines it; gradients pass as if they were not.
/// Results do not depend on how many threads run passes beside each other. The network must outlive the pass.
class Pass {
 public:
  Pass(const net::Network& network, int batch);

  /// Called during forward(); may change the values in place (a simulated quantizer, a corrected bias).
  struct Hooks {
    std::function<void(int node, float* values)> preactivation;  ///< [batch][conv h][conv w][out_channels]
    /// [batch][h][w][c]; additions and products (net::Node::residual, factor) see the values as they were
    /// before.
    std::function<void(int tensor, float* values)> tensor;
  };

  /// `samples`: `batch` user samples in ONNX order (channel, y, x). Applies the input affine, then every
  /// node.
  void forward(const float* samples, const Hooks& hooks = {});

  /// Back-propagates d loss / d output, [batch][output h][w][c], through the values of the last forward().
  /// May be called several times per forward(). `weights`: also compute weight gradients.
  void backward(const float* output_gradient, bool weights);

  int batch() const { return batch_; }
  /// Stored tensor after activation and pool, [batch][h][w][c]. Tensor 0 is the input after the affine.
  const std::vector<float>& tensor(int index) const { return tensors_[index]; }
  /// conv(x) + bias + residual; of a node with a factor what that multiplies.
  const std::vector<float>& preactivation(int node) const { return preactivations_[node]; }
  const std::vector<float>& tensor_gradient(int index) const { return tensor_gradients_[index]; }
  const std::vector<float>& preactivation_gradient(int node) const { return preactivation_gradients_[node]; }
  /// Summed over the batch, [out_channels][kh][kw][input c]. Only after backward(..., true).
  const std::vector<float>& weight_gradient(int node) const { return weight_gradients_[node]; }

 private:
  /// What the activation function of the node gets.
  const std::vector<float>& activated(std::size_t node) const {
    return network_.nodes[node].factor >= 0 ? products_[node] : preactivations_[node];
  }

  const net::Network& network_;
  int batch_;
  std::vector<Layer> layers_;
  std::vector<std::vector<float>> tensors_, tensor_gradients_;
  std::vector<std::vector<float>> added_;  ///< tensors with adders, before the hook
  std::vector<std::vector<float>> preactivations_, preactivation_gradients_;
  std::vector<std::vector<float>> products_;  ///< preactivation * factor of the nodes with one
  std::vector<std::vector<float>> weight_gradients_;
};

/// Float inference of many samples with several threads.
class FloatExecutor {
 public:
  /// threads = 0: one per core. The network must outlive the executor.
  explicit FloatExecutor(const net::Network& network, int threads = 0);

  /// Outputs before a final Softmax, in ONNX order, [count][output values]; of a quantized output its
  /// integers. `samples`: [count] user samples in ONNX order. `advance`: called with the number of samples
  /// done since the last call, from any thread, one at a time.
  std::vector<float> outputs(const float* samples, std::int64_t count,
                             const std::function<void(std::int64_t)>& advance = {}) const;

 private:
  const net::Network& network_;
  int threads_;
};

}  // namespace dpwa::floating
