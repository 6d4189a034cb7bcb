// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mount.h>

#include <iterator>

#include "model/base/error.h"
#include "model/base/files.h"
#include "tests/base/temporary_directory.h"

namespace dpwa {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

/// A file system of 64 KiB; mounting it needs privileges.
class SmallDisk : public testing::Test {
 protected:
  void SetUp() override {
    mounted_ = ::mount("tmpfs", path().c_str(), "tmpfs", 0, "size=64k") == 0;
    if (!mounted_) GTEST_SKIP() << "a small file system cannot be mounted here (needs root)";
  }
  void TearDown() override {
    if (mounted_) ::umount2(path().c_str(), MNT_DETACH);
  }
  const fs::path& path() const { return directory_.path(); }

 private:
  TemporaryDirectory directory_;
  bool mounted_ = false;
};

TEST_F(SmallDisk, FileKeepsItsOldContentAndNoPartIsLeft) {
  write_file(path() / "a", "old");
  try {
    write_file(path() / "a", std::string(100000, 'x'));
    FAIL() << "written";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::io);
    EXPECT_THAT(error.what(), HasSubstr("No space left"));
  }
  EXPECT_EQ(read_file(path() / "a"), "old");
  EXPECT_EQ(std::distance(fs::directory_iterator(path()), {}), 1);
}

TEST_F(SmallDisk, OutputDirectoryLeavesNothing) {
  {
    OutputDirectory out(path() / "out", "plan");
    write_file(out.path() / "small", std::string(1000, 'x'));
    EXPECT_THROW(write_file(out.path() / "large", std::string(100000, 'x')), Error);
  }
  EXPECT_TRUE(fs::is_empty(path()));
}

}  // namespace
}  // namespace dpwa
