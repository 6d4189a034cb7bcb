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
  std::string router;               ///< nextpnr, as dpwa doctor names it
  std::string constraints_option;   ///< of the router: the pins
  std::string routed_option;        ///< of the router: the routed design
  std::vector<std::string> packer;  ///< and its options; takes the routed design and the bitstream
  std::string bitstream;            ///< file name, by whose ending openFPGALoader knows what it is
};

inline constexpr const char* kRoutedFile = "routed.txt";

/// Throws Error(internal) for a board of a family without recipe.
const Family& family_of(const boards::Board& board);

}  // namespace dpwa::bitstream
