// SPDX-License-Identifier: Apache-2.0
#include "cli/board_run.h"

#include <fmt/format.h>

#include <random>

#include "fpga/host/board.h"
#include "gen/lower/lower.h"
#include "model/base/error.h"
#include "model/golden/executor.h"

namespace dpwa::cli {
namespace {

constexpr std::size_t kReports = 8;

void compare_words(const std::vector<std::int32_t>& found, const std::vector<std::int32_t>& expected,
                   BoardRun& run) {
  for (std::size_t i = 0; i < expected.size(); ++i) {
    ++run.words_checked;
    if (found[i] == expected[i]) continue;
    ++run.mismatches;
    if (run.reports.size() == kReports) continue;
    run.reports.push_back(fmt::format("image {}: output word {}: {} on the board, {} in the golden model",
                                      run.outputs.size(), i, found[i], expected[i]));
  }
}

void add_counters(const host::Inference& inference, BoardRun& run) {
  for (std::size_t n = 0; n < run.counters.size(); ++n) {
    for (std::size_t i = 0; i < run.counters[n].size(); ++i) run.counters[n][i] += inference.counters[n][i];
  }
}

}  // namespace

BoardRun run_on_board(host::Line& line, const host::Patience& patience, const config::Config& config,
                      const net::Network& network, const plan::Plan& plan,
                      const std::vector<std::uint32_t>& image, const std::vector<const float*>& samples,
                      bool compare, Progress& progress) {
  static_assert(std::tuple_size_v<verify::Counters> == host::kCounters);
  const golden::Executor golden(network, plan, config.products);
  BoardRun run;
  std::vector<int> counted;
  if (config.pcu_counters != 0) {
    for (const net::Node& node : network.nodes) counted.push_back(node.output);
  }
  run.counters.resize(counted.size());

  host::Link link(line, patience, std::random_device()());
  host::Board board(link, config);
  run.image_loaded = board.load(image, progress);
  if (board.failed_at_boot()) {
    throw fail(
        ExitCode::io,
        "{}: the board's tests at power-up have failed; dpwa run --self-test tells which part is wrong",
        line.name());
  }
  progress.begin("run", static_cast<std::int64_t>(samples.size()));
  std::int64_t off_grid = 0;
  golden::Inference answer;
  answer.tensors.resize(network.tensors.size());
  std::vector<std::int32_t>& stored = answer.tensors[network.output].q;
  for (const float* sample : samples) {
    const std::vector<std::int32_t> words = golden.port_words(sample, off_grid);
    const host::Inference inference = board.infer(lower::input_packet(plan.input, words),
                                                  network.tensors[network.output].shape.size(), counted);
    stored = inference.outputs;
    if (compare) compare_words(stored, golden.run(words).tensors[network.output].q, run);
    run.outputs.push_back(golden.outputs(answer));
    run.cycles += inference.cycles;
    run.transfer_cycles += inference.transfer_cycles;
    add_counters(inference, run);
    progress.advance();
  }
  for (verify::Counters& counters : run.counters) {
    for (double& counter : counters) counter /= static_cast<double>(samples.size());
  }
  verify::note_off_grid(off_grid, progress);
  return run;
}

}  // namespace dpwa::cli
