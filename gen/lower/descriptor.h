// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "model/config/config.h"

namespace dpwa::lower {

/// A bit field of a node descriptor or of the border registers: word, lowest bit, bits. The one table that
/// the image writer, the generated Verilog and docs/architecture.md ("Node descriptor") share.
struct Field {
  const char* name;
  int word;
  int lsb;
  int bits;
  const char* meaning;
};

/// Words of one node descriptor; word 0 bit 0 is `last` (the sequencer reads it). The last one exists only
/// with a dense tier.
inline constexpr int descriptor_words(const config::Config& config) {
  return config.dense_words > 0 ? 21 : 20;
}

inline constexpr Field kNodeFields[] = {
    {"last", 0, 0, 1, "this is the network's last node"},
    {"in_signed", 0, 1, 1, "the input tensor is signed"},
    {"out_signed", 0, 2, 1, "the output tensor is signed"},
    {"in_planes", 0, 3, 3, "words of an input slot"},
    {"out_planes", 0, 6, 3, "words of an output slot"},
    {"flush_cycles", 0, 9, 6, "drain slot of a job that completes a tile"},
    {"pool_rows", 0, 15, 4, "pool window - 1"},
    {"pool_columns", 0, 19, 4, "pool window - 1"},
    {"kernel_rows", 0, 23, 8, "kernel rows - 1 (1 x 1 for a packed input)"},
    {"in_tile_base", 1, 0, 20, "width-table entry of the input's first tile"},
    {"groups", 1, 20, 12, "channel groups of the share - 1"},
    {"in_word_base", 2, 0, 20, "slot of the input's first tile"},
    {"pool_positions", 2, 20, 8, "positions of the pool window - 1"},
    {"row_tiles", 3, 0, 16, "tiles of an input row"},
    {"run_tiles", 3, 16, 16, "tiles of a kernel row"},
    {"in_rows", 4, 0, 16, "rows of the input map"},
    {"y_start", 4, 16, 16, "first row of the share's first window, signed"},
    {"y_step", 5, 0, 16, "input rows per convolution row"},
    {"pool_y_step", 5, 16, 16, "input rows per stored row"},
    {"y_start_tiles", 6, 0, 20, "y_start in tiles, signed"},
    {"last_channels", 6, 20, 8, "channels of the share's last channel group"},
    {"y_step_tiles", 7, 0, 20, "y_step in tiles"},
    {"ring_mask", 7, 20, 12, "size of the ring - 1, for a streamed node"},
    {"pool_y_step_tiles", 8, 0, 20, "pool_y_step in tiles"},
    {"streamed", 8, 20, 1, "the weights come from the dense tier"},
    {"keep", 8, 21, 1, "they are copied once, not once per position"},
    {"x_start", 9, 0, 16, "first column of the first window in tiles, signed"},
    {"x_step", 9, 16, 16, "tiles per convolution column"},
    {"pool_x_step", 10, 0, 16, "tiles per stored column"},
    {"x_first", 10, 16, 16, "first column of the share's first window in tiles, signed"},
    {"out_columns", 11, 0, 16, "stored columns - 1"},
    {"const_row", 11, 16, 16, "row of the first channel constants"},
    {"positions", 12, 0, 20, "stored positions of the group's share - 1"},
    {"idle", 12, 20, 1, "the group's share is empty"},
    {"weight_tile_base", 13, 0, 20, "first entry of the weight width table"},
    {"weight_word_base", 14, 0, 20, "first weight word of every bank"},
    {"tile_step", 14, 20, 8, "from one output tile of the share to the next"},
    {"out_tile_base", 15, 0, 20, "width-table entry of the share's first output tile"},
    {"word_step", 15, 20, 8, "tile_step in words"},
    {"out_word_base", 16, 0, 20, "slot of the share's first output tile"},
    {"lower", 17, 0, 32, "smallest stored value, signed"},
    {"upper", 18, 0, 32, "largest stored value, signed"},
    {"tensor", 19, 0, 16, "PCU context: index of the output tensor"},
    {"first_column", 19, 16, 16, "column of the share's first position"},
    {"dense_first_row", 20, 0, 16, "first row of the share's weights in the dense tier"},
    {"dense_last_row", 20, 16, 16, "last row of them"},
};

/// Words of the border registers: how an input becomes tiles and where the output lies.
inline constexpr int kBorderWords = 17;

inline constexpr Field kBorderFields[] = {
    {"input_values", 0, 0, 20, "values of one input - 1"},
    {"port_format", 0, 20, 2, "0 u8, 1 s8, 2 s16, 3 binary16"},
    {"input_signed", 0, 22, 1, "the input tensor is signed"},
    {"input_shift", 0, 23, 6, "input quantizer shift"},
    {"input_lower", 1, 0, 32, "smallest stored value, signed"},
    {"input_upper", 2, 0, 32, "largest stored value, signed"},
    {"input_exponent", 3, 0, 8, "step exponent for binary16 words, signed"},
    {"input_channels", 3, 8, 8, "channels with constants of their own - 1"},
    {"rows", 4, 0, 16, "positions - 1"},
    {"columns", 4, 16, 16, "positions - 1"},
    {"in_rows", 5, 0, 16, "rows of the input map"},
    {"row_values", 5, 16, 16, "values of an input row"},
    {"run_values", 6, 0, 16, "values of a kernel row - 1"},
    {"kernel_rows", 6, 16, 8, "kernel rows - 1"},
    {"y_start", 7, 0, 16, "first row of the first window, signed"},
    {"y_step", 7, 16, 16, "rows per position"},
    {"y_start_values", 8, 0, 20, "y_start in values, signed"},
    {"y_step_values", 9, 0, 20, "y_step in values"},
    {"x_start", 10, 0, 16, "first column in values, signed"},
    {"x_step", 10, 16, 16, "values per position"},
    {"tile_base", 11, 0, 20, "width-table entry of the input's first tile"},
    {"planes", 11, 20, 3, "words of an input slot"},
    {"word_base", 12, 0, 20, "slot of the input's first tile"},
    {"out_tile_base", 13, 0, 20, "width-table entry of the output's first tile"},
    {"out_planes", 13, 20, 3, "words of an output slot"},
    {"out_signed", 13, 23, 1, "the output tensor is signed"},
    {"out_word_base", 14, 0, 20, "slot of the output's first tile"},
    {"out_positions", 15, 0, 20, "positions of the output - 1"},
    {"out_channels", 16, 0, 16, "channels of the output - 1"},
    {"out_exponent", 16, 16, 8, "step exponent of the output, signed"},
};

/// Loader targets (dpwa_loader).
enum class Target : std::uint32_t {
  descriptors = 0,  ///< bank = lane group; entry n * 32 + k = word k of node n
  channel_constants =
      1,             ///< bank = write-back lane of the machine; {shift[6], multiplier[MULT_W], bias[ACC_W]}
  weight_words = 2,  ///< bank = lane of the machine; one plane word
  weight_tiles = 3,  ///< bank = lane group; plane count
  pcu_records = 4,   ///< record of a tensor
  border = 5,        ///< border registers
  input_constants = 6,  ///< {addend, multiplier} of an input channel
  dense_words = 7       ///< bank = lane group; plane word: entry row * lanes per group + lane
};

}  // namespace dpwa::lower
