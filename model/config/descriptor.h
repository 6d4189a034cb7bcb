// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "model/config/config.h"

namespace dpwa::config {

/// A field of the node descriptor: its lowest bit counted from bit 0 of word 0, and its bits. A field may
/// begin in one 32-bit word and end in the next; one of 0 bits is always 0.
struct NodeField {
  std::string name;
  std::string meaning;
  int lsb;
  int bits;
};

/// The node descriptor of a configuration: fields one after the other, each as wide as the configuration's
/// memories can need. The one table that the image writer, the generated Verilog, the cycle model and
/// docs/architecture.md ("Node descriptor") share. Bit 0 is `last` (the sequencer reads it).
std::vector<NodeField> node_fields(const Config& config);

/// 32-bit words of a descriptor.
int descriptor_words(const Config& config);

/// Drain slot of a job that completes an output tile: long enough for its words, and, when the class of a row
/// follows the variance of the row two before (`row_tiles` output tiles per row, else 0), for that decision.
int flush_cycles(const Config& config, int slot_planes, int row_tiles);

/// Words from one descriptor to the next in the descriptor memory: a power of two.
int descriptor_stride(const Config& config);

}  // namespace dpwa::config
