// SPDX-License-Identifier: Apache-2.0
//
// Images per second and core of the bit-exact executor, beside the float executor on the same images.
// Plans: every tensor and weight at 1, 2 or 4 planes (argument), steps from the range of the data.
#include <benchmark/benchmark.h>

#include <string>

#include "calib/data/samples.h"
#include "calib/float/executor.h"
#include "calib/onnx/import.h"
#include "model/golden/executor.h"
#include "tests/support/range_plan.h"

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

void golden(benchmark::State& state, const std::string& name) {
  const Subject subject = load(name);
  const golden::Executor executor(subject.network, plan::range_plan(subject.network, subject.samples, kImages,
                                                                    static_cast<int>(state.range(0))));
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
