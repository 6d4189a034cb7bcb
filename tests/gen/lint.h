// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace dpwa::gen {

/// Runs scripts/lint_rtl.sh: Verilator, Yosys and Icarus with all warnings on. Returns what they said, ""
/// when all three are silent. `overrides`: NAME=VALUE parameters of the top module.
std::string lint(const std::string& top, const std::vector<std::filesystem::path>& files,
                 const std::vector<std::string>& overrides = {});

/// A folder below the build directory that is emptied first; named after the running test.
std::filesystem::path scratch_folder();

/// Compares `text` with tests/gen/golden/<name>, or writes that file when DPWA_UPDATE_GOLDEN is set.
void expect_golden(const std::string& name, const std::string& text);

}  // namespace dpwa::gen
