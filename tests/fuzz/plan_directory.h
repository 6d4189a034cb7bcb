// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <fstream>
#include <string>

#include "model/base/files.h"
#include "tests/base/temporary_directory.h"
#include "tests/plan/small_plan.h"

namespace dpwa::fuzz {

/// The plan directory of tests/plan/small_plan.h, with an empty model.onnx.
class PlanDirectory {
 public:
  PlanDirectory() : small_(plan::small_plan()) {
    small_.plan.model_hash = content_hash("");
    write_file(path() / "model.onnx", "");
    plan::save(path(), small_.network, small_.plan);
  }
  const std::filesystem::path& path() const { return folder_.path(); }

  /// Reads the directory; a legal plan is itself again after writing and reading, and has constants.
  void load() const {
    const plan::Plan plan = plan::load(path(), small_.network);
    const auto files = plan::files(small_.network, plan);
    for (const auto& [name, bytes] : files) write_file(path() / name, bytes);
    if (plan::files(small_.network, plan::load(path(), small_.network)) != files) std::abort();
    plan::derive_input(small_.network, plan);
    for (int n = 0; n < static_cast<int>(small_.network.nodes.size()); ++n) {
      plan::derive(small_.network, plan, n);
    }
  }

 private:
  TemporaryDirectory folder_;
  plan::SmallPlan small_;
};

}  // namespace dpwa::fuzz
