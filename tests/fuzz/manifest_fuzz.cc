// SPDX-License-Identifier: Apache-2.0
//
// manifest.json of a generated design.
#include "cli/design.h"
#include "model/base/files.h"
#include "tests/base/temporary_directory.h"
#include "tests/fuzz/feed.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace dpwa;
  static const TemporaryDirectory folder;
  static const bool made = [] {
    write_file(folder.path() / "config.toml", config::to_toml(config::load("sim-4")));
    return true;
  }();
  if (made)
    fuzz::feed(folder.path() / "manifest.json", data, size, [] { cli::design_config(folder.path()); });
  return 0;
}
