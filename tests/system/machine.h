// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <filesystem>
#include <iosfwd>
#include <vector>

#include "model/config/config.h"
#include "tests/system/random_network.h"
#include "verify/simulation.h"

namespace dpwa::system_test {

/// A machine of the tests: compiled once per build directory, like any other.
struct Machine {
  const char* name;
  int lanes, groups, wb_lanes, products, cuts, premax;
  const char* host_port = "axi";
  const char* write_back = "parallel";
  std::array<const char*, 5> more = {};  ///< further settings
};

void PrintTo(const Machine& machine, std::ostream* out);

inline constexpr Machine kFour = {"four", 4, 1, 1, 16, 2, 1};
inline constexpr Machine kOne = {"one", 1, 1, 1, 8, 0, 0, "none", "parallel", {"SCAN_TILES=2"}};
inline constexpr Machine kTwoGroups = {"two_groups", 16, 2, 2, 16, 3, 1};
inline constexpr Machine kCut = {"cut", 4, 2,      1,          8,
                                 1,     1, "none", "parallel", {"STAGE_CUTS=1", "SCAN_TILES=2"}};
inline constexpr Machine kSerialOne = {"serial_one", 1, 1, 1, 8, 0, 0, "none", "serial"};
inline constexpr Machine kSerialTwo = {"serial_two", 2, 1, 1, 16, 3, 0, "axi", "serial", {"SCAN_TILES=2"}};
/// Weights that do not fit.
inline constexpr Machine kStreaming = {
    "streaming", 4, 1, 2, 16, 2, 0, "axi", "parallel", {"DENSE_WORDS=16384", "WEIGHT_WORDS=64"}};
/// Additions in four groups.
inline constexpr Machine kFourGroups = {"four_groups",          16, 4, 2, 16, 3, 1, "axi", "parallel",
                                        {"RESIDUAL_WORDS=4096"}};
/// Nothing that the networks do not need.
inline constexpr Machine kNarrow = {
    "narrow",
    2,
    1,
    1,
    16,
    1,
    0,
    "axi",
    "parallel",
    {"PORT_FORMATS=integer", "INPUT_PLANES=2", "INPUT_CHANNELS=1", "INPUT_VALUES=196", "POOL_PADS=0"}};

config::Config configure(const Machine& machine);

/// The generated directory of a machine, made once.
std::filesystem::path design(const Machine& machine);

/// Runs samples (ONNX order) on the machine. Expects that the plan is legal.
verify::Simulation simulate(const Machine& machine, const net::Network& network, const plan::Plan& plan,
                            const std::vector<std::vector<float>>& samples,
                            const verify::Options& options = {});
/// The same with samples of its own.
verify::Simulation simulate(const Machine& machine, RandomNetwork& n, int images,
                            const verify::Options& options = {});

/// Everything compared, nothing different, cycles included.
void expect_equal(const verify::Simulation& result, const RandomNetwork& n, int images);

}  // namespace dpwa::system_test
