// SPDX-License-Identifier: Apache-2.0
//
// Dot products of Gaussian binary16 data: FP16 operands in aligned fixed-point arithmetic (docs/numerics.md
// N8.4), as a node of this engine stores them, beside chains of floating-point FMAs. One JSON array on
// stdout.
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <numeric>
#include <random>

#include "calib/search/space.h"
#include "calib/search/stored_weights.h"
#include "model/config/config.h"
#include "model/cycles/cycles.h"
#include "model/golden/executor.h"
#include "model/num/binary16.h"
#include "model/num/planes.h"

namespace {

using namespace dpwa;

constexpr int kOutputs = 64;
constexpr int kSamples = 200;     ///< measured; as many others calibrate the windows
constexpr int kWindowPlanes = 4;  ///< of the observed range; a fifth holds values up to 16 times as large
constexpr std::uint32_t kSeed = 1;

struct Data {
  int k = 0;
  std::vector<float> weights;  ///< [kOutputs][k]
  std::vector<float> samples;  ///< [2 * kSamples][k]
  std::vector<double> exact;   ///< [2 * kSamples][kOutputs]
};

std::vector<float> gaussian_binary16(std::size_t count, std::mt19937& random) {
  std::normal_distribution<double> gaussian(0, 1);
  std::vector<float> values(count);
  for (float& value : values) {
    value = static_cast<float>(num::decode_binary16(num::encode_binary16(gaussian(random))));
  }
  return values;
}

Data make_data(int k) {
  std::mt19937 random(kSeed);
  Data data{k,
            gaussian_binary16(std::size_t{kOutputs} * k, random),
            gaussian_binary16(std::size_t{2} * kSamples * k, random),
            {}};
  for (int s = 0; s < 2 * kSamples; ++s) {
    for (int o = 0; o < kOutputs; ++o) {
      const float *x = &data.samples[std::size_t(s) * k], *w = &data.weights[std::size_t(o) * k];
      data.exact.push_back(std::inner_product(x, x + k, w, 0.0, std::plus<>(),
                                              [](float a, float b) { return double{a} * double{b}; }));
    }
  }
  return data;
}

net::Network fully_connected(const Data& data) {
  net::Network network;
  network.name = "dot products";
  network.inputs = {{"input", {data.k}}};
  network.input_affine = {std::vector<double>(data.k, 1), std::vector<double>(data.k, 0)};
  net::Tensor input, output;
  input.name = "input";
  input.shape = {1, 1, data.k};
  input.consumers = {0};
  output.name = "output";
  output.shape = {1, 1, kOutputs};
  output.producer = 0;
  network.tensors = {input, output};
  network.output = 1;
  net::Node node;
  node.name = "gemm";
  node.onnx_operator = "Gemm";
  node.input = 0;
  node.output = 1;
  node.out_channels = kOutputs;
  node.conv_shape = output.shape;
  node.weight = data.weights;
  node.bias.assign(kOutputs, 0);
  network.nodes = {node};
  return network;
}

/// A window calibrated on the first half of `values`.
template <typename Value>
plan::TensorPlan window(const net::Network& network, const plan::InputPort& port, int tensor,
                        const std::vector<Value>& values) {
  observe::TensorObservation observed;
  const auto [min, max] = std::minmax_element(values.begin(), values.begin() + values.size() / 2);
  observed.min = static_cast<float>(*min);
  observed.max = static_cast<float>(*max);
  const observe::Grid grid =
      search::covering_grid(network, tensor, port, observed, kWindowPlanes + 1, kWindowPlanes);
  plan::TensorPlan plan;
  plan.step_exponent = grid.exponent;
  plan.is_signed = grid.is_signed;
  plan.lower = static_cast<std::int32_t>(grid.limits.lower);
  plan.upper = static_cast<std::int32_t>(grid.limits.upper);
  plan.pcu.max_planes = kWindowPlanes + 1;
  plan.order.resize(network.tensors[tensor].shape.c);
  std::iota(plan.order.begin(), plan.order.end(), 0);
  return plan;
}

plan::Plan aligned_plan(const net::Network& network, const Data& data) {
  plan::Plan plan;
  plan.network = network.name;
  plan.input = {plan::PortFormat::binary16, 1, 0};
  plan.tensors = {window(network, plan.input, 0, data.samples), window(network, plan.input, 1, data.exact)};
  plan::NodePlan node;
  node.scale.resize(kOutputs);
  node.planes.resize(kOutputs);
  node.q.resize(data.weights.size());
  node.bias.assign(kOutputs, 0);
  node.pinned = true;
  search::store_weights(network, 0, num::Format::fp16, kWindowPlanes, num::kPlanesMax, 1,
                        plan.tensors[0].order, node);
  plan.nodes = {node};
  return plan;
}

/// Relative RMS error over the measured samples.
template <typename Dot>
double relative_error(const Data& data, Dot dot) {
  double errors = 0, squares = 0;
  for (int s = kSamples; s < 2 * kSamples; ++s) {
    for (int o = 0; o < kOutputs; ++o) {
      const double exact = data.exact[std::size_t(s) * kOutputs + o];
      errors += std::pow(dot(s, o) - exact, 2);
      squares += exact * exact;
    }
  }
  return std::sqrt(errors / squares);
}

double binary16(double value) { return num::decode_binary16(num::encode_binary16(value)); }

/// A chain of FMAs whose every result is rounded by `round`.
template <typename Round>
double chain_error(const Data& data, Round round) {
  return relative_error(data, [&](int s, int o) {
    double sum = 0;
    for (int i = 0; i < data.k; ++i) {
      const double product = double{data.samples[std::size_t(s) * data.k + i]} *
                             double{data.weights[std::size_t(o) * data.k + i]};
      sum = round(sum + product);
    }
    return sum;
  });
}

nlohmann::ordered_json measure(int k) {
  const Data data = make_data(k);
  const net::Network network = fully_connected(data);
  const config::Config config = config::load("sim-4", {});
  plan::Plan plan = aligned_plan(network, data);
  const golden::Executor executor(network, plan, config.products);
  plan::Plan fixed = plan;  // what --pin all=fp16 makes of it
  for (plan::TensorPlan& tensor : fixed.tensors) tensor.pcu = {plan::Policy::static_, 5, 5};
  const golden::Executor pinned(network, fixed, config.products);

  std::vector<std::vector<float>> outputs(2 * kSamples);
  std::int64_t cycles = 0, pinned_cycles = 0, saturated = 0;
  for (int s = kSamples; s < 2 * kSamples; ++s) {
    std::int64_t off_grid = 0;
    const auto words = executor.port_words(&data.samples[std::size_t(s) * k], off_grid);
    const auto predicted = [&](const golden::Inference& inference, const plan::Plan& of) {
      return cycles::predict(config, network, of,
                             {inference.tensors[0].planes, inference.tensors[1].planes})[0]
          .cycles;
    };
    const golden::Inference inference = executor.run(words);
    outputs[s] = executor.outputs(inference);
    saturated += inference.nodes[0].saturated;
    cycles += predicted(inference, plan);
    pinned_cycles += predicted(pinned.run(words), fixed);
  }
  const double macs = double{kSamples} * kOutputs * k / config.lanes;
  return {{"k", k},
          {"aligned", relative_error(data, [&](int s, int o) { return double{outputs[s][o]}; })},
          {"fp16_chain", chain_error(data, binary16)},
          {"fp32_chain", chain_error(data, [](double x) { return double{static_cast<float>(x)}; })},
          {"mac_per_cycle_and_lane", macs / static_cast<double>(cycles)},
          {"mac_per_cycle_and_lane_pinned", macs / static_cast<double>(pinned_cycles)},
          {"saturated", saturated},
          {"dot_products", kSamples * kOutputs}};
}

}  // namespace

int main() {
  nlohmann::ordered_json rows;
  for (const int k : {16, 64, 256, 1024}) rows.push_back(measure(k));
  std::printf("%s\n", rows.dump(2).c_str());
}
