// SPDX-License-Identifier: Apache-2.0
#include "cli/self_test.h"

#include <random>
#include <set>

#include "fpga/host/board.h"
#include "gen/lower/lower.h"
#include "verify/self_test.h"

namespace dpwa::cli {
namespace {

SelfTestResult compare(const config::Config& config, const verify::SelfTest& test,
                       const std::vector<std::int32_t>& found) {
  const std::vector<std::int32_t> expected = verify::expected_outputs(config, test);
  SelfTestResult result{test.name, test.fills, static_cast<std::int64_t>(expected.size()), 0, {}};
  std::set<int> lanes;
  for (std::size_t channel = 0; channel < expected.size(); ++channel) {
    if (found[channel] == expected[channel]) continue;
    ++result.mismatches;
    lanes.insert(verify::lane_of(config, static_cast<int>(channel)));
  }
  result.lanes.assign(lanes.begin(), lanes.end());
  return result;
}

}  // namespace

std::vector<SelfTestResult> run_self_tests(host::Line& line, const host::Patience& patience,
                                           const config::Config& config, Progress& progress) {
  host::Link link(line, patience, std::random_device()());
  host::Board board(link, config);
  std::vector<SelfTestResult> results;
  for (const verify::SelfTest& test : verify::self_tests(config)) {
    progress.note("self-test: " + test.name);
    board.load(lower::lower(config, test.network, test.plan, test.origin).words, progress);
    const host::Inference inference = board.infer(lower::input_packet(test.plan.input, test.words),
                                                  test.network.tensors[test.network.output].shape.size());
    results.push_back(compare(config, test, inference.outputs));
  }
  return results;
}

}  // namespace dpwa::cli
