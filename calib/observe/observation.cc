// SPDX-License-Identifier: Apache-2.0
#include "calib/observe/observation.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "calib/float/executor.h"
#include "calib/float/parallel.h"
#include "model/base/error.h"

namespace dpwa::observe {

namespace {

/// What one sample contributes.
struct Partial {
  std::vector<std::vector<float>> values, fisher;       ///< [tensor][values]
  std::vector<std::vector<double>> preactivation_sums;  ///< [node][out_channels]
  std::vector<std::vector<float>> weight_fisher;        ///< [node][weights]
  std::vector<double> squared_gradient;                 ///< [node], mean over the positions
  std::vector<double> squared_label_gradient;           ///< [node], or empty
};

void add_squares(double weight, const std::vector<float>& gradient, std::vector<float>& sum) {
  const auto factor = static_cast<float>(weight);
  for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += factor * gradient[i] * gradient[i];
}

double mean_square(const std::vector<float>& values) {
  double sum = 0;
  for (float value : values) sum += double{value} * value;
  return values.empty() ? 0 : sum / static_cast<double>(values.size());
}

std::vector<double> channel_sums(const std::vector<float>& values, int channels) {
  std::vector<double> sums(channels, 0.0);
  for (std::size_t i = 0; i < values.size(); ++i) sums[i % channels] += values[i];
  return sums;
}

/// The objective's gradient in stored order.
std::vector<float> stored_order(const Objective& objective, const std::vector<float>& values,
                                const net::Shape& shape) {
  return objective.has_several() ? net::to_channel_last(values.data(), shape) : values;
}

/// `label`: null: not known.
Partial observe_sample(const net::Network& network, const Objective& objective, floating::Pass& pass,
                       const float* sample, const int* label) {
  pass.forward(sample);
  Partial partial;
  for (std::size_t t = 0; t < network.tensors.size(); ++t) {
    partial.values.push_back(pass.tensor(t));
    partial.fisher.emplace_back(pass.tensor(t).size(), 0.0F);
  }
  for (std::size_t n = 0; n < network.nodes.size(); ++n) {
    partial.preactivation_sums.push_back(channel_sums(pass.preactivation(n), network.nodes[n].out_channels));
    partial.weight_fisher.emplace_back(network.nodes[n].weight.size(), 0.0F);
    partial.squared_gradient.push_back(0);
  }
  const net::Shape& shape = network.tensors[network.output].shape;
  const std::vector<float> outputs = objective_order(objective, pass.tensor(network.output), shape);
  for (const Head& head : objective.heads(outputs.data())) {
    pass.backward(stored_order(objective, head.gradient, shape).data(), true);
    for (std::size_t t = 0; t < network.tensors.size(); ++t) {
      add_squares(head.weight, pass.tensor_gradient(t), partial.fisher[t]);
    }
    for (std::size_t n = 0; n < network.nodes.size(); ++n) {
      add_squares(head.weight, pass.weight_gradient(n), partial.weight_fisher[n]);
      partial.squared_gradient[n] += head.weight * mean_square(pass.preactivation_gradient(n));
    }
  }
  if (!label) return partial;
  const std::vector<float> gradient = objective.label_gradient(outputs.data(), *label);
  pass.backward(stored_order(objective, gradient, shape).data(), false);
  for (std::size_t n = 0; n < network.nodes.size(); ++n) {
    partial.squared_label_gradient.push_back(mean_square(pass.preactivation_gradient(n)));
  }
  return partial;
}

/// Values before gradients: the first tensor that overflows is the cause of all that follow.
void check_finite(const net::Network& network, const Partial& partial, std::int64_t sample) {
  for (const auto* quantity : {&partial.values, &partial.fisher}) {
    for (std::size_t t = 0; t < network.tensors.size(); ++t) {
      for (float value : (*quantity)[t]) {
        if (std::isfinite(value)) continue;
        throw fail(
            ExitCode::bad_input,
            "tensor {}: calibration sample {} gives a {} that is not finite ({}); check the data's range "
            "and the network's weights",
            network.tensors[t].name, sample, quantity == &partial.values ? "value" : "gradient", value);
      }
    }
  }
}

void append(const Partial& partial, Observation& observation) {
  for (std::size_t t = 0; t < observation.tensors.size(); ++t) {
    TensorObservation& tensor = observation.tensors[t];
    tensor.values.insert(tensor.values.end(), partial.values[t].begin(), partial.values[t].end());
    tensor.fisher.insert(tensor.fisher.end(), partial.fisher[t].begin(), partial.fisher[t].end());
  }
  for (std::size_t n = 0; n < observation.nodes.size(); ++n) {
    NodeObservation& node = observation.nodes[n];
    node.gradient_rms += partial.squared_gradient[n];
    if (node.label_gradient_rms) *node.label_gradient_rms += partial.squared_label_gradient[n];
    for (std::size_t k = 0; k < node.weight_fisher.size(); ++k)
      node.weight_fisher[k] += partial.weight_fisher[n][k];
    for (std::size_t c = 0; c < node.mean_preactivation.size(); ++c) {
      node.mean_preactivation[c] += partial.preactivation_sums[n][c];
    }
  }
}

/// Range, moments and histogram of the collected values.
void summarise(const net::Tensor& tensor, TensorObservation& observation) {
  const std::vector<float>& values = observation.values;
  observation.channel_peak.assign(tensor.shape.c, 0.0F);
  double sum = 0, squares = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const float value = values[i];
    observation.min = std::min(observation.min, value);
    observation.max = std::max(observation.max, value);
    observation.magnitudes.add(value);
    float& peak = observation.channel_peak[i % tensor.shape.c];
    peak = std::max(peak, std::abs(value));
    sum += value;
    squares += double{value} * value;
  }
  const auto count = static_cast<double>(values.size());
  observation.mean = sum / count;
  observation.variance = std::max(0.0, squares / count - observation.mean * observation.mean);
}

/// Channels of one strength in one tile make it narrow where only others are wide. Tensors that share an
/// order (N1.6) have that of the products that read them.
void order_channels(const net::Network& network, Observation& observation) {
  const net::ChannelOrders orders = net::channel_orders(network);
  std::vector<std::vector<double>> strength(network.tensors.size());
  for (std::size_t t = 0; t < network.tensors.size(); ++t) {
    const net::Tensor& tensor = network.tensors[t];
    std::vector<double>& sums = strength[orders.classes[t]];
    sums.resize(tensor.shape.c, 0.0);
    if (tensor.consumers.empty()) continue;
    const std::vector<float>& values = observation.tensors[t].values;
    for (std::size_t i = 0; i < values.size(); ++i) sums[i % sums.size()] += double{values[i]} * values[i];
  }
  for (std::size_t t = 0; t < network.tensors.size(); ++t) {
    const std::vector<double>& sums = strength[orders.classes[t]];
    std::vector<int>& order = observation.tensors[t].order;
    order.resize(sums.size());
    std::iota(order.begin(), order.end(), 0);
    if (orders.graph_order[t]) continue;
    std::stable_sort(order.begin(), order.end(), [&](int a, int b) { return sums[a] > sums[b]; });
  }
}

}  // namespace

