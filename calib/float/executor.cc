// SPDX-License-Identifier: Apache-2.0
#include "calib/float/executor.h"

#include <omp.h>

#include <algorithm>

#include "calib/float/parallel.h"

namespace dpwa::floating {

namespace {

/// Samples per pass of FloatExecutor: enough to keep the matrix kernels busy, few enough for the caches.
constexpr int kBatch = 16;

/// One user sample to the stored order with the input affine applied.
void load_sample(const net::Network& network, const float* user, float* stored) {
  const std::vector<float> sample = net::input_sample(network, user);
  const net::Shape& shape = network.tensors[0].shape;
  const std::int64_t pixels = std::int64_t{shape.h} * shape.w;
  for (int c = 0; c < shape.c; ++c) {
    const double scale = network.input_affine.scale[c], offset = network.input_affine.offset[c];
    for (std::int64_t p = 0; p < pixels; ++p) {
      stored[p * shape.c + c] = static_cast<float>(sample[c * pixels + p] * scale + offset);
    }
  }
}

/// Rounds the values of a tensor with a grid of the file to it.
void put_on_grid(const net::Tensor& tensor, std::vector<float>& values) {
  if (!tensor.grid) return;
  for (float& value : values) value = static_cast<float>(tensor.grid->quantize(value)) * tensor.grid->scale;
}

/// The integers of an output that is these.
void to_integers(const net::Tensor& output, std::vector<float>& values) {
  if (!output.grid || !output.grid->exposed) return;
  for (float& value : values)
    value = static_cast<float>(output.grid->quantize(value) + output.grid->zero_point);
}

void add(const std::vector<float>& values, std::vector<float>& sums) {
  for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += values[i];
}

void multiply(const std::vector<float>& factors, std::vector<float>& values) {
  for (std::size_t i = 0; i < values.size(); ++i) values[i] *= factors[i];
}

void add_products(const std::vector<float>& a, const std::vector<float>& b, std::vector<float>& sums) {
  for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += a[i] * b[i];
}

}  // namespace

Pass::Pass(const net::Network& network, int batch) : network_(network), batch_(batch) {
  // One thread per pass: the order of every sum is then fixed, and passes scale by running side by side.
  omp_set_num_threads(1);
  for (const net::Tensor& tensor : network.tensors) tensors_.emplace_back(batch * tensor.shape.size());
  added_.resize(tensors_.size());
  for (const net::Node& node : network.nodes) {
    layers_.emplace_back(network, node, batch);
    preactivations_.emplace_back(batch * node.conv_shape.size());
  }
  products_.resize(layers_.size());
}

void Pass::forward(const float* samples, const Hooks& hooks) {
  const std::int64_t values = network_.tensors[0].shape.size();
  for (int i = 0; i < batch_; ++i) {
    load_sample(network_, samples + i * values, tensors_[0].data() + i * values);
  }
  put_on_grid(network_.tensors[0], tensors_[0]);
  if (hooks.tensor) hooks.tensor(0, tensors_[0].data());
  for (std::size_t n = 0; n < network_.nodes.size(); ++n) {
    const net::Node& node = network_.nodes[n];
    layers_[n].convolve(tensors_[node.input].data(), preactivations_[n].data());
    if (node.residual >= 0) add(added_[node.residual], preactivations_[n]);
    if (hooks.preactivation) hooks.preactivation(static_cast<int>(n), preactivations_[n].data());
    if (node.factor >= 0) {
      products_[n] = preactivations_[n];
      multiply(added_[node.factor], products_[n]);
    }
    layers_[n].activate(activated(n).data(), tensors_[node.output].data());
    put_on_grid(network_.tensors[node.output], tensors_[node.output]);
    if (!network_.tensors[node.output].adders.empty()) added_[node.output] = tensors_[node.output];
    if (hooks.tensor) hooks.tensor(node.output, tensors_[node.output].data());
  }
}

void Pass::backward(const float* output_gradient, bool weights) {
  tensor_gradients_.resize(tensors_.size());
  preactivation_gradients_.resize(preactivations_.size());
  weight_gradients_.resize(preactivations_.size());
  for (std::size_t t = 0; t < tensors_.size(); ++t) tensor_gradients_[t].assign(tensors_[t].size(), 0.0F);
  std::copy_n(output_gradient, tensors_[network_.output].size(), tensor_gradients_[network_.output].data());
  for (std::size_t n = network_.nodes.size(); n-- > 0;) {
    const net::Node& node = network_.nodes[n];
    preactivation_gradients_[n].resize(preactivations_[n].size());
    layers_[n].backward_activation(activated(n).data(), tensor_gradients_[node.output].data(),
                                   preactivation_gradients_[n].data());
    if (node.factor >= 0) {
      add_products(preactivation_gradients_[n], preactivations_[n], tensor_gradients_[node.factor]);
      multiply(added_[node.factor], preactivation_gradients_[n]);
    }
    layers_[n].backward_data(preactivation_gradients_[n].data(), tensor_gradients_[node.input].data());
    if (node.residual >= 0) add(preactivation_gradients_[n], tensor_gradients_[node.residual]);
    if (weights) {
      weight_gradients_[n] =
          layers_[n].backward_weights(tensors_[node.input].data(), preactivation_gradients_[n].data());
    }
  }
}

FloatExecutor::FloatExecutor(const net::Network& network, int threads)
    : network_(network), threads_(threads > 0 ? threads : default_threads()) {}

std::vector<float> FloatExecutor::outputs(const float* samples, std::int64_t count,
                                          const std::function<void(std::int64_t)>& advance) const {
  const std::int64_t in = network_.tensors[0].shape.size();
  const net::Shape& shape = network_.tensors[network_.output].shape;
  std::vector<float> result(count * shape.size());
  const std::int64_t batches = (count + kBatch - 1) / kBatch;
  // Every batch has the same size, the last one filled with zeros: a sample's result does not depend on its
  // place.
  ordered_parallel(
      batches, threads_, [&] { return Pass(network_, kBatch); },
      [&](Pass& pass, std::int64_t batch) {
        const std::int64_t first = batch * kBatch, present = std::min<std::int64_t>(kBatch, count - first);
        std::vector<float> input(kBatch * in, 0.0F);
        std::copy_n(samples + first * in, present * in, input.data());
        pass.forward(input.data());
        for (std::int64_t i = 0; i < present; ++i) {
          const float* stored = pass.tensor(network_.output).data() + i * shape.size();
          std::vector<float> onnx = net::output_sample(network_, stored);
          to_integers(network_.tensors[network_.output], onnx);
          std::copy(onnx.begin(), onnx.end(), result.begin() + (first + i) * shape.size());
        }
        return present;
      },
      [&](std::int64_t, std::int64_t present) {
        if (advance) advance(present);
      });
  return result;
}

}  // namespace dpwa::floating
