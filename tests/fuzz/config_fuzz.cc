// SPDX-License-Identifier: Apache-2.0
//
// TOML configurations. A legal one is itself again after writing and reading.
#include "model/base/files.h"
#include "model/config/config.h"
#include "tests/base/temporary_directory.h"
#include "tests/fuzz/feed.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace dpwa;
  static const TemporaryDirectory folder;
  static const auto file = folder.path() / "config.toml";
  fuzz::feed(file, data, size, [] {
    const std::string text = config::to_toml(config::load(file.string()));
    write_file(file, text);
    if (config::to_toml(config::load(file.string())) != text) std::abort();
  });
  return 0;
}
