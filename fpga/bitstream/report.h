// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "fpga/boards/boards.h"
#include "fpga/synth/fit.h"
#include "model/config/config.h"

namespace dpwa::bitstream {

/// What nextpnr says of a routed design.
struct Routed {
  std::vector<synth::SiteUse> sites;
  double reached_hz = 0;  ///< of the slowest clock
};

/// Reads nextpnr's --report. Throws Error(bad_input) when it tells no clock or no sites.
Routed parse_report(const std::string& json);

/// A bitstream that was made.
struct Report {
  boards::Board board;
  std::string config;
  std::string config_hash;
  boards::Clock clock;  ///< the board's
  int baud = 0;         ///< asked for
  std::int64_t clocks_per_bit = 0;
  Routed routed;
  std::string file;
};

/// Clock cycles per bit; none when the clock misses the baud rate by more than 2 % or needs fewer than 4 or
/// more than 65535 cycles.
std::optional<std::int64_t> clocks_per_bit(std::int64_t hz, int baud);

/// The clocks of a board that make this baud rate, slowest first. Throws Error(usage) when none does.
std::vector<boards::Clock> clocks_for(const boards::Board& board, int baud);

/// The fastest of the clocks that a design routed for `reached_hz` bears; null: none.
const boards::Clock* fastest_clock(const std::vector<boards::Clock>& clocks, double reached_hz);

/// What makes a design smaller in sites of this kind.
std::string smaller_advice(const config::Config& config, const std::string& kind);

/// The JSON object of docs/commands.md, without `seconds`.
nlohmann::ordered_json to_json(const Report& report);

/// The same for people.
std::string to_text(const Report& report);

}  // namespace dpwa::bitstream
