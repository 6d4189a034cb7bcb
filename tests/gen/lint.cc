// SPDX-License-Identifier: Apache-2.0
#include "tests/gen/lint.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "model/base/files.h"
#include "model/base/process.h"

namespace dpwa::gen {
namespace {

/// "" when the tool is silent and succeeds, else its name and what it said.
std::string said(const std::vector<std::string>& arguments) {
  std::string output;
  const int status = run({arguments, {}, [&](const std::string& line) { output += line + "\n"; }});
  if (status == 0 && output.empty()) return "";
  return arguments[0] + " (status " + std::to_string(status) + "):\n" + output;
}

}  // namespace

std::string lint(const std::string& top, const std::vector<std::filesystem::path>& files,
                 const std::vector<std::string>& overrides) {
  std::vector<std::string> verilator = {"verilator", "--lint-only", "-Wall", "--top-module", top};
  std::vector<std::string> icarus = {"iverilog", "-g2005", "-Wall", "-t", "null", "-s", top};
  std::string read = "read_verilog";
  std::string parameters;
  for (const std::string& override : overrides) {
    const std::size_t equals = override.find('=');
    verilator.push_back("-G" + override);
    icarus.push_back("-P" + top + "." + override);
    parameters += " -chparam " + override.substr(0, equals) + " " + override.substr(equals + 1);
  }
  for (const std::filesystem::path& file : files) {
    verilator.push_back(file.string());
    icarus.push_back(file.string());
    read += " " + file.string();
  }
  const std::string script = read + "; hierarchy -check -top " + top + parameters + "; proc; check -assert";
  return said(verilator) + said(icarus) + said({"yosys", "-q", "-p", script});
}

std::filesystem::path scratch_folder() {
  const auto* test = testing::UnitTest::GetInstance()->current_test_info();
  const std::filesystem::path folder = std::filesystem::path(DPWA_BINARY_DIR) / "scratch" /
                                       (std::string(test->test_suite_name()) + "." + test->name());
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  return folder;
}

void expect_golden(const std::string& name, const std::string& text) {
  const std::filesystem::path path = std::filesystem::path(DPWA_SOURCE_DIR) / "tests/gen/golden" / name;
  if (std::getenv("DPWA_UPDATE_GOLDEN") != nullptr) write_file(path, text);
  EXPECT_EQ(text, read_file(path)) << name << ": set DPWA_UPDATE_GOLDEN=1 to accept the new text";
}

}  // namespace dpwa::gen
