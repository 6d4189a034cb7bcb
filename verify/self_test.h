// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gen/lower/lower.h"
#include "model/config/config.h"
#include "model/net/network.h"
#include "model/plan/plan.h"

namespace dpwa::verify {

/// A dense network whose outputs are exact sums of what a machine holds: a weight or an activation that
/// differs in one bit, and a lane that multiplies or adds wrongly, changes an output.
struct SelfTest {
  std::string name;   ///< "lanes", "fast weights 1", ...
  std::string fills;  ///< "256 of 256 plane words per lane"; empty: it is for the lanes
  net::Network network;
  plan::Plan plan;
  lower::Origin origin;
  std::vector<std::int32_t> words;  ///< port words of its one input, stored order
};

/// Tests of every part of a machine of this configuration that a host can reach through inferences: lanes
/// with every pair of widths that ACC_W has room for, then the weight memories and activation memory, each
/// with random contents and with their complement, so that every bit is once 0 and once 1. Same
/// configuration, same tests.
std::vector<SelfTest> self_tests(const config::Config& config);

/// What the bit-exact model answers.
std::vector<std::int32_t> expected_outputs(const config::Config& config, const SelfTest& test);

/// What a flash holds before the image, for rtl/host/dpwa_boot_test.v: every test's image, input and expected
/// outputs, and the end of the tests.
std::vector<std::uint32_t> boot_tests(const config::Config& config);

/// The lane, counted over all groups, that computes this output channel of a dense layer.
int lane_of(const config::Config& config, int channel);

}  // namespace dpwa::verify
