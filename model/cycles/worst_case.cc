// SPDX-License-Identifier: Apache-2.0
#include "model/cycles/worst_case.h"

#include <algorithm>

#include "model/cycles/machine.h"
#include "model/num/planes.h"

namespace dpwa::cycles {
namespace {

/// Whether a value from inside the map lies in a tile of a packed input (N1.5): the others hold padding only.
bool holds_values(const net::Network& network, int position, int first, int end) {
  const net::Node& node = network.nodes[network.tensors[0].consumers.at(0)];
  const net::Shape& map = network.tensors[0].shape;
  const net::Window window = net::undilated(node.window);
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
  const net::Window window = net::undilated(node.window);
  const int values = window.kh * window.kw * network.tensors[0].shape.c;
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

/// Cycles in which a lane group copies rows or waits for the last one to be there, most of all groups.
std::int64_t longest_copy(const config::Config& config, const ScanOrder& order) {
  constexpr int kUntilThere = 2;  // docs/architecture.md, "Weight tiers"
  std::int64_t most = 0;
  for (int group = 0; group < config.groups; ++group) {
    const std::int64_t rows = order.weight_words(group) * order.positions(group);
    most = std::max(most, rows * (config.lanes_per_group() + kUntilThere));
  }
  return most;
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
  const std::vector<std::vector<std::uint8_t>> widest = widest_tiles(config, network, plan);
  const std::vector<ScanOrder> orders = scan_orders(config, network, plan);
  const tiers::Placement placement = place_weights(config, orders);
  std::vector<NodeCycles> result = predict(config, network, plan, orders, widest);
  if (placement.ring == 0) return result;
  config::Config resident = config;
  resident.dense_words = 0;
  const std::vector<NodeCycles> without_copies = predict(resident, network, plan, orders, widest);
  for (std::size_t n = 0; n < orders.size(); ++n) {
    const int input = network.nodes[n].input;
    const bool varies =
        plan.tensors[input].pcu.min_planes < *std::max_element(widest[input].begin(), widest[input].end());
    if (!varies || !orders[n].pooled() || !placement.nodes[n].streamed || placement.nodes[n].keep) continue;
    result[n].cycles = without_copies[n].cycles + fetch_cycles(config) - fetch_cycles(resident) +
                       longest_copy(config, orders[n]);
  }
  return result;
}

std::int64_t total_cycles(const std::vector<NodeCycles>& nodes) {
  std::int64_t total = 0;
  for (const NodeCycles& node : nodes) total += node.cycles;
  return total;
}

}  // namespace dpwa::cycles
