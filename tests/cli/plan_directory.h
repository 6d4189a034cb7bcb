// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <string>

namespace dpwa::cli {

/// The images, labels and network that the tests of the commands share.
extern const std::string kTestImages, kTestLabels, kTrainImages, kTrainLabels;
extern const std::filesystem::path kMlp;

/// A plan directory for kMlp without calibration: `planes` planes for every tensor and weight.
void write_plan(const std::filesystem::path& directory, int planes);

/// Every file below a directory: relative path -> bytes.
std::map<std::string, std::string> contents(const std::filesystem::path& directory);

}  // namespace dpwa::cli
