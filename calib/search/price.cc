// SPDX-License-Identifier: Apache-2.0
#include "calib/search/price.h"

#include <algorithm>
#include <functional>

#include "calib/observe/tiles.h"

namespace dpwa::search {

namespace {

/// Part of `balanced` in Optimise::weights.
constexpr double kTieBreak = 1.0 / 8;

/// How much beats, cycles, weight bytes and energy count.
Costs shares(Optimise optimise) {
  switch (optimise) {
    case Optimise::cycles:
      return {0, 1, 0, 0};
    case Optimise::weights:
      return {kTieBreak / 2, kTieBreak / 2, 1 - kTieBreak, 0};
    case Optimise::energy:
      return {0, 0, 0, 1};
    case Optimise::balanced:
      break;
  }
  return {0.5, 0.5, 0, 0};
}

/// Tiles of a pixel that a group of channels reads, the mean of all groups.
double mean_tiles(const dpwa::cycles::ScanGeometry& scan, int lanes) {
  const auto reads = scan.group_reads(lanes);
  double tiles = 0;
  for (const auto& read : reads) tiles += read.end - read.begin;
  return tiles / static_cast<double>(reads.size());
}

}  // namespace

const char* name_of(Optimise optimise) {
  switch (optimise) {
    case Optimise::cycles:
      return "cycles";
    case Optimise::weights:
      return "weights";
    case Optimise::energy:
      return "energy";
    case Optimise::balanced:
      break;
  }
  return "balanced";
}

Costs& Costs::operator+=(const Costs& other) {
  beats += other.beats;
  cycles += other.cycles;
  weight_bytes += other.weight_bytes;
  energy += other.energy;
  return *this;
}

Price::Price(const net::Network& network, const config::Config& config, Optimise optimise)
    : lanes_(config.lanes_per_group()),
      lane_groups_(config.groups),
      word_bytes_(config.products / 2.0),
      dense_tier_(config.dense_words > 0),
      energy_(energy_model(config)) {
  Costs int8;
  for (std::size_t n = 0; n < network.nodes.size(); ++n) {
    const int node = static_cast<int>(n);
    const observe::TileReader reader(network, node, config.products);
    const dpwa::cycles::ScanGeometry scan(config, network, node);
    const double tiles = mean_tiles(scan, lanes_);
    nodes_.push_back({dpwa::cycles::Estimate(config, network, node),
                      static_cast<double>(reader.total_visits()) * tiles / scan.pixel_tiles,
                      static_cast<double>(reader.tiles()), scan.weight_taps() * tiles * lanes_});
    int8 += costs(node, pinned_reading(reader, nodes_[n].estimate, 2),
                  std::vector<int>(network.nodes[n].out_channels, 2));
  }
  const Costs share = shares(optimise);
  factors_ = {share.beats / int8.beats, share.cycles / int8.cycles, share.weight_bytes / int8.weight_bytes,
              share.energy / int8.energy};
}

Costs Price::group_costs(int node, const Reading& reading, double planes) const {
  const NodeShape& shape = nodes_[node];
  const double words = shape.group_words * planes;
  Costs costs;
  costs.beats = shape.reads * reading.mean_planes * planes;
  costs.weight_bytes = words * word_bytes_;
  costs.energy = costs.beats * (lanes_ * (energy_.lane_beat + energy_.fast_word) + energy_.activation_word);
  if (dense_tier_) costs.energy += words * (energy_.dense_word + energy_.fast_word);
  return costs;
}

Costs Price::costs(int node, const Reading& reading, std::vector<int> planes) const {
  std::sort(planes.begin(), planes.end(), std::greater<>());
  double widths = 0;
  for (std::size_t first = 0; first < planes.size(); first += lanes_) widths += planes[first];
  const NodeShape& shape = nodes_[node];
  Costs costs = group_costs(node, reading, widths);
  costs.cycles = shape.estimate.node(reading.group_cycles, planes);
  costs.energy += shape.input_tiles * reading.mean_planes * lane_groups_ * energy_.activation_word;
  return costs;
}

double Price::relative(const Costs& costs) const {
  return costs.beats * factors_.beats + costs.cycles * factors_.cycles +
         costs.weight_bytes * factors_.weight_bytes + costs.energy * factors_.energy;
}

double Price::group(int node, const Reading& reading, int planes) const {
  Costs costs = group_costs(node, reading, planes);
  costs.cycles = reading.group_cycles[planes];
  return relative(costs);
}

double Price::node(int node, const Reading& reading, std::vector<int> planes) const {
  return relative(costs(node, reading, std::move(planes)));
}

}  // namespace dpwa::search
