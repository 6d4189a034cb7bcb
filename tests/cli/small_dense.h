// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace dpwa::cli {

/// Options of a small machine that reads its image from a flash, so that one compiled model serves several
/// tests.
const std::vector<std::string> kBootMachine = {"--config", "icebreaker",       "--set", "BOOT=spi",
                                               "--set",    "DENSE_WORDS=2048", "--set", "WEIGHT_TILES=1024"};

constexpr int kSmallDenseSamples = 3, kSmallDenseOutputs = 5;

/// A plan of two small dense layers with random weights, and samples for them: fits every configuration.
void write_small_dense(const std::filesystem::path& plan, const std::filesystem::path& samples,
                       std::uint32_t seed = 1);

}  // namespace dpwa::cli
