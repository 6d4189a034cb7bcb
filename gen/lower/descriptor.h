// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "model/config/config.h"

namespace dpwa::lower {

/// A bit field of the border registers: word, lowest bit, bits. The one table that the image writer, the
/// generated Verilog and docs/architecture.md ("Border registers") share.
struct Field {
  const char* name;
  int word;
  int lsb;
  int bits;
  const char* meaning;
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
  dense_words = 7,      ///< bank = lane group; plane word: entry row * lanes per group + lane
  table_values = 8,     ///< activation tables: one stored value, in every lane's copy
  image_id = 9          ///< register IMAGE_ID
};

}  // namespace dpwa::lower
