// SPDX-License-Identifier: Apache-2.0
#include "model/base/process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "model/base/error.h"
#include "tests/base/temporary_directory.h"

namespace dpwa {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> lines_of(const std::string& script, const std::filesystem::path& directory = {}) {
  std::vector<std::string> lines;
  EXPECT_EQ(run({{"sh", "-c", script}, directory, [&](const std::string& line) { lines.push_back(line); }}),
            0);
  return lines;
}

/// Whether the process exists and is more than a zombie that nobody has reaped yet.
bool runs(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  const std::string stat{std::istreambuf_iterator<char>(file), {}};
  const std::size_t end_of_name = stat.rfind(") ");
  return end_of_name != std::string::npos && stat.at(end_of_name + 2) != 'Z';
}

TEST(Process, JoinsBothOutputsAndKeepsTheLastUnfinishedLine) {
  EXPECT_THAT(lines_of("echo one; echo two >&2; printf three"), ElementsAre("one", "two", "three"));
}

TEST(Process, RunsInItsDirectoryWithEmptyInput) {
  const TemporaryDirectory directory;
  EXPECT_THAT(lines_of("pwd; cat", directory.path()), ElementsAre(directory.path().string()));
}

TEST(Process, GivesBackStatusAndSignal) {
  EXPECT_EQ(run({{"sh", "-c", "exit 7"}, {}, {}}), 7);
  EXPECT_EQ(run({{"sh", "-c", "kill -TERM $$"}, {}, {}}), 128 + SIGTERM);
}

TEST(Process, MissingToolIsNamed) {
  try {
    run({{"no-such-tool-of-dpwa"}, {}, {}});
    FAIL() << "started";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::missing_tool);
    EXPECT_THAT(error.what(), HasSubstr("no-such-tool-of-dpwa"));
  }
}

TEST(Process, GrandchildrenEndWithTheRun) {
  pid_t grandchild = 0;
  const auto stop = [&](const std::string& line) {
    grandchild = std::stoi(line);
    throw std::runtime_error("stop");
  };
  EXPECT_THROW(run({{"sh", "-c", "sleep 100 & echo $!; wait"}, {}, stop}), std::runtime_error);
  ASSERT_GT(grandchild, 0);
  for (int i = 0; i < 100 && runs(grandchild); ++i) ::usleep(20000);
  EXPECT_FALSE(runs(grandchild));
}

TEST(FindTool, FindsTheShellAndGivesAdviceOtherwise) {
  EXPECT_EQ(find_tool("sh", "").filename(), "sh");
  try {
    find_tool("no-such-tool-of-dpwa", "install it with make");
    FAIL() << "found";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::missing_tool);
    EXPECT_THAT(error.what(), HasSubstr("install it with make"));
  }
}

}  // namespace
}  // namespace dpwa
