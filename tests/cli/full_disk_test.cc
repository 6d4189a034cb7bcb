// SPDX-License-Identifier: Apache-2.0
//
// Commands on a disk that becomes full: one line, exit code 5, nothing half-written.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/base/files.h"
#include "tests/base/small_disk.h"
#include "tests/cli/invocation.h"
#include "tests/cli/plan_directory.h"

namespace dpwa::cli {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class FullDisk : public SmallDisk {
 protected:
  FullDisk() : SmallDisk(160) { write_plan(plan_.path() / "plan", 2); }

  void expect_full(const std::vector<std::string>& arguments) const {
    const auto before = contents(path());
    const Invocation run = invoke(arguments);
    EXPECT_EQ(run.exit_code, 5);
    EXPECT_THAT(run.err, HasSubstr("cannot be written: No space left on device\n"));
    EXPECT_EQ(contents(path()), before);
  }
  std::string plan() const { return plan_.path() / "plan"; }

 private:
  TemporaryDirectory plan_;
};

TEST_F(FullDisk, Calibrate) {
  expect_full({"calibrate", kMlp, "--data", kTrainImages, "--samples", "20", "-o", path() / "out"});
}

TEST_F(FullDisk, GenerateKeepsTheEarlierDesign) {
  ASSERT_EQ(invoke({"generate", "--unit", "pcu", "-o", path() / "out"}).exit_code, 0);
  expect_full({"generate", plan(), "-o", path() / "out"});
}

TEST_F(FullDisk, EvaluateKeepsTheEarlierOutputs) {
  write_file(path() / "y.npy", "earlier");
  expect_full({"evaluate", plan(), "--data", kTestImages, "-n", "5000", "--output", path() / "y.npy"});
}

}  // namespace
}  // namespace dpwa::cli
