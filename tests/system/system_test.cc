// SPDX-License-Identifier: Apache-2.0
// Generated machines in Verilator against golden model and cycle model: every stored value, width, output and
// cycle.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "gen/lower/lower.h"
#include "gen/lower/packets.h"
#include "model/base/error.h"
#include "model/golden/executor.h"
#include "tb/common/dump_format.h"
#include "tests/system/machine.h"
#include "tests/system/random_network.h"
#include "verify/simulation.h"

namespace dpwa::system_test {
namespace {

namespace fs = std::filesystem;

/// Dense layers on a vector: no position but one.
RandomNetwork dense() {
  RandomNetwork n({1, 1, 100}, false, 2, 1);
  n.add({40}).add({33, 1, 1, 1, 0, 1, true, 3}).add({10, 1, 1, 1, 0, 1, true, 4});
  n.finish();
  return n;
}

/// A packed image, padding, pools, a dense layer over the whole map: the shape of a small CNN.
RandomNetwork cnn() {
  RandomNetwork n({12, 12, 1}, false, 2, 2);
  n.add({16, 3, 3, 1, 1, 2}).add({20, 3, 3, 1, 1, 1, true}).add({24, 6, 6}).add({10, 1, 1, 1, 0, 1, true, 4});
  n.finish();
  return n;
}

/// Odd sizes: three packed signed channels, strides, uneven kernels, last tiles of every length, pinned
/// nodes.
RandomNetwork odd() {
  RandomNetwork n({9, 7, 3}, true, 2, 3);
  n.add({18, 3, 2, 1, 1, 1, false, 3})
      .add({21, 3, 3, 2, 0, 2, true, 2, true})
      .add({5, 1, 1, 1, 1, 1, false, 1})
      .add({3, 2, 1, 1, 0, 1, true, 4});
  n.finish();
  return n;
}

class EveryMachine : public testing::TestWithParam<Machine> {};

TEST_P(EveryMachine, DenseNetwork) {
  RandomNetwork n = dense();
  expect_equal(simulate(GetParam(), n, 4), n, 4);
}

TEST_P(EveryMachine, ConvolutionsAndPools) {
  RandomNetwork n = cnn();
  expect_equal(simulate(GetParam(), n, 3), n, 3);
}

TEST_P(EveryMachine, OddShapes) {
  RandomNetwork n = odd();
  expect_equal(simulate(GetParam(), n, 4), n, 4);
}

/// Packets of a network's image and of one input.
std::vector<std::uint32_t> image_and_input(const Machine& machine, RandomNetwork n) {
  const config::Config config = configure(machine);
  const golden::Executor golden(n.network(), n.plan(), config.products);
  std::int64_t off_grid = 0;
  std::vector<std::uint32_t> words = lower::lower(config, n.network(), n.plan()).words;
  const std::vector<std::uint32_t> input =
      lower::input_packet(n.plan().input, golden.port_words(n.samples(1)[0].data(), off_grid));
  words.insert(words.end(), input.begin(), input.end());
  return words;
}

/// Images are data: one machine runs one network after the other, without a reset.
TEST_P(EveryMachine, AnImageReplacesThatOfAnotherNetwork) {
  verify::Options options;
  options.before = image_and_input(GetParam(), cnn());
  RandomNetwork second = dense();
  expect_equal(simulate(GetParam(), second, 2, options), second, 2);
  options.before = image_and_input(GetParam(), dense());
  RandomNetwork third = cnn();
  expect_equal(simulate(GetParam(), third, 2, options), third, 2);
}

INSTANTIATE_TEST_SUITE_P(System, EveryMachine,
                         testing::Values(kFour, kOne, kTwoGroups, kCut, kSerialOne, kSerialTwo, kNarrow),
                         [](const auto& each) { return std::string(each.param.name); });

TEST(System, StalledStreamsChangeNothing) {
  for (const Machine& machine : {kFour, kSerialTwo}) {
    RandomNetwork n = cnn();
    verify::Options options;
    options.stall_seed = 77;
    expect_equal(simulate(machine, n, 3, options), n, 3);
  }
}

TEST(System, AResetInTheMiddleLeavesNothingBehind) {
  RandomNetwork n = cnn();
  for (const Machine& machine : {kFour, kCut, kSerialTwo}) {
    for (const int cycles : {1, 60, 1000, 3333}) {
      verify::Options options;
      options.reset_after = cycles;
      expect_equal(simulate(machine, n, 2, options), n, 2);
    }
  }
}

TEST(System, AnEditedPcuRecordChangesTheHardware) {
  RandomNetwork n = cnn();
  const verify::Simulation before = simulate(kFour, n, 1);
  n.plan().tensors[1].pcu = {plan::Policy::static_, 1, 1};
  n.plan().tensors[1].upper = 15;
  RandomNetwork same_samples = cnn();
  same_samples.plan() = n.plan();
  const verify::Simulation after = simulate(kFour, same_samples, 1);
  expect_equal(after, same_samples, 1);
  EXPECT_NE(before.cycles, after.cycles);
}

/// Runs the bench and gives its record to `change` before it is judged.
template <typename Change>
verify::Simulation judged_after(Change change) {
  RandomNetwork n = dense();
  const config::Config config = configure(kFour);
  const golden::Executor golden(n.network(), n.plan(), config.products);
  std::int64_t off_grid = 0;
  const std::vector<verify::Input> inputs = {golden.port_words(n.samples(1)[0].data(), off_grid)};
  SilentProgress progress;
  verify::Simulation run;
  const fs::path out = design(kFour);
  const fs::path dump = verify::run_bench(out, out, lower::lower(config, n.network(), n.plan()), n.plan(),
                                          inputs, {}, progress, run);
  change(dump);
  return verify::judge(dump, config, n.network(), n.plan(), inputs);
}

/// Flips bit `bit` of the payload of the last record of that kind.
void flip(const fs::path& dump, dump::Kind kind, int payload_word, int payload_words, int bit) {
  std::fstream file(dump, std::ios::in | std::ios::out | std::ios::binary);
  std::vector<std::uint32_t> words(fs::file_size(dump) / 4);
  file.read(reinterpret_cast<char*>(words.data()), static_cast<std::streamsize>(words.size() * 4));
  for (std::size_t i = words.size() - 2 - payload_words;; --i) {
    ASSERT_GT(i, 0u);
    if (words[i] != static_cast<std::uint32_t>(kind)) continue;
    words[i + 2 + payload_word] ^= 1u << bit;
    break;
  }
  file.seekp(0);
  file.write(reinterpret_cast<const char*>(words.data()), static_cast<std::streamsize>(words.size() * 4));
}

TEST(Scoreboard, AcceptsTheRecordAsItIs) {
  EXPECT_EQ(judged_after([](const fs::path&) {}).mismatches, 0);
}

TEST(Scoreboard, SeesAWrongWidth) {
  EXPECT_GT(judged_after([](const fs::path& dump) { flip(dump, dump::Kind::tile, 1, 2, 0); }).mismatches, 0);
}

TEST(Scoreboard, SeesAWrongOutput) {
  EXPECT_GT(judged_after([](const fs::path& dump) { flip(dump, dump::Kind::output, 0, 2, 3); }).mismatches,
            0);
}

TEST(Scoreboard, SeesAWrongCycle) {
  EXPECT_GT(judged_after([](const fs::path& dump) { flip(dump, dump::Kind::done, -1, 1, 0); }).mismatches, 0);
}

TEST(Scoreboard, SeesMoreCyclesThanTheWorstCase) {
  const verify::Simulation result =
      judged_after([](const fs::path& dump) { flip(dump, dump::Kind::done, -1, 1, 20); });
  EXPECT_THAT(result.reports, testing::Contains(testing::HasSubstr("worst case")));
}

TEST(Scoreboard, SeesAWrongNumberOfBeats) {
  EXPECT_GT(judged_after([](const fs::path& dump) { flip(dump, dump::Kind::done, 0, 1, 0); }).mismatches, 0);
}

TEST(Scoreboard, RefusesARecordThatIsCutOff) {
  EXPECT_THROW(judged_after([](const fs::path& dump) { fs::resize_file(dump, fs::file_size(dump) - 12); }),
               Error);
}

}  // namespace
}  // namespace dpwa::system_test
