// SPDX-License-Identifier: Apache-2.0
//
// A weights file of a plan directory.
#include "tests/fuzz/feed.h"
#include "tests/fuzz/plan_directory.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const dpwa::fuzz::PlanDirectory directory;
  dpwa::fuzz::feed(directory.path() / "weights" / "conv.npy", data, size, [] { directory.load(); });
  return 0;
}
