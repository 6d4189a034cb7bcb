// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "fpga/bitstream/report.h"
#include "fpga/boards/boards.h"
#include "model/base/progress.h"
#include "model/config/config.h"

namespace dpwa::bitstream {

/// Makes the bitstream of the design in `out` (HOST_PORT = "uart") for a board: out/bitstream/<board>/ gets
/// the bitstream, report.json, what the tools read and their log; same design and tools, same bitstream. The
/// board's fastest clock is tried first, with several seeds of the placer, then the fastest that the routed
/// designs bear. Throws
/// Error(missing_tool), Error(usage) for the baud rate, Error(bad_input) with a tool's message,
/// Error(mismatch) when the design does not fit or is too slow (the log is then
/// out/bitstream/<board>.failed.log), Error(interrupted).
Report make(const std::filesystem::path& out, const config::Config& config, const boards::Board& board,
            int baud, Progress& progress);

/// File of a design with BOOT, in its directory, that the flash gets behind the bitstream.
std::string flash_file(const config::Config& config);

/// Command lines of openFPGALoader that write the board's bitstream of `out` into its flash and, where the
/// design reads one from there, the image of its plan behind it. Throws Error(bad_input) when there is no
/// bitstream yet, Error(mismatch) for an image that is too large.
std::vector<std::vector<std::string>> flash_commands(const std::filesystem::path& out,
                                                     const config::Config& config,
                                                     const boards::Board& board);

}  // namespace dpwa::bitstream
