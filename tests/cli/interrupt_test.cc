// SPDX-License-Identifier: Apache-2.0
//
// Ctrl-C in the middle of long work.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/base/temporary_directory.h"
#include "tests/cli/invocation.h"

namespace dpwa::cli {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr const char* kImages = "/usr/share/datasets/fashion-mnist/train-images-idx3-ubyte.gz";
constexpr const char* kNetwork = DPWA_SOURCE_DIR "/examples/fashion_mnist/fmnist_cnn.onnx";

TEST(ControlC, CalibrateStopsAndLeavesNothing) {
  const TemporaryDirectory directory;
  // Far more samples than a second suffices for.
  const Invocation run = invoke(
      {"calibrate", kNetwork, "--data", kImages, "--samples", "20000", "-o", directory.path() / "plan"}, "",
      {"timeout", "--foreground", "--preserve-status", "-s", "INT", "1"});
  EXPECT_EQ(run.exit_code, 130);
  EXPECT_THAT(run.err, HasSubstr("dpwa: error: interrupted"));
  EXPECT_TRUE(fs::is_empty(directory.path()));
}

TEST(Output, ForeignDirectoryIsRefusedBeforeTheWork) {
  const TemporaryDirectory directory;
  const fs::path foreign = directory.path() / "thesis";
  fs::create_directories(foreign / "chapter");
  const Invocation run = invoke({"calibrate", kNetwork, "--data", kImages, "-o", foreign});
  EXPECT_EQ(run.exit_code, 5);
  EXPECT_THAT(run.err, HasSubstr("thesis"));
  EXPECT_TRUE(fs::exists(foreign / "chapter"));
}

}  // namespace
}  // namespace dpwa::cli
