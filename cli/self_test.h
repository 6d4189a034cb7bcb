// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "fpga/host/line.h"
#include "fpga/host/link.h"
#include "model/base/progress.h"
#include "model/config/config.h"

namespace dpwa::cli {

/// One self-test (verify::SelfTest) on a board.
struct SelfTestResult {
  std::string name, fills;
  std::int64_t outputs = 0;  ///< compared
  std::int64_t mismatches = 0;
  std::vector<int> lanes;  ///< of which an output was wrong, ascending
};

/// Runs the self-tests of this configuration on the board behind `line`, whose image they replace.
std::vector<SelfTestResult> run_self_tests(host::Line& line, const host::Patience& patience,
                                           const config::Config& config, Progress& progress);

}  // namespace dpwa::cli
