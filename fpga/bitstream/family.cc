// SPDX-License-Identifier: Apache-2.0
#include "fpga/bitstream/family.h"

#include "model/base/error.h"

namespace dpwa::bitstream {

const Family& family_of(const boards::Board& board) {
  static const std::vector<Family> families{
      {"ice40", synth::Target::ice40, "nextpnr-ice40", "--pcf", "--asc", {"icepack"}, "bitstream.bin"},
      {"ecp5",
       synth::Target::ecp5,
       "nextpnr-ecp5",
       "--lpf",
       "--textcfg",
       {"ecppack", "--compress"},
       "bitstream.bit"},
  };
  for (const Family& family : families) {
    if (family.name == board.family) return family;
  }
  throw fail(ExitCode::internal, "board {}: family {} has no recipe", board.name, board.family);
}

}  // namespace dpwa::bitstream
