// SPDX-License-Identifier: Apache-2.0
// The decisions of the PCU do not depend on the machine.
#include <gtest/gtest.h>

#include <algorithm>

#include "model/golden/executor.h"
#include "model/plan/policy_trace.h"
#include "tests/base/temporary_directory.h"
#include "tests/system/machine.h"
#include "tests/system/random_network.h"

namespace dpwa::system_test {
namespace {

constexpr int kImages = 3;
constexpr Machine kOneLane = {"one_lane", 1, 1, 1, 16, 0, 0, "none"};

/// A packed image, a pool, a stride, vectors of several tiles, one pinned tensor.
RandomNetwork network() {
  RandomNetwork n({9, 8, 3}, true, 2, 12);
  n.add({20, 3, 3, 1, 1, 2})
      .add({36, 2, 2, 2, 0, 1, true, 3})
      .add({50, 2, 2, 1, 0, 1, false, 2, true})
      .add({33, 1, 1, 1, 0, 1, true, 4});
  n.finish();
  return n;
}

std::string trace_of(const net::Network& network, const std::vector<plan::Decisions>& images) {
  const TemporaryDirectory directory;
  plan::PolicyTrace trace(directory.path() / "trace.csv", network);
  for (const plan::Decisions& decisions : images) trace.add(decisions);
  trace.commit();
  return read_file(directory.path() / "trace.csv");
}

std::string golden_trace() {
  RandomNetwork n = network();
  const golden::Executor golden(n.network(), n.plan());
  std::vector<plan::Decisions> images;
  for (const std::vector<float>& sample : n.samples(kImages)) {
    std::int64_t off_grid = 0;
    const golden::Inference inference = golden.run(golden.port_words(sample.data(), off_grid));
    images.emplace_back();
    for (const golden::StoredTensor& tensor : inference.tensors) images.back().push_back(tensor.decisions());
  }
  return trace_of(n.network(), images);
}

class Trace : public testing::TestWithParam<Machine> {};

TEST_P(Trace, HasTheSameBytesOnEveryMachine) {
  RandomNetwork n = network();
  const std::string found = trace_of(n.network(), simulate(GetParam(), n, kImages).decisions);
  EXPECT_EQ(found, golden_trace());
  // 7 x 6 windows of 27 values are no multiple of a tile: 72 positions x 2, then 16 x 2, 4 x 3, 4, 3 tiles.
  EXPECT_GT(std::count(found.begin(), found.end(), '\n'), kImages * 150);
  for (const char* planes : {",0,0\n", ",1,0\n", ",2,0\n", ",3,0\n"})
    EXPECT_NE(found.find(planes), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(System, Trace, testing::Values(kOneLane, kFour, kTwoGroups, kSerialTwo),
                         [](const auto& each) { return std::string(each.param.name); });

}  // namespace
}  // namespace dpwa::system_test
