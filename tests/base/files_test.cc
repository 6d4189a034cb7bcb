// SPDX-License-Identifier: Apache-2.0
#include "model/base/files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <set>

#include "model/base/error.h"
#include "tests/base/temporary_directory.h"

namespace dpwa {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

std::set<std::string> names_in(const fs::path& directory) {
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(directory)) names.insert(entry.path().filename().string());
  return names;
}

/// Runs `work`, expects an Error and returns it.
template <typename Work>
Error error_of(Work work) {
  try {
    work();
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "no error";
  return Error(ExitCode::ok, "");
}

TEST(WriteFile, GivesBackEveryByteAndLeavesNoPartialFile) {
  const TemporaryDirectory directory;
  std::string bytes;
  for (int i = 0; i < 300000; ++i) bytes.push_back(static_cast<char>(i * 7));
  write_file(directory.path() / "a.bin", bytes);
  EXPECT_EQ(read_file(directory.path() / "a.bin"), bytes);
  EXPECT_EQ(names_in(directory.path()), std::set<std::string>{"a.bin"});
}

TEST(WriteFile, ReplacesAnOlderFile) {
  const TemporaryDirectory directory;
  write_file(directory.path() / "a", "a long first text");
  write_file(directory.path() / "a", "short");
  EXPECT_EQ(read_file(directory.path() / "a"), "short");
}

TEST(WriteFile, FailureKeepsTheOldFileAndNamesPathAndReason) {
  const TemporaryDirectory directory;
  const fs::path target = directory.path() / "kept";
  fs::create_directory(target);  // a directory cannot be replaced by a file
  const Error error = error_of([&] { write_file(target, "x"); });
  EXPECT_EQ(error.code(), ExitCode::io);
  EXPECT_THAT(error.what(), HasSubstr(target.string()));
  EXPECT_THAT(error.what(), HasSubstr("directory"));
  EXPECT_EQ(names_in(directory.path()), std::set<std::string>{"kept"});
}

TEST(WriteFile, FullDiskIsAnError) {
  const Error error = error_of([] { write_file("/dev/full", "x"); });
  EXPECT_EQ(error.code(), ExitCode::io);
  EXPECT_THAT(error.what(), HasSubstr("No space left"));
}

TEST(WriteFile, DeviceIsWrittenAndStaysADevice) {
  write_file("/dev/null", "x");
  EXPECT_TRUE(fs::is_character_file("/dev/null"));
}

TEST(ReadFile, MissingFileNamesThePath) {
  const Error error = error_of([] { read_file("/nonexistent/file"); });
  EXPECT_EQ(error.code(), ExitCode::io);
  EXPECT_THAT(error.what(), HasSubstr("/nonexistent/file"));
}

TEST(ReadFile, DirectoryIsAnError) {
  const TemporaryDirectory directory;
  EXPECT_EQ(error_of([&] { read_file(directory.path()); }).code(), ExitCode::io);
}

TEST(OutputDirectory, AppearsOnlyWithCommit) {
  const TemporaryDirectory directory;
  const fs::path target = directory.path() / "new" / "out";
  {
    OutputDirectory out(target, "design");
    write_file(out.path() / "a", "1");
    EXPECT_FALSE(fs::exists(target));
    out.commit();
  }
  EXPECT_EQ(names_in(target), (std::set<std::string>{".dpwa-design", "a"}));
  EXPECT_EQ(names_in(target.parent_path()), std::set<std::string>{"out"});
}

TEST(OutputDirectory, TakesANameInTheCurrentDirectory) {
  const TemporaryDirectory directory;
  const fs::path before = fs::current_path();
  fs::current_path(directory.path());
  {
    OutputDirectory out("out", "design");
    write_file(out.path() / "a", "1");
    out.commit();
  }
  EXPECT_EQ(read_file(directory.path() / "out" / "a"), "1");
  fs::current_path(before);
}

TEST(OutputDirectory, WithoutCommitNothingIsLeftAndTheOldOutputStays) {
  const TemporaryDirectory directory;
  const fs::path target = directory.path() / "out";
  {
    OutputDirectory out(target, "design");
    write_file(out.path() / "old", "1");
    out.commit();
  }
  {
    OutputDirectory out(target, "design");
    write_file(out.path() / "new", "2");
  }
  EXPECT_EQ(names_in(target), (std::set<std::string>{".dpwa-design", "old"}));
  EXPECT_EQ(names_in(directory.path()), std::set<std::string>{"out"});
}

TEST(OutputDirectory, ReplacesItsOwnKindWhole) {
  const TemporaryDirectory directory;
  const fs::path target = directory.path() / "out";
  for (const char* name : {"old", "new"}) {
    OutputDirectory out(target.string() + "/", "design");
    write_file(out.path() / name, "1");
    out.commit();
  }
  EXPECT_EQ(names_in(target), (std::set<std::string>{".dpwa-design", "new"}));
  EXPECT_EQ(names_in(directory.path()), std::set<std::string>{"out"});
}

TEST(OutputDirectory, AcceptsAnEmptyDirectory) {
  const TemporaryDirectory directory;
  OutputDirectory out(directory.path(), "plan");
  out.commit();
  EXPECT_TRUE(fs::exists(directory.path() / ".dpwa-plan"));
}

TEST(OutputDirectory, RefusesForeignContentAndAnotherKind) {
  const TemporaryDirectory directory;
  write_file(directory.path() / "thesis.txt", "precious");
  const Error foreign = error_of([&] { OutputDirectory(directory.path(), "plan"); });
  EXPECT_EQ(foreign.code(), ExitCode::io);
  EXPECT_THAT(foreign.what(), HasSubstr(directory.path().string()));
  write_file(directory.path() / ".dpwa-design", "");
  EXPECT_THROW(OutputDirectory(directory.path(), "plan"), Error);
  EXPECT_EQ(read_file(directory.path() / "thesis.txt"), "precious");
}

TEST(OutputDirectory, RefusesAFile) {
  const TemporaryDirectory directory;
  write_file(directory.path() / "file", "precious");
  EXPECT_THROW(OutputDirectory(directory.path() / "file", "plan"), Error);
  EXPECT_EQ(read_file(directory.path() / "file"), "precious");
}

TEST(OutputDirectory, SecondUserIsRefusedUntilTheFirstIsDone) {
  const TemporaryDirectory directory;
  const fs::path target = directory.path() / "out";
  {
    OutputDirectory first(target, "plan");
    const Error error = error_of([&] { OutputDirectory(target, "plan"); });
    EXPECT_EQ(error.code(), ExitCode::io);
    EXPECT_THAT(error.what(), HasSubstr("in use"));
  }
  OutputDirectory again(target, "plan");
  again.commit();
  EXPECT_TRUE(fs::exists(target / ".dpwa-plan"));
}

TEST(OutputDirectory, CleansUpAfterAKilledRun) {
  const TemporaryDirectory directory;
  fs::create_directory(directory.path() / ".out.partial");
  write_file(directory.path() / ".out.partial" / "stale", "1");
  write_file(directory.path() / ".out.lock", "");
  OutputDirectory out(directory.path() / "out", "plan");
  out.commit();
  EXPECT_EQ(names_in(directory.path() / "out"), std::set<std::string>{".dpwa-plan"});
  EXPECT_EQ(names_in(directory.path()), std::set<std::string>{"out"});
}

// Published check values of CRC-32/ISO-HDLC and FNV-1a 64.
TEST(Crc32, CheckValues) {
  EXPECT_EQ(crc32(""), 0u);
  EXPECT_EQ(crc32("123456789"), 0xcbf43926u);
  EXPECT_EQ(crc32("6789", crc32("12345")), 0xcbf43926u);
}

TEST(ContentHash, CheckValues) {
  EXPECT_EQ(content_hash(""), "cbf29ce484222325");
  EXPECT_EQ(content_hash("a"), "af63dc4c8601ec8c");
  EXPECT_EQ(content_hash("foobar"), "85944171f73967e8");
}

}  // namespace
}  // namespace dpwa
