// SPDX-License-Identifier: Apache-2.0
//
// plan.json of a plan directory.
#include "tests/fuzz/feed.h"
#include "tests/fuzz/plan_directory.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const dpwa::fuzz::PlanDirectory directory;
  dpwa::fuzz::feed(directory.path() / "plan.json", data, size, [] { directory.load(); });
  return 0;
}
