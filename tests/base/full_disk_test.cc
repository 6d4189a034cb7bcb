// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iterator>

#include "model/base/error.h"
#include "model/base/files.h"
#include "tests/base/small_disk.h"

namespace dpwa {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

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
