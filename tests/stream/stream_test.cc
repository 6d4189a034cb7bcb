// SPDX-License-Identifier: Apache-2.0
// Weights streamed from the dense tier during compute: every stored value, every node's cycles, copied words
// and stalls against golden model and cycle model.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>

#include "gen/emit/emission.h"
#include "gen/top/top.h"
#include "model/base/error.h"
#include "tests/system/random_network.h"
#include "verify/simulation.h"

namespace dpwa::system_test {
namespace {

namespace fs = std::filesystem;

struct Machine {
  const char* name;
  std::vector<std::string> settings;
  const char* preset = "sim-4";
};

void PrintTo(const Machine& machine, std::ostream* out) { *out << machine.name; }

config::Config configure(const Machine& machine) {
  config::Config config = config::load(machine.preset, machine.settings);
  config.name = machine.name;
  return config;
}

fs::path design(const Machine& machine) {
  const fs::path root = fs::path(DPWA_BINARY_DIR) / "stream-test";
  fs::create_directories(root);
  setenv("DPWA_CACHE", (root / "models").c_str(), 1);
  const fs::path out = root / machine.name;
  const config::Config config = configure(machine);
  gen::write(
      gen::emit_design(config, gen::build_top(config), gen::system_bench(config), gen::host_files(config)),
      out);
  return out;
}

verify::Simulation simulate(const Machine& machine, RandomNetwork n, int images,
                            const verify::Options& options = {}) {
  const std::vector<std::vector<float>> samples = n.samples(images);
  std::vector<const float*> pointers;
  for (const std::vector<float>& sample : samples) pointers.push_back(sample.data());
  SilentProgress progress;
  const verify::Simulation result = verify::simulate(design(machine), configure(machine), n.network(),
                                                     n.plan(), pointers, options, progress);
  EXPECT_EQ(result.mismatches, 0);
  for (const std::string& line : result.reports) ADD_FAILURE() << line;
  EXPECT_GE(result.values_checked, images * n.network().values_per_image());
  return result;
}

RandomNetwork mlp() {
  RandomNetwork n({1, 1, 300}, false, 2, 1);
  n.add({64}).add({33, 1, 1, 1, 0, 1, true, 3}).add({10, 1, 1, 1, 0, 1, true, 4});
  n.finish();
  return n;
}

/// Pools, padding, nodes whose pass fits in a ring and nodes whose pass does not.
RandomNetwork cnn() {
  RandomNetwork n({12, 12, 1}, false, 2, 2);
  n.add({16, 3, 3, 1, 1, 2})
      .add({20, 3, 3, 1, 1, 1, true})
      .add({16, 3, 2, 1, 0, 2, false, 3})
      .add({24, 2, 2, 1, 0, 1, false, 2, true})
      .add({10, 1, 1, 1, 0, 1, true, 4});
  n.finish();
  return n;
}

const Machine kFour = {"four", {"WEIGHT_WORDS=64", "DENSE_WORDS=16384"}};
/// Memories, counters and descriptor fields as narrow as they get.
const Machine kTwo = {
    "two",
    {"LANES=2", "SCAN_TILES=2", "WEIGHT_WORDS=128", "DENSE_WORDS=20000", "LUT_STYLE=ice40",
     "ACTIVATION_TILES=256", "ACTIVATION_WORDS=512", "WEIGHT_TILES=2048", "CHANNELS=128", "NODES=8"}};
const Machine kOne = {"one", {"LANES=1", "PRODUCTS=8", "WEIGHT_WORDS=500", "DENSE_WORDS=8192"}};
const Machine kTwoGroups = {
    "two_groups",
    {"LANES=8", "GROUPS=2", "WB_LANES=2", "PRODUCTS=8", "WEIGHT_WORDS=150", "DENSE_WORDS=16384"}};

const Machine kSerial = {
    "serial", {"WRITE_BACK=serial", "PREMAX=0", "WEIGHT_WORDS=64", "DENSE_WORDS=16384", "LUT_STYLE=ice40"}};

class Stream : public testing::TestWithParam<Machine> {};

TEST_P(Stream, DenseLayers) {
  const verify::Simulation result = simulate(GetParam(), mlp(), 4);
  EXPECT_GT(result.refill_words, 0);
  double words = 0;
  for (const verify::NodeResult& node : result.nodes) words += node.refill_words;
  EXPECT_DOUBLE_EQ(4 * words, static_cast<double>(result.refill_words));
  EXPECT_GE(result.copied_words, result.copied_words_bound);
  EXPECT_GT(result.copied_words_bound, 0);
  // One word per cycle keeps one lane busy, not more.
  EXPECT_EQ(result.weight_stall_cycles > 0, configure(GetParam()).lanes_per_group() > 1);
}

TEST_P(Stream, ConvolutionsAndPools) {
  const verify::Simulation result = simulate(GetParam(), cnn(), 3);
  EXPECT_GT(result.refill_words, 0);
}

INSTANTIATE_TEST_SUITE_P(Machines, Stream, testing::Values(kFour, kTwo, kOne, kTwoGroups, kSerial),
                         [](const auto& each) { return std::string(each.param.name); });

TEST(Stream, AResetInTheMiddleLeavesNothingBehind) {
  for (const int cycles : {40, 300}) {
    verify::Options options;
    options.reset_after = cycles;
    simulate(kFour, mlp(), 2, options);
  }
}

/// The layers of examples/fashion_mnist/fmnist_mlp.onnx on the smallest machine.
TEST(Stream, FashionMlpOnUp5k) {
  RandomNetwork n({1, 1, 784}, false, 2, 5);
  n.add({128}).add({64}).add({10, 1, 1, 1, 0, 1, true, 4});
  n.finish();
  const verify::Simulation result = simulate({"up5k", {}, "up5k"}, n, 2);
  EXPECT_GT(result.refill_words, 0);
}

/// A machine whose fast tier holds all weights reads none from the dense one, and is faster.
TEST(Stream, ResidentWeightsAreNotCopied) {
  const verify::Simulation streamed = simulate(kFour, mlp(), 2);
  const verify::Simulation resident =
      simulate({"four_resident", {"WEIGHT_WORDS=16384", "DENSE_WORDS=16384"}}, mlp(), 2);
  EXPECT_EQ(resident.refill_words, 0);
  EXPECT_EQ(resident.weight_stall_cycles, 0);
  EXPECT_LT(resident.cycles, streamed.cycles);
}

TEST(Stream, ANetworkTooLargeForBothTiersIsRefused) {
  const Machine small = {"small", {"WEIGHT_WORDS=64", "DENSE_WORDS=64"}};
  const RandomNetwork n = mlp();
  try {
    lower::lower(configure(small), n.network(), n.plan());
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("DENSE_WORDS needs"));
  }
}

/// A map that fits, but not with its padding in the scanner's coordinates: 7 rows of 200 tiles.
TEST(Stream, PaddingBeyondTheCoordinatesIsRefused) {
  RandomNetwork n({1, 200, 16}, false, 2, 6);
  n.add({16, 7, 7, 1, 3});
  n.finish();
  lower::lower(configure({"enough", {"ACTIVATION_TILES=700"}}), n.network(), n.plan());
  try {
    lower::lower(configure({"padded", {"ACTIVATION_TILES=696"}}), n.network(), n.plan());
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("ACTIVATION_TILES needs 700, has 696"));
  }
}

/// The same of a packed input: 16 values in a row, 48 with their padding.
TEST(Stream, PaddingBeyondThePackerIsRefused) {
  RandomNetwork n({1, 16, 1}, false, 2, 7);
  n.add({16, 33, 33, 1, 16});
  n.finish();
  lower::lower(configure({"enough", {"INPUT_VALUES=24"}}), n.network(), n.plan());
  try {
    lower::lower(configure({"padded", {"INPUT_VALUES=22"}}), n.network(), n.plan());
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("INPUT_VALUES needs 24, has 22"));
  }
}

}  // namespace
}  // namespace dpwa::system_test
