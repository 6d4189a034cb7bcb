// SPDX-License-Identifier: Apache-2.0
#include "model/cycles/scan.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "model/cycles/tap_window.h"
#include "model/net/shared_taps.h"
#include "model/num/planes.h"

namespace dpwa::cycles {

ScanGeometry::ScanGeometry(const config::Config& config, const net::Network& network, int node,
                           bool shared_taps)
    : products_(config.products), network_(network), node_(network.nodes[node]) {
  const net::Node& n = node_;
  const net::Tensor& input = network.tensors[n.input];
  const net::Window window = net::undilated(n.window);
  packed_ = input.producer < 0 && input.shape.c < config.products;
  pixel_values = packed_ ? window.kh * window.kw * input.shape.c : input.shape.c;
  pixel_tiles = (pixel_values + config.products - 1) / config.products;
  rows = packed_ ? n.conv_shape.h : input.shape.h;
  columns = packed_ ? n.conv_shape.w : input.shape.w;
  kernel = packed_ ? net::Window{} : window;
  shared_ = shared_taps && !packed_;
  if (shared_) {
    kernel.kh = rows *= columns;
    kernel.kw = columns = 1;
  }
  pool = n.pool.value_or(net::Window{});
  stored = network.tensors[n.output].shape;
  conv = n.conv_shape;
}

ScanGeometry::ScanGeometry(const config::Config& config, const net::Network& network, int node)
    : ScanGeometry(config, network, node,
                   net::has_shared_taps(network, network.nodes[node], network.nodes[node].weight)) {}

std::vector<ScanGeometry::TileRange> ScanGeometry::group_reads(int lanes) const {
  std::vector<TileRange> reads;
  for (int first = 0; first < node_.out_channels; first += lanes) {
    const int last = std::min(first + lanes, node_.out_channels) - 1;
    const net::ChannelRange channels = net::channels_read(network_, node_, first, last);
    reads.push_back(packed_
                        ? TileRange{0, pixel_tiles}
                        : TileRange{channels.begin / products_, (channels.end + products_ - 1) / products_});
  }
  return reads;
}

ScanOrder::ScanOrder(const config::Config& config, const net::Network& network, const plan::Plan& plan,
                     int node)
    : ScanGeometry(config, network, node,
                   net::has_shared_taps(network, network.nodes[node], plan.nodes[node].q)),
      lanes_(config.lanes_per_group()),
      lane_groups_(config.groups),
      premax_(config.premax != 0),
      by_tiles_(stored.h * stored.w == 1),
      one_group_(!by_tiles_ && plan.tensors[network.nodes[node].output].pcu.policy == plan::Policy::variance),
      windowed_(has_tap_windows(config, network, plan, node)) {
  const net::Node& n = network.nodes[node];
  groups_ = (n.out_channels + lanes_ - 1) / lanes_;

  const plan::NodeConstants constants = plan::derive(network, plan, node);
  channel_planes_ = constants.planes;
  const int pixels = shared_ ? 1 : kernel.kh * kernel.kw;
  const int granted = *std::max_element(channel_planes_.begin(), channel_planes_.end());
  const std::size_t per_channel = constants.weight.size() / n.out_channels;
  weight_planes_.assign(groups_,
                        std::vector<std::uint8_t>(static_cast<std::size_t>(pixels) * pixel_tiles, 0));
  const std::vector<TileRange> reads = group_reads(lanes_);
  for (int g = 0; constants.pinned && g < groups_; ++g) {  // N2.3
    const TileRange read = reads[g];
    for (int pixel = 0; pixel < pixels; ++pixel) {
      if (!packed_ && !net::is_tap(n.window, pixel / kernel.kw, pixel % kernel.kw)) continue;
      std::fill(weight_planes_[g].begin() + pixel * pixel_tiles + read.begin,
                weight_planes_[g].begin() + pixel * pixel_tiles + read.end,
                static_cast<std::uint8_t>(granted));
    }
  }
  for (int oc = 0; oc < n.out_channels; ++oc) {
    for (int i = 0; i < pixels * pixel_values; ++i) {
      const int tile = i / pixel_values * pixel_tiles + i % pixel_values / products_;
      std::uint8_t& planes = weight_planes_[oc / lanes_][tile];
      planes = std::max<std::uint8_t>(
          planes, static_cast<std::uint8_t>(num::weight_planes(constants.weight[oc * per_channel + i])));
    }
  }
  if (!windowed_) return;
  for (std::vector<std::uint8_t>& planes : weight_planes_)
    planes = {std::max<std::uint8_t>(1, *std::max_element(planes.begin(), planes.end()))};
}

std::vector<std::vector<std::uint8_t>> ScanOrder::window_widths(const std::vector<std::uint8_t>& widths,
                                                                int y, int x) const {
  std::vector<std::vector<std::uint8_t>> runs(kernel.kh);
  for (int ky = 0; ky < kernel.kh; ++ky) {
    const int iy = y * kernel.stride_y + ky - kernel.pad_top;
    for (int kx = 0; kx < kernel.kw; ++kx) {
      const int ix = x * kernel.stride_x + kx - kernel.pad_left;
      const bool inside = iy >= 0 && iy < rows && ix >= 0 && ix < columns;
      for (int t = 0; t < pixel_tiles; ++t) {
        runs[ky].push_back(inside ? widths[(static_cast<std::size_t>(iy) * columns + ix) * pixel_tiles + t]
                                  : 0);
      }
    }
  }
  return runs;
}

int ScanOrder::first_position(int group) const {
  if (windowed_) return first_row(stored, lane_groups_, group) * stored.w;
  const std::int64_t positions = std::int64_t{stored.h} * stored.w;
  if (by_tiles_ || one_group_) return group == 0 ? 0 : static_cast<int>(positions);
  return static_cast<int>(positions * group / lane_groups_);
}

bool ScanOrder::owns(int group, int channel_group) const {
  return !by_tiles_ || channel_group * lanes_ / products_ % lane_groups_ == group;
}

int ScanOrder::last_group(int group) const {
  int g = groups_ - 1;
  while (g > 0 && !owns(group, g)) --g;
  return g;
}

bool ScanOrder::is_idle(int group) const {
  return by_tiles_ ? group >= stored_tiles() : first_position(group + 1) == first_position(group);
}

void ScanOrder::visit(int group, const std::vector<std::uint8_t>& widths,
                      const std::function<void(const Job&)>& job) const {
  if (windowed_) {
    visit_windows(group, widths, job);
    return;
  }
  const int begin = by_tiles_ ? 0 : first_position(group);
  const int end = by_tiles_ ? 1 : first_position(group + 1);
  const int window = pool.kh * pool.kw;
  const int last = last_group(group);
  std::vector<std::vector<std::uint8_t>> beats(kernel.kh, std::vector<std::uint8_t>(kernel.kw * pixel_tiles));
  for (int position = begin; position < end; ++position) {
    const int y = position / stored.w, x = position % stored.w;
    std::vector<std::vector<std::vector<std::uint8_t>>> positions;  // [window position] widths
    for (int p = 0; p < window; ++p) {
      positions.push_back(window_widths(widths, conv_row(y, p / pool.kw), conv_column(x, p % pool.kw)));
    }
    for (int g = 0; g <= last; ++g) {
      if (!owns(group, g)) continue;
      for (int p = 0; p < window; ++p) {
        std::size_t tile = 0;
        for (int r = 0; r < kernel.kh; ++r) {
          if (shared_) tile = 0;
          for (std::size_t t = 0; t < beats[r].size(); ++t) {
            beats[r][t] = static_cast<std::uint8_t>(positions[p][r][t] * weight_planes_[g][tile++]);
          }
        }
        const bool tile_full = (g + 1) * lanes_ % products_ == 0 || g + 1 == groups_;
        const bool window_ends = p + 1 == window;
        const int out_tile = position * stored_tiles() + g * lanes_ / products_;
        job({&beats, window_ends && tile_full ? out_tile : -1, window_ends || !premax_, &weight_planes_[g],
             shared_, window_ends, g == last});
      }
    }
  }
}

void ScanOrder::visit_windows(int group, const std::vector<std::uint8_t>& widths,
                              const std::function<void(const Job&)>& job) const {
  const net::Shape map{rows, columns, pixel_values};
  const auto run = [&](const TapWindow& window) {
    const int tile = window.tile;
    std::vector<std::vector<std::uint8_t>> beats(window.gathers.size(), {0});
    beats.back()[0] = static_cast<std::uint8_t>(window.planes * weight_planes_[tile][0]);
    const int out_tile = (window.row * stored.w + window.column) * pixel_tiles + tile;
    Job taps{&beats, out_tile, true, &weight_planes_[tile], true, true, tile + 1 == groups_};
    taps.gathers = window.gathers;
    job(taps);
  };
  visit_tap_windows(kernel, map, stored, pixel_tiles, first_position(group) / stored.w,
                    first_position(group + 1) / stored.w, widths, run);
}

std::int64_t ScanOrder::weight_words(int group) const {
  std::int64_t words = 0;
  for (int g = 0; g < groups_; ++g) {
    if (owns(group, g)) words = std::accumulate(weight_planes_[g].begin(), weight_planes_[g].end(), words);
  }
  return words;
}

std::int64_t ScanOrder::largest_group_words() const {
  std::int64_t most = 0;
  for (const std::vector<std::uint8_t>& planes : weight_planes_)
    most = std::max(most, std::accumulate(planes.begin(), planes.end(), std::int64_t{0}));
  return most;
}

std::int64_t ScanOrder::positions(int group) const {
  return by_tiles_ ? 1 : first_position(group + 1) - first_position(group);
}

double ScanOrder::mean_weight_planes() const {
  std::int64_t words = 0;
  for (const std::vector<std::uint8_t>& planes : weight_planes_)
    words = std::accumulate(planes.begin(), planes.end(), words);
  return static_cast<double>(words) / static_cast<double>(weight_planes_.size() * weight_planes_[0].size());
}

std::int64_t ScanOrder::useful(const std::vector<std::uint8_t>& widths) const {
  std::vector<double> tile_planes(pixel_tiles, 0.0);  // of the weights that a tile of a pixel meets
  for (int oc = 0; oc < static_cast<int>(channel_planes_.size()); ++oc) {
    const net::ChannelRange read =
        packed_ ? net::ChannelRange{0, pixel_values} : net::channels_read(network_, node_, oc, oc);
    for (int tile = read.begin / products_; tile * products_ < read.end; ++tile) {
      const int filled = std::min(read.end, (tile + 1) * products_) - std::max(read.begin, tile * products_);
      tile_planes[tile] += static_cast<double>(channel_planes_[oc] * filled) / products_;
    }
  }
  double sum = 0;
  for (int y = 0; y < stored.h * pool.stride_y; ++y) {
    for (int x = 0; x < stored.w * pool.stride_x; ++x) {
      if (y >= conv.h || x >= conv.w) continue;
      const std::vector<std::vector<std::uint8_t>> runs = window_widths(widths, y, x);
      for (int ky = 0; ky < kernel.kh; ++ky) {
        for (int t = 0; t < kernel.kw * pixel_tiles; ++t) {
          const bool tap = packed_ || net::is_tap(node_.window, ky, t / pixel_tiles);
          if (tap) sum += runs[ky][t] * tile_planes[t % pixel_tiles];
        }
      }
    }
  }
  return std::llround(sum);
}

}  // namespace dpwa::cycles
