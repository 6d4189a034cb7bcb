// SPDX-License-Identifier: Apache-2.0
// Two networks of MLPerf Tiny, keyword spotting (mostly depthwise) and image classification (residual), in
// Verilator: every stored value, and their cycles beside those that their loop nests cost at least.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <tuple>

#include "calib/data/samples.h"
#include "calib/onnx/import.h"
#include "model/golden/executor.h"
#include "tests/support/range_plan.h"
#include "tests/system/machine.h"

namespace dpwa::system_test {
namespace {

constexpr std::array<const char*, 5> kMemory = {"ACTIVATION_WORDS=65536", "RESIDUAL_WORDS=16384"};

constexpr Machine kMachines[] = {
    {"mlperf_four", 4, 1, 1, 16, 2, 0, "axi", "parallel", kMemory},
    {"mlperf_sixty_four", 64, 4, 4, 16, 2, 0, "axi", "parallel", kMemory},
};

struct Task {
  const char* name;
  const char* folder;  ///< of ../shared/data, whose README.md says what its values are
  plan::InputPort input;
  int samples;  ///< on many lanes; few take long
};

void PrintTo(const Task& task, std::ostream* out) { *out << task.name; }

const Task kTasks[] = {
    {"keyword_spotting", "kws-dscnn-mlperf", {plan::PortFormat::s8, 0.5847029, -83 * 0.5847029}, 10},
    {"image_classification", "cifar10-resnet8-mlperf", {plan::PortFormat::u8, 1, 0}, 3},
};

/// Beats and drain slots of one node on one machine: each position and channel group costs a beat per plane
/// of the tiles that it reads and plane of its widest weight, at least one, and its results leave in a slot.
class LoopNest {
 public:
  LoopNest(const Machine& machine, const net::Network& network, const plan::Plan& plan, int node)
      : groups_(machine.groups),
        lanes_(machine.lanes / machine.groups),
        slot_(lanes_ / machine.wb_lanes),
        products_(machine.products),
        network_(network),
        node_(network.nodes[node]),
        order_(plan.tensors[node_.output].order),
        planes_(plan.nodes[node].planes),
        layout_(golden::tile_layout(network, node_.input, machine.products)) {}

  /// widths: of the input's tiles. A node has this much beside its jobs: descriptor, first and last results.
  std::int64_t cycles(const std::vector<std::uint8_t>& widths) const {
    constexpr std::int64_t kFixed = 24;
    const int positions = node_.conv_shape.h * node_.conv_shape.w;
    std::int64_t most = 0;
    for (int q = 0; q < groups_; ++q) {
      std::int64_t now = 0, drained = 0;
      for (int p = positions * q / groups_; p < positions * (q + 1) / groups_; ++p) {
        for (int first = 0; first < node_.out_channels; first += lanes_) {
          now = std::max(now + beats(widths, p, first), drained);
          drained = now + slot_;
        }
      }
      most = std::max(most, drained);
    }
    return most + kFixed;
  }

 private:
  std::int64_t beats(const std::vector<std::uint8_t>& widths, int position, int first) const {
    const int last = std::min(first + lanes_, node_.out_channels) - 1;
    int planes = 0;
    for (int oc = first; oc <= last; ++oc) planes = std::max(planes, planes_[order_[oc]]);
    return std::max<std::int64_t>(1, planes * tiles(widths, position, first, last));
  }

  std::int64_t tiles(const std::vector<std::uint8_t>& widths, int position, int first, int last) const {
    const int per_position = layout_.tiles_per_position;
    std::int64_t sum = 0;
    if (layout_.packed) {
      for (int t = 0; t < per_position; ++t) sum += widths[position * per_position + t];
      return sum;
    }
    const net::Window& w = node_.window;
    const net::ChannelRange read = net::channels_read(network_, node_, first, last);
    for (int ky = 0; ky < w.kh; ++ky) {
      for (int kx = 0; kx < w.kw; ++kx) {
        const int y = position / node_.conv_shape.w * w.stride_y + ky - w.pad_top;
        const int x = position % node_.conv_shape.w * w.stride_x + kx - w.pad_left;
        if (y < 0 || y >= layout_.rows || x < 0 || x >= layout_.columns) continue;
        for (int t = read.begin / products_; t * products_ < read.end; ++t) {
          sum += widths[(y * layout_.columns + x) * per_position + t];
        }
      }
    }
    return sum;
  }

  int groups_, lanes_, slot_, products_;
  const net::Network& network_;
  const net::Node& node_;
  const std::vector<int>& order_;
  const std::vector<int>& planes_;
  golden::TileLayout layout_;
};

class MlperfTiny : public testing::TestWithParam<std::tuple<Machine, Task>> {};

TEST_P(MlperfTiny, EqualsTheGoldenModelNearTheCyclesOfItsLoops) {
  const auto& [machine, task] = GetParam();
  const char* named = std::getenv("DPWA_SHARED");
  const std::filesystem::path folder =
      std::filesystem::path(named != nullptr ? named : DPWA_SOURCE_DIR "/../shared") / "data" / task.folder;
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << folder << " is absent (set DPWA_SHARED)";
  const int count = machine.lanes < 64 ? 2 : task.samples;
  const net::Network network = onnx::import_onnx(folder / "model.onnx");
  const data::Samples data = data::load_samples(folder / "test_x.npy", network);
  plan::Plan plan = plan::range_plan(network, data.values, count, 2);
  plan.input = task.input;

  const golden::Executor executor(network, plan);
  std::vector<std::vector<float>> samples;
  std::int64_t off_grid = 0, loops = 0;
  for (int i = 0; i < count; ++i) {
    const std::int64_t size = network.tensors[0].shape.size();
    samples.emplace_back(data.values.begin() + i * size, data.values.begin() + (i + 1) * size);
    const golden::Inference inference = executor.run(executor.port_words(samples[i].data(), off_grid));
    for (std::size_t n = 0; n < network.nodes.size(); ++n) {
      loops += LoopNest(machine, network, plan, static_cast<int>(n))
                   .cycles(inference.tensors[network.nodes[n].input].planes);
    }
  }
  EXPECT_EQ(off_grid, 0);
  const verify::Simulation result = simulate(machine, network, plan, samples);
  EXPECT_EQ(result.images, count);
  EXPECT_GE(result.values_checked, count * network.values_per_image());
  EXPECT_EQ(result.mismatches, 0);
  for (const std::string& line : result.reports) ADD_FAILURE() << line;
  EXPECT_EQ(result.cycles, result.predicted_cycles);
  EXPECT_NEAR(static_cast<double>(result.cycles) / static_cast<double>(loops), 1, 0.1)
      << result.cycles / count << " cycles";
  RecordProperty("cycles", std::to_string(result.cycles / count));
  RecordProperty("loops", std::to_string(loops / count));
}

INSTANTIATE_TEST_SUITE_P(System, MlperfTiny,
                         testing::Combine(testing::ValuesIn(kMachines), testing::ValuesIn(kTasks)),
                         [](const auto& each) {
                           return fmt::format("{}_{}", std::get<Task>(each.param).name,
                                              std::get<Machine>(each.param).name);
                         });

}  // namespace
}  // namespace dpwa::system_test
