// SPDX-License-Identifier: Apache-2.0
#include "model/config/descriptor.h"

#include <algorithm>

namespace dpwa::config {
namespace {

/// Bits that number `values` things from 0 on.
int bits_for(int values) {
  int bits = 0;
  while ((1 << bits) < values) ++bits;
  return bits;
}

/// Widths that several fields share, docs/architecture.md "Node descriptor".
int tile(const Config& c) { return bits_for(c.activation_tiles); }
int coord(const Config& c) { return tile(c) + 1; }
int word(const Config& c) { return bits_for(c.activation_words); }
int value(const Config& c) { return c.value_w(); }
int pool_columns(const Config& c) { return c.has_tap_windows() ? kWindowColumnBits : 4; }
int kernel(const Config& c) { return std::min(8, tile(c)); }
int group(const Config& c) { return bits_for(c.channels / c.lanes_per_group()); }
/// Announcement of a row's last slice -> its decision, at most: drain, write-back, pool, dpwa_row_class.
int decision_cycles(const Config& c) {
  return c.slices() + 8 + (c.has_tables() ? kTableLatency : 0) + c.value_w() + 16 + 3;
}
int slot(const Config& c) { return bits_for(flush_cycles(c, c.planes_max, c.has_classes() ? 1 : 0) + 1); }
template <int kBits>
int fixed(const Config&) {
  return kBits;
}

/// Fields that only several lane groups need are absent with one, those of streaming without a dense tier,
/// those of additions without a memory for them, those of maps where all layers are dense, those of a pool's
/// padding where there is none.
template <int (*kBits)(const Config&)>
int with_maps(const Config& c) {
  return c.convolves() ? kBits(c) : 0;
}
template <int (*kBits)(const Config&)>
int with_pads(const Config& c) {
  return c.pads_pools() ? kBits(c) : 0;
}
int with_groups(const Config& c, int bits) { return c.groups > 1 ? bits : 0; }
int with_stream(const Config& c, int bits) { return c.dense_words > 0 ? bits : 0; }
int with_additions(const Config& c, int bits) { return c.adds() ? bits : 0; }
int with_factors(const Config& c, int bits) { return c.multiplies() ? bits : 0; }
template <int kBits>
int with_windows(const Config& c) {
  return c.has_tap_windows() ? kBits : 0;
}
int with_tables(const Config& c, int bits) { return c.has_tables() ? bits : 0; }
int fine_word(const Config& c) { return with_additions(c, bits_for(c.residual_words)); }
int dense_row(const Config& c) { return with_stream(c, bits_for(c.dense_words / c.lanes)); }

struct Row {
  const char* name;
  int (*bits)(const Config&);
  const char* meaning;
};

const Row kRows[] = {
    {"last", fixed<1>, "this is the network's last node"},
    {"idle", [](const Config& c) { return with_groups(c, 1); }, "the group's share is empty"},
    {"in_signed", fixed<1>, "the input tensor is signed"},
    {"out_signed", fixed<1>, "the output tensor is signed"},
    {"in_planes", fixed<3>, "words of an input slot"},
    {"flush_cycles", slot, "drain slot of a job that completes a tile"},
    {"out_planes", [](const Config& c) { return with_groups(c, 3); }, "words of an output slot"},
    {"in_tile_base", tile, "width-table entry of the input's first tile"},
    {"in_word_base", word, "slot of the input's first tile"},
    {"in_tiles", with_maps<tile>, "tiles of the input map - 1"},
    {"row_tiles", with_maps<tile>, "tiles of an input row - 1"},
    {"run_steps", [](const Config& c) { return coord(c) - bits_for(c.scan_tiles); },
     "scan steps of a run - 1"},
    {"run_rest", [](const Config& c) { return bits_for(c.scan_tiles); },
     "tiles of a run's last scan step - 1"},
    {"kernel_rows", with_maps<kernel>, "kernel rows - 1 (1 x 1 for a packed input)"},
    {"shared", with_maps<fixed<1>>, "all kernel rows have the same weights, stored once"},
    {"pool_rows", with_maps<fixed<4>>, "pool window - 1"},
    {"pool_columns", with_maps<pool_columns>, "pool window - 1; windowed: columns that a row scans - 1"},
    {"pool_positions", with_maps<fixed<8>>, "positions of the pool window - 1; windowed: stored columns - 1"},
    {"windowed", with_windows<1>, "the node has tap windows"},
    {"window_wait", with_windows<4>, "columns scanned before a row's first window is whole"},
    {"window_skip", with_windows<4>, "columns scanned between two windows"},
    {"column_tiles", with_windows<8>, "tiles of a stored position"},
    {"column_words", with_windows<8>, "the same in words"},
    {"groups", group, "channel groups of the share - 1"},
    {"last_channels", [](const Config& c) { return bits_for(c.lanes_per_group() + 1); },
     "channels of the share's last channel group"},
    {"positions", with_maps<tile>, "stored positions of the group's share - 1; windowed: stored rows - 1"},
    {"out_columns", with_maps<tile>, "stored columns - 1"},
    {"first_column", [](const Config& c) { return with_groups(c, with_maps<tile>(c)); },
     "column of the share's first position"},
    {"t_first", with_maps<coord>, "rows, in tiles: of the share's first run"},
    {"t_column", with_maps<coord>, "step to the next column of a pool window"},
    {"t_window", with_maps<coord>, "step to its next row"},
    {"t_group", with_maps<coord>, "step to the next channel group or stored column"},
    {"t_line", with_maps<coord>, "step to the next stored row"},
    {"x_first", with_maps<coord>, "columns, in tiles: of the share's first run"},
    {"x_column", with_maps<coord>, "step to the next column of a pool window"},
    {"x_group", with_maps<coord>, "step to its next row or to the next channel group"},
    {"x_position", with_maps<coord>, "step to the next stored column"},
    {"x_line", with_maps<coord>, "step to the next stored row"},
    {"pool_pads", with_pads<fixed<1>>, "the pool has padding: t and x of its positions are limited"},
    {"t_low", with_pads<coord>, "t of the convolution's first row"},
    {"t_high", with_pads<coord>, "t of its last row"},
    {"x_low", with_pads<coord>, "x of its first column"},
    {"x_high", with_pads<coord>, "x of its last column"},
    {"weight_tile_base", [](const Config& c) { return bits_for(c.weight_tiles); },
     "first entry of the weight width table"},
    {"weight_word_base", [](const Config& c) { return bits_for(c.weight_words); },
     "first weight word of every bank, of a resident node"},
    {"const_row", [](const Config& c) { return bits_for(c.channels / c.wb_lanes); },
     "row of the first channel constants"},
    {"out_tile_base", tile, "width-table entry of the share's first output tile"},
    {"out_word_base", word, "slot of the share's first output tile"},
    {"tile_step", [](const Config& c) { return with_groups(c, bits_for(c.groups + 1)); },
     "from one output tile of the share to the next (1 with one lane group)"},
    {"word_step", [](const Config& c) { return bits_for(c.groups * c.planes_max + 1); }, "the same in words"},
    {"tensor", [](const Config& c) { return bits_for(c.nodes); }, "PCU context: index of the output tensor"},
    {"lower", value, "smallest stored value, or smallest y0 of a table, signed"},
    {"upper", value, "largest stored value, or largest y0 of a table, signed"},
    {"count_below", fixed<1>, "results smaller than lower count as saturated"},
    {"count_above", fixed<1>, "results larger than upper count as saturated"},
    {"adds", [](const Config& c) { return with_additions(c, 1); }, "fine values of a residual are added"},
    {"multiplies", [](const Config& c) { return with_factors(c, 1); },
     "results are multiplied by a factor's fine values"},
    {"kept", [](const Config& c) { return with_additions(c, 1); }, "the output's fine values are kept"},
    {"fine_shift", [](const Config& c) { return with_additions(c, 4) + with_factors(c, 2); },
     "a stored step is 2^this fine ones, or steps of the product"},
    {"residual_base", fine_word,
     "word of the residual's or factor's first fine values, in the group's own memory"},
    {"fine_base", fine_word, "word of the output's first fine values"},
    {"table", [](const Config& c) { return with_tables(c, 1); }, "stored values come from a table"},
    {"table_base", [](const Config& c) { return with_tables(c, bits_for(c.table_words)); },
     "address of y0 = 0 in it, modulo its range"},
    {"streamed", [](const Config& c) { return with_stream(c, 1); }, "the weights come from the dense tier"},
    {"keep", [](const Config& c) { return with_stream(c, 1); },
     "they are copied once, not once per position"},
    {"ring_mask", [](const Config& c) { return with_stream(c, std::min(12, bits_for(c.weight_words))); },
     "size of the ring - 1"},
    {"dense_first_row", dense_row, "first row of the share's weights in the dense tier"},
    {"dense_last_row", dense_row, "last row of them"},
};

}  // namespace

std::vector<NodeField> node_fields(const Config& config) {
  std::vector<NodeField> fields;
  int lsb = 0;
  for (const Row& row : kRows) {
    fields.push_back({row.name, row.meaning, lsb, row.bits(config)});
    lsb += fields.back().bits;
  }
  return fields;
}

int flush_cycles(const Config& config, int slot_planes, int row_tiles) {
  const int decision = row_tiles > 0 ? (decision_cycles(config) + row_tiles - 1) / row_tiles : 0;
  return std::max({config.slices(), slot_planes, decision});
}

int descriptor_words(const Config& config) {
  const NodeField last = node_fields(config).back();
  return (last.lsb + last.bits + 31) / 32;
}

int descriptor_stride(const Config& config) { return 1 << bits_for(descriptor_words(config)); }

}  // namespace dpwa::config
