// SPDX-License-Identifier: Apache-2.0
#include "model/cycles/worst_case.h"

#include <algorithm>

#include "model/num/planes.h"

namespace dpwa::cycles {
namespace {

/// Whether a value from inside the map lies in a tile of a packed input (N1.5): the others hold padding only.
bool holds_values(const net::Network& network, int position, int first, int end) {
  const net::Node& node = network.nodes[network.tensors[0].consumers.at(0)];
  const net::Shape& map = network.tensors[0].shape;
  const net::Window& window = node.window;
  const int top = position / node.conv_shape.w * window.stride_y - window.pad_top;
  const int left = position % node.conv_shape.w * window.stride_x - window.pad_left;
  for (int value = first; value < end; ++value) {
    const int y = top + value / map.c / window.kw, x = left + value / map.c % window.kw;
    if (y >= 0 && y < map.h && x >= 0 && x < map.w) return true;
  }
  return false;
}

std::vector<std::uint8_t> packed_widths(const config::Config& config, const net::Network& network, int widest,
                                        int narrowest) {
  const net::Node& node = network.nodes[network.tensors[0].consumers.at(0)];
  const int values = node.window.kh * node.window.kw * network.tensors[0].shape.c;
  std::vector<std::uint8_t> widths;
  for (int position = 0; position < node.conv_shape.h * node.conv_shape.w; ++position) {
    for (int first = 0; first < values; first += config.products) {
      const int end = std::min(first + config.products, values);
      widths.push_back(
          static_cast<std::uint8_t>(holds_values(network, position, first, end) ? widest : narrowest));
    }
  }
  return widths;
}

}  // namespace

std::vector<std::vector<std::uint8_t>> widest_tiles(const config::Config& config, const net::Network& network,
                                                    const plan::Plan& plan) {
  std::vector<std::vector<std::uint8_t>> widths;
  for (std::size_t t = 0; t < network.tensors.size(); ++t) {
    const plan::TensorPlan& tensor = plan.tensors[t];
    const int planes = num::tile_width(plan::effective_limits(tensor), tensor.is_signed,
                                       tensor.pcu.min_planes, tensor.pcu.max_planes);
    const net::Shape& shape = network.tensors[t].shape;
    if (network.tensors[t].producer < 0 && shape.c < config.products) {
      widths.push_back(packed_widths(config, network, planes, tensor.pcu.min_planes));
      continue;
    }
    const int tiles = shape.h * shape.w * ((shape.c + config.products - 1) / config.products);
    widths.emplace_back(tiles, static_cast<std::uint8_t>(planes));
  }
  return widths;
}

std::vector<NodeCycles> worst_case(const config::Config& config, const net::Network& network,
                                   const plan::Plan& plan) {
  return predict(config, network, plan, widest_tiles(config, network, plan));
}

std::int64_t total_cycles(const std::vector<NodeCycles>& nodes) {
  std::int64_t total = 0;
  for (const NodeCycles& node : nodes) total += node.cycles;
  return total;
}

}  // namespace dpwa::cycles
