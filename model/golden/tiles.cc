// SPDX-License-Identifier: Apache-2.0
#include "model/golden/tiles.h"

#include <algorithm>

#include "model/base/error.h"
#include "model/num/planes.h"

namespace dpwa::golden {
namespace {

/// The effect of a window along one axis.
struct Axis {
  int extent;  ///< of the map that the window slides over
  int kernel, dilation, stride, pad;
  int positions;  ///< of the window
};

/// How often each map coordinate is read when the window stands at position p `weight[p]` times.
std::vector<std::int64_t> reads(const Axis& axis, const std::vector<std::int64_t>& weight) {
  std::vector<std::int64_t> count(axis.extent, 0);
  for (int position = 0; position < axis.positions; ++position) {
    const int first = position * axis.stride - axis.pad;
    for (int tap = 0; tap < axis.kernel; ++tap) {
      const int at = first + tap * axis.dilation;
      if (at >= 0 && at < axis.extent) count[at] += weight[position];
    }
  }
  return count;
}

/// How often each row (column) of positions before pooling is computed: also for those outside the map that
/// it stands for (N4.3).
std::vector<std::int64_t> computations(const Axis& pool) {
  std::vector<std::int64_t> count(pool.extent, 0);
  for (int position = 0; position < pool.positions; ++position) {
    const int first = position * pool.stride - pool.pad;
    for (int at = first; at < first + pool.kernel; ++at) ++count[std::clamp(at, 0, pool.extent - 1)];
  }
  return count;
}
std::vector<std::int64_t> row_computations(const net::Node& node, const net::Shape& stored) {
  const net::Window pool = node.pool.value_or(net::Window{});
  return computations({node.conv_shape.h, pool.kh, 1, pool.stride_y, pool.pad_top, stored.h});
}
std::vector<std::int64_t> column_computations(const net::Node& node, const net::Shape& stored) {
  const net::Window pool = node.pool.value_or(net::Window{});
  return computations({node.conv_shape.w, pool.kw, 1, pool.stride_x, pool.pad_left, stored.w});
}

/// The bits that decide each tile's width, for a tensor that is stored as it is.
std::vector<std::uint32_t> unpacked_bits(const TileLayout& layout, int products, bool is_signed,
                                         const std::vector<std::int32_t>& q) {
  std::vector<std::uint32_t> bits;
  bits.reserve(layout.tiles());
  const int channels = layout.values_per_position;
  for (std::size_t pixel = 0; pixel < q.size(); pixel += channels) {
    for (int first = 0; first < channels; first += products) {
      const int end = std::min(first + products, channels);
      std::uint32_t tile = 0;
      for (int c = first; c < end; ++c) tile |= num::width_bits(q[pixel + c], is_signed);
      bits.push_back(tile);
    }
  }
  return bits;
}

/// The same for a packed input: `window` is its consumer's.
std::vector<std::uint32_t> packed_bits(const TileLayout& layout, const net::Window& window,
                                       const net::Shape& shape, int products, bool is_signed,
                                       const std::vector<std::int32_t>& q) {
  std::vector<std::uint32_t> bits(layout.tiles(), 0);
  for (int position = 0; position < layout.rows * layout.columns; ++position) {
    const int top = position / layout.columns * window.stride_y - window.pad_top;
    const int left = position % layout.columns * window.stride_x - window.pad_left;
    std::uint32_t* tiles = &bits[position * layout.tiles_per_position];
    for (int ky = std::max(0, -top); ky < std::min(window.kh, shape.h - top); ++ky) {
      for (int kx = std::max(0, -left); kx < std::min(window.kw, shape.w - left); ++kx) {
        const std::int32_t* pixel = &q[((top + ky) * shape.w + left + kx) * shape.c];
        const int element = (ky * window.kw + kx) * shape.c;
        for (int c = 0; c < shape.c; ++c) {
          tiles[(element + c) / products] |= num::width_bits(pixel[c], is_signed);
        }
      }
    }
  }
  return bits;
}

}  // namespace

TileLayout tile_layout(const net::Network& network, int tensor, int products) {
  const net::Tensor& stored = network.tensors[tensor];
  TileLayout layout{false, stored.shape.h, stored.shape.w, 0, stored.shape.c};
  if (stored.producer < 0 && stored.shape.c < products) {
    if (stored.consumers.size() != 1) {
      throw fail(ExitCode::bad_input,
                 "tensor '{}': {} channels are packed, so one node may read it, found {}", stored.name,
                 stored.shape.c, stored.consumers.size());
    }
    const net::Node& consumer = network.nodes[stored.consumers[0]];
    layout.packed = true;
    layout.rows = consumer.conv_shape.h;
    layout.columns = consumer.conv_shape.w;
    const net::Window window = net::undilated(consumer.window);
    layout.values_per_position = window.kh * window.kw * stored.shape.c;
  }
  layout.tiles_per_position = (layout.values_per_position + products - 1) / products;
  return layout;
}

std::vector<std::uint8_t> tile_planes(const net::Network& network, const plan::Plan& plan, int tensor,
                                      int products, const std::vector<std::int32_t>& q,
                                      const std::vector<std::uint8_t>& classes) {
  const net::Tensor& stored = network.tensors[tensor];
  const plan::TensorPlan& grid = plan.tensors[tensor];
  const TileLayout layout = tile_layout(network, tensor, products);
  const std::vector<std::uint32_t> bits =
      layout.packed ? packed_bits(layout, net::undilated(network.nodes[stored.consumers[0]].window),
                                  stored.shape, products, grid.is_signed, q)
                    : unpacked_bits(layout, products, grid.is_signed, q);
  std::vector<std::uint8_t> planes;
  planes.reserve(bits.size());
  const std::size_t row_tiles = bits.size() / std::max<std::size_t>(1, classes.size());
  for (std::size_t tile = 0; tile < bits.size(); ++tile) {
    const int k = classes.empty() ? 0 : classes[tile / row_tiles];
    const int most = grid.pcu.max_planes - k;
    const int width = num::planes_of_bits(bits[tile] >> (num::kPlaneBits * k));
    planes.push_back(static_cast<std::uint8_t>(std::clamp(width, std::min(grid.pcu.min_planes, most), most)));
  }
  return planes;
}

std::vector<TileVisits> tile_visits(const net::Network& network, int node_index, const TileLayout& layout,
                                    const std::vector<std::uint8_t>& planes) {
  const net::Node& node = network.nodes[node_index];
  const net::Shape& input = network.tensors[node.input].shape;
  const net::Shape& stored = network.tensors[node.output].shape;
  std::vector<std::int64_t> rows = row_computations(node, stored);
  std::vector<std::int64_t> columns = column_computations(node, stored);
  if (!layout.packed) {  // from positions to the pixels that their windows hold
    const net::Window& window = node.window;
    rows = reads({input.h, window.kh, window.dilation_y, window.stride_y, window.pad_top, node.conv_shape.h},
                 rows);
    columns =
        reads({input.w, window.kw, window.dilation_x, window.stride_x, window.pad_left, node.conv_shape.w},
              columns);
  }
  std::vector<TileVisits> visits(layout.tiles_per_position);
  const std::uint8_t* tile = planes.data();
  for (const std::int64_t row : rows) {
    for (const std::int64_t column : columns) {
      for (TileVisits& of_tile : visits) {
        of_tile.planes += row * column * *tile++;
        of_tile.tiles += row * column;
      }
    }
  }
  return visits;
}

}  // namespace dpwa::golden
