// SPDX-License-Identifier: Apache-2.0
#include "gen/lower/layout.h"

#include <algorithm>

#include "gen/lower/packets.h"
#include "gen/lower/supported.h"
#include "model/net/shared_taps.h"
#include "model/num/planes.h"

namespace dpwa::lower {
namespace {

/// Most that any lane group needs: `of` says how much a part takes.
template <typename Of>
std::int64_t most(const config::Config& config, const Layout& layout, Of of) {
  std::int64_t result = 0;
  for (int g = 0; g < config.groups; ++g) {
    std::int64_t sum = 0;
    for (const std::vector<Part>& node : layout.parts) sum += static_cast<std::int64_t>(of(node[g]));
    result = std::max(result, sum);
  }
  return result;
}

/// Width-table entries that the scanner's coordinates ask for (rtl/ctrl/dpwa_scanner.v): twice as many must
/// number the tiles of every input map with its padding; as many, those from a pool's padding to the other
/// end of the map.
std::int64_t reach(const net::Network& network, const Layout& layout) {
  std::int64_t most = 0;
  for (std::size_t n = 0; n < network.nodes.size(); ++n) {
    const Geometry& g = layout.geometry[n];
    const net::Window& w = g.window;
    const std::int64_t rows = g.rows + w.pad_top + w.pad_bottom,
                       columns = g.columns + w.pad_left + w.pad_right;
    most = std::max({most, rows * g.row_tiles(), columns * g.tiles_per_pixel});
    const net::Node& node = network.nodes[n];
    if (!node.pool || !net::has_pads(*node.pool)) continue;
    // A pool's position, inside or outside, must be as close to both ends of the map.
    const net::Window& p = *node.pool;
    const std::int64_t down = node.conv_shape.h - 1 + std::max(p.pad_top, p.pad_bottom),
                       right = node.conv_shape.w - 1 + std::max(p.pad_left, p.pad_right);
    most = std::max({most, 2 * (down * w.stride_y * g.row_tiles() + 1),
                     2 * (right * w.stride_x * g.tiles_per_pixel + 1)});
  }
  return (most + 1) / 2;
}

/// Input values that the packer's coordinates ask for: twice as many must number the rows, and the values of
/// a row, of the input map with its padding (rtl/stream/dpwa_packer.v).
std::int64_t packed_reach(const net::Network& network, const Layout& layout) {
  const net::Shape& input = network.tensors[0].shape;
  const net::Window window = packing_window(network, layout);
  const std::int64_t rows = input.h + window.pad_top + window.pad_bottom,
                     columns = input.w + window.pad_left + window.pad_right;
  return (std::max(rows, columns * input.c) + 1) / 2;
}

}  // namespace

Layout lay_out(const config::Config& config, const net::Network& network, const plan::Plan& plan) {
  check_policies(config, network, plan);
  check_supported(config, network);
  Layout layout;
  for (std::size_t n = 0; n < network.nodes.size(); ++n) {
    const net::Node& node = network.nodes[n];
    layout.geometry.push_back(
        geometry(network, node, config.products, net::has_shared_taps(network, node, plan.nodes[n].q)));
    layout.geometry.back().windowed = cycles::has_tap_windows(config, network, plan, static_cast<int>(n));
    layout.constants.push_back(plan::derive(network, plan, static_cast<int>(n)));
    std::vector<Part>& parts = layout.parts.emplace_back();
    for (int g = 0; g < config.groups; ++g) {
      const Share share = share_of(config, network, plan, static_cast<int>(n), g);
      parts.push_back({share, pack_weights(layout.geometry[n], network, node, layout.constants[n],
                                           share.first_channels, config.lanes_per_group(), config.products)});
    }
  }
  layout.memory = map_memory(network, plan, config.products);
  map_fine_values(config, network, plan, layout.memory);
  layout.tables = place_tables(layout.constants);
  std::vector<tiers::NodeWeights> weights;
  for (std::size_t n = 0; n < network.nodes.size(); ++n)
    weights.push_back(node_weights(network.nodes[n], layout.geometry[n], layout.parts[n]));
  layout.tiers = tiers::place(config, weights);
  return layout;
}

int constant_rows(const config::Config& config, const Part& part) {
  return static_cast<int>(part.share.first_channels.size()) * config.slices();
}

net::Window packing_window(const net::Network& network, const Layout& layout) {
  return layout.geometry[0].packed ? net::undilated(network.nodes[0].window) : net::Window{};
}

std::vector<Requirement> limits(const config::Config& config, const net::Network& network,
                                const plan::Plan& plan, const Layout& layout) {
  std::int64_t planes = 0, acc = 0, shift = 0;
  for (std::size_t n = 0; n < network.nodes.size(); ++n) {
    for (const Part& part : layout.parts[n]) {
      for (const std::uint8_t p : part.weights.planes) planes = std::max<std::int64_t>(planes, p);
    }
    const plan::NodeConstants& constants = layout.constants[n];
    acc = std::max<std::int64_t>(acc, constants.acc_bits);
    const int classes = num::kPlaneBits * plan.tensors[network.nodes[n].output].pcu.top_class;
    for (const plan::ChannelConstant& c : constants.channels)
      shift = std::max<std::int64_t>(shift, c.shift + classes);
    const int bits = std::max(num::signed_bits(constants.lower), num::signed_bits(constants.upper));
    planes = std::max<std::int64_t>(planes, ceil_div(bits - 1, num::kPlaneBits));
  }
  for (const plan::TensorPlan& t : plan.tensors) planes = std::max<std::int64_t>(planes, t.pcu.max_planes);
  std::vector<Requirement> result{
      {"WEIGHT_WORDS", layout.tiers.bank_words, config.weight_words},
      {"DENSE_WORDS", layout.tiers.dense_words, config.dense_words},
      {"WEIGHT_TILES", most(config, layout, [](const Part& p) { return p.weights.planes.size(); }),
       config.weight_tiles},
      {"ACTIVATION_WORDS", layout.memory.words, config.activation_words},
      {"ACTIVATION_TILES", std::max<std::int64_t>(layout.memory.tiles, reach(network, layout)),
       config.activation_tiles},
      {"RESIDUAL_WORDS", layout.memory.fine_words, config.residual_words},
      {"TABLE_WORDS", static_cast<std::int64_t>(layout.tables.values.size()), config.table_words},
      {"INPUT_VALUES", std::max<std::int64_t>(network.tensors[0].shape.size(), packed_reach(network, layout)),
       config.input_values},
      {"INPUT_PLANES", plan.tensors[0].pcu.max_planes, config.input_planes_max()},
      {"INPUT_CHANNELS", input_constant_count(plan::derive_input(network, plan)), config.input_channels},
      {"CHANNELS",
       most(config, layout, [&](const Part& p) { return constant_rows(config, p) * config.wb_lanes; }),
       config.channels},
      {"NODES", static_cast<std::int64_t>(network.tensors.size()), config.nodes},
      {"PLANES_MAX", planes, config.planes_max},
      {"ACC_W", acc, config.acc_w},
      {"MULT_W", plan.multiplier_bits, config.mult_w},
      {"SHIFT_MAX", shift, config.shift_max}};
  const bool multiplies = std::any_of(network.nodes.begin(), network.nodes.end(),
                                      [](const net::Node& node) { return node.factor >= 0; });
  if (multiplies) result.push_back({"FACTORS", 1, config.factors});
  return result;
}

}  // namespace dpwa::lower
