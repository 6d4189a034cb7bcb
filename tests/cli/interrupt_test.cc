// SPDX-License-Identifier: Apache-2.0
//
// Ctrl-C in the middle of long work.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/base/temporary_directory.h"
#include "tests/cli/invocation.h"
#include "tests/cli/plan_directory.h"

namespace dpwa::cli {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr const char* kNetwork = DPWA_SOURCE_DIR "/examples/fashion_mnist/fmnist_cnn.onnx";

TEST(ControlC, CalibrateStopsAndLeavesNothing) {
  const TemporaryDirectory directory;
  // Far more samples than a second suffices for.
  const Invocation run = invoke(
      {"calibrate", kNetwork, "--data", kTrainImages, "--samples", "20000", "-o", directory.path() / "plan"},
      "", {"timeout", "--foreground", "--preserve-status", "-s", "INT", "1"});
  EXPECT_EQ(run.exit_code, 130);
  EXPECT_THAT(run.err, HasSubstr("dpwa: error: interrupted"));
  EXPECT_TRUE(fs::is_empty(directory.path()));
}

TEST(ControlC, EvaluateStopsAndLeavesNothing) {
  const TemporaryDirectory directory;
  const TemporaryDirectory output;
  write_plan(directory.path() / "plan", 3);
  // All 60,000 images: seconds of work.
  const Invocation run = invoke({"evaluate", directory.path() / "plan", "--data", kTrainImages, "--output",
                                 output.path() / "y.npy", "--policy-trace", output.path() / "trace.txt"},
                                "", {"timeout", "--foreground", "--preserve-status", "-s", "INT", "0.5"});
  EXPECT_EQ(run.exit_code, 130);
  EXPECT_THAT(run.err, HasSubstr("dpwa: error: interrupted"));
  EXPECT_TRUE(fs::is_empty(output.path()));
}

TEST(Output, ForeignDirectoryIsRefusedBeforeTheWork) {
  const TemporaryDirectory directory;
  const fs::path foreign = directory.path() / "thesis";
  fs::create_directories(foreign / "chapter");
  const Invocation run = invoke({"calibrate", kNetwork, "--data", kTrainImages, "-o", foreign});
  EXPECT_EQ(run.exit_code, 5);
  EXPECT_THAT(run.err, HasSubstr("thesis"));
  EXPECT_TRUE(fs::exists(foreign / "chapter"));
}

}  // namespace
}  // namespace dpwa::cli
