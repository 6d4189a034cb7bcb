// SPDX-License-Identifier: Apache-2.0
#include "calib/observe/tiles.h"

#include <algorithm>
#include <cmath>

#include "model/num/planes.h"

namespace dpwa::observe {

std::int64_t Grid::quantize(double x) const {
  return num::saturate(num::round_even(std::ldexp(x, -exponent)), limits);
}

double Grid::round(double x) const { return std::ldexp(static_cast<double>(quantize(x)), exponent); }

namespace {

/// Calls visit(oy, ox, iy, ix, ky, kx) for every tap of the node's window that lies inside the map.
template <class Visit>
void for_each_tap(const net::Node& node, const net::Shape& in, Visit visit) {
  const net::Window& w = node.window;
  for (int oy = 0; oy < node.conv_shape.h; ++oy) {
    for (int ox = 0; ox < node.conv_shape.w; ++ox) {
      for (int ky = 0; ky < w.kh; ++ky) {
        for (int kx = 0; kx < w.kw; ++kx) {
          const int iy = oy * w.stride_y + ky * w.dilation_y - w.pad_top,
                    ix = ox * w.stride_x + kx * w.dilation_x - w.pad_left;
          if (iy >= 0 && iy < in.h && ix >= 0 && ix < in.w)
            visit(oy * node.conv_shape.w + ox, iy, ix, ky, kx);
        }
      }
    }
  }
}

int tiles_of(int values, int products) { return (values + products - 1) / products; }

}  // namespace

TileReader::TileReader(const net::Network& network, int node_index, int products) : products_(products) {
  const net::Node& node = network.nodes[node_index];
  const net::Shape& shape = network.tensors[node.input].shape;
  const bool packed = node.input == 0 && shape.c < products;
  if (packed) {
    net::Node dense = node;  // a tile holds what lies between the taps, too
    dense.window = net::undilated(node.window);
    const int per_position = tiles_of(dense.window.kh * dense.window.kw * shape.c, products);
    const std::int64_t positions = std::int64_t{node.conv_shape.h} * node.conv_shape.w;
    members_.assign(positions * per_position * products, -1);
    visits_.assign(positions * per_position, 1);
    for_each_tap(dense, shape, [&](int position, int iy, int ix, int ky, int kx) {
      const std::int64_t first = std::int64_t{position} * per_position * products;
      for (int c = 0; c < shape.c; ++c) {
        members_[first + (ky * dense.window.kw + kx) * shape.c + c] = (iy * shape.w + ix) * shape.c + c;
      }
    });
  } else {
    const int per_position = tiles_of(shape.c, products);
    const std::int64_t positions = std::int64_t{shape.h} * shape.w;
    members_.assign(positions * per_position * products, -1);
    visits_.assign(positions * per_position, 0);
    for (std::int64_t p = 0; p < positions; ++p) {
      for (int c = 0; c < shape.c; ++c) {
        members_[p * per_position * products + c] = static_cast<std::int32_t>(p * shape.c + c);
      }
    }
    for_each_tap(node, shape, [&](int, int iy, int ix, int, int) {
      for (int t = 0; t < per_position; ++t) ++visits_[(iy * shape.w + ix) * per_position + t];
    });
  }
  for (std::int32_t visits : visits_) total_visits_ += visits;
}

std::vector<TileReader::Extremes> TileReader::extremes(const float* values,
                                                       const std::vector<int>& order) const {
  const auto channels = static_cast<std::int32_t>(order.size());
  std::vector<Extremes> result(visits_.size());
  for (std::size_t t = 0; t < result.size(); ++t) {
    for (int e = 0; e < products_; ++e) {
      const std::int32_t index = members_[t * products_ + e];
      if (index < 0) continue;
      const float value = values[index - index % channels + order[index % channels]];
      result[t].lowest = std::min(result[t].lowest, value);
      result[t].highest = std::max(result[t].highest, value);
    }
  }
  return result;
}

std::vector<std::uint8_t> TileReader::widths(const std::vector<Extremes>& tiles, const Grid& grid) {
  std::vector<std::uint8_t> result;
  for (const Extremes& tile : tiles) {
    const num::Range range{grid.quantize(tile.lowest), grid.quantize(tile.highest)};
    result.push_back(static_cast<std::uint8_t>(num::activation_planes(range, grid.is_signed)));
  }
  return result;
}

double TileReader::mean_planes(const std::vector<std::uint8_t>& widths) const {
  std::int64_t total = 0;
  for (std::size_t t = 0; t < widths.size(); ++t) total += std::int64_t{visits_[t]} * widths[t];
  return total_visits_ > 0 ? static_cast<double>(total) / static_cast<double>(total_visits_) : 0;
}

}  // namespace dpwa::observe
