// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>
#include <sys/mount.h>

#include "tests/base/temporary_directory.h"

namespace dpwa {

/// Tests on a file system that is soon full. Mounting one needs privileges: without them the test is skipped.
class SmallDisk : public testing::Test {
 protected:
  explicit SmallDisk(int kilobytes = 64) : kilobytes_(kilobytes) {}
  void SetUp() override {
    const std::string size = "size=" + std::to_string(kilobytes_) + "k";
    mounted_ = ::mount("tmpfs", path().c_str(), "tmpfs", 0, size.c_str()) == 0;
    if (!mounted_) GTEST_SKIP() << "a small file system cannot be mounted here (needs root)";
  }
  void TearDown() override {
    if (mounted_) ::umount2(path().c_str(), MNT_DETACH);
  }
  const std::filesystem::path& path() const { return directory_.path(); }

 private:
  int kilobytes_;
  TemporaryDirectory directory_;
  bool mounted_ = false;
};

}  // namespace dpwa
