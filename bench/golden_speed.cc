// SPDX-License-Identifier: Apache-2.0
//
// Images per second and core of the bit-exact executor, beside the float executor on the same images.
// Plans: every tensor and weight at 1, 2 or 4 planes (argument), steps from the range of the data.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

#include "calib/data/samples.h"
#include "calib/float/executor.h"
#include "calib/onnx/import.h"
#include "model/golden/executor.h"
#include "model/num/planes.h"

namespace {

using namespace dpwa;

constexpr int kImages = 256;
constexpr const char* kData = "/usr/share/datasets/fashion-mnist/t10k-images-idx3-ubyte.gz";

struct Subject {
  net::Network network;
  std::vector<float> samples;
};

Subject load(const std::string& name) {
  Subject subject;
  subject.network = onnx::import_onnx(DPWA_SOURCE_DIR "/examples/fashion_mnist/" + name + ".onnx");
  const data::Samples all = data::load_samples(kData, subject.network, {1.0 / 255, 0});
  subject.samples = data::select(all, data::evenly_spaced(all.count, kImages)).values;
  return subject;
}

/// The smallest power of two whose `largest` multiple is not below `magnitude`.
int step_exponent(double magnitude, double largest) {
  return magnitude > 0 ? static_cast<int>(std::ceil(std::log2(magnitude / largest))) : 0;
}

plan::TensorPlan tensor_plan(const std::vector<float>& values, int channels, int planes) {
  const auto [lowest, highest] = std::minmax_element(values.begin(), values.end());
  plan::TensorPlan tensor;
  tensor.is_signed = *lowest < 0;
  const num::Range range = num::activation_range(planes, tensor.is_signed);
  tensor.lower = static_cast<std::int32_t>(range.lower);
  tensor.upper = static_cast<std::int32_t>(range.upper);
  tensor.step_exponent =
      step_exponent(std::max<double>(*highest, -*lowest), static_cast<double>(range.upper));
  tensor.pcu.max_planes = planes;
  tensor.order.resize(channels);
  std::iota(tensor.order.begin(), tensor.order.end(), 0);
  return tensor;
}

plan::NodePlan node_plan(const net::Node& node, int planes) {
  const num::Range range = num::weight_range(planes);
  const std::size_t per_channel = node.weight.size() / node.out_channels;
  plan::NodePlan made;
  made.planes.assign(node.out_channels, planes);
  made.bias.assign(node.bias.begin(), node.bias.end());
  for (int c = 0; c < node.out_channels; ++c) {
    const float* weights = &node.weight[c * per_channel];
    float largest = 0;
    for (std::size_t i = 0; i < per_channel; ++i) largest = std::max(largest, std::fabs(weights[i]));
    made.scale.push_back(largest > 0 ? largest / static_cast<double>(range.upper) : 1);
    for (std::size_t i = 0; i < per_channel; ++i) {
      made.q.push_back(static_cast<std::int16_t>(std::lround(weights[i] / made.scale[c])));
    }
  }
  return made;
}

plan::Plan make_plan(const Subject& subject, int planes) {
  const net::Network& network = subject.network;
  floating::Pass pass(network, kImages);
  pass.forward(subject.samples.data());
  plan::Plan plan;
  for (int t = 0; t < static_cast<int>(network.tensors.size()); ++t) {
    plan.tensors.push_back(tensor_plan(pass.tensor(t), network.tensors[t].shape.c, planes));
  }
  for (const net::Node& node : network.nodes) plan.nodes.push_back(node_plan(node, planes));
  return plan;
}

void golden(benchmark::State& state, const std::string& name) {
  const Subject subject = load(name);
  const golden::Executor executor(subject.network, make_plan(subject, static_cast<int>(state.range(0))));
  std::int64_t off_grid = 0;
  std::size_t image = 0;
  const std::size_t size = subject.samples.size() / kImages;
  for (auto unused : state) {
    const std::vector<std::int32_t> words = executor.port_words(&subject.samples[image * size], off_grid);
    benchmark::DoNotOptimize(executor.outputs(executor.run(words)));
    image = (image + 1) % kImages;
  }
  state.counters["images/s"] =
      benchmark::Counter(static_cast<double>(state.iterations()), benchmark::Counter::kIsRate);
}

void floating_point(benchmark::State& state, const std::string& name) {
  const Subject subject = load(name);
  const floating::FloatExecutor executor(subject.network, 1);
  for (auto unused : state) benchmark::DoNotOptimize(executor.outputs(subject.samples.data(), kImages));
  state.counters["images/s"] =
      benchmark::Counter(static_cast<double>(state.iterations() * kImages), benchmark::Counter::kIsRate);
}

BENCHMARK_CAPTURE(golden, mlp, "fmnist_mlp")->Arg(1)->Arg(2)->Arg(4);
BENCHMARK_CAPTURE(golden, cnn, "fmnist_cnn")->Arg(1)->Arg(2)->Arg(4);
BENCHMARK_CAPTURE(floating_point, mlp, "fmnist_mlp")->MeasureProcessCPUTime();
BENCHMARK_CAPTURE(floating_point, cnn, "fmnist_cnn")->MeasureProcessCPUTime();

}  // namespace
