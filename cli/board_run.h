// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "fpga/host/line.h"
#include "fpga/host/link.h"
#include "model/base/progress.h"
#include "model/config/config.h"
#include "model/net/network.h"
#include "model/plan/plan.h"
#include "verify/simulation.h"

namespace dpwa::cli {

/// Samples through a board.
struct BoardRun {
  bool image_loaded = false;                ///< false: the board had it
  std::vector<std::vector<float>> outputs;  ///< [image], ONNX order, before a final Softmax
  std::int64_t cycles = 0;                  ///< compute, all images
  std::int64_t transfer_cycles = 0;         ///< input and output, all images
  std::vector<verify::Counters> counters;   ///< [network.nodes], mean per image; empty: the design has none
  std::int64_t words_checked = 0;           ///< output words compared with the golden model
  std::int64_t mismatches = 0;
  std::vector<std::string> reports;  ///< the first mismatches, one line each
};

/// Runs `samples` (ONNX order) on the board behind `line`, which holds a design of `config`; loads `image`,
/// that of `plan`, if it has another. `compare`: every output word with the golden model.
BoardRun run_on_board(host::Line& line, const host::Patience& patience, const config::Config& config,
                      const net::Network& network, const plan::Plan& plan,
                      const std::vector<std::uint32_t>& image, const std::vector<const float*>& samples,
                      bool compare, Progress& progress);

}  // namespace dpwa::cli
