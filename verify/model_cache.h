// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "model/base/progress.h"

namespace dpwa::verify {

/// What a generated design is compiled with.
enum class Bench {
  network,        ///< tb/network_tb.cc around dpwa_top
  network_trace,  ///< the same with FST tracing: slower, a model of its own
  board,          ///< tb/virtual_board.cc around dpwa_uart_top
};

/// Builds the Verilated bench of a generated directory (rtl/, sources.f, tb/) and returns the executable.
/// Built once per content: it lives in $DPWA_CACHE, else $XDG_CACHE_HOME/dpwa, else
/// ~/.cache/dpwa, under the hash of its sources and of Verilator's version; a build is done beside and
/// renamed, so an interrupted one leaves nothing. Throws Error(missing_tool) without verilator,
/// Error(bad_input) with the tool's first error line when the sources do not build.
std::filesystem::path build_model(const std::filesystem::path& out_dir, Bench bench, Progress& progress);

}  // namespace dpwa::verify
