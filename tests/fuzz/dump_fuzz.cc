// SPDX-License-Identifier: Apache-2.0
//
// The record that a system bench leaves.
#include "tests/base/temporary_directory.h"
#include "tests/fuzz/feed.h"
#include "verify/dump_reader.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace dpwa;
  static const TemporaryDirectory folder;
  static const auto file = folder.path() / "dump.bin";
  fuzz::feed(file, data, size, [] {
    verify::DumpReader dump(file, config::load("sim-4"));
    verify::DumpReader::Record record;
    while (dump.next(record)) {
      for (int i = 0; i < 4; ++i) {
        dump.take_decision(i);
        dump.value(i, i, 5, true);
      }
    }
  });
  return 0;
}
