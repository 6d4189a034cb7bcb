// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "fpga/boards/boards.h"
#include "fpga/synth/recipe.h"

namespace dpwa::bitstream {

/// How the boards of a family get from a netlist to a bitstream.
struct Family {
  std::string name;  ///< Board::family
  synth::Target target;
  /// nextpnr, as dpwa doctor names it, and its options for device, pins and the routed design.
  std::vector<std::string> router;
  std::vector<std::string> packer;  ///< from the routed design to the bitstream
  std::string bitstream;            ///< file name, by whose ending openFPGALoader knows what it is
};

/// With the names of the board in the command lines. Throws Error(internal) for a board of a family without
/// recipe.
Family family_of(const boards::Board& board);

}  // namespace dpwa::bitstream
