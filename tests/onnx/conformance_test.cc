// SPDX-License-Identifier: Apache-2.0
//
// The ONNX project's node tests as they are: every model is taken or refused with reasons. What they compute
// is the matter of bench/conformance.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/onnx/small_model.h"

namespace dpwa::onnx {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> cases() {
  std::vector<fs::path> result;
  const auto shared = shared_folder();
  if (!shared) return result;
  for (const auto& entry : fs::recursive_directory_iterator(*shared / "data/onnx-node-conformance")) {
    if (entry.path().filename() == "model.onnx") result.push_back(entry.path().parent_path());
  }
  std::sort(result.begin(), result.end());
  return result;
}

TEST(Conformance, EveryModelIsTakenOrRefusedWithReasons) {
  const std::vector<fs::path> folders = cases();
  if (folders.empty()) GTEST_SKIP() << "no shared data (set DPWA_SHARED)";
  EXPECT_EQ(folders.size(), 667U);
  for (const fs::path& folder : folders) {
    const Inspection inspection = inspect_onnx(folder / "model.onnx");
    for (const Reason& reason : inspection.reasons) EXPECT_NE(reason.text, "") << folder;
  }
}

}  // namespace
}  // namespace dpwa::onnx
