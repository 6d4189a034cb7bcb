// SPDX-License-Identifier: Apache-2.0
#include "tests/gen/lint.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "model/base/error.h"
#include "model/base/files.h"
#include "model/base/process.h"

namespace dpwa::gen {

std::string lint(const std::string& top, const std::vector<std::filesystem::path>& files,
                 const std::vector<std::string>& overrides) {
  std::vector<std::string> arguments = {DPWA_SOURCE_DIR "/scripts/lint_rtl.sh", top};
  arguments.insert(arguments.end(), overrides.begin(), overrides.end());
  for (const std::filesystem::path& file : files) arguments.push_back(file.string());
  std::string output;
  const int status = run({arguments, {}, [&](const std::string& line) { output += line + "\n"; }});
  return status == 0 ? "" : fmt::format("{}(status {})", output, status);
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
