// SPDX-License-Identifier: Apache-2.0
#include "fpga/bitstream/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "model/base/error.h"

namespace dpwa::bitstream {

using nlohmann::ordered_json;

namespace {

constexpr double kBaudTolerance = 0.02;

}  // namespace

Routed parse_report(const std::string& text) {
  Routed routed;
  const auto json = nlohmann::json::parse(text, nullptr, false);
  try {
    for (const auto& [clock, speed] : json.at("fmax").items()) {
      const double hz = speed.at("achieved").get<double>() * 1e6;
      routed.reached_hz = routed.reached_hz == 0 ? hz : std::min(routed.reached_hz, hz);
    }
    for (const auto& [type, use] : json.at("utilization").items()) {
      const std::string kind = synth::site_kind(type);
      if (!kind.empty()) routed.sites.push_back({kind, use.at("used"), use.at("available")});
    }
  } catch (const nlohmann::json::exception& problem) {
    throw fail(ExitCode::bad_input, "report of nextpnr: {}", problem.what());
  }
  if (routed.reached_hz <= 0) throw fail(ExitCode::bad_input, "report of nextpnr: no clock");
  if (routed.sites.empty()) throw fail(ExitCode::bad_input, "report of nextpnr: no sites");
  return routed;
}

std::optional<std::int64_t> clocks_per_bit(std::int64_t hz, int baud) {
  if (baud <= 0) return std::nullopt;
  const std::int64_t clocks = (hz + baud / 2) / baud;
  if (clocks < 4 || clocks > 65535) return std::nullopt;
  const double made = static_cast<double>(hz) / static_cast<double>(clocks);
  return std::abs(made - baud) <= kBaudTolerance * baud ? std::optional(clocks) : std::nullopt;
}

std::vector<boards::Clock> clocks_for(const boards::Board& board, int baud) {
  std::vector<boards::Clock> clocks;
  for (const boards::Clock& clock : board.clocks) {
    if (clocks_per_bit(clock.hz, baud)) clocks.push_back(clock);
  }
  if (clocks.empty()) {
    throw fail(ExitCode::usage, "--baud {}: no clock of {} makes it within {:g} % in 4 to 65535 cycles", baud,
               board.name, 100 * kBaudTolerance);
  }
  return clocks;
}

const boards::Clock* fastest_clock(const std::vector<boards::Clock>& clocks, double reached_hz) {
  const boards::Clock* fastest = nullptr;
  for (const boards::Clock& clock : clocks) {
    if (static_cast<double>(clock.hz) <= reached_hz) fastest = &clock;
  }
  return fastest;
}

std::string smaller_advice(const config::Config& config, const std::string& kind) {
  if (kind == "sprams") return "generate it with a smaller DENSE_WORDS";
  if (kind == "block_rams")
    return "generate it with smaller memories (WEIGHT_WORDS, ACTIVATION_WORDS, CHANNELS ...)";
  if (config.lanes > 1)
    return fmt::format("generate it with fewer lanes, as dpwa generate --set LANES={}", config.lanes / 2);
  return "generate it with fewer policies (--set POLICIES=static), a smaller SHIFT_MAX or fewer PRODUCTS";
}

ordered_json to_json(const Report& report) {
  ordered_json json = {{"board", report.board.name},  {"device", report.board.device},
                       {"config", report.config},     {"config_hash", report.config_hash},
                       {"clock_hz", report.clock.hz}, {"reached_hz", std::llround(report.routed.reached_hz)},
                       {"baud", report.baud},         {"clocks_per_bit", report.clocks_per_bit}};
  for (const synth::SiteUse& site : report.routed.sites)
    json[site.kind] = {{"used", site.used}, {"available", site.available}};
  json["file"] = report.file;
  return json;
}

std::string to_text(const Report& report) {
  std::string text = fmt::format("{} on {}: clock {:g} MHz, routed for up to {:.2f} MHz; {} baud\n",
                                 report.config, report.board.name, static_cast<double>(report.clock.hz) / 1e6,
                                 report.routed.reached_hz / 1e6, report.baud);
  for (const synth::SiteUse& site : report.routed.sites)
    text += fmt::format("{:<12}{:>6} of {}\n", site.kind, site.used, site.available);
  return text + fmt::format("{}\n", report.file);
}

}  // namespace dpwa::bitstream