std::vector<float> objective_order(const Objective& objective, const std::vector<float>& stored,
                                   const net::Shape& shape) {
  return objective.has_several() ? net::to_channel_first(stored.data(), shape) : stored;
}

void MagnitudeHistogram::add(float value) {
  if (value == 0) {
    ++zeros;
    return;
  }
  int exponent = 0;
  std::frexp(value, &exponent);
  ++counts[std::clamp(exponent - 1 - kLowest, 0, kBins - 1)];
}

double rounded(double value) {
  if (value == 0 || !std::isfinite(value)) return value;
  int exponent = 0;
  const double mantissa = std::frexp(value, &exponent);
  return std::ldexp(std::nearbyint(mantissa * 4096), exponent - 12);
}

Observation observe(const net::Network& network, const Objective& objective,
                    const std::vector<float>& samples, const std::vector<int>& labels, int threads,
                    Progress& progress) {
  const std::int64_t size = network.tensors[0].shape.size();
  const auto count = static_cast<std::int64_t>(samples.size()) / size;
  Observation observation;
  observation.samples = static_cast<int>(count);
  observation.tensors.resize(network.tensors.size());
  for (const net::Node& node : network.nodes) {
    NodeObservation empty;
    empty.mean_preactivation.assign(node.out_channels, 0.0);
    if (!labels.empty()) empty.label_gradient_rms = 0;
    empty.weight_fisher.assign(node.weight.size(), 0.0F);
    observation.nodes.push_back(std::move(empty));
  }
  progress.begin("observe", count);
  floating::ordered_parallel(
      count, threads > 0 ? threads : floating::default_threads(), [&] { return floating::Pass(network, 1); },
      [&](floating::Pass& pass, std::int64_t sample) {
        const int* const label = labels.empty() ? nullptr : &labels[sample];
        return observe_sample(network, objective, pass, samples.data() + sample * size, label);
      },
      [&](std::int64_t sample, const Partial& partial) {
        check_finite(network, partial, sample);
        append(partial, observation);
        progress.advance();
      });
  for (std::size_t t = 0; t < network.tensors.size(); ++t) {
    summarise(network.tensors[t], observation.tensors[t]);
  }
  order_channels(network, observation);
  for (std::size_t n = 0; n < network.nodes.size(); ++n) {
    NodeObservation& node = observation.nodes[n];
    const net::Shape& conv = network.nodes[n].conv_shape;
    node.gradient_rms = std::sqrt(node.gradient_rms / static_cast<double>(count));
    if (node.label_gradient_rms) {
      node.label_gradient_rms = std::sqrt(*node.label_gradient_rms / static_cast<double>(count));
    }
    node.variance = observation.tensors[network.nodes[n].output].variance;
    const double positions = static_cast<double>(count) * conv.h * conv.w;
    for (double& mean : node.mean_preactivation) mean /= positions;
    for (float& fisher : node.weight_fisher) fisher /= static_cast<float>(count);
  }
  return observation;
}

}  // namespace dpwa::observe
