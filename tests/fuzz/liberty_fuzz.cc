// SPDX-License-Identifier: Apache-2.0
//
// Liberty libraries: the areas of their cells.
#include "fpga/synth/statistics.h"
#include "tests/fuzz/feed.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace dpwa;
  try {
    synth::liberty_areas("cells.lib", std::string(reinterpret_cast<const char*>(data), size));
  } catch (const Error& error) {
    if (error.code() == ExitCode::internal) std::abort();
  }
  return 0;
}
