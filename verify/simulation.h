// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "gen/lower/lower.h"
#include "model/base/progress.h"
#include "model/config/config.h"
#include "model/net/network.h"
#include "model/plan/plan.h"
#include "model/plan/policy_trace.h"
#include "tb/common/dump_format.h"

namespace dpwa::verify {

struct Options {
  std::uint32_t stall_seed = 0;       ///< 0: streams never stall
  std::int64_t reset_after = -1;      ///< cycles into a first, discarded inference; -1: no reset
  std::vector<std::uint32_t> before;  ///< packets of another image and one input of it, run first
  std::filesystem::path trace;        ///< FST file; empty: none
};

/// PCU counters of a tensor as the machine counted them, mean per image; docs/registers.md, COUNTER_SELECT.
using Counters = std::array<double, dump::kCounters>;

/// One node over all images.
struct NodeResult {
  double cycles = 0;              ///< mean per image
  double predicted = 0;           ///< mean of the cycle model
  std::int64_t worst_case = 0;    ///< cycles that no image exceeds, of the cycle model
  double lane_beats = 0;          ///< mean of the cycle model; their sum over the nodes equals simulation
  double useful = 0;              ///< mean of the cycle model
  std::int64_t weight_bytes = 0;  ///< plane words of all lanes
  bool streamed = false;          ///< they live in the dense tier, not in the fast one
  double refill_words = 0;        ///< plane words copied from the dense tier, mean
  double weight_stalls = 0;       ///< cycles in which a beat waited for its weights, mean
  Counters counters = {};         ///< of its output
  bool always_equal = true;       ///< prediction = simulation for every image
};

struct Simulation {
  std::int64_t images = 0;
  std::int64_t values_checked = 0;   ///< stored values compared with the golden model, widths not counted
  std::int64_t tiles_checked = 0;    ///< tile widths compared
  std::int64_t mismatches = 0;       ///< of values, widths and outputs
  std::vector<std::string> reports;  ///< the first mismatches, one line each
  std::int64_t cycles = 0;           ///< inference cycles, all images
  std::int64_t transfer_cycles = 0;  ///< packing and streams, all images
  std::int64_t predicted_cycles = 0;
  std::int64_t worst_case = 0;  ///< cycles that no image exceeds: sum over the nodes
  std::int64_t lane_beats = 0;
  std::int64_t useful = 0;
  std::int64_t refill_words = 0;         ///< plane words copied from the dense tier, all images
  std::int64_t weight_stall_cycles = 0;  ///< cycles in which a beat waited for its weights, all images
  std::int64_t copied_words = 0;         ///< what one image would copy if it skipped nothing
  std::int64_t copied_words_bound = 0;   ///< what no placement of the weights would go below
  std::int64_t simulated_cycles = 0;     ///< clock cycles of the whole bench run
  double cpu_seconds = 0;                ///< of the bench process
  std::vector<NodeResult> nodes;
  std::vector<std::vector<float>> outputs;  ///< [image], ONNX order
  std::vector<plan::Decisions> decisions;   ///< [image], as the machine stored them; 255 planes: it did not
};

/// Port words of one input, stored order.
using Input = std::vector<std::int32_t>;

/// Judges what the bench recorded in `dump_file` for `inputs`: the comparison half of simulate().
/// `first_is_discarded`: the record begins with an inference that a reset cut off.
Simulation judge(const std::filesystem::path& dump_file, const config::Config& config,
                 const net::Network& network, const plan::Plan& plan, const std::vector<Input>& inputs,
                 bool first_is_discarded = false);

/// Says how many input values were not on the port's grid, if any.
void note_off_grid(std::int64_t values, Progress& progress);

/// Runs `samples` (ONNX order) through the Verilated design in `out_dir` and compares every stored value of
/// every tensor, every width, every output and every node's cycles with golden model and cycle model. Leaves
/// the bench's image.bin and inputs.bin in OUT/simulation/; two runs cannot share it.
Simulation simulate(const std::filesystem::path& out_dir, const config::Config& config,
                    const net::Network& network, const plan::Plan& plan,
                    const std::vector<const float*>& samples, const Options& options, Progress& progress);

/// The running half: loads the image, streams `inputs` through the design and leaves the record in
/// dump.bin of the existing folder `work`. Fills in clock cycles and CPU time of `result`.
std::filesystem::path run_bench(const std::filesystem::path& out_dir, const std::filesystem::path& work,
                                const lower::Image& image, const plan::Plan& plan,
                                const std::vector<Input>& inputs, const Options& options, Progress& progress,
                                Simulation& result);

}  // namespace dpwa::verify
