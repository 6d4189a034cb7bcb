// SPDX-License-Identifier: Apache-2.0
#include "fpga/bitstream/bitstream.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <optional>

#include "fpga/bitstream/family.h"
#include "fpga/synth/recipe.h"
#include "fpga/synth/synth.h"
#include "fpga/tools/survey.h"
#include "gen/top/uart_top.h"
#include "model/base/error.h"
#include "model/base/files.h"
#include "model/base/process.h"

namespace dpwa::bitstream {
namespace fs = std::filesystem;
namespace {

constexpr const char* kTimingFile = "nextpnr.json";

/// Words that the flash loader reads, less the slots before the first (rtl/host/dpwa_flash_boot.v).
constexpr std::uintmax_t kMostImageBytes = 4 * ((std::uintmax_t{1} << gen::kFlashWordsBits) - 8);

constexpr int kSeeds = 6;
constexpr double kSeedReach = 0.85;  ///< seeds differ by less

/// Begins of lines of nextpnr that progress is counted by.
const std::vector<std::string> kRouteSteps{"Info: Packing constants", "Info: Device utilisation",
                                           "Info: Running main analytical placer",
                                           "Info: Running simulated annealing placer", "Info: Routing.."};

/// What all steps of one bitstream share.
struct Job {
  const config::Config& config;
  const boards::Board& board;
  const Family& family;
  int baud;
  synth::Design design;
  fs::path directory;
  fs::path failed_log;
  Progress& progress;
  std::string log;
  std::vector<synth::SiteUse> sites;  ///< of the newest packing
};

fs::path directory_of(const fs::path& out, const boards::Board& board) {
  return out / "bitstream" / board.name;
}

std::string megahertz(double hz) { return fmt::format("{:.4g} MHz", hz / 1e6); }

/// Runs a tool; returns its status, and its first error line in `error`.
int run_tool(Job& job, std::vector<std::string> arguments, std::string& error,
             const std::function<void(const std::string&)>& on_line) {
  arguments[0] = tools::find(arguments[0]).string();
  return dpwa::run({std::move(arguments), job.directory, [&](const std::string& line) {
                      job.progress.advance(0);
                      job.log += line + "\n";
                      if (error.empty() && line.find("ERROR: ") != std::string::npos) error = line;
                      on_line(line);
                    }});
}

/// The directory goes away with the error, so what explains it is kept beside it.
void keep_log(const Job& job) { write_file(job.failed_log, job.log); }

void check_status(const Job& job, const std::string& tool, int status, const std::string& error) {
  if (status == 0) return;
  keep_log(job);
  throw fail(ExitCode::bad_input, "{} failed (status {}): {}; see {}", tool, status, error,
             job.failed_log.string());
}

void synthesise(Job& job, const boards::Clock& clock) {
  synth::Parameters parameters = clock.parameters;
  parameters.emplace_back("CLOCKS_PER_BIT", clocks_per_bit(clock.hz, job.baud).value());
  if (job.config.boots()) {
    parameters.emplace_back("BOOT", 1);
    parameters.emplace_back("FLASH_ADDRESS", job.board.flash_address);
  }
  job.progress.begin("synthesis", synth::netlist_step_count());
  for (const synth::Script& script : netlist_recipe(job.design, job.family.target, parameters)) {
    write_file(job.directory / script.file, script.text);
    std::string error;
    const int status = run_tool(job, {script.tool, "-s", script.file}, error, [&](const std::string& line) {
      if (line.rfind(synth::kStepMark, 0) == 0) job.progress.advance();
    });
    check_status(job, script.tool, status, error);
  }
}

void require_sites(const Job& job) {
  for (const synth::SiteUse& site : job.sites) {
    if (site.used <= site.available) continue;
    throw fail(ExitCode::mismatch, "design does not fit {}: {} {} of {}; {}", job.board.name, site.kind,
               site.used, site.available, smaller_advice(job.config, site.kind));
  }
}

/// None when this seed finds no placement.
std::optional<Routed> place_and_route(Job& job, const boards::Clock& clock, int seed) {
  job.progress.begin(
      fmt::format("place and route for {}, seed {}", megahertz(static_cast<double>(clock.hz)), seed),
      static_cast<std::int64_t>(kRouteSteps.size()));
  job.sites.clear();
  std::vector<std::string> command = job.family.router;
  const std::string megahertz_wanted = fmt::format("{}", static_cast<double>(clock.hz) / 1e6);
  command.insert(command.end(), {"--json", synth::kNetlistFile, "--freq", megahertz_wanted, "--seed",
                                 fmt::format("{}", seed), "--timing-allow-fail", "--report", kTimingFile});
  std::string error;
  const int status = run_tool(job, command, error, [&](const std::string& line) {
    for (const synth::SiteUse& site : synth::parse_utilisation(line)) job.sites.push_back(site);
    for (const std::string& step : kRouteSteps) job.progress.advance(line.rfind(step, 0) == 0 ? 1 : 0);
  });
  require_sites(job);
  if (status != 0 && error.find("Unable to find legal placement") != std::string::npos &&
      !job.sites.empty()) {
    return std::nullopt;
  }
  check_status(job, job.family.router.front(), status, error);
  return parse_report(read_file(job.directory / kTimingFile));
}

Report report_of(const Job& job, const boards::Clock& clock, const Routed& routed) {
  return {job.board,
          job.config.name,
          fmt::format("{:08x}", config::config_hash(job.config)),
          clock,
          job.baud,
          clocks_per_bit(clock.hz, job.baud).value(),
          routed,
          ""};
}

/// What all attempts so far came to.
struct Attempts {
  int count = 0;
  int seed = 1;  ///< of the fastest
  double reached_hz = 0;
};

/// The first seed, beginning with that of the fastest attempt, whose design bears the clock. No seed makes up
/// for kSeedReach: the others are then left out.
std::optional<Report> try_seeds(Job& job, const boards::Clock& clock, Attempts& attempts) {
  synthesise(job, clock);
  const int first = attempts.seed;
  for (int i = 0; i < kSeeds; ++i) {
    const int seed = (first - 1 + i) % kSeeds + 1;
    const std::optional<Routed> routed = place_and_route(job, clock, seed);
    ++attempts.count;
    const double hz = routed ? routed->reached_hz : 0;
    if (hz > attempts.reached_hz) {
      attempts.reached_hz = hz;
      attempts.seed = seed;
    }
    if (hz >= static_cast<double>(clock.hz)) return report_of(job, clock, *routed);
    job.progress.note(routed ? fmt::format("seed {}: routed for up to {}, not {}", seed, megahertz(hz),
                                           megahertz(static_cast<double>(clock.hz)))
                             : fmt::format("seed {}: no placement", seed));
    if (routed && hz < kSeedReach * static_cast<double>(clock.hz)) break;
  }
  return std::nullopt;
}

/// The fastest clock that is borne: each clock is tried with all seeds before a slower one.
Report build(Job& job) {
  std::vector<boards::Clock> clocks = clocks_for(job.board, job.baud);
  const boards::Clock slowest = clocks.front();
  Attempts attempts;
  while (!clocks.empty()) {
    const boards::Clock clock = clocks.back();
    if (std::optional<Report> report = try_seeds(job, clock, attempts)) return *report;
    clocks.pop_back();
    while (!clocks.empty() && static_cast<double>(clocks.back().hz) > attempts.reached_hz) clocks.pop_back();
  }
  if (attempts.reached_hz == 0) {
    const synth::SiteUse& cells = job.sites.front();
    throw fail(ExitCode::mismatch,
               "design does not fit {}: {} {} of {} are too many to be placed ({} seeds tried); {}",
               job.board.name, cells.kind, cells.used, cells.available, attempts.count,
               smaller_advice(job.config, cells.kind));
  }
  throw fail(
      ExitCode::mismatch,
      "design is too slow for {}: routed for up to {} in {} attempts, the slowest clock for {} baud is "
      "{}; generate it with more LANE_CUTS or fewer PRODUCTS",
      job.board.name, megahertz(attempts.reached_hz), attempts.count, job.baud,
      megahertz(static_cast<double>(slowest.hz)));
}

void pack(Job& job) {
  std::string error;
  const int status = run_tool(job, job.family.packer, error, [](const std::string&) {});
  check_status(job, job.family.packer.front(), status, error);
}

/// The design inside the board's wrapper, whose files go into the directory of the job.
synth::Design wrap(synth::Design design, const boards::Board& board, const fs::path& directory) {
  // The tools run in out/bitstream/<board>/ (or its staging name beside it), so the sources are two levels
  // up.
  for (fs::path& source : design.sources) source = fs::path("../..") / source;
  write_file(directory / boards::kCommonFile, boards::common_file());
  for (const std::string& file : {board.wrapper, board.constraints})
    write_file(directory / file, boards::board_file(board, file));
  design.sources.emplace_back(boards::kCommonFile);
  design.sources.emplace_back(board.wrapper);
  design.top = fs::path(board.wrapper).stem().string();
  return design;
}

}  // namespace

Report make(const fs::path& out, const config::Config& config, const boards::Board& board, int baud,
            Progress& progress) {
  const Family family = family_of(board);
  for (const std::string& tool : board.tools) tools::find(tool);
  const synth::Design design = synth::read_design(out);
  clocks_for(board, baud);
  const fs::path final_directory = directory_of(out, board);
  OutputDirectory directory(final_directory, "bitstream");
  Job job{config,
          board,
          family,
          baud,
          wrap(design, board, directory.path()),
          directory.path(),
          final_directory.string() + ".failed.log",
          progress,
          "",
          {}};
  Report report;
  try {
    report = build(job);
  } catch (const Error& problem) {
    if (problem.code() == ExitCode::mismatch) keep_log(job);
    throw;
  }
  pack(job);
  report.file = (final_directory / family.bitstream).string();
  write_file(directory.path() / "tools.log", job.log);
  write_file(directory.path() / "report.json", to_json(report).dump(2) + "\n");
  directory.commit();
  return report;
}

std::string flash_file(const config::Config& config) {
  return config.tests_at_boot() ? "images/flash.bin" : "images/image.bin";
}

std::vector<std::vector<std::string>> flash_commands(const fs::path& out, const config::Config& config,
                                                     const boards::Board& board) {
  const fs::path file = directory_of(out, board) / family_of(board).bitstream;
  if (!fs::exists(file)) {
    throw fail(ExitCode::bad_input, "{}: not there; make it with dpwa bitstream {} --board {}", file.string(),
               out.string(), board.name);
  }
  std::vector<std::vector<std::string>> commands = {
      {"openFPGALoader", "-b", board.loader_name, "-f", file.string()}};
  const fs::path image = out / flash_file(config);
  if (!config.boots() || !fs::exists(image)) return commands;
  if (const std::uintmax_t bytes = fs::file_size(image); bytes > kMostImageBytes) {
    throw fail(ExitCode::mismatch, "{}: {} bytes, a board reads at most {} from its flash; use BOOT={}",
               image.string(), bytes, kMostImageBytes, config.tests_at_boot() ? "spi" : "none");
  }
  commands.push_back({"openFPGALoader", "-b", board.loader_name, "-f", "-o",
                      fmt::format("{:#x}", board.flash_address), image.string()});
  return commands;
}

}  // namespace dpwa::bitstream
