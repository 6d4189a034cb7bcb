// SPDX-License-Identifier: Apache-2.0
#include "fpga/bitstream/family.h"

#include "model/base/error.h"

namespace dpwa::bitstream {

Family family_of(const boards::Board& board) {
  const std::string& device = board.device;
  const std::string& pins = board.constraints;
  const std::vector<Family> families{
      {"ice40",
       synth::Target::ice40,
       {"nextpnr-ice40", "--" + device, "--package", board.package, "--pcf", pins, "--asc", "routed.txt"},
       {"icepack", "routed.txt", "bitstream.bin"},
       "bitstream.bin"},
      {"ecp5",
       synth::Target::ecp5,
       {"nextpnr-ecp5", "--" + device, "--package", board.package, "--lpf", pins, "--textcfg", "routed.txt"},
       {"ecppack", "--compress", "routed.txt", "bitstream.bit"},
       "bitstream.bit"},
      // The flash's pins are the FPGA's own until it is configured; mspi_as_gpio gives them to the design.
      {"gw2a",
       synth::Target::gowin,
       {"nextpnr-himbaechel", "--device", board.package, "-o", "family=" + device, "-o", "cst=" + pins,
        "--write", "routed.json"},
       {"gowin_pack", "-d", device, "--mspi_as_gpio", "-o", "bitstream.fs", "routed.json"},
       "bitstream.fs"},
  };
  for (const Family& family : families) {
    if (family.name == board.family) return family;
  }
  throw fail(ExitCode::internal, "board {}: family {} has no recipe", board.name, board.family);
}

}  // namespace dpwa::bitstream
