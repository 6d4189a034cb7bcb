// SPDX-License-Identifier: Apache-2.0
// CONV = 0 in Verilator: dense layers alone, on machines without the loops of maps; what needs those is
// refused.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gen/lower/lower.h"
#include "model/base/error.h"
#include "tests/system/machine.h"
#include "tests/system/random_network.h"

namespace dpwa::system_test {
namespace {

constexpr Machine kMachines[] = {
    {"vector_four", 4, 1, 1, 16, 2, 0, "axi", "parallel", {"CONV=0"}},
    {"vector_serial", 2, 1, 1, 16, 3, 0, "none", "serial", {"CONV=0", "SCAN_TILES=2"}},
    {"vector_dense",
     2,
     1,
     1,
     8,
     0,
     0,
     "axi",
     "serial",
     {"CONV=0", "SCAN_TILES=2", "DENSE_WORDS=16384", "WEIGHT_WORDS=32"}},
    {"vector_groups", 8, 2, 2, 16, 2, 1, "axi", "parallel", {"CONV=0", "RESIDUAL_WORDS=64"}},
};

RandomNetwork layers(net::Shape input, std::uint32_t seed) {
  RandomNetwork n(input, false, 2, seed);
  n.add({75, input.h, input.w})
      .add({40, 1, 1, 1, 0, 1, true, 3})
      .add({33, 1, 1, 1, 0, 1, false, 2, true})
      .add({10, 1, 1, 1, 0, 1, true, 4});
  n.finish();
  return n;
}

class DenseOnly : public testing::TestWithParam<Machine> {};

TEST_P(DenseOnly, AnImageAsVectorEqualsTheGoldenModel) {
  RandomNetwork n = layers({9, 11, 3}, 31);
  expect_equal(simulate(GetParam(), n, 3), n, 3);
}

TEST_P(DenseOnly, AVectorEqualsTheGoldenModel) {
  RandomNetwork n = layers({1, 1, 117}, 32);
  expect_equal(simulate(GetParam(), n, 3), n, 3);
}

INSTANTIATE_TEST_SUITE_P(System, DenseOnly, testing::ValuesIn(kMachines),
                         [](const auto& each) { return std::string(each.param.name); });

TEST(DenseOnlyMachine, AddsToAVector) {
  RandomNetwork n({1, 1, 50}, true, 2, 33);
  n.add({40}).add({40, 1, 1, 1, 0, 1, true, 2, false, -1, 1}).add({7, 1, 1, 1, 0, 1, true, 4});
  n.finish();
  expect_equal(simulate(kMachines[3], n, 3), n, 3);
}

std::string refusal(const RandomNetwork& n) {
  try {
    lower::lower(config::load("sim-4", {"CONV=0"}), n.network(), n.plan());
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::bad_input);
    return error.what();
  }
  return "taken";
}

TEST(DenseOnlyMachine, RefusesWhatNeedsAMap) {
  const auto with = [](net::Shape input, const RandomNetwork::Layer& layer) {
    RandomNetwork n(input, false, 2, 34);
    n.add(layer);
    n.finish();
    return n;
  };
  const auto refused = testing::HasSubstr("has CONV = 0; use --set CONV=1");
  EXPECT_EQ(refusal(with({6, 6, 1}, {10, 6, 6})), "taken");
  EXPECT_THAT(refusal(with({6, 6, 1}, {10, 5, 5})), refused);           // several positions
  EXPECT_THAT(refusal(with({6, 6, 1}, {10, 5, 5, 2})), refused);        // one, of a part of the map
  EXPECT_THAT(refusal(with({6, 6, 1}, {10, 5, 5, 1, 0, 2})), refused);  // a pool
  EXPECT_THAT(refusal(with({4, 4, 1}, {10, 5, 5, 5, 1})), refused);     // padding
  EXPECT_THAT(refusal(with({6, 6, 16}, {10, 6, 6})), refused);          // a map of pixels of whole tiles
}

}  // namespace
}  // namespace dpwa::system_test
