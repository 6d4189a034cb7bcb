// SPDX-License-Identifier: Apache-2.0
#include "model/cycles/cycles.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "model/cycles/machine.h"
#include "model/cycles/scan.h"
#include "model/tiers/placement.h"

namespace dpwa::cycles {
namespace {

std::optional<WeightStream> weight_stream(const tiers::Placement& placement, const ScanOrder& order,
                                          std::size_t node, int group) {
  if (!placement.nodes[node].streamed || order.weight_words(group) == 0) return std::nullopt;
  return WeightStream{placement.nodes[node].keep, placement.ring, order.weight_words(group),
                      order.positions(group)};
}

}  // namespace

tiers::Placement place_weights(const config::Config& config, const std::vector<ScanOrder>& orders) {
  std::vector<tiers::NodeWeights> nodes;
  for (const ScanOrder& order : orders) {
    tiers::NodeWeights node;
    for (int group = 0; group < config.groups; ++group) {
      node.words = std::max(node.words, order.weight_words(group));
      node.passes = std::max(node.passes, order.positions(group));
    }
    node.group_words = order.largest_group_words();
    node.pooled = order.pooled();
    node.shared = order.shared();
    node.planes = order.mean_weight_planes();
    nodes.push_back(node);
  }
  return tiers::place(config, nodes);
}

std::vector<ScanOrder> scan_orders(const config::Config& config, const net::Network& network,
                                   const plan::Plan& plan) {
  std::vector<ScanOrder> orders;
  for (std::size_t n = 0; n < network.nodes.size(); ++n) {
    orders.emplace_back(config, network, plan, static_cast<int>(n));
  }
  return orders;
}

std::vector<NodeCycles> predict(const config::Config& config, const net::Network& network,
                                const plan::Plan& plan,
                                const std::vector<std::vector<std::uint8_t>>& tile_planes) {
  return predict(config, network, plan, scan_orders(config, network, plan), tile_planes);
}

std::vector<NodeCycles> predict(const config::Config& config, const net::Network& network,
                                const plan::Plan& plan, const std::vector<ScanOrder>& orders,
                                const std::vector<std::vector<std::uint8_t>>& tile_planes) {
  const tiers::Placement placement = place_weights(config, orders);
  std::vector<NodeCycles> result;
  for (std::size_t n = 0; n < network.nodes.size(); ++n) {
    const ScanOrder& order = orders[n];
    const std::vector<std::uint8_t>& widths = tile_planes[network.nodes[n].input];
    const plan::PcuRecord& pcu = plan.tensors[network.nodes[n].output].pcu;
    const bool varies = pcu.policy == plan::Policy::variance;
    const int flush_slot =
        config::flush_cycles(config, std::max(1, pcu.max_planes), varies ? order.row_tiles() : 0);
    const std::vector<std::uint8_t>& stored = tile_planes[network.nodes[n].output];
    NodeCycles cycles;
    cycles.useful = order.useful(widths);
    std::vector<Machine> machines;
    for (int group = 0; group < config.groups; ++group) {
      if (order.is_idle(group)) continue;
      Machine& machine = machines.emplace_back(config, group, std::max(1, pcu.max_planes), flush_slot,
                                               weight_stream(placement, order, n, group));
      order.visit(group, widths,
                  [&](const Job& job) { machine.run(job, job.tile < 0 ? 0 : stored[job.tile]); });
      const std::int64_t end = machine.end();
      cycles.beats += machine.beats();
      cycles.stalls += machine.stalls();
      cycles.lane_beats += machine.beats() * config.lanes_per_group();
      cycles.cycles = std::max(cycles.cycles, fetch_cycles(config) + end);
    }
    for (Machine& machine : machines) {
      machine.finish(cycles.cycles - fetch_cycles(config));
      cycles.refill_words += machine.refill_words();
      cycles.weight_stalls += machine.weight_stalls();
    }
    result.push_back(cycles);
  }
  return result;
}

}  // namespace dpwa::cycles
